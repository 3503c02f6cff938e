"""Slack's own Socket Mode clients, and what every fault of a socket does to them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode.aiohttp import SocketModeClient as AioClient
from slack_sdk.socket_mode.builtin import SocketModeClient as BuiltinClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.testing import App, Workspace
from tests.sandbox.bots import manifest
from tests.sandbox.strangers.hosting import close_builtin

BUILTIN, AIOHTTP = "builtin", "aiohttp"


@dataclass
class Ear:
    """A client that acknowledges everything and remembers what it heard."""

    heard: list[str] = field(default_factory=list)

    def note(self, request: SocketModeRequest) -> SocketModeResponse:
        payload = request.payload
        self.heard.append(payload["event"]["type"] if request.type == "events_api" else payload["text"])
        answer = {"text": f"Heard {payload['text']}."} if request.type == "slash_commands" else None
        return SocketModeResponse(envelope_id=request.envelope_id, payload=answer)


@asynccontextmanager
async def listening(kind: str, app: App) -> AsyncIterator[Ear]:
    """A connected client of either kind."""
    ear = Ear()
    host = _builtin(app, ear) if kind == BUILTIN else _aiohttp(app, ear)
    async with host:
        yield ear


@asynccontextmanager
async def _builtin(app: App, ear: Ear) -> AsyncIterator[None]:
    client = BuiltinClient(
        app_token=app.app_token, web_client=WebClient(base_url=app.api_url), ping_interval=0.2
    )

    def listener(client: Any, request: SocketModeRequest) -> None:
        client.send_socket_mode_response(ear.note(request))

    client.socket_mode_request_listeners.append(listener)
    try:
        await asyncio.to_thread(client.connect)
        yield
    finally:
        await asyncio.to_thread(close_builtin, client)


@asynccontextmanager
async def _aiohttp(app: App, ear: Ear) -> AsyncIterator[None]:
    client = AioClient(
        app_token=app.app_token, web_client=AsyncWebClient(base_url=app.api_url), ping_interval=0.2
    )

    async def listener(client: Any, request: SocketModeRequest) -> None:
        await client.send_socket_mode_response(ear.note(request))

    client.socket_mode_request_listeners.append(listener)
    try:
        await client.connect()
        yield
    finally:
        await client.close()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The clients log their misfortunes with tracebacks."""
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
async def app(sandbox: Workspace) -> App:
    return await sandbox.install(manifest())


@pytest.fixture(params=[BUILTIN, AIOHTTP])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def sockets(sandbox: Workspace) -> list[str]:
    """What befell the sockets, in order."""
    return [each["summary"] for each in await sandbox.journal() if each["kind"] == "socket"]


async def answer(sandbox: Workspace, word: str) -> str:
    """What the bot answers to a command."""
    return (await sandbox.user("ada").slash("general", f"/incident {word}")).text


async def test_a_client_hears_commands_and_events(sandbox: Workspace, app: App, kind: str) -> None:
    async with listening(kind, app) as ear:
        assert await answer(sandbox, "one") == "Heard one."
        await sandbox.user("ada").create_channel("inc-1")
        await sandbox.settle()

    assert ear.heard == ["one", "channel_created"]


@pytest.mark.parametrize(
    ("do", "reason"), [("refresh", "refresh_requested"), ("link_disabled", "link_disabled")]
)
async def test_a_client_that_is_sent_away_after_an_envelope_comes_back(
    sandbox: Workspace, app: App, kind: str, do: str, reason: str
) -> None:
    await sandbox.faults.add(do, where="socket", name="slash_commands", count=1)
    async with listening(kind, app) as ear:
        await answer(sandbox, "one")
        assert await answer(sandbox, "two") == "Heard two."
        told = await sockets(sandbox)

    assert ear.heard == ["one", "two"]
    assert told[:2] == ["connected", f"disconnect {reason}"]
    assert told.count("connected") >= 2


async def test_an_event_on_a_socket_that_breaks_comes_again_on_the_next(
    sandbox: Workspace, app: App, kind: str
) -> None:
    await sandbox.faults.add("drop", where="socket", name="events_api", count=1)
    async with listening(kind, app) as ear:
        await sandbox.user("ada").create_channel("inc-1")
        await sandbox.settle(15)
        told = await sockets(sandbox)

    assert ear.heard == ["channel_created"]
    assert told.count("connected") >= 2


@pytest.mark.parametrize(
    ("kind", "missed"),
    [
        pytest.param(AIOHTTP, False, id="aiohttp, warned"),
        pytest.param(AIOHTTP, True, id="aiohttp, not warned"),
        pytest.param(BUILTIN, True, id="builtin, not warned"),
    ],
)
async def test_after_an_hour_a_client_is_refreshed(
    sandbox: Workspace, app: App, kind: str, missed: bool
) -> None:
    if missed:
        await sandbox.faults.add("no_warning", where="socket", count=1)
    async with listening(kind, app) as ear:
        await answer(sandbox, "before")
        await sandbox.advance(3591)
        if missed:
            assert "disconnect warning" not in await sockets(sandbox)
            await sandbox.advance(10)
        async for _ in sandbox.changes(10):
            if {"connected": 2, "disconnected": 1}.items() <= Counter(await sockets(sandbox)).items():
                break
        assert await answer(sandbox, "after") == "Heard after."

    assert ear.heard == ["before", "after"]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_client_comes_back_whatever_it_was_told(sandbox: Workspace, app: App, reason: str) -> None:
    async with listening(AIOHTTP, app):
        assert (await sandbox.faults.happen(reason))["disconnected"] == 1
        assert await answer(sandbox, "again") == "Heard again."


async def test_a_client_that_is_one_too_many_tries_again(sandbox: Workspace, app: App, kind: str) -> None:
    await sandbox.faults.add("too_many_websockets", where="socket", count=1)
    async with listening(kind, app):
        assert await answer(sandbox, "one") == "Heard one."
        assert (await sockets(sandbox))[0] == "disconnect too_many_websockets"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client leaks that socket
async def test_a_ticket_that_is_gone_delays_the_client_of_the_standard_library(
    sandbox: Workspace, app: App
) -> None:
    await sandbox.faults.add("ticket_gone", where="socket", count=1)

    async with listening(BUILTIN, app):
        assert await sockets(sandbox) == []
        assert await answer(sandbox, "one") == "Heard one."


async def test_a_ticket_that_is_gone_keeps_the_client_of_aiohttp_busy_for_ever(
    sandbox: Workspace, app: App
) -> None:
    """It tries the same ticket again and again, which is why a bot needs a watchdog."""
    await sandbox.faults.add("ticket_gone", where="socket", count=1)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1), listening(AIOHTTP, app):
            pass

    async with listening(AIOHTTP, app):
        assert await answer(sandbox, "one") == "Heard one."
