"""A whole process in this event loop, beside a sandbox."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from aiohttp import ClientSession

from bot.manifest import Mode, manifest
from config.settings import Settings, read
from config.sources import DEFAULTS, Layer
from sandbox.testing import App, Workspace, running_sandbox

MakeSettings = Callable[..., Settings]
SECRET = "webhook-secret"


@pytest.fixture(autouse=True)
def plain_lines() -> None:
    """As in tests of deliveries: the default draws tracebacks for seconds."""
    structlog.configure(
        processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with running_sandbox() as workspace:
        yield workspace


@pytest.fixture
def free_port(unused_tcp_port: int) -> int:
    return unused_tcp_port


@pytest.fixture(params=["http", "socket"])
def mode(request: pytest.FixtureRequest) -> Mode:
    chosen: Mode = request.param
    return chosen


@pytest.fixture
async def app(workspace: Workspace, mode: Mode, free_port: int) -> App:
    return await workspace.install(manifest(mode=mode, url=f"http://127.0.0.1:{free_port}"))


@pytest.fixture
def settings(app: App, mode: Mode, free_port: int, tmp_path: Path) -> MakeSettings:
    """Settings for the process beside this sandbox; sections given replace single values."""

    def make(**sections: dict[str, Any]) -> Settings:
        ours: dict[str, dict[str, Any]] = {
            "database": {"url": f"sqlite+aiosqlite:///{tmp_path / 'tocsin.db'}"},
            "slack": {
                "mode": mode,
                "base_url": app.api_url,
                "bot_token": app.bot_token,
                "app_token": app.app_token,
                "signing_secret": app.signing_secret,
                "patience": "2s",
            },
            "server": {"port": free_port},
            "webhooks": {"secrets": {"alertmanager": [SECRET]}},
            "worker": {"poll": "100ms", "lease": "10s", "drain": "5s"},
        }
        for section, values in sections.items():
            ours[section] = ours.get(section, {}) | values
        defaults = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
        return read((Layer(name="default", values=defaults), Layer(name="test", values=ours)))

    return make


class Probe:
    """Somebody who asks the process over HTTP."""

    def __init__(self, session: ClientSession, port: int) -> None:
        self._session = session
        self._base = f"http://127.0.0.1:{port}"

    async def get(self, path: str) -> tuple[int, str]:
        async with self._session.get(self._base + path) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, body: bytes, **headers: str) -> tuple[int, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.post(self._base + path, data=body, headers=named) as answer:
            return answer.status, await answer.text()

    async def until_ready(self, *, within: float = 10) -> None:
        """Ask until it is ready; fails with what it said last."""
        deadline = time.monotonic() + within
        status, body = await self.get("/readyz")
        while status != 200:
            assert time.monotonic() < deadline, body
            status, body = await self.get("/readyz")


@pytest.fixture
async def probe(free_port: int) -> AsyncIterator[Probe]:
    async with ClientSession() as session:
        yield Probe(session, free_port)
