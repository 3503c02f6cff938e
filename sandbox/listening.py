"""A web application on a port, which closes without leaving anybody in the doorway.

asyncio takes a connection in two steps. One whose server closes in between is neither
served nor closed (CPython, issue 109564), so nobody is let in any more some turns before.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

TURNS = 2  # the loop's: a connection gets its transport in the first, its protocol in the second


@asynccontextmanager
async def listening(
    app: web.Application, *, host: str = "127.0.0.1", port: int = 0, shutdown_seconds: float = 1.0
) -> AsyncIterator[int]:
    """Serve an application; yields the port, which is a free one if it was 0."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_seconds)
    try:
        door = await _open(runner, host, port)
        try:
            yield int(door.sockets[0].getsockname()[1])
        finally:
            await _close(door)
    finally:
        await runner.cleanup()


async def _open(runner: web.AppRunner, host: str, port: int) -> asyncio.Server:
    await runner.setup()
    if (server := runner.server) is None:
        raise RuntimeError("aiohttp's runner is not set up")
    return await asyncio.get_running_loop().create_server(server, host, port)


async def _close(door: asyncio.Server) -> None:
    loop = asyncio.get_running_loop()
    for socket in door.sockets:
        loop.remove_reader(socket.fileno())
    for _ in range(TURNS):
        await asyncio.sleep(0)
    door.close()
