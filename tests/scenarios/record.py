"""The bot's database, read from outside while the bot works with it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.clock import SystemClock
from bot.demo.cast import PATIENCE
from bot.demo.house import House
from bot.ids import TimeSortedIds
from playbooks.domain.command import Tenure
from playbooks.domain.entry import Entry, first_broken
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import Incident
from storage.outbox import OutboxRow
from storage.queues import jobs
from storage.uow import Store
from tests.replays import misremembered

MANY = 500
LOOK_EVERY = 0.05
"""Seconds; a database tells nobody when it changes, so it is asked again."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """What the record says; nothing here can change it."""

    store: Store

    async def incidents(self) -> list[Incident]:
        """All of them, oldest first."""
        async with self.store.reading() as unit:
            return sorted(await unit.incidents.recent(MANY), key=lambda incident: incident.id)

    async def log(self, *kinds: str, number: int = 1) -> list[Entry]:
        """The log of an incident, or its entries of some kinds."""
        async with self.store.reading() as unit:
            entries = await unit.entries.of(IncidentId(number))
        return [entry for entry in entries if not kinds or entry.kind in kinds]

    async def bodies(self, kind: str, *, number: int = 1) -> list[dict[str, Any]]:
        """What the entries of one kind say."""
        return [dict(entry.body or {}) for entry in await self.log(kind, number=number)]

    async def tenures(self, number: int = 1) -> list[Tenure]:
        """Who held the seat, in order."""
        async with self.store.reading() as unit:
            return list(await unit.tenures.of(IncidentId(number)))

    async def outbox(self, *kinds: str) -> list[OutboxRow]:
        """What is and was owed to Slack, oldest first."""
        rows = await self.store.outbox.rows(None, MANY)
        return [row for row in reversed(rows) if not kinds or row.kind in kinds]

    async def until(self, probe: Callable[[], Awaitable[T]], what: str) -> T:
        """The first true answer of the probe; for what is written down without a word in Slack."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        while not (answer := await probe()):
            assert loop.time() < deadline, f"{what} did not come within {PATIENCE:.0f} s"
            await asyncio.sleep(LOOK_EVERY)
        return answer

    async def thought_about(self) -> None:
        """Everything that came in so far was understood; before time is moved, for instance."""

        async def nothing_waits() -> bool:
            return await self.store.inbox.next_due() is None

        await self.until(nothing_waits, "an empty inbox")

    async def delivered(self) -> None:
        """Everything that is owed to Slack is there."""

        async def nothing_owed() -> bool:
            return {row.state for row in await self.outbox()} <= {"done", "buried"}

        await self.until(nothing_owed, "an empty outbox")

    async def logged(self, kind: str, words: str = "", *, number: int = 1) -> Entry:
        """The newest entry of a kind that holds the words, once it is there."""

        async def found() -> Entry | None:
            entries = await self.log(kind, number=number)
            return next((e for e in reversed(entries) if words in str(e.body)), None)

        entry = await self.until(found, f"{kind} with {words!r} in the log")
        assert entry is not None
        return entry

    async def did(self, chore: str, since: datetime) -> bool:
        """Whether somebody did a chore after this instant."""
        done = sa.and_(jobs.c.job == chore, jobs.c.done_at >= since)
        async with self.store.jobs._database.reading() as connection:
            return (await connection.execute(sa.select(jobs.c.slot).where(done))).first() is not None

    async def verify(self) -> None:
        """Every log is a whole chain, and tells its record."""
        for incident in await self.incidents():
            entries = await self.log(number=incident.id)
            assert entries, f"INC-{incident.id} has no log"
            assert first_broken(entries) is None, f"the log of INC-{incident.id} is broken"
        assert await misremembered(self.store) == []


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Record]:
    """Open a database for as long as the block lasts."""
    store = await Store.open(url, clock=SystemClock(), ids=TimeSortedIds())
    try:
        yield Record(store)
    finally:
        await store.close()


def printed(house: House, event: str = "") -> list[dict[str, Any]]:
    """The lines that the bot has logged, or those of one event."""
    lines = house.log_file.read_text().splitlines() if house.log_file.exists() else []
    read = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in read if event in ("", line.get("event"))]


def broke(house: House) -> list[dict[str, Any]]:
    """What went wrong inside the bot, until it was asked to stop: then sockets may close under an answer."""
    lines = itertools.takewhile(lambda line: line.get("event") != "process.stopping", printed(house))
    return [line for line in lines if line.get("level") in ("error", "critical")]
