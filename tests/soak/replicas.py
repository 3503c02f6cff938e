"""Several bots on one database, behind something that shares requests among them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from random import Random

import aiohttp
from aiohttp import web

from bot.demo.house import LOOPBACK, House, HouseBroken, free_port
from tests.soak.people import People

_HOP_BY_HOP = frozenset({"transfer-encoding", "content-length", "content-encoding", "connection"})
_TROUBLE = 502
_MOST_BYTES = 8 << 20
_A_MOMENT = 0.01


@dataclass(slots=True)
class Sharer:
    """Gives each request to the next replica that takes it, as a load balancer does."""

    ports: list[int] = field(default_factory=list)
    _turn: int = 0

    async def share(self, request: web.Request) -> web.Response:
        """What a replica answers; 502 if none is there, or if one died over the request."""
        body = await request.read()
        for _ in range(len(self.ports)):
            self._turn += 1
            port = self.ports[self._turn % len(self.ports)]
            try:
                return await self._answer(request, body, port)
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                break
        return web.Response(status=_TROUBLE)

    async def _answer(self, request: web.Request, body: bytes, port: int) -> web.Response:
        url = f"http://{LOOPBACK}:{port}{request.path_qs}"
        async with (
            aiohttp.ClientSession(auto_decompress=False, trust_env=False) as session,
            session.request(request.method, url, data=body, headers=request.headers) as answer,
        ):
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_BY_HOP}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())


@dataclass(slots=True)
class Troupe:
    """The replicas of one house; each is started again when it dies."""

    front: House
    people: People
    size: int
    plot: Plot
    members: list[House] = field(default_factory=list)
    sharer: Sharer = field(default_factory=Sharer)
    deaths: int = 0
    whole: asyncio.Event = field(default_factory=asyncio.Event)
    """Nobody is dead."""
    outages: int = 0
    """How often the database was away."""
    _runner: web.AppRunner | None = None
    _leaving: bool = False

    async def start(self) -> None:
        """Start them together, as a rollout does, and share requests among them.

        Slack opens a handful of sockets a minute for an app, which is less than replicas need
        that are replaced every few seconds; so its limits are off here. Storms have them on.
        """
        assert self.people.served is not None
        self.people.served.knobs.rate_limits = "off"
        await self._listen()
        self.members = [self._member(number) for number in range(1, self.size + 1)]
        async with asyncio.TaskGroup() as tasks:
            for member in self.members:
                tasks.create_task(member.start_bot(), name=member.folder.name)
        self.whole.set()
        self.sharer.ports = [member.bot_port for member in self.members]
        self.people.awake.set()

    async def watch(self) -> None:
        """Keep them alive, and let the plot take its course."""
        async with asyncio.TaskGroup() as tasks:
            for member in self.members:
                tasks.create_task(self._watch(member), name=member.folder.name)
            tasks.create_task(self.plot(self), name="plot")

    def kill(self) -> None:
        """SIGKILL for the first."""
        self.kill_member(0)

    def kill_member(self, number: int) -> None:
        """SIGKILL; nothing if it is dead already."""
        process = self.members[number].process
        if process is not None:
            self.whole.clear()
            process.kill()

    async def renew(self, member: House) -> None:
        """Replace one as a rolling restart does: no new requests, a stop in order, a new one."""
        self.sharer.ports.remove(member.bot_port)
        await member.stop_bot()
        await member.start_bot()
        self.sharer.ports.append(member.bot_port)

    async def leave(self) -> None:
        self._leaving = True
        async with asyncio.TaskGroup() as tasks:
            for member in self.members:
                tasks.create_task(member.stop_bot(), name=member.folder.name)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _listen(self) -> None:
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_route("*", "/{path:.*}", self.sharer.share)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self.front.bot_port).start()

    def _member(self, number: int) -> House:
        """A house like the front, with a port and a log of its own; they share the clock."""
        folder = self.front.folder / f"replica-{number}"
        folder.mkdir()
        clock = {"REHEARSAL__CLOCK_OFFSET_FILE": str(self.front.clock_file)}
        return replace(
            self.front,
            bot_port=free_port(),
            folder=folder,
            settings=self.front.settings | clock,
            process=None,
        )

    async def _watch(self, member: House) -> None:
        while not self._leaving:
            process = member.process
            code = await process.wait() if process is not None else 0
            if self._leaving or member.process is not process or code == 0:
                await asyncio.sleep(_A_MOMENT)  # it is being replaced
                continue
            if code != -signal.SIGKILL:
                raise HouseBroken(f"A replica ended by itself:\n{member.last_words()}")
            self.deaths += 1
            await member.start_bot()
            self.whole.set()


Plot = Callable[[Troupe], Coroutine[None, None, None]]


def killing(seed: int) -> Plot:
    """One of them, at random, dies a few seconds after the last who died has come back."""
    dice = Random(seed)  # noqa: S311 - to be repeated, not to be secret

    async def plot(troupe: Troupe) -> None:
        while True:
            await troupe.whole.wait()
            await asyncio.sleep(dice.uniform(1, 4))
            troupe.kill_member(dice.randrange(len(troupe.members)))

    return plot


def rolling(seed: int) -> Plot:
    """One after the other is replaced, all the time."""
    dice = Random(seed)  # noqa: S311 - likewise

    async def plot(troupe: Troupe) -> None:
        while True:
            for member in dice.sample(troupe.members, len(troupe.members)):
                await troupe.renew(member)

    return plot


def restarting(seed: int, restart: Callable[[bool], None]) -> Plot:
    """The database server goes away every few seconds, and comes back; ``restart`` may crash it."""
    dice = Random(seed)  # noqa: S311 - likewise

    async def plot(troupe: Troupe) -> None:
        while True:
            await asyncio.sleep(dice.uniform(2, 6))
            back = asyncio.ensure_future(asyncio.to_thread(restart, dice.random() < 1 / 2))
            try:
                await asyncio.shield(back)
            finally:
                await back  # whoever reads the record now must find a server
            troupe.outages += 1

    return plot
