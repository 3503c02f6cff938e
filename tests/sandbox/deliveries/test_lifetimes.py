"""What expires: triggers after three seconds, response URLs after half an hour or five uses."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.testing import Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]
VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "Hi"}, "blocks": [{"type": "divider"}]}


@pytest.fixture
async def command(sandbox: Workspace, http_bot: Bot) -> Json:
    """A command that ada just ran."""
    seen: list[Json] = []

    @http_bot.bolt.command("/incident")
    async def incident(ack: Any, command: Json) -> None:
        seen.append(command)
        await ack()

    await sandbox.user("ada").slash("general", "/incident")
    return seen[0]


async def error_of(bot: Bot, trigger_id: str) -> str:
    with pytest.raises(SlackApiError) as caught:
        await bot.client.views_open(trigger_id=trigger_id, view=VIEW)
    return str(caught.value.response["error"])


async def test_a_trigger_works_once(sandbox: Workspace, http_bot: Bot, command: Json) -> None:
    await http_bot.client.views_open(trigger_id=command["trigger_id"], view=VIEW)

    assert await error_of(http_bot, command["trigger_id"]) == "exchanged_trigger_id"
    assert len(await sandbox.modals("ada")) == 1


async def test_a_trigger_expires_after_three_seconds(
    sandbox: Workspace, http_bot: Bot, command: Json
) -> None:
    await sandbox.advance(3.1)

    assert await error_of(http_bot, command["trigger_id"]) == "expired_trigger_id"
    assert await sandbox.modals("ada") == []


async def test_an_invented_trigger_is_invalid(http_bot: Bot, command: Json) -> None:
    assert await error_of(http_bot, "1.2.3") == "invalid_trigger_id"


async def test_a_response_url_is_good_for_five_messages(sandbox: Workspace, command: Json) -> None:
    webhook = AsyncWebhookClient(command["response_url"])

    answers = [await webhook.send(text=f"answer {number}") for number in range(6)]

    assert [(each.status_code, each.body) for each in answers[:5]] == [(200, "ok")] * 5
    assert answers[5].status_code == 404
    assert "used_url" in answers[5].body
    assert len(await sandbox.channel("general").messages(as_="ada")) == 5


async def test_a_response_url_ends_after_thirty_minutes(sandbox: Workspace, command: Json) -> None:
    await sandbox.advance(1799)
    assert (await AsyncWebhookClient(command["response_url"]).send(text="in time")).status_code == 200

    await sandbox.advance(2)

    late = await AsyncWebhookClient(command["response_url"]).send(text="too late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param({"text": ""}, "no_text", id="nothing said"),
        pytest.param({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks", id="no such block"),
    ],
)
async def test_a_response_url_refuses_what_slack_refuses(
    sandbox: Workspace, command: Json, answer: Json, error: str
) -> None:
    refused = await AsyncWebhookClient(command["response_url"]).send_dict(answer)

    assert refused.status_code == 400
    assert error in refused.body
    assert await sandbox.channel("general").messages(as_="ada") == []


@pytest.mark.parametrize(
    ("do", "status", "stored"),
    [
        pytest.param("expired", 404, 0, id="gone before its time"),
        pytest.param("http", 503, 0, id="down"),
    ],
)
async def test_a_response_url_can_fail(
    sandbox: Workspace, command: Json, do: str, status: int, stored: int
) -> None:
    await sandbox.faults.add(do, where="response_url")

    answer = await AsyncWebhookClient(command["response_url"], retry_handlers=[]).send(text="x")

    assert answer.status_code == status
    assert len(await sandbox.channel("general").messages(as_="ada")) == stored
