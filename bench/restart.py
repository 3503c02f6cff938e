"""How soon after a start the first thing leaves that a dead process still owed."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import AsyncExitStack

from bench.elsewhere import sandbox_elsewhere
from bench.process import Place, prepared, running
from bench.report import Finding, Report
from bot.clock import SystemClock
from bot.ids import TimeSortedIds
from bot.library import Library, papers
from config.settings import load
from handlers.rendering import write_review
from playbooks.domain.ids import UserId
from playbooks.ports import Ports
from playbooks.protocol import declare
from storage.schema import upgrade
from storage.uow import Store

WITHIN = 2.0
TIMES, QUICK_TIMES = 5, 2
GIVE_UP = 30.0
_OWED = "conversations.create"


async def measure(*, quick: bool) -> Report:
    """Seconds from the start of the process until Slack hears the first owed call; the median."""
    report = Report("A restart")
    took = [await _once() for _ in range(QUICK_TIMES if quick else TIMES)]
    seen = f"slowest of {len(took)}: {max(took):.2f} s"
    what = "from the start to the first overdue effect"
    report.add(Finding(what=what, value=statistics.median(took), bound=WITHIN, unit="s", seen=seen))
    return report


async def _once() -> float:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-"))
        workspace = await stack.enter_async_context(sandbox_elsewhere())
        place = await prepared(workspace, f"sqlite+aiosqlite:///{folder}/tocsin.db")
        await _owe(place)
        began = time.perf_counter()
        await stack.enter_async_context(running(place))
        async with asyncio.timeout(GIVE_UP):
            while not await _heard(place):  # noqa: ASYNC110 - nobody rings in another process
                await asyncio.sleep(0.01)
        return time.perf_counter() - began


async def _owe(place: Place) -> None:
    """An incident was declared, and whoever was to open its room died with it."""
    await upgrade(place.database)
    clock, ids = SystemClock(), TimeSortedIds()
    store = await Store.open(place.database, clock=clock, ids=ids)
    ports = Ports(
        clock=clock,
        ids=ids,
        units=store.units,
        reading=store.reading,
        write_review=write_review,
        handbook=Library(*papers(load())).handbook,
    )
    await declare.by_hand(ports, title="Outage", service="checkout", severity=1, by=UserId("U0ADA"))
    await store.close()


async def _heard(place: Place) -> bool:
    return any(_OWED in str(entry["summary"]) for entry in await place.workspace.journal())
