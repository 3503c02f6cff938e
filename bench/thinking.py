"""How many signals a second are understood, and what that costs in a large house and an old one.

The use case itself, on SQLite, fed as the inbox worker feeds it: batches of alerts that begin,
repeat and end at random. Told is the work of one core, because the clock of a busy machine says
little, and the longest turn, because a command waits behind it.
"""

from __future__ import annotations

import random  # noqa: TID251 - the same storm every time
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.report import Finding, Report
from bot.clock import SystemClock
from bot.ids import TimeSortedIds
from handlers.rendering import write_review
from playbooks.catalogue import Catalogue
from playbooks.domain.handbook import Handbook
from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load
from playbooks.ports import Ports
from playbooks.protocol import intake
from storage.engine import make_engine
from storage.schema import upgrade
from storage.uow import Store

TOGETHER = 150  # as many as the worker thinks about at once
SIGNALS = 4_500
RATE = 2_000
PRODUCT = 10  # services that hang together
SIZES = ((10, 10_000), (5_000, 10_000), (10, 1_000_000), (5_000, 1_000_000))
QUICK_SIZES = ((10, 10_000), (5_000, 10_000), (10, 100_000), (5_000, 100_000))
SUSTAINED = 2_000
FLAT = 1.3


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


_AT = "strftime('%Y-%m-%dT%H:%M:%f000+00:00', :until - n - {hours} * 3600, 'unixepoch')"
_BEGAN, _ENDED = _AT.format(hours=3), _AT.format(hours=2)
_PAST = f"""
    WITH RECURSIVE old (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM old WHERE n + 1 < :stored)
    INSERT INTO episodes (
        id, source, dedup_key, origin, kind, severity, service, service_hint, env, title, link, labels,
        intervals, acknowledged, version, is_open, last_event_at, received_at, began_at
    )
    SELECT printf('old-%08d', n), 'prom', 'k' || (n % (:stored / 4 + 1)), 'prom', 'alert', 3,
        's' || (n % :services), 's' || (n % :services), 'production', 'old', '', '{{}}',
        json_array(json_object('start', {_BEGAN}, 'end', {_ENDED})), '[]', 0, 0, {_ENDED}, {_ENDED}, {_BEGAN}
    FROM old
"""  # noqa: S608 - made of constants


async def remember(url: str, stored: int, services: int, until: datetime) -> None:
    """So many alerts of the past: ended, spread over the services and the last days."""
    given = {"stored": stored, "services": services, "until": int(until.timestamp())}
    engine = make_engine(url)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(_PAST, given)
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


async def measure(*, quick: bool) -> Report:
    """The houses take turns, so that whatever else happens befalls all."""
    async with AsyncExitStack() as stack:
        houses = []
        for services, stored in QUICK_SIZES if quick else SIZES:
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
    return _report([one.told for one in houses])


def _report(told: list[Told]) -> Report:
    report = Report("Understanding alerts, SQLite, by the work of one core")
    young = told[0]
    for one in told:
        where = f"{one.services:,} services, {one.stored:,} alerts"
        seen = f"longest turn {one.longest * 1000:.0f} ms"
        report.add(
            Finding(
                what=f"understood, {where}",
                value=one.per_core,
                bound=SUSTAINED,
                unit="/s",
                at_least=True,
                seen=seen,
            )
        )
        if one is not young:
            cost = young.per_core / one.per_core
            report.add(Finding(what=f"cost of a signal, {where}", value=cost, bound=FLAT))
    return report
