"""How many signals a second are understood, and what that costs in a large house and an old one.

The use case itself, on SQLite, fed as the inbox worker feeds it: batches of alerts that begin,
repeat and end at random. Told is the work of one core, because the clock of a busy machine says
little, and the longest turn, because a command waits behind it.
"""

from __future__ import annotations

import json
import random  # noqa: TID251 - the same storm every time
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.clock import SystemClock
from bot.ids import TimeSortedIds
from handlers.rendering import write_review
from playbooks.catalogue import Catalogue
from playbooks.domain.handbook import Handbook
from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load
from playbooks.ports import Ports
from playbooks.protocol import intake
from storage import tables
from storage.engine import make_engine
from storage.schema import upgrade
from storage.uow import Store

TOGETHER = 150  # as many as the worker thinks about at once
SIGNALS = 4_500
RATE = 2_000
PRODUCT = 10  # services that hang together
SIZES = ((10, 10_000), (5_000, 10_000), (10, 100_000), (5_000, 100_000))


@dataclass(slots=True)
class Told:
    """One measurement."""

    services: int
    stored: int
    per_core: float
    """Signals that one core understands in a second of work."""
    longest: float
    """Seconds of the longest turn."""


class Moving:
    """A clock that follows the signals."""

    def __init__(self) -> None:
        self.at = SystemClock().now()

    def now(self) -> datetime:
        return self.at


def handbook(services: int) -> Handbook:
    """A catalogue of so many services, in products of ten that need each other."""
    known = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
    made = {
        f"s{n}": {
            "title": f"Service {n}",
            "tier": 3,
            "owner": "shop",
            "leads": ["bob"],
            "depends_on": [{"service": f"s{n - (n % PRODUCT + 1) // 2}"}] if n % PRODUCT else [],
        }
        for n in range(services)
    }
    world = known.catalogue.model_dump() | {"services": made, "cis": {}, "routes": (), "maintenance": ()}
    return Handbook(playbook=known.playbook, catalogue=Catalogue.model_validate(world))


async def remember(url: str, stored: int, services: int, until: datetime) -> None:
    """So many alerts of the past: ended, spread over the services and the last weeks."""
    engine = make_engine(url)
    intervals = json.dumps([{"start": "2026-01-01T00:00:00+00:00", "end": "2026-01-01T00:10:00+00:00"}])
    async with engine.connect() as connection:
        for start in range(0, stored, 10_000):
            await connection.execute(
                sa.insert(tables.episodes),
                [
                    {
                        "id": f"old-{n:08}", "source": "prom", "dedup_key": f"k{n % (stored // 4 + 1)}",
                        "origin": "prom", "kind": "alert", "severity": 3, "service": f"s{n % services}",
                        "service_hint": f"s{n % services}", "env": "production", "title": "old", "link": "",
                        "intervals": json.loads(intervals), "labels": {}, "version": 0, "is_open": False,
                        "last_event_at": until - timedelta(hours=2, seconds=n),
                        "received_at": until - timedelta(hours=2, seconds=n),
                        "began_at": until - timedelta(hours=3, seconds=n),
                    }
                    for n in range(start, min(start + 10_000, stored))
                ],
            )  # fmt: skip
        await connection.commit()
    await engine.dispose()


@asynccontextmanager
async def house(services: int, stored: int) -> AsyncIterator[tuple[Ports, Moving]]:
    """A database with a past, and the use cases over it."""
    clock, papers = Moving(), handbook(services)
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
        await upgrade(url)
        await remember(url, stored, services, clock.at)
        store = await Store.open(url, clock=clock, ids=TimeSortedIds())
        try:
            yield (
                Ports(
                    clock=clock,
                    ids=TimeSortedIds(),
                    units=store.units,
                    reading=store.reading,
                    write_review=write_review,
                    handbook=lambda: papers,
                ),
                clock,
            )
        finally:
            await store.close()


def _signals(services: int, clock: Moving, dice: random.Random) -> Iterator[Signal]:
    """Alerts of 1,125 keys: each begins, is repeated and ends at random."""
    while True:
        key = dice.randrange(SIGNALS // 4)
        ends = dice.random() < 1 / 3
        yield Signal(
            source="prom",
            dedup_key=f"k{key}",
            origin="prom",
            status=SignalStatus.RESOLVED if ends else SignalStatus.FIRING,
            kind=SignalKind.ALERT,
            severity=3,
            service_hint=f"s{key % services}",
            env="production",
            title="It fails",
            link="http://prometheus.example/graph",
            occurred_at=clock.at,
            starts_at=None,
            ends_at=None,
            labels={"alertname": "ItFails", "service": f"s{key % services}", "team": "shop"},
        )


@dataclass(slots=True)
class House:
    """A house and what it has understood so far."""

    told: Told
    ports: Ports
    clock: Moving
    stream: Iterator[Signal]
    worked: float = 0.0

    async def turn(self) -> None:
        """One batch."""
        self.clock.at += timedelta(seconds=TOGETHER / RATE)
        batch = [next(self.stream) for _ in range(TOGETHER)]
        begun, worked = time.perf_counter(), time.process_time()
        await intake.absorb(self.ports, signals=batch, received_at=self.clock.at)
        self.worked += time.process_time() - worked
        self.told.longest = max(self.told.longest, time.perf_counter() - begun)


async def measure() -> str:
    """The table, in Markdown. The houses take turns, so that whatever else happens befalls all."""
    async with AsyncExitStack() as stack:
        houses = []
        for services, stored in SIZES:
            ports, clock = await stack.enter_async_context(house(services, stored))
            stream = _signals(services, clock, random.Random(7))  # noqa: S311 - nothing secret
            houses.append(House(Told(services, stored, 0.0, 0.0), ports, clock, stream))
        for one in houses:
            await one.turn()  # whatever is made once is made now
            one.worked = one.told.longest = 0.0
        for _ in range(0, SIGNALS, TOGETHER):
            for one in houses:
                await one.turn()
    for one in houses:
        one.told.per_core = SIGNALS / one.worked
    return _table([one.told for one in houses])


def _table(told: list[Told]) -> str:
    first = told[0].per_core
    lines = [
        "| services | stored alerts | signals/s of one core | cost, of the first row | longest turn |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.services:,} | {one.stored:,} | {one.per_core:,.0f} | {first / one.per_core:.2f}"
        f" | {one.longest * 1000:.0f} ms |"
        for one in told
    ]
    return "\n".join(lines)
