"""News for whoever watches: Server-Sent Events for the page, a long poll for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.control.answers import answering
from sandbox.exchange import EXCHANGE, Exchange
from sandbox.journal import Entry
from sandbox.state import Change, Workspace

Json = dict[str, Any]
Ending = Callable[[], None]
HEARTBEAT_SECONDS = 15.0  # keeps proxies and browsers from giving up on a silent stream
LONGEST_WAIT_SECONDS = 25.0  # shorter than any client's own timeout
LONGEST_QUEUE = 1000  # a reader that is this far behind is sent away and comes back with ``since``


async def stream(request: web.Request) -> web.StreamResponse:
    """One ``data:`` line of JSON per change, older ones after ``since`` first."""
    exchange = request.app[EXCHANGE]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    queue = asyncio.Queue[Json]()
    since = int(request.query.get("since", exchange.workspace.seq))
    for change in exchange.workspace.changes:
        if change.seq > since:
            queue.put_nowait(change.to_json())
    pumping = asyncio.ensure_future(_pump(response, queue))
    exchange.readers.add(pumping)
    endings = _follow(exchange.workspace, queue, pumping)
    try:
        await pumping
    except ConnectionError:
        pass  # the reader went away
    except asyncio.CancelledError:
        if not pumping.cancelled():
            raise  # this request was cancelled; otherwise the sandbox stops or the reader cannot follow
    finally:
        pumping.cancel()
        exchange.readers.discard(pumping)
        for end in endings:
            end()
    return response


def _follow(workspace: Workspace, queue: asyncio.Queue[Json], pumping: asyncio.Task[None]) -> list[Ending]:
    """Queue all news to come; a reader that falls too far behind is cut off."""

    def tell(news: Json) -> None:
        queue.put_nowait(news)
        if queue.qsize() > LONGEST_QUEUE:
            pumping.cancel()

    return [
        workspace.subscribe(lambda change: tell(change.to_json())),
        workspace.journal.subscribe(lambda entry: tell(_delivery(workspace, entry))),
    ]


async def _pump(response: web.StreamResponse, queue: asyncio.Queue[Json]) -> None:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                news = await queue.get()
        except TimeoutError:
            await response.write(b": still here\n\n")
        else:
            await _write(response, news)


async def _write(response: web.StreamResponse, news: Json) -> None:
    await response.write(b"data: " + json.dumps(news).encode() + b"\n\n")


def _delivery(workspace: Workspace, entry: Entry) -> Json:
    return {"seq": workspace.seq, "kind": "delivery", "name": entry.kind, "at": entry.at, "entry": entry.seq}


@answering
async def seq(request: web.Request) -> Json:
    return {"seq": request.app[EXCHANGE].workspace.seq}


@answering
async def wait(request: web.Request) -> Json:
    """Answer as soon as anything changed since ``since``, or when ``timeout`` seconds are over."""
    exchange = request.app[EXCHANGE]
    since = int(request.query["since"])
    patience = min(float(request.query.get("timeout", 1)), LONGEST_WAIT_SECONDS)
    changed = asyncio.Event()
    endings = _listen(exchange, changed)
    try:
        if exchange.workspace.seq <= since:
            async with asyncio.timeout(patience):
                await changed.wait()
    except TimeoutError:
        pass  # the answer is the unchanged number
    finally:
        for end in endings:
            end()
    return {"seq": exchange.workspace.seq}


def _listen(exchange: Exchange, changed: asyncio.Event) -> list[Ending]:
    def tell(_news: Change | Entry) -> None:
        changed.set()

    return [exchange.workspace.subscribe(tell), exchange.workspace.journal.subscribe(tell)]


ROUTES = [
    web.get("/_sandbox/stream", stream),
    web.get("/_sandbox/seq", seq),
    web.get("/_sandbox/wait", wait),
]
