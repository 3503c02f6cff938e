"""One commit for everybody who arrives in the same moment.

A commit waits for the disk, a row does not. So whoever comes first carries what all the
others brought, in one transaction, and they find their work done when it is their turn.
There is no task behind this: the first in the queue works, the rest wait, and all go on at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy.exc import StatementError

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Turn = TypeVar("Turn")
BATCH = 200
"""Items per commit: enough to make the disk's share of each small, few enough to stay quick."""


class _Done(NamedTuple, Generic[Answer]):
    answer: Answer


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Item, Answer]):
    item: Item
    called: asyncio.Future[None]
    """Done, or the next to lead."""
    done: _Done[Answer] | None = None

    def call(self) -> None:
        if not self.called.done():  # unless it was given up in this very moment
            self.called.set_result(None)

    def give_up(self) -> None:
        if not self.called.done():
            self.called.set_exception(TimeoutError("no commit came in time"))


class Together(Generic[Turn, Item, Answer]):
    """Collects items while a commit is under way, and does them together in the next one."""

    def __init__(
        self,
        turn: Callable[[], AbstractAsyncContextManager[Turn]],
        work: Callable[[Turn, Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        alone_after: type[Exception] | tuple[type[Exception], ...] = (StatementError, UnicodeError),
        most: Callable[[], int] = lambda: BATCH,
    ) -> None:
        """``work`` does all items in one transaction and answers for each, in the same order.

        ``turn`` waits until there can be a transaction; whoever comes until then takes part in it.
        ``most`` is asked how many items the next transaction may hold, one at least.
        ``alone_after`` are the errors that one item may bring over all: they do it one by one then.
        """
        self._turn = turn
        self._work = work
        self._alone_after = alone_after
        self._most = most
        self._queue: dict[_Waiting[Item, Answer], None] = {}
        self._leader: _Waiting[Item, Answer] | None = None

    async def add(self, item: Item, *, within: float | None = None) -> Answer:
        """Do one item, durably when this returns. Raises what ``work`` raises for it.

        Whoever is cancelled, or waits for longer than ``within`` seconds (TimeoutError), may find
        later that the item was done: its fate was in somebody else's hands.
        """
        loop = asyncio.get_running_loop()
        until = None if within is None else loop.time() + within
        mine: _Waiting[Item, Answer] = _Waiting(item, loop.create_future())
        self._queue[mine] = None
        try:
            if self._leader is None:
                self._leader = mine
                await asyncio.sleep(0)  # whoever comes in this very moment comes along
            else:
                await _called(mine, until, loop)
            done = mine.done or await self._lead(mine, until)
        finally:
            self._queue.pop(mine, None)
            if self._leader is mine:
                self._hand_on()
        return done.answer

    def _hand_on(self) -> None:
        """The next in the queue leads; if there is none, whoever comes."""
        self._leader = next(iter(self._queue), None)
        if self._leader is not None:
            self._leader.call()

    async def _lead(self, mine: _Waiting[Item, Answer], until: float | None) -> _Done[Answer]:
        batch = [mine]
        async with asyncio.timeout_at(until):
            try:
                async with self._turn() as turn:
                    batch = self._collected(mine)
                    return await self._carry(turn, batch)
            except self._alone_after:
                # One item that the database cannot hold must not take its neighbours with it.
                if len(batch) == 1:
                    raise
            async with self._turn() as turn:
                return await self._carry(turn, [mine])

    def _collected(self, mine: _Waiting[Item, Answer]) -> list[_Waiting[Item, Answer]]:
        others = islice((waiting for waiting in self._queue if waiting is not mine), self._most() - 1)
        return [mine, *others]

    async def _carry(self, turn: Turn, batch: Sequence[_Waiting[Item, Answer]]) -> _Done[Answer]:
        """Do a batch; the answer is the one to its first item.

        Items leave the queue after the commit only, so that a leader who is cancelled in the
        middle leaves them to the next one.
        """
        answers = await self._work(turn, [waiting.item for waiting in batch])
        for waiting, answer in zip(batch, answers, strict=True):
            waiting.done = _Done(answer)
            waiting.call()
            self._queue.pop(waiting, None)
        return _Done(answers[0])


async def _called(mine: _Waiting[Item, Answer], until: float | None, loop: asyncio.AbstractEventLoop) -> None:
    """Wait to be done, or to lead. Raises TimeoutError."""
    if until is None:
        await mine.called
        return
    patience = loop.call_at(until, mine.give_up)  # a third of what asyncio.timeout costs, for each that waits
    try:
        await mine.called
    finally:
        patience.cancel()
