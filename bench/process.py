"""A bot as a process of its own beside a workspace, started as people start it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import ClientError, ClientSession

from bench.door import SECRET
from bench.intake import free_port
from bot.manifest import manifest
from sandbox.testing import App, Workspace

READY_WITHIN = 30.0
TOKEN = "bench-token"  # noqa: S105 - good for nothing outside of a measurement


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot will run: a workspace that knows its address, and a database."""

    workspace: Workspace
    app: App
    port: int
    database: str
    more: tuple[str, ...] = ()
    """Further variables of the environment; they go before ours."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> list[str]:
        """As variables of an environment."""
        ours = {
            "DATABASE__URL": self.database,
            "SLACK__MODE": "http",
            "SLACK__BASE_URL": self.app.api_url,
            "SLACK__BOT_TOKEN": self.app.bot_token,
            "SLACK__SIGNING_SECRET": self.app.signing_secret,
            "SERVER__PORT": str(self.port),
            "WEBHOOKS__SECRETS": json.dumps({"alertmanager": [SECRET]}),
            "WEBHOOKS__RATE": "1000000",
            "WEBHOOKS__BURST": "1000000",
            "GATE__TOKENS": TOKEN,
            "LOG__LEVEL": "error",
        }
        return [*(f"TOCSIN_{name}={value}" for name, value in ours.items()), *self.more]


async def prepared(workspace: Workspace, database: str) -> Place:
    """Install the app, with the address that the bot is going to have."""
    port = free_port()
    app = await workspace.install(manifest(mode="http", url=f"http://127.0.0.1:{port}"))
    return Place(workspace, app, port, database)


@asynccontextmanager
async def running(place: Place) -> AsyncIterator[int]:
    """``tocsin run``, from its start on; yields its process id."""
    run = "import sys; sys.argv[1:] = ['run']; from bot.start import main; main()"
    process = await asyncio.create_subprocess_exec(
        "env", *place.settings, sys.executable, "-c", run, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def until_ready(place: Place, session: ClientSession) -> None:
    """Ask until a click would be answered. Raises TimeoutError."""
    deadline = time.monotonic() + READY_WITHIN
    while not await _is_ready(place, session):
        if time.monotonic() > deadline:
            raise TimeoutError("the bot does not become ready")
        await asyncio.sleep(0.02)


async def _is_ready(place: Place, session: ClientSession) -> bool:
    try:
        async with session.get(f"{place.address}/readyz") as answer:
            return answer.status == HTTPStatus.OK
    except ClientError:
        return False
