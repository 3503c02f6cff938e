"""The outbox worker: claims what is owed, has it delivered, and notes how it ended.

Between "sent" and "noted" a process may die. Whoever finds the row again looks in Slack
first; only an attempt that certainly reached nobody is repeated blindly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog

from bot.bells import Bell
from bot.delivery.deliver import buried, deliver
from bot.delivery.tools import Delivered, Errand, Tools
from bot.metrics import Metrics
from bot.slack.outcomes import Ambiguous, Later, Never
from bot.workers.worker import AFTER_TROUBLE, Worker
from playbooks.domain.effects import Effect, Priority, coalesces, priority
from playbooks.domain.errors import StaleWrite
from storage.engine import Unreachable
from storage.outbox import Owed

log = structlog.get_logger("tocsin.outbox")

GIVE_UP_AFTER: Final = timedelta(hours=12)
"""Nobody is helped by a notice that comes half a day late; a person can still have it sent."""
POISONED_AFTER: Final = 8
"""Attempts that may fail for a reason nobody foresaw."""
PUT_OFF: Final = timedelta(seconds=2)
"""What nobody waits for lets people pass for so long."""
_SETTLE_ATTEMPTS: Final = 5
_LONGEST_PAUSE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How this worker works."""

    name: str
    concurrency: int
    lease: timedelta
    poll: timedelta

    @property
    def patience(self) -> timedelta:
        """How long one attempt may take: it has to be over before somebody else may begin it again."""
        return self.lease * 0.8


class Deliveries(Worker):
    """Delivers as many effects at once as it may; lanes keep their order in the queue.

    Leases and pauses count in real time, like Slack, whatever time a rehearsal plays.
    """

    def __init__(
        self,
        tools: Tools,
        terms: Terms,
        *,
        bell: Bell,
        metrics: Metrics,
        wall: Callable[[], datetime],
        carry: Callable[[Errand[Any], Tools], Awaitable[Delivered]] = deliver,
    ) -> None:
        """``carry`` brings an effect to where it belongs; measurements bring it nowhere."""
        super().__init__("outbox", bell=bell, poll=terms.poll)
        self._bring = carry
        self._tools = tools
        self._queue = tools.store.outbox
        self._terms = terms
        self._metrics = metrics
        self._now = wall
        self._running = 0
        self._urgent = 0
        self._unsent: dict[str, int] = {}
        """Delivery → fence of an attempt of ours that certainly did not reach Slack."""
        self._drawings: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def look(self, begun: asyncio.TaskGroup) -> bool:
        free = self._terms.concurrency - self._running
        if free <= 0:
            return False  # whoever finishes rings
        found = await self._claim(free)
        for owed in found:
            self._running += 1
            self._urgent += _is_urgent(owed)
            begun.create_task(self._carry(owed), name=f"deliver {type(owed.effect).__name__} {owed.id}")
        await asyncio.sleep(0)  # calls leave before anybody looks for more
        return bool(found)

    async def _claim(self, free: int) -> Sequence[Owed]:
        """While people wait for something, what nobody waits for is put off a little."""
        now, terms = self._now(), self._terms
        claim = partial(self._queue.claim, now=now, limit=free, lease=terms.lease, worker=terms.name)
        if not self._urgent:
            return await claim()
        return await claim(below=Priority.MIRROR, unless_due=now - PUT_OFF)

    async def _carry(self, owed: Owed) -> None:
        """One attempt from claim to note; nothing that happens in it ends the worker."""
        try:
            await self._attempt(owed)
        except Exception:
            log.exception("outbox.trouble", effect=type(owed.effect).__name__, delivery=owed.id)
            await self._poisoned(owed)
        finally:
            self._running -= 1
            self._urgent -= _is_urgent(owed)
            self._bell.ring()

    async def _attempt(self, owed: Owed) -> None:
        errand = self._errand(owed)
        try:
            # Waiting for its turn counts too: nothing may begin after its lease has ended.
            async with asyncio.timeout(self._terms.patience.total_seconds()), self._drawing(owed.effect):
                delivered = await self._bring(errand, self._tools)
        except Later as later:
            if errand.tried_since is None:
                self._unsent[owed.id] = owed.fence
            await self._again(owed, later.after, later.reason, "later")
        except Ambiguous as doubt:
            await self._again(owed, _pause(owed.attempts), doubt.reason, "ambiguous")
        except TimeoutError:
            await self._again(owed, _pause(owed.attempts), "it took too long", "ambiguous")
        except Unreachable as away:
            await self._again(owed, _pause(owed.attempts), f"the database was away: {away}", "ambiguous")
        except Never as never:
            await self._bury(owed, never.reason)
        else:
            await self._settle(owed, delivered)

    def _drawing(self, effect: Effect) -> AbstractAsyncContextManager[None]:
        """One redrawing of a thing at a time: a slow older picture must not land on a newer one."""
        key = coalesces(effect)
        return nullcontext() if key is None else self._drawings.setdefault(key, asyncio.Lock())

    def _errand(self, owed: Owed) -> Errand[Any]:
        certainly_unsent = self._unsent.pop(owed.id, None) == owed.fence - 1
        since = None if certainly_unsent else owed.first_tried_at
        return Errand(id=owed.id, effect=owed.effect, tried_since=since)

    async def _settle(self, owed: Owed, delivered: Delivered) -> None:
        for attempt in range(1, _SETTLE_ATTEMPTS + 1):
            try:
                ours = await self._insist(
                    lambda: self._queue.settle(
                        owed, now=self._now(), result=delivered.result, then=delivered.then
                    )
                )
            except StaleWrite:
                if attempt == _SETTLE_ATTEMPTS:
                    raise
            else:
                if ours and delivered.noted is not None:
                    delivered.noted()
                self._note(owed, "done" if ours else "lost")
                return

    async def _again(self, owed: Owed, after: timedelta, reason: str, outcome: str) -> None:
        if self._now() - owed.owed_at > GIVE_UP_AFTER:
            await self._bury(
                owed, f"given up after {GIVE_UP_AFTER.total_seconds() / 3600:.0f} hours: {reason}"
            )
            return
        await self._insist(lambda: self._queue.postpone(owed, until=self._now() + after, reason=reason))
        self._note(owed, outcome, reason=reason, after=after.total_seconds())

    async def _bury(self, owed: Owed, reason: str) -> None:
        then = buried(owed.effect, self._tools.ports, delivery=owed.id, reason=reason)
        await self._insist(lambda: self._queue.bury(owed, now=self._now(), reason=reason, then=then))
        self._note(owed, "buried", reason=reason)

    async def _insist(self, note: Callable[[], Awaitable[bool]]) -> bool:
        """Note how it ended, if need be when the database is back: meanwhile nobody can take the row."""
        async with asyncio.timeout(self._terms.lease.total_seconds()):
            while True:
                try:
                    return await note()
                except Unreachable as away:
                    log.warning("worker.no_database", worker=self.name, reason=str(away))
                    await asyncio.sleep(AFTER_TROUBLE.total_seconds())

    async def _poisoned(self, owed: Owed) -> None:
        """Try again a few times; then put the row aside, so that its lane goes on."""
        reason = "something went wrong inside the bot; its log says what"
        try:
            if owed.attempts < POISONED_AFTER:
                await self._again(owed, _pause(owed.attempts), reason, "trouble")
            else:
                await self._bury_somehow(owed, reason)
        except Exception:
            # The lease runs out, and the row is found again.
            log.exception("outbox.trouble", effect=type(owed.effect).__name__, delivery=owed.id)

    async def _bury_somehow(self, owed: Owed, reason: str) -> None:
        """Without its story, if what is wrong is the story itself."""
        try:
            await self._bury(owed, reason)
        except Exception:
            log.exception("outbox.trouble", effect=type(owed.effect).__name__, delivery=owed.id)
            await self._queue.bury(owed, now=self._now(), reason=reason)

    def _note(self, owed: Owed, outcome: str, **data: object) -> None:
        kind = type(owed.effect).__name__
        waited = max((self._now() - owed.owed_at).total_seconds(), 0.0)
        self._metrics.deliveries.labels(kind, outcome).observe(waited)
        say = log.debug if outcome == "done" else log.warning
        say(
            f"outbox.{outcome}",
            effect=kind,
            incident=owed.effect.incident,
            delivery=owed.id,
            attempts=owed.attempts,
            **data,
        )


def _is_urgent(owed: Owed) -> bool:
    return priority(owed.effect) < Priority.MIRROR


def _pause(attempts: int) -> timedelta:
    """Twice as long after every attempt, from a second to a minute."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 10)), _LONGEST_PAUSE)
