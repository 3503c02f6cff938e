"""Deliveries against a real sandbox over real sockets, on a real database; time is moved, never slept."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from aiohttp import ClientSession, ClientTimeout

from bot.bells import Bell
from bot.delivery.directory import Directory
from bot.delivery.tools import Tools
from bot.manifest import manifest
from bot.metrics import Metrics
from bot.slack.client import make_client
from bot.slack.gateway import Gateway
from bot.slack.introduction import Introduction
from bot.slack.methods import METHODS
from bot.slack.throttle import Throttle
from bot.workers.deliveries import Deliveries, Terms
from handlers.rendering import write_review
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import Incident
from playbooks.loader import load
from playbooks.ports import Ports
from playbooks.protocol import declare
from sandbox.testing import App, Channel, Message, Workspace, running_sandbox
from storage.outbox import OutboxRow
from storage.uow import Store
from tests.clock import CountingIds, MovableClock
from tests.library import CATALOGUE, PLAYBOOK

ANYWAY = frozenset(map(IncidentId, range(1, 100)))
"""Whoever declares has seen everything that is open, and means something else."""
ADA, BOB, GUS = UserId("U0ADA"), UserId("U0BOB"), UserId("U0GUS")
PATIENCE = timedelta(seconds=1)
"""Slack answers a sandbox call in milliseconds; only a test of timeouts waits this long."""


class ElasticTime:
    """A monotonic clock on which sleeping takes no time; the workspace's clock goes with it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._ahead = 0.0

    def now(self) -> float:
        return time.monotonic() + self._ahead

    async def sleep(self, seconds: float) -> None:
        until = self.now() + seconds
        await asyncio.sleep(0)
        if (rest := until - self.now()) > 0:
            self._ahead += rest
            await self.workspace.advance(rest)


@dataclass
class Office:
    """A bot's outbox worker with a workspace to deliver to."""

    workspace: Workspace
    app: App
    store: Store
    tools: Tools
    clock: MovableClock
    elastic: ElasticTime
    complaints: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    """Seconds from the declaration until people could work, for each incident that came so far."""

    @property
    def gateway(self) -> Gateway:
        return self.tools.gateway

    def worker(self, name: str = "one") -> Deliveries:
        """A process's worker: it remembers nothing of the one before."""
        terms = Terms(name=name, concurrency=24, lease=timedelta(seconds=60), poll=timedelta(seconds=1))
        return Deliveries(self.tools, terms, bell=Bell(), metrics=Metrics(), wall=self.clock.now)

    async def work(self, worker: Deliveries | None = None) -> None:
        """Deliver until nothing is due at this instant."""
        worker = worker or self.worker()
        found = True
        while found:
            async with asyncio.TaskGroup() as begun:
                found = await worker.look(begun)

    async def finish(
        self, worker: Deliveries | None = None, *, within: timedelta = timedelta(minutes=10)
    ) -> None:
        """Deliver until nothing is owed, moving the clock from one due time to the next."""
        worker = worker or self.worker()
        deadline = self.clock.now() + within
        await self.work(worker)
        while (due := await self.store.outbox.next_due(self.clock.now())) is not None:
            assert due <= deadline, [(row.kind, row.state, row.reason) for row in await self.rows()]
            await self.pass_time(max(due - self.clock.now(), timedelta(milliseconds=1)))
            await self.work(worker)

    async def pass_time(self, by: timedelta) -> None:
        """For the bot, for its throttle, and for the workspace."""
        self.clock.advance(by)
        await self.elastic.sleep(by.total_seconds())

    async def declare(
        self, *, service: str = "checkout", severity: int = 1, title: str = "Payments time out"
    ) -> Incident:
        return await declare.by_hand(
            self.tools.ports, title=title, service=service, severity=severity, by=ADA, despite=ANYWAY
        )

    async def rows(self, *kinds: str) -> Sequence[OutboxRow]:
        """Outbox rows in the order in which they were owed."""
        rows = await self.store.outbox.rows(None, 500)
        return [row for row in reversed(rows) if not kinds or row.kind in kinds]

    def room(self, name: str = "inc-1-checkout") -> Channel:
        return self.workspace.channel(name)

    async def said(self, channel: str, *, threads: bool = False) -> list[Message]:
        """What the bot posted, oldest first, without Slack's own lines about joining."""
        everything = await self.workspace.channel(channel).messages(threads=threads)
        return [message for message in everything if "metadata" in message.raw]


def announced(said: Sequence[Message]) -> Counter[int]:
    """How often each incident has a headline in messages of the incidents channel."""
    shown = (str(message.raw["blocks"]) for message in said)
    return Counter(int(number) for blocks in shown for number in re.findall(r"INC-(\d+) ·", blocks))


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """The default draws them with every local variable, which takes seconds."""
    structlog.configure(
        processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with fresh_workspace() as workspace:
        yield workspace


@asynccontextmanager
async def fresh_workspace() -> AsyncIterator[Workspace]:
    """A sandbox without rate limits; tests of limits put them back."""
    async with running_sandbox() as workspace:
        await workspace.faults.happen("rate_limits", profile="off")
        yield workspace


@pytest.fixture
async def app(workspace: Workspace) -> App:
    """Socket Mode without a socket: nothing is delivered to the bot here."""
    return await workspace.install(manifest(mode="socket"))


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(timeout=ClientTimeout(total=PATIENCE.total_seconds())) as session:
        yield session


@pytest.fixture
def elastic(workspace: Workspace) -> ElasticTime:
    return ElasticTime(workspace)


@pytest.fixture
def gateway(app: App, session: ClientSession, elastic: ElasticTime) -> Gateway:
    return gateway_of(app, session, elastic)


def gateway_of(app: App, session: ClientSession, elastic: ElasticTime) -> Gateway:
    """What speaks to the workspace in an app's name."""
    client = make_client(session, base_url=app.api_url, token=app.bot_token)
    return Gateway(client, Throttle(METHODS, now=elastic.now, sleep=elastic.sleep), Metrics())


@pytest.fixture
def office_url(sqlite_url: str) -> str:
    """SQLite, where the promise does not depend on the database; a module may say otherwise."""
    return sqlite_url


@pytest.fixture
async def office(workspace: Workspace, office_url: str) -> AsyncIterator[Office]:
    async with open_office(workspace, office_url) as office:
        yield office


@asynccontextmanager
async def open_office(workspace: Workspace, url: str) -> AsyncIterator[Office]:
    """An outbox worker's surroundings. The clock starts now, because the sandbox stamps messages now."""
    clock, ids, elastic = MovableClock(datetime.now(UTC)), CountingIds("delivery"), ElasticTime(workspace)
    app = await workspace.install(manifest(mode="socket"))
    handbook = load(PLAYBOOK, CATALOGUE)
    complaints: list[str] = []
    took: list[float] = []

    def complain(event: str, /, **_: object) -> None:
        complaints.append(event)

    async def show_home(user: UserId) -> None:
        await gateway.publish_home(user, {"type": "home", "blocks": []})

    async with AsyncExitStack() as stack:
        patience = ClientTimeout(total=PATIENCE.total_seconds())
        session = await stack.enter_async_context(ClientSession(timeout=patience))
        gateway = gateway_of(app, session, elastic)
        store = await Store.open(url, clock=clock, ids=ids)
        stack.push_async_callback(store.close)
        introduction = Introduction(gateway, expected_team=None)
        await introduction.make()
        ports = Ports(
            clock=clock,
            ids=ids,
            units=store.units,
            reading=store.reading,
            write_review=write_review,
            handbook=lambda: handbook,
        )
        tools = Tools(
            store=store,
            ports=ports,
            gateway=gateway,
            directory=Directory(gateway),
            identity=introduction.known,
            complain=complain,
            public_url="https://tocsin.example",
            ready=took.append,
            read_again=lambda: None,
            show_home=show_home,
        )
        yield Office(workspace, app, store, tools, clock, elastic, complaints, took)
