"""The HTTP server: one port for Slack, webhooks, the gate, health and metrics."""

from __future__ import annotations

import asyncio

from aiohttp import web

from handlers.deps import Desk
from handlers.http.problems import answering_problems
from handlers.http.routes import routes

_SHUTDOWN_SECONDS = 5.0
_STEPS_IN = 2
"""Turns of the loop until a connection that was taken can be answered."""


def make_site(desk: Desk, *, max_body: int) -> web.Application:
    """The application with every route."""
    site = web.Application(client_max_size=max_body, middlewares=[answering_problems(desk.complain)])
    site.add_routes(routes(desk))
    return site


class Server:
    """Listens until it is closed."""

    def __init__(self, site: web.Application) -> None:
        # Access logs would repeat every probe, and addresses may carry what is nobody's business.
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        self._door: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Start listening; the port, which was chosen by the system if it was 0. Raises OSError."""
        await self._runner.setup()
        if (server := self._runner.server) is None:
            raise RuntimeError("aiohttp's runner is not set up")
        self._door = await asyncio.get_running_loop().create_server(server, host, port)
        return int(self._door.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening, and answer what has begun."""
        if self._door is not None:
            await _close(self._door)
        await self._runner.cleanup()


async def _close(door: asyncio.Server) -> None:
    """Let nobody in any more; whoever came in this very moment is inside first.

    asyncio takes a connection in two steps, and forgets one whose server closes in between
    (CPython, issue 109564): whoever called would wait for an answer until its own deadline.
    """
    loop = asyncio.get_running_loop()
    for socket in door.sockets:
        loop.remove_reader(socket.fileno())
    for _ in range(_STEPS_IN):
        await asyncio.sleep(0)
    door.close()
