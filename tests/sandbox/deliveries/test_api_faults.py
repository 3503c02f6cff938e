"""Every fault of the Web API, as Slack's own Python client feels it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.testing import ActRefused, App, Workspace
from tests.sandbox.bots import manifest, web_client


@pytest.fixture
async def app(sandbox: Workspace) -> App:
    return await sandbox.install(manifest())


@pytest.fixture
async def client(app: App) -> AsyncIterator[AsyncWebClient]:
    async with web_client(app) as made:
        yield made


async def said(sandbox: Workspace) -> list[str]:
    return [each.text for each in await sandbox.channel("general").messages()]


async def test_a_rate_limit_has_its_header_and_its_error(sandbox: Workspace, client: AsyncWebClient) -> None:
    await sandbox.faults.add("ratelimited", name="chat.*", retry_after=7, count=1)

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0GENERAL", text="x")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert caught.value.response["error"] == "ratelimited"
    assert await said(sandbox) == []
    await client.chat_postMessage(channel="C0GENERAL", text="second try")
    assert await said(sandbox) == ["second try"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", ["json", "html", "text", "empty"])
async def test_a_server_error_of_any_flavour(
    sandbox: Workspace, client: AsyncWebClient, status: int, body: str
) -> None:
    await sandbox.faults.add("http", status=status, body=body)

    with pytest.raises((SlackApiError, AttributeError, ValueError)):
        await client.chat_postMessage(channel="C0GENERAL", text="x")

    assert await said(sandbox) == []


async def test_truncated_json_after_the_message_was_stored(
    sandbox: Workspace, client: AsyncWebClient
) -> None:
    await sandbox.faults.add("http", status=200, body="truncated", when="after")

    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C0GENERAL", text="stored all the same")

    assert await said(sandbox) == ["stored all the same"]


@pytest.mark.parametrize(
    ("when", "stored"),
    [
        pytest.param("before", [], id="nothing happened"),
        pytest.param("after", ["x"], id="it happened and yet it is an error"),
    ],
)
@pytest.mark.parametrize("error", ["internal_error", "fatal_error"])
async def test_an_ambiguous_error(
    sandbox: Workspace, client: AsyncWebClient, when: str, stored: list[str], error: str
) -> None:
    await sandbox.faults.add("error", name="chat.postMessage", error=error, when=when)

    with pytest.raises(SlackApiError, match=error):
        await client.chat_postMessage(channel="C0GENERAL", text="x")

    assert await said(sandbox) == stored


async def test_a_response_lost_after_the_commit(sandbox: Workspace, client: AsyncWebClient) -> None:
    await sandbox.faults.add("lost", name="chat.postMessage")

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C0GENERAL", text="x")

    assert await said(sandbox) == ["x"]


async def test_the_default_retry_of_slacks_client_posts_a_lost_message_twice(
    sandbox: Workspace, app: App
) -> None:
    await sandbox.faults.add("lost", name="chat.postMessage", count=1)

    async with web_client(app) as client:
        client.retry_handlers = [AsyncConnectionErrorRetryHandler(max_retry_count=1)]
        await client.chat_postMessage(channel="C0GENERAL", text="x")

    assert await said(sandbox) == ["x", "x"]


async def test_a_reset_connection_before_anything_happened(
    sandbox: Workspace, client: AsyncWebClient
) -> None:
    await sandbox.faults.add("reset", name="chat.postMessage")

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C0GENERAL", text="x")

    assert await said(sandbox) == []


async def test_latency_beyond_the_patience_of_the_caller(sandbox: Workspace, client: AsyncWebClient) -> None:
    await sandbox.faults.add("latency", name="chat.postMessage", seconds=0.3, count=1)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.chat_postMessage(channel="C0GENERAL", text="x")
    assert await said(sandbox) == []

    await client.chat_postMessage(channel="C0GENERAL", text="y")
    assert await said(sandbox) == ["y"]


async def test_an_answer_that_drips(sandbox: Workspace, client: AsyncWebClient) -> None:
    await sandbox.faults.add("drip", name="auth.test", seconds=0.002)

    answer = await client.auth_test()

    assert answer["ok"] is True
    assert answer["team_id"] == "T0TOCSIN"


async def test_a_seeded_probability_strikes_the_same_calls_again(
    sandbox: Workspace, client: AsyncWebClient
) -> None:
    async def failures() -> list[bool]:
        await sandbox.faults.clear()
        await sandbox.faults.add("error", name="auth.test", probability=0.5, seed=42)
        outcomes = []
        for _ in range(20):
            try:
                await client.auth_test()
                outcomes.append(False)
            except SlackApiError:
                outcomes.append(True)
        return outcomes

    first, second = await failures(), await failures()

    assert first == second
    assert 4 < sum(first) < 16


async def test_skipped_calls_are_spared_and_the_count_ends_it(
    sandbox: Workspace, client: AsyncWebClient
) -> None:
    await sandbox.faults.add("error", name="auth.test", skip=1, count=1)

    outcomes = []
    for _ in range(3):
        try:
            outcomes.append((await client.auth_test())["ok"])
        except SlackApiError:
            outcomes.append(False)

    assert outcomes == [True, False, True]


async def test_another_app_is_spared(sandbox: Workspace, app: App, client: AsyncWebClient) -> None:
    other = await sandbox.install(manifest(name="Other"))
    await sandbox.faults.add("error", name="*", app=app.app_id)

    async with web_client(other) as spared:
        await spared.auth_test()
    with pytest.raises(SlackApiError):
        await client.auth_test()


async def test_a_fault_that_does_not_exist_is_refused_with_those_that_do(sandbox: Workspace) -> None:
    with pytest.raises(ActRefused, match="ratelimited"):
        await sandbox.faults.add("earthquake")
