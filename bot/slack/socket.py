"""Socket Mode under supervision: two connections, each replaced before it is missed.

slack_sdk's client repeats a failed first connection with the same used-up ticket for
ever, and can lose a connection without noticing. So each gets a deadline to connect, is
watched, and is followed by a new one as soon as it is about to end. It goes on reading
meanwhile: what Slack has put into it is still ours to answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.slack.socket_client import SocketClient

log = structlog.get_logger("tocsin.socket")

CONNECTIONS: Final = 2
"""Slack gives every envelope to one of up to ten (Slack docs, Socket Mode); while one is
replaced, or its network breaks, there is the other."""
CONNECT_WITHIN: Final = timedelta(seconds=15)
LINGER: Final = timedelta(seconds=15)
"""Slack warns about ten seconds before it hangs up (Slack docs, Socket Mode)."""
_LOOK_EVERY: Final = timedelta(seconds=1)
_A_MOMENT: Final = timedelta(milliseconds=50)
_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 10, 20, 30))


class SocketLine:
    """Keeps us connected to Slack, by whatever number of clients it takes."""

    def __init__(
        self, app: AsyncApp, *, app_token: str, base_url: str, connected: Callable[[], None]
    ) -> None:
        """``connected`` is called whenever there is a connection where there was none."""
        self._app = app
        self._app_token = app_token
        self._base_url = base_url
        self._connected = connected
        self._stopping = asyncio.Event()
        self._clients: set[SocketClient] = set()
        self._connecting: dict[str, asyncio.Timeout] = {}
        self._up: set[str] = set()

    @property
    def connected(self) -> bool:
        """Whether Slack can reach us."""
        return bool(self._up)

    async def run(self) -> None:
        """Stay connected until ``stop``."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for number in range(1, CONNECTIONS + 1):
                    tasks.create_task(self._hold(f"socket {number}", tasks), name=f"socket {number}")
        finally:
            self._up.clear()
            for client in self._clients:
                await client.close()  # type: ignore[no-untyped-call] # slack_sdk leaves it bare

    def stop(self) -> None:
        """Answer what has begun and disconnect; Slack delivers to other replicas, or again later."""
        self._stopping.set()
        for deadline in self._connecting.values():
            deadline.reschedule(0)
        for client in self._clients:
            client.leaving.set()

    async def _hold(self, name: str, tasks: asyncio.TaskGroup) -> None:
        """One connection after the other."""
        failures = 0
        while not self._stopping.is_set():
            client = SocketClient(self._app, app_token=self._app_token, base_url=self._base_url)
            self._clients.add(client)
            failures = 0 if await self._held(client, name) else failures + 1
            tasks.create_task(self._part(client), name=f"{name} parting")
            if failures:
                await self._pause(_PAUSES[min(failures, len(_PAUSES)) - 1])

    async def _held(self, client: SocketClient, name: str) -> bool:
        """Connect, and watch until the connection is about to end; whether there ever was one."""
        if not await self._let_in(client, name):
            return False
        self._note(name, up=True)
        log.info("socket.connected", line=name)
        while not client.leaving.is_set():
            await _heard(client.leaving, within=_LOOK_EVERY)
            if not await client.is_connected():
                self._note(name, up=False)
                log.warning("socket.lost", line=name)
                break
        return True

    async def _let_in(self, client: SocketClient, name: str) -> bool:
        """Whether a connection came about in time."""
        try:
            async with asyncio.timeout(CONNECT_WITHIN.total_seconds()) as self._connecting[name]:
                await client.connect()  # type: ignore[no-untyped-call] # slack_sdk leaves it bare
        except TimeoutError:
            self._note(name, up=False)
            if not self._stopping.is_set():
                log.warning("socket.no_connection", line=name, within=CONNECT_WITHIN.total_seconds())
            return False
        finally:
            del self._connecting[name]
        return True

    async def _part(self, client: SocketClient) -> None:
        """Read and answer what Slack has sent already, until it hangs up; then close."""
        waited = timedelta()
        while waited < LINGER and not self._stopping.is_set() and await client.is_connected():
            await self._pause(_A_MOMENT)
            waited += _A_MOMENT
        await _heard(client.idle, within=LINGER)
        await client.close()  # type: ignore[no-untyped-call] # slack_sdk leaves it bare
        self._clients.discard(client)

    def _note(self, name: str, *, up: bool) -> None:
        """Take down whether one connection stands; say so when it is the first one."""
        if not up:
            self._up.discard(name)
            return
        if not self._up:
            self._connected()
        self._up.add(name)

    async def _pause(self, pause: timedelta) -> None:
        """Wait, but not longer than until ``stop``."""
        await _heard(self._stopping, within=pause)


async def _heard(event: asyncio.Event, *, within: timedelta) -> None:
    """Return when it happens, or after a while without."""
    try:
        async with asyncio.timeout(within.total_seconds()):
            await event.wait()
    except TimeoutError:
        return
