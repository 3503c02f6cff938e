"""What has to be done from time to time, by exactly one replica.

Time is cut into turns; whoever claims the row of a turn does it. A chore may also be asked
for between its turns: that is a turn of its own, a few seconds ahead, so that several
replicas that ask for the same reason ask for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from bot.bells import Bell
from bot.workers.worker import AWAY, Worker
from config.settings import AT_LEAST, Retention
from storage.jobs import Jobs
from storage.uow import Store

log = structlog.get_logger("tocsin.chores")

SOON: Final = timedelta(seconds=5)
"""What is asked for within so long is asked for once."""
GAPS: Final = "gaps"
READ_AGAIN: Final = timedelta(minutes=5)
LOOK_AGAIN: Final = timedelta(minutes=5)
"""After so long a changed playbook or catalogue is heard by alerts that have stood all the while."""
TIDY_UP: Final = timedelta(hours=1)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something to do again and again. ``work`` may be broken off and begun anew at any point."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[None]]


class Chores(Worker):
    """Takes turns with the other replicas."""

    def __init__(
        self,
        chores: Sequence[Chore],
        jobs: Jobs,
        *,
        bell: Bell,
        worker: str,
        poll: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__("chores", bell=bell, poll=poll)
        self._chores = chores
        self._jobs = jobs
        self._worker = worker
        self._clock = clock
        self._looked_at: dict[str, datetime] = {}
        self._asked: dict[str, datetime] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}

    def ask(self, name: str) -> None:
        """Have a chore done soon, whenever its next turn is."""
        self._asked.setdefault(name, turn(self._clock(), SOON) + SOON)

    def stop(self) -> None:
        """Chores that are under way are broken off; another replica, or the next turn, does them."""
        super().stop()
        for task in self._busy.values():
            task.cancel()

    async def look(self, begun: asyncio.TaskGroup) -> bool:
        for chore in self._chores:
            if chore.name not in self._busy and (slot := self._due(chore)) is not None:
                await self._take(chore, slot, begun)
        return False

    def _due(self, chore: Chore) -> datetime | None:
        """The turn that is worth a claim now: one that was asked for, or the regular one."""
        now = self._clock()
        asked = self._asked.get(chore.name)
        if asked is not None and asked <= now:
            return asked
        regular = turn(now, chore.every)
        return None if self._looked_at.get(chore.name) == regular else regular

    async def _take(self, chore: Chore, slot: datetime, begun: asyncio.TaskGroup) -> None:
        ours = await self._jobs.claim(
            chore.name, slot, now=self._clock(), lease=chore.every, worker=self._worker
        )
        if self._asked.get(chore.name) == slot:
            del self._asked[chore.name]
        else:
            self._looked_at[chore.name] = slot
        if ours:
            self._busy[chore.name] = begun.create_task(self._do(chore, slot), name=f"chore {chore.name}")

    async def _do(self, chore: Chore, slot: datetime) -> None:
        try:
            await chore.work()
            await self._jobs.done(chore.name, slot, now=self._clock())
        except AWAY as away:
            log.warning("worker.no_database", worker=chore.name, reason=str(away))
        except Exception:
            # The turn is lost; the next one comes.
            log.exception("chores.trouble", chore=chore.name)
        finally:
            del self._busy[chore.name]


async def tidy_up(store: Store, now: Callable[[], datetime], retention: Retention) -> None:
    """The log keeps what happened; queues keep what is finished as long as the settings say."""
    await store.seen.forget(now() - AT_LEAST)
    await store.jobs.forget(now() - AT_LEAST)
    await store.outbox.forget(now() - retention.outbox)
    await store.inbox.forget(now() - retention.inbox)


def turn(now: datetime, every: timedelta) -> datetime:
    """When the turn began in which ``now`` lies: the same instant for every replica."""
    return now - (now - _EPOCH) % every
