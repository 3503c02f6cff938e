"""What is left of the faults: how slack_sdk feels those of response URLs, jitter and the world."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.control.world import BLOWS
from sandbox.testing import App, Workspace
from tests.sandbox.bots import Bot, manifest, web_client

Json = dict[str, Any]
POST: Json = {"channel": "C0INCIDENTS", "text": "x"}


@pytest.fixture
async def webhook(sandbox: Workspace, http_bot: Bot) -> AsyncWebhookClient:
    """The response URL of a command that ada just ran."""
    urls: list[str] = []

    @http_bot.bolt.command("/incident")
    async def incident(ack: Any, command: Json) -> None:
        urls.append(command["response_url"])
        await ack()

    await sandbox.user("ada").slash("general", "/incident")
    return AsyncWebhookClient(urls[0], retry_handlers=[])


async def shown(sandbox: Workspace) -> list[str]:
    return [each.text for each in await sandbox.channel("general").messages(as_="ada")]


async def test_a_slow_response_url(sandbox: Workspace, webhook: AsyncWebhookClient) -> None:
    await sandbox.faults.add("latency", where="response_url", seconds=0.3, count=1)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await webhook.send(text="x")

    assert (await webhook.send(text="y")).status_code == 200
    assert await shown(sandbox) == ["y"]


@pytest.mark.parametrize(
    ("do", "stored"),
    [
        pytest.param("lost", ["x"], id="it was said, and nobody knows"),
        pytest.param("reset", [], id="it was not said"),
    ],
)
async def test_a_response_url_that_does_not_answer(
    sandbox: Workspace, webhook: AsyncWebhookClient, do: str, stored: list[str]
) -> None:
    await sandbox.faults.add(do, where="response_url", count=1)

    with pytest.raises(aiohttp.ClientConnectionError):
        await webhook.send(text="x")

    assert await shown(sandbox) == stored


@pytest.mark.parametrize("do", ["used", "expired"])
async def test_a_response_url_that_is_gone(sandbox: Workspace, webhook: AsyncWebhookClient, do: str) -> None:
    await sandbox.faults.add(do, where="response_url", count=1)

    refused = await webhook.send(text="x")

    assert (refused.status_code, f"{do}_url" in refused.body) == (404, True)
    assert (await webhook.send(text="x")).body == "ok"


@pytest.fixture
async def app(sandbox: Workspace) -> App:
    return await sandbox.install(manifest())


@pytest.fixture
async def client(sandbox: Workspace, app: App) -> AsyncIterator[AsyncWebClient]:
    async with web_client(app) as made:
        await made.conversations_join(channel="C0INCIDENTS")
        yield made


async def test_jitter_makes_some_calls_late_and_the_same_ones_again(
    sandbox: Workspace, client: AsyncWebClient
) -> None:
    """With this seed the dice show 0.21 0.95 0.45 0.29 0.97 0.42, so two calls wait for five seconds."""

    async def late() -> list[bool]:
        await sandbox.faults.clear()
        await sandbox.faults.add("latency", name="auth.test", seconds=-5.0, jitter=11, seed=58)
        outcomes = []
        for _ in range(6):
            try:
                async with asyncio.timeout(0.9):
                    await client.auth_test()
                outcomes.append(False)
            except TimeoutError:
                outcomes.append(True)
        return outcomes

    assert await late() == [False, True, False, False, True, False]
    assert await late() == [False, True, False, False, True, False]


async def test_an_unknown_name_is_not_struck(sandbox: Workspace, client: AsyncWebClient) -> None:
    await sandbox.faults.add("lost", name="chat.*")

    assert (await client.auth_test())["ok"]


# Each row: what happens, what is asked afterwards, and the code or a value in the answer.
WORLD: list[Any] = [
    pytest.param("scope_removed", {"scope": "chat:write"}, "chat.postMessage", POST, "missing_scope"),
    pytest.param("token_revoked", {}, "auth.test", {}, "token_revoked"),
    pytest.param("app_uninstalled", {}, "auth.test", {}, "account_inactive"),
    pytest.param("bot_kicked", {"channel": "incidents"}, "conversations.history", POST, "not_in_channel"),
    pytest.param("channel_archived", {"channel": "incidents"}, "chat.postMessage", POST, "is_archived"),
    pytest.param(
        "channel_unarchived",
        {"channel": "old-project"},
        "conversations.info",
        {"channel": "C0OLD"},
        "'is_archived': False",
    ),
    pytest.param(
        "channel_converted", {"channel": "incidents"}, "conversations.info", POST, "'is_private': True"
    ),
    pytest.param("channel_deleted", {"channel": "incidents"}, "chat.postMessage", POST, "channel_not_found"),
    pytest.param(
        "channel_id_changed", {"channel": "incidents"}, "chat.postMessage", POST, "channel_not_found"
    ),
    pytest.param(
        "channel_renamed",
        {"channel": "incidents", "name": "was"},
        "conversations.info",
        POST,
        "'name': 'was'",
    ),
    pytest.param(
        "channel_shared", {"channel": "incidents"}, "conversations.info", POST, "'is_ext_shared': True"
    ),
    pytest.param(
        "channel_unshared",
        {"channel": "partner-shared"},
        "conversations.info",
        {"channel": "C0SHARED"},
        "'is_ext_shared': False",
    ),
    pytest.param("message_deleted", {"channel": "incidents"}, "chat.update", POST, "message_not_found"),
    pytest.param(
        "thread_locked", {"channel": "incidents"}, "chat.postMessage", POST, "restricted_action_thread_locked"
    ),
    pytest.param("user_joined", {"name": "zoe"}, "users.list", {"limit": 50}, "'name': 'zoe'"),
    pytest.param("user_deactivated", {"user": "fay"}, "users.info", {"user": "U0FAY"}, "'deleted': True"),
    pytest.param("user_guest", {"user": "fay"}, "users.info", {"user": "U0FAY"}, "'is_restricted': True"),
    pytest.param(
        "group_users",
        {"group": "duty-managers", "users": ["eve"]},
        "usergroups.users.list",
        {"usergroup": "S0DUTY"},
        "['U0EVE']",
    ),
    pytest.param("name_taken", {"name": "inc-1"}, "conversations.create", {"name": "inc-1"}, "name_taken"),
    pytest.param("groups_unavailable", {}, "usergroups.list", {}, "plan_upgrade_required"),
    pytest.param("short_pages", {"limit": 1}, "users.list", {"limit": 50}, "'next_cursor': 'd"),
    pytest.param("rate_limits", {"profile": "strict"}, "conversations.info", POST, "ratelimited"),
]


@pytest.mark.parametrize(
    ("do", "given", "method", "arguments", "seen"), WORLD, ids=[each.values[0] for each in WORLD]
)
async def test_what_befalls_the_workspace_is_felt(
    sandbox: Workspace,
    client: AsyncWebClient,
    *,
    do: str,
    given: Json,
    method: str,
    arguments: Json,
    seen: str,
) -> None:
    ts = (await client.chat_postMessage(channel="C0INCIDENTS", text="card"))["ts"]
    rest = {"ts": ts} if method == "chat.update" else {"thread_ts": ts} if do == "thread_locked" else {}
    await sandbox.faults.happen(
        do, **given, **({"ts": ts} if do in {"message_deleted", "thread_locked"} else {})
    )

    answers = []
    for _ in range(2 if do == "rate_limits" else 1):
        try:
            answers.append((await client.api_call(method, json=arguments | rest)).data)
        except SlackApiError as refused:
            answers.append(refused.response["error"])

    assert seen in str(answers[-1])


def test_everything_that_can_befall_is_in_the_table() -> None:
    assert {each.values[0] for each in WORLD} == set(BLOWS)
