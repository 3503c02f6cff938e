"""A server to be measured, as a process of its own: ``python -m bench.door KIND URL PORT``.

``bare`` reads and parses the same bodies and answers. ``ours`` is the real endpoint: authenticity
on the raw bytes, one row, a commit shared with whoever arrives meanwhile. ``each`` is the same with
a commit for every request.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import Awaitable, Mapping
from types import SimpleNamespace

from aiohttp import web

from bot.app import SWITCH
from bot.buckets import Buckets
from bot.clock import SystemClock
from bot.collector import settle_down
from bot.desk import SENDERS_WAIT
from bot.ids import TimeSortedIds
from bot.records import in_time
from handlers.http.hooks import hooks
from handlers.http.problems import answering_problems
from storage.schema import upgrade
from storage.uow import Store

SECRET = "bench-secret"  # noqa: S105 - good for nothing outside of a measurement
HOOK = "/hooks/alertmanager"


async def bare(request: web.Request) -> web.StreamResponse:
    """What any Python server costs that looks at a body at all."""
    json.loads(await request.read())
    return web.json_response({"accepted": True}, status=202)


def _quiet(event: str, /, **data: object) -> None:
    raise AssertionError(f"{event}: {data}")


async def site(kind: str, store: Store) -> web.Application:
    """The application of one kind."""
    if kind == "bare":
        application = web.Application()
        application.add_routes([web.post(HOOK, bare)])
        return application
    clock = SystemClock()

    def together(source: str, key: str, headers: Mapping[str, str], body: bytes) -> Awaitable[bool]:
        now = clock.now()
        put = store.inbox.put(
            source=source, key=key, headers=headers, body=body, received_at=now, within=SENDERS_WAIT
        )
        return in_time(put)

    turn = asyncio.Lock()

    async def alone(source: str, key: str, headers: Mapping[str, str], body: bytes) -> bool:
        async with turn:  # whoever waits here shares no commit with anybody
            return await together(source, key, headers, body)

    desk = SimpleNamespace(
        webhook_secrets={"alertmanager": (SECRET,)},
        wall=clock.now,
        admit=Buckets(rate=1e6, burst=10**6, now=time.monotonic).take,
        accept_webhook=together if kind == "ours" else alone,
    )
    application = web.Application(client_max_size=2**21, middlewares=[answering_problems(_quiet)])
    application.add_routes(hooks(desk))  # type: ignore[arg-type]  # four things of the desk are all it uses
    return application


async def main(kind: str, url: str, port: int) -> None:
    """Serve until terminated."""
    await upgrade(url)
    store = await Store.open(url, clock=SystemClock(), ids=TimeSortedIds())
    runner = web.AppRunner(await site(kind, store), access_log=None)
    await runner.setup()
    sys.setswitchinterval(SWITCH)  # this and the next as the process does
    settle_down()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await over.wait()
    await runner.cleanup()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
