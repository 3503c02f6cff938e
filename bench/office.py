"""A bot's outbox at work beside a workspace, without a process around it: what it costs is ours alone."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count

from aiohttp import ClientSession, TCPConnector

from bench.elsewhere import sandbox_elsewhere
from bot.bells import Bells
from bot.clock import SystemClock
from bot.collector import settle_down
from bot.delivery.directory import Directory
from bot.delivery.tools import Tools
from bot.ids import TimeSortedIds
from bot.library import Library, papers
from bot.manifest import manifest
from bot.metrics import Metrics
from bot.slack.client import make_client
from bot.slack.gateway import Gateway
from bot.slack.introduction import Introduction
from bot.slack.methods import METHODS, Method
from bot.slack.throttle import Throttle
from bot.workers.deliveries import Deliveries, Terms
from config.settings import load
from handlers.rendering import write_review
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident
from playbooks.ports import Ports
from playbooks.protocol import declare
from sandbox.testing import Workspace
from storage.schema import upgrade
from storage.uow import Store

UNLIMITED: Mapping[str, Method] = {
    name: replace(method, per_minute=1_000_000, per_channel=False) for name, method in METHODS.items()
}
"""For measurements of what the bot itself costs."""


@dataclass(slots=True)
class Office:
    """An outbox worker that runs, and what it works with."""

    workspace: Workspace
    tools: Tools = field(init=False)
    ready: list[float] = field(default_factory=list)
    """When each incident became ready to be worked on, on the monotonic clock."""
    _numbers: Iterator[int] = field(default_factory=count)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def note_ready(self, _seconds: float) -> None:
        self.ready.append(time.perf_counter())
        self._more.set()

    async def until_ready(self, count: int) -> float:
        """Wait for so many incidents to be ready; when the last one was."""
        while len(self.ready) < count:
            self._more.clear()
            await self._more.wait()
        last = max(self.ready)
        self.ready.clear()
        return last

    async def declare(self) -> Incident:
        """Declare something that happens nowhere else, so that nothing looks alike."""
        number = next(self._numbers)
        return await declare.by_hand(
            self.tools.ports,
            title=f"Outage {number}",
            service="checkout",
            severity=1,
            by=UserId("U0ADA"),
            env=f"env-{number}",
        )

    async def idle(self) -> None:
        """Wait until nothing is owed any more."""
        queue, clock = self.tools.store.outbox, self.tools.ports.clock
        while await queue.next_due(clock.now()) is not None:  # noqa: ASYNC110 - nobody rings when it is empty
            await asyncio.sleep(0.02)


@asynccontextmanager
async def open_office(
    *, latency: float, methods: Mapping[str, Method] = UNLIMITED, profile: str = "off"
) -> AsyncIterator[Office]:
    """A workspace whose every call takes ``latency`` seconds, and a worker on a fresh SQLite file.

    ``profile`` are the limits that the workspace keeps.
    """
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(sandbox_elsewhere(profile))
        office = Office(workspace=workspace)
        gateway = await _gateway(workspace, methods, stack)
        worker = await _worker(office, gateway, stack)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(), name="outbox")
            await workspace.faults.add("latency", seconds=latency)
            settle_down()  # as the process does when it is ready
            yield office
            worker.stop()


async def _gateway(workspace: Workspace, methods: Mapping[str, Method], stack: AsyncExitStack) -> Gateway:
    app = await workspace.install(manifest(mode="socket"))
    session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
    client = make_client(session, base_url=app.api_url, token=app.bot_token)
    return Gateway(client, Throttle(methods, now=time.monotonic, sleep=asyncio.sleep), Metrics())


async def _worker(office: Office, gateway: Gateway, stack: AsyncExitStack) -> Deliveries:
    """The worker as it is in a process, with the shipped settings and papers."""
    bells, wall, ids, settings = Bells(), SystemClock(), TimeSortedIds(), load()
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-"))
    url = f"sqlite+aiosqlite:///{folder}/tocsin.db"
    await upgrade(url)
    store = await Store.open(url, clock=wall, ids=ids, name="bench", on_commit=bells.ring)
    stack.push_async_callback(store.close)
    library = Library(*papers(settings))
    introduction = Introduction(gateway, expected_team=None)
    await introduction.make()
    office.tools = Tools(
        store=store,
        ports=Ports(
            clock=wall,
            ids=ids,
            units=store.units,
            reading=store.reading,
            write_review=write_review,
            handbook=library.handbook,
        ),
        gateway=gateway,
        directory=Directory(gateway),
        identity=introduction.known,
        complain=_silent,
        public_url="https://tocsin.example",
        ready=office.note_ready,
        read_again=lambda: None,
        show_home=_nobody_looks,
    )
    await office.tools.directory.enter(library.handbook().catalogue.channels.incidents)
    how = settings.worker
    terms = Terms(name="bench", concurrency=how.concurrency, lease=how.lease, poll=how.poll)
    return Deliveries(office.tools, terms, bell=bells.bell("outbox"), metrics=Metrics(), wall=wall.now)


async def _nobody_looks(_user: UserId) -> None:
    """Home tabs are drawn for people."""


def _silent(_event: str, /, **_data: object) -> None:
    """Measurements show their own figures."""
