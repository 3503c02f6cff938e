"""A server that closes leaves nobody in the doorway: neither ours nor the sandbox's."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from aiohttp import web

from bot.server import Server
from sandbox.listening import listening

Opened = Callable[[web.Application], AbstractAsyncContextManager[int]]


@asynccontextmanager
async def ours(site: web.Application) -> AsyncIterator[int]:
    server = Server(site)
    yield await server.listen("127.0.0.1", 0)
    await server.close()


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("opened", [ours, listening])
async def test_who_comes_in_while_it_closes_is_sent_away_and_not_forgotten(
    opened: Opened, turns: int
) -> None:
    """asyncio takes a connection in two steps, and here the server closes before, between and after them."""
    loop = asyncio.get_running_loop()
    now, here = socket.socketpair()
    moment: asyncio.Future[None] = loop.create_future()
    loop.add_reader(here, lambda: (loop.remove_reader(here), moment.set_result(None)))
    with now, here, socket.socket() as caller:
        async with opened(web.Application()) as port:
            now.send(b"!")
            caller.connect(("127.0.0.1", port))
            await moment
            for _ in range(turns):
                await asyncio.sleep(0)
        caller.settimeout(5)
        assert caller.recv(1) == b""
    gc.collect()  # a forgotten connection is an error of this test, not of a later one
