"""What a long log and a long history cost: status, a click and lines of the log, beside a young house.

Three houses take turns with the same deeds: a young one, one whose incident has a long log, and
one that remembers many incidents. Deeds of the same round are compared, and the median round
counts: by the work of a core, because the clock of a busy machine says little; on PostgreSQL by
the clock, because a server does most of the work. The chain of the long log is a real one.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from statistics import median

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.report import Finding, Report
from bot.clock import SystemClock
from bot.ids import TimeSortedIds
from handlers.rendering import write_review
from handlers.views.home import home
from handlers.views.status import status
from playbooks.domain.entry import Anchor, Entry, entry_for
from playbooks.domain.events import MessageSaid
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.incident import Incident, State
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load
from playbooks.ports import Ports
from playbooks.protocol import command, declare, find, resolve, room, timeline
from storage import tables
from storage.engine import is_sqlite, make_engine
from storage.mapping import Codec
from storage.schema import upgrade
from storage.uow import Store
from tests.databases import postgresql_server

FLAT = 1.3
FEW_ENTRIES, MANY_ENTRIES = 100, 100_000
FEW_INCIDENTS, MANY_INCIDENTS = 10, 10_000
ROUNDS, QUICK_ROUNDS = 150, 40
ROOM, ADA = ChannelId("C0ROOM"), UserId("U0ADA")
_ONE = IncidentId(1)
_TOGETHER = 5_000
_INCIDENTS, _ENTRIES, _ANCHORS = (
    Codec(Incident, tables.incidents),
    Codec(Entry, tables.entries),
    Codec(Anchor, tables.chains),
)


@dataclass(slots=True)
class House:
    """A database with a past, and what its deeds have cost so far: seconds of a core, by deed."""

    name: str
    ports: Ports
    watch: Callable[[], float]
    """What is counted: work of a core, or the clock where another process does the work."""
    spent: dict[str, list[float]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _said: Ts | None = None

    async def turn(self) -> None:
        """Every deed once."""
        for deed in (self.show_status, self.show_home, self.say, self.mark, self.press):
            await self._measured(deed)

    async def _measured(self, deed: Callable[[], Awaitable[None]]) -> None:
        began = self.watch()
        await deed()
        self.spent.setdefault(deed.__name__, []).append(self.watch() - began)

    async def show_status(self) -> None:
        """``/incident status`` in the room."""
        here = await find.in_room(self.ports, channel=ROOM)
        picture = await find.picture(self.ports, incident=here.id if here else _ONE)
        status(picture, self.ports.handbook())

    async def show_home(self) -> None:
        """Somebody who commands opens the Home tab."""
        about = await find.mine(self.ports, user=ADA)
        home(about.pictures, ADA, self.ports.handbook(), mine=about.mine, drafts=about.drafts)

    async def say(self) -> None:
        """Somebody says something in the room."""
        self._said = Ts(f"{self.ports.clock.now().timestamp():.6f}")
        text = f"message {next(self._numbers)}"
        await timeline.said(self.ports, channel=ROOM, ts=self._said, thread=None, user=ADA, text=text)

    async def mark(self) -> None:
        """Somebody marks it."""
        if self._said is not None:
            there = self._said
            await timeline.marked(self.ports, channel=ROOM, ts=there, by=ADA, reaction="pushpin", author=ADA)

    async def press(self) -> None:
        """A button that changes the state: worse, then better again."""
        worse = 1 + next(self._numbers) % 2
        found = await find.incident(self.ports, number=_ONE)
        to = worse if found.severity != worse else 3 - worse
        await resolve.severity(self.ports, incident=_ONE, by=ADA, severity=to, reason="measured")


async def measure(*, quick: bool) -> Report:
    """The ratio of each deed to the same deed in a young house, on both databases."""
    report = Report("A long log and a long history")
    rounds = QUICK_ROUNDS if quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        urls = [f"sqlite+aiosqlite:///{folder}/{n}.db" for n in range(3)]
        await _measure_on("SQLite", urls, report, rounds)
    with ExitStack() as stack:
        # In a thread, because it runs a loop of its own to make its template.
        server = await asyncio.to_thread(stack.enter_context, postgresql_server())
        await _measure_on("PostgreSQL", [server.empty() for _ in range(3)], report, rounds)
    return report


async def _measure_on(engine: str, urls: list[str], report: Report, rounds: int) -> None:
    sizes = (
        ("young", FEW_ENTRIES, FEW_INCIDENTS),
        (f"{MANY_ENTRIES:,} entries", MANY_ENTRIES, FEW_INCIDENTS),
        (f"{MANY_INCIDENTS:,} incidents", FEW_ENTRIES, MANY_INCIDENTS),
    )
    async with AsyncExitStack() as stack:
        houses = [
            await stack.enter_async_context(_house(name, url, entries, incidents))
            for url, (name, entries, incidents) in zip(urls, sizes, strict=True)
        ]
        for one in houses * 3:
            await one.turn()  # whatever is made once is made now
        for one in houses:
            one.spent.clear()
        gc.collect()
        gc.disable()
        try:
            for number in range(rounds):
                first = number % len(houses)
                for one in (*houses[first:], *houses[:first]):
                    await one.turn()
        finally:
            gc.enable()
    young, *old = houses
    for one in old:
        for deed, spent in one.spent.items():
            report.add(_compared(engine, one.name, deed, spent, young.spent[deed]))


def _compared(engine: str, house: str, deed: str, old: list[float], young: list[float]) -> Finding:
    """Deeds of one round are compared with each other; the median round counts."""
    ratio = median(slow / fast for slow, fast in zip(old, young, strict=True))
    seen = f"{median(young) * 1000:.1f} ms, then {median(old) * 1000:.1f} ms"
    return Finding(what=f"{engine}, {deed.replace('_', ' ')}: {house}", value=ratio, bound=FLAT, seen=seen)


@asynccontextmanager
async def _house(name: str, url: str, entries: int, incidents: int) -> AsyncIterator[House]:
    clock, ids, papers = SystemClock(), TimeSortedIds(), load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
    await upgrade(url)
    store = await Store.open(url, clock=clock, ids=ids, name="bench")
    try:
        ports = Ports(
            clock=clock,
            ids=ids,
            units=store.units,
            reading=store.reading,
            write_review=write_review,
            handbook=lambda: papers,
        )
        await declare.by_hand(ports, title="Payments time out", service="checkout", severity=2, by=ADA)
        async with store.units() as unit:
            await room.opened(unit, ports, incident=_ONE, room=ROOM, name="inc-1-checkout")
            await unit.commit()
        await command.take(ports, incident=_ONE, by=ADA)
        await _remember(url, store, entries, incidents)
        watch = time.process_time if is_sqlite(url) else time.perf_counter
        yield House(name=name, ports=ports, watch=watch)
    finally:
        await store.close()


async def _remember(url: str, store: Store, entries: int, incidents: int) -> None:
    """A log of so many messages behind the first incident, and so many other incidents that are over."""
    async with store.reading() as unit:
        one = await unit.incidents.find(_ONE)
        head = await unit.entries.head(_ONE)
    if one is None:
        return
    log = list(_messages(one.declared_at, *head, entries))
    anchor = Anchor(incident=_ONE, length=log[-1].seq, head=log[-1].hash)
    engine = make_engine(url)
    async with engine.begin() as connection:
        await _insert(connection, tables.entries, [_ENTRIES.row(entry) for entry in log])
        ended = sa.update(tables.chains).where(tables.chains.c.incident == _ONE)
        await connection.execute(ended.values(_ANCHORS.row(anchor)))
        past = (_ended(one, number) for number in range(2, incidents + 1))
        await _insert(connection, tables.incidents, [_INCIDENTS.row(each) for each in past])
    async with engine.connect() as connection:
        await connection.execute(sa.text("ANALYZE"))
        await connection.commit()
    await engine.dispose()
    if is_sqlite(url):
        gc.collect()


async def _insert(connection: AsyncConnection, table: sa.Table, rows: list[dict[str, object]]) -> None:
    for start in range(0, len(rows), _TOGETHER):
        await connection.execute(sa.insert(table), rows[start : start + _TOGETHER])


def _messages(began: datetime, seq: int, prev_hash: str, wanted: int) -> Iterator[Entry]:
    """What people said, chained as it would have been."""
    for number in range(1, wanted + 1):
        at = began + timedelta(milliseconds=number)
        said = MessageSaid(
            incident=_ONE,
            by=ADA,
            at=at,
            channel=ROOM,
            ts=Ts(f"{at.timestamp():.6f}"),
            thread=None,
            text=f"old message {number}",
            app="",
        )
        entry = entry_for(said, seq=seq + number, prev_hash=prev_hash, recorded_at=at)
        prev_hash = entry.hash
        yield entry


def _ended(one: Incident, number: int) -> Incident:
    """Another incident of the past, with a room of its own."""
    before = one.declared_at - timedelta(minutes=number)
    return replace(
        one,
        id=IncidentId(number),
        title=f"Outage {number}",
        state=State.CLOSED,
        room=ChannelId(f"C0OLD{number}"),
        declared_at=before,
        detected_at=before,
        impact_started_at=before,
        mitigated_at=before,
        resolved_at=before,
        freeze_since=before,
        thawed_at=before,
    )
