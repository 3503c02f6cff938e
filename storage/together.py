"""One commit for everybody who arrives in the same moment.

A commit waits for the disk, a row does not. So whoever comes first carries what all the
others brought, in one transaction, and they find their work done when it is their turn.
There is no task behind this: the first in the queue works, the rest wait, and all go on at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.exc import StatementError

Item = TypeVar("Item")
Answer = TypeVar("Answer")
BATCH = 200
"""Items per commit: enough to make the disk's share of each small, few enough to stay quick."""


@dataclass(frozen=True, slots=True)
class _Done(Generic[Answer]):
    answer: Answer


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Item, Answer]):
    item: Item
    done: _Done[Answer] | None = None
    called: asyncio.Event = field(default_factory=asyncio.Event)
    """Done, or the next to lead."""


class Together(Generic[Item, Answer]):
    """Collects items while a commit is under way, and does them together in the next one."""

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        alone_after: type[Exception] | tuple[type[Exception], ...] = (StatementError, UnicodeError),
        most: Callable[[], int] = lambda: BATCH,
    ) -> None:
        """``work`` does all items in one transaction and answers for each, in the same order.

        ``most`` is asked how many items the next transaction may hold, one at least.
        ``alone_after`` are the errors that one item may bring over all: they do it one by one then.
        """
        self._work = work
        self._alone_after = alone_after
        self._most = most
        self._queue: list[_Waiting[Item, Answer]] = []
        self._leader: _Waiting[Item, Answer] | None = None

    async def add(self, item: Item) -> Answer:
        """Do one item, durably when this returns. Raises what ``work`` raises for it.

        Whoever is cancelled may find later that the item was done: its fate was in
        somebody else's hands.
        """
        mine: _Waiting[Item, Answer] = _Waiting(item)
        self._queue.append(mine)
        try:
            if self._leader is None:
                self._leader = mine
            else:
                await mine.called.wait()
            done = mine.done or await self._lead(mine)
        finally:
            self._leave(mine)
            if self._leader is mine:
                self._hand_on()
        return done.answer

    def _hand_on(self) -> None:
        """The next in the queue leads; if there is none, whoever comes."""
        self._leader = self._queue[0] if self._queue else None
        if self._leader is not None:
            self._leader.called.set()

    async def _lead(self, mine: _Waiting[Item, Answer]) -> _Done[Answer]:
        others = [waiting for waiting in self._queue if waiting is not mine]
        try:
            return await self._carry([mine, *others[: self._most() - 1]])
        except self._alone_after:
            # One item that the database cannot hold must not take its neighbours with it.
            if not others:
                raise
            return await self._carry([mine])

    async def _carry(self, batch: Sequence[_Waiting[Item, Answer]]) -> _Done[Answer]:
        """Do a batch; the answer is the one to its first item.

        Items leave the queue after the commit only, so that a leader who is cancelled in the
        middle leaves them to the next one.
        """
        answers = [_Done(answer) for answer in await self._work([waiting.item for waiting in batch])]
        for waiting, answer in zip(batch, answers, strict=True):
            waiting.done = answer
            waiting.called.set()
        self._queue = [waiting for waiting in self._queue if waiting.done is None]
        return answers[0]

    def _leave(self, waiting: _Waiting[Item, Answer]) -> None:
        if waiting in self._queue:
            self._queue.remove(waiting)
