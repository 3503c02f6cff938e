"""Socket Mode as a client of Slack's sees it: tickets, hello, ten sockets, refreshes, pings."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from sandbox.testing import App, Workspace
from tests.sandbox.bots import manifest, web_client

Json = dict[str, Any]


@pytest.fixture
async def app(sandbox: Workspace) -> App:
    return await sandbox.install(manifest())


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(trust_env=False) as made:
        yield made


async def ticket(app: App) -> str:
    async with web_client(app) as client:
        return str((await client.apps_connections_open(app_token=app.app_token))["url"])


async def connect(session: ClientSession, app: App, extra: str = "") -> tuple[ClientWebSocketResponse, Json]:
    """An open socket and its first frame."""
    socket = await session.ws_connect(await ticket(app) + extra, autoping=False)
    return socket, await frame(socket)


async def frame(socket: ClientWebSocketResponse, patience: float = 5) -> Json:
    async with asyncio.timeout(patience):
        message = await socket.receive()
    assert message.type is WSMsgType.TEXT, message
    decoded: Json = json.loads(message.data)
    return decoded


async def ack(socket: ClientWebSocketResponse, envelope: Json, payload: Json | None = None) -> None:
    answer = {"envelope_id": envelope["envelope_id"]}
    await socket.send_json(answer | ({"payload": payload} if payload else {}))


async def test_the_first_frame_says_hello(app: App, session: ClientSession) -> None:
    _socket, hello = await connect(session, app)

    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["connection_info"] == {"app_id": app.app_id}
    assert hello["debug_info"]["approximate_connection_time"] == 3600


async def test_a_ticket_is_good_for_one_connection(app: App, session: ClientSession) -> None:
    url = await ticket(app)
    await session.ws_connect(url)

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await session.ws_connect(url)

    assert refused.value.status == 404


async def test_a_ticket_does_not_keep(sandbox: Workspace, app: App, session: ClientSession) -> None:
    url = await ticket(app)
    await sandbox.advance(31)

    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(url)


async def test_a_command_is_one_envelope_and_its_answer_rides_on_the_acknowledgement(
    sandbox: Workspace, app: App, session: ClientSession
) -> None:
    socket, _ = await connect(session, app)
    running = asyncio.ensure_future(sandbox.user("ada").slash("general", "/incident now"))

    envelope = await frame(socket)
    await ack(socket, envelope, {"text": "Understood."})

    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", envelope["envelope_id"])
    assert envelope["type"] == "slash_commands"
    assert envelope["accepts_response_payload"] is True
    assert envelope["payload"]["text"] == "now"
    assert "retry_attempt" not in envelope
    assert (await running).text == "Understood."


async def test_events_carry_their_attempt_and_take_no_answer(
    sandbox: Workspace, app: App, session: ClientSession
) -> None:
    socket, _ = await connect(session, app)

    await sandbox.user("ada").create_channel("inc-1")
    first = await frame(socket)
    again = await frame(socket)
    await ack(socket, again)
    await sandbox.settle()

    assert (first["type"], first["accepts_response_payload"]) == ("events_api", False)
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")
    assert again["payload"]["event_id"] == first["payload"]["event_id"]
    assert again["envelope_id"] != first["envelope_id"]


async def test_each_envelope_goes_to_one_socket_in_turn(
    sandbox: Workspace, app: App, session: ClientSession
) -> None:
    sockets = [(await connect(session, app))[0] for _ in range(3)]
    taken: list[int] = []

    async def listen(number: int) -> None:
        async for message in sockets[number]:
            taken.append(number)
            await ack(sockets[number], json.loads(message.data))

    listeners = [asyncio.ensure_future(listen(number)) for number in range(3)]
    for number in range(6):
        await sandbox.user("ada").create_channel(f"inc-{number}")
        await sandbox.settle()
    for listener in listeners:
        listener.cancel()

    assert sorted(taken) == [0, 0, 1, 1, 2, 2]


async def test_an_eleventh_socket_is_sent_away(sandbox: Workspace, app: App, session: ClientSession) -> None:
    await sandbox.faults.happen("rate_limits", profile="off")
    sockets = [await connect(session, app) for _ in range(10)]
    assert [hello["num_connections"] for _, hello in sockets] == list(range(1, 11))

    _socket, eleventh = await connect(session, app)

    assert (eleventh["type"], eleventh["reason"]) == ("disconnect", "too_many_websockets")


async def test_a_socket_is_refreshed_after_its_hour_with_a_warning(
    sandbox: Workspace, app: App, session: ClientSession
) -> None:
    socket, _ = await connect(session, app)

    await sandbox.advance(3591)
    warning = await frame(socket)
    await sandbox.advance(10)
    request = await frame(socket)

    assert (warning["type"], warning["reason"]) == ("disconnect", "warning")
    assert (request["type"], request["reason"]) == ("disconnect", "refresh_requested")
    async with asyncio.timeout(5):
        assert (await socket.receive()).type is WSMsgType.CLOSE


async def test_debug_reconnects_shortens_the_hour_to_six_minutes(
    sandbox: Workspace, app: App, session: ClientSession
) -> None:
    socket, hello = await connect(session, app, "&debug_reconnects=true")
    assert hello["debug_info"]["approximate_connection_time"] == 360

    await sandbox.advance(351)

    assert (await frame(socket))["reason"] == "warning"


async def test_a_ping_comes_back_with_its_payload(app: App, session: ClientSession) -> None:
    socket, _ = await connect(session, app)

    await socket.ping(b"sdk-ping-pong:1700000000.5")

    async with asyncio.timeout(5):
        answer = await socket.receive()
    assert (answer.type, bytes(answer.data)) == (WSMsgType.PONG, b"sdk-ping-pong:1700000000.5")


async def test_a_missing_warning(sandbox: Workspace, app: App, session: ClientSession) -> None:
    await sandbox.faults.add("no_warning", where="socket")
    socket, _ = await connect(session, app)

    await sandbox.advance(3591)
    await sandbox.advance(10)

    assert (await frame(socket))["reason"] == "refresh_requested"


async def test_a_ticket_that_is_gone(sandbox: Workspace, app: App, session: ClientSession) -> None:
    await sandbox.faults.add("ticket_gone", where="socket", count=1)

    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(await ticket(app))
    await connect(session, app)


async def test_too_many_sockets_although_there_is_only_one(
    sandbox: Workspace, app: App, session: ClientSession
) -> None:
    await sandbox.faults.add("too_many_websockets", where="socket", count=1)

    _socket, first = await connect(session, app)

    assert first["reason"] == "too_many_websockets"


async def test_a_bot_without_any_socket_looks_dead(sandbox: Workspace, app: App) -> None:
    result = await sandbox.user("ada").slash("general", "/incident")

    assert result.error == "dispatch_failed"
