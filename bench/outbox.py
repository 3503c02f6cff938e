"""What the outbox itself costs: effects that take no time, and the way from a commit to a worker.

Everything that a delivery goes through is there (claim, lease, note in the database), only
Slack is not. Durability is as in production. The same is measured again with many settled
rows in the table, because nobody empties it for speed.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from bench.report import Finding, Report, percentile
from bot.bells import Bells
from bot.clock import SystemClock
from bot.delivery.tools import Delivered, Errand, Tools
from bot.ids import TimeSortedIds
from bot.metrics import Metrics
from bot.workers.deliveries import Deliveries, Terms
from config.settings import load
from playbooks.domain.effects import AddBookmarks
from playbooks.domain.ids import IncidentId
from storage.engine import is_sqlite, make_engine
from storage.queues import outbox
from storage.schema import upgrade
from storage.uow import Store
from tests.databases import postgresql_server

PER_SECOND, WAKE_MS, FLAT = 5_000, 10.0, 1.3
FEW, MANY, QUICK_MANY = 1_000, 1_000_000, 100_000
_ONE = IncidentId(1)


@dataclass(slots=True)
class Mill:
    """A worker whose deliveries take no time, on a database."""

    url: str
    store: Store
    done: int = 0
    begun: list[float] = field(default_factory=list)
    _wanted: int = 0
    _reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def carry(self, errand: Errand[Any], _tools: Tools) -> Delivered:  # noqa: ARG002 - nothing is sent
        self.begun.append(time.perf_counter())
        self.done += 1
        if self.done >= self._wanted:
            self._reached.set()
        return Delivered(result={})

    async def owe(self, count: int) -> None:
        async with self.store.units() as unit:
            for _ in range(count):
                await unit.outbox.put(AddBookmarks(incident=_ONE))
            await unit.commit()

    def expect(self, count: int) -> None:
        """So many more are to come."""
        self._wanted = self.done + count
        self._reached.clear()

    async def finished(self) -> None:
        """Wait until they came, and are noted."""
        await self._reached.wait()
        while await self.store.outbox.next_due(SystemClock().now()) is not None:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.002)

    async def settle_many(self, count: int) -> None:
        """Let the table look as after so many deliveries: copies of one that really happened."""
        engine = make_engine(self.url)
        copied = [column.name for column in outbox.columns if column.name not in ("position", "id")]
        names = ", ".join(copied)
        numbers = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
            if is_sqlite(self.url)
            else "WITH n(i) AS (SELECT generate_series(1, CAST(:count AS integer)))"
        )
        old = "'old-' || CAST(:count AS text) || '-' || i"
        copy = (  # names of our own columns
            f"{numbers}, done AS (SELECT * FROM outbox WHERE settled_at IS NOT NULL LIMIT 1) "  # noqa: S608
            f"INSERT INTO outbox (id, {names}) SELECT {old}, {names} FROM n, done"
        )
        async with engine.begin() as connection:
            await connection.execute(sa.text(copy), {"count": count})
        await engine.dispose()


async def measure(*, quick: bool) -> Report:
    """Effects a second, p99 of waking up, and how both change with settled rows."""
    report = Report("Outbox without Slack's latency")
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        await _measure_on("SQLite", f"sqlite+aiosqlite:///{folder}/tocsin.db", report, quick=quick)
    with ExitStack() as stack:
        # In a thread, because it runs a loop of its own to make its template.
        server = await asyncio.to_thread(stack.enter_context, postgresql_server())
        server.be_durable()
        await _measure_on("PostgreSQL", server.empty(), report, quick=quick)
    return report


async def _measure_on(name: str, url: str, report: Report, *, quick: bool) -> None:
    await upgrade(url)
    many, effects, wakes = (QUICK_MANY, 2_000, 100) if quick else (MANY, 10_000, 500)
    async with _mill(url) as mill:
        await _speed(mill, 500)
        await mill.settle_many(FEW)
        few = await _speed(mill, effects), await _waking(mill, wakes), await _looking(mill)
        await mill.settle_many(many)
        lots = await _speed(mill, effects), await _waking(mill, wakes), await _looking(mill)
    report.add(
        Finding(what=f"{name}, effects a second", value=few[0], bound=PER_SECOND, unit="/s", at_least=True)
    )
    report.add(Finding(what=f"{name}, from commit to begin, p99", value=few[1], bound=WAKE_MS, unit="ms"))
    for what, ratio, unit in (
        ("effects a second", few[0] / lots[0], f"{few[0]:,.0f}/s, then {lots[0]:,.0f}/s"),
        ("p99", lots[1] / few[1], f"{few[1]:.1f} ms, then {lots[1]:.1f} ms"),
        ("measuring it", lots[2] / few[2], f"{few[2]:.2f} ms, then {lots[2]:.2f} ms"),
    ):
        of = f"{name}, {what}: {FEW:,} and {many:,} settled"
        report.add(Finding(what=of, value=ratio, bound=FLAT, seen=unit))


@asynccontextmanager
async def _mill(url: str) -> AsyncIterator[Mill]:
    bells, wall, how = Bells(), SystemClock(), load().worker
    async with AsyncExitStack() as stack:
        store = await Store.open(url, clock=wall, ids=TimeSortedIds(), name="bench", on_commit=bells.ring)
        stack.push_async_callback(store.close)
        mill = Mill(url=url, store=store)
        worker = Deliveries(
            SimpleNamespace(store=store),  # type: ignore[arg-type] # all that the worker itself uses of them
            Terms(name="bench", concurrency=how.concurrency, lease=how.lease, poll=how.poll),
            bell=bells.bell("outbox"),
            metrics=Metrics(),
            wall=wall.now,
            carry=mill.carry,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(), name="outbox")
            yield mill
            worker.stop()


async def _speed(mill: Mill, effects: int) -> float:
    """Effects a second, all owed by one commit."""
    mill.expect(effects)
    await mill.owe(effects)
    began = time.perf_counter()
    await mill.finished()
    return effects / (time.perf_counter() - began)


async def _waking(mill: Mill, times: int) -> float:
    """Milliseconds from a commit until its delivery begins, p99; the worker sleeps in between."""
    waited = []
    for _ in range(times):
        mill.expect(1)
        mill.begun.clear()
        await mill.owe(1)
        committed = time.perf_counter()
        await mill.finished()
        waited.append(max(mill.begun[0] - committed, 0.0) * 1000)
    return percentile(waited, 0.99)


async def _looking(mill: Mill) -> float:
    """Milliseconds for the depth of the queue, as metrics ask for it; the median of many."""
    took = []
    for _ in range(100):
        began = time.perf_counter()
        await mill.store.outbox.standing()
        took.append((time.perf_counter() - began) * 1000)
    return percentile(took, 0.5)
