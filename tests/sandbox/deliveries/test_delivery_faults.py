"""What can go wrong between Slack and a bot: lost, late, doubled, forged."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from sandbox.signatures import signature
from sandbox.testing import Workspace
from tests.sandbox.bots import Bot, Endpoint

Json = dict[str, Any]


def test_the_signature_agrees_with_the_published_example() -> None:
    """Slack docs, "Verifying requests from Slack", step by step."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
        b"96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )

    made = signature("8f742231b10e8888abcd99yyyzzz85a5", 1531420618, body)

    assert made == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.fixture
async def heard(sandbox: Workspace, http_bot: Bot) -> list[str]:
    """Names of the channels whose creation the bot took in, in order of arrival."""
    seen: list[str] = []

    @http_bot.bolt.event("channel_created")
    async def created(event: Json) -> None:
        seen.append(event["channel"]["name"])

    await sandbox.settle()
    return seen


def raw_of(bot: Bot) -> list[tuple[dict[str, str], str]]:
    side = bot.endpoint
    assert isinstance(side, Endpoint)
    return side.requests


async def test_a_dropped_event_never_comes(sandbox: Workspace, heard: list[str]) -> None:
    await sandbox.faults.add("drop", where="event", name="channel_created", count=1)

    await sandbox.user("ada").create_channel("one")
    await sandbox.user("ada").create_channel("two")
    await sandbox.settle()

    assert heard == ["two"]


async def test_a_doubled_event_has_one_id(sandbox: Workspace, http_bot: Bot, heard: list[str]) -> None:
    await sandbox.faults.add("duplicate", where="event", count=1)

    await sandbox.user("ada").create_channel("one")
    await sandbox.settle()

    assert heard == ["one", "one"]
    ids = [json.loads(raw)["event_id"] for _, raw in raw_of(http_bot)[-2:]]
    assert ids[0] == ids[1]


async def test_a_late_event_comes_when_the_clock_says_so(sandbox: Workspace, heard: list[str]) -> None:
    await sandbox.faults.add("delay", where="event", seconds=30, count=1)

    await sandbox.user("ada").create_channel("one")
    await sandbox.user("ada").create_channel("two")
    await sandbox.settle()
    assert heard == ["two"]

    await sandbox.advance(31)
    await sandbox.settle()
    assert heard == ["two", "one"]


async def test_reordered_events_arrive_the_wrong_way_round(sandbox: Workspace, heard: list[str]) -> None:
    await sandbox.faults.add("reorder", where="event", count=1)

    await sandbox.user("ada").create_channel("one")
    await sandbox.user("ada").create_channel("two")
    await sandbox.settle()

    assert heard == ["two", "one"]


async def test_a_lost_acknowledgement_makes_slack_repeat(
    sandbox: Workspace, http_bot: Bot, heard: list[str]
) -> None:
    await sandbox.faults.add("lost_ack", where="event", count=1)

    await sandbox.user("ada").create_channel("one")
    await sandbox.settle()

    assert heard == ["one", "one"]
    assert raw_of(http_bot)[-1][0]["X-Slack-Retry-Reason"] == "http_timeout"


@pytest.mark.parametrize("do", ["wrong_secret", "unsigned", "skew"])
async def test_a_forged_request_is_refused_by_the_bot_and_repeated_honestly(
    sandbox: Workspace, http_bot: Bot, heard: list[str], do: str
) -> None:
    await sandbox.faults.add(do, where="event", count=1)

    await sandbox.user("ada").create_channel("one")
    await sandbox.settle()

    assert heard == ["one"]
    deliveries = [each for each in await sandbox.journal() if each["summary"] == "channel_created"]
    assert [each["status"] for each in deliveries] == ["http_error", "200"]


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_skew_moves_the_timestamp(
    sandbox: Workspace, http_bot: Bot, heard: list[str], seconds: int
) -> None:
    await sandbox.faults.add("skew", where="event", seconds=seconds, count=1)

    await sandbox.user("ada").create_channel("one")
    await sandbox.settle()

    headers, _raw = raw_of(http_bot)[-2]
    assert int(headers["X-Slack-Request-Timestamp"]) == pytest.approx(time.time() + seconds, abs=3)


async def test_a_replay_is_the_same_request_to_the_byte(
    sandbox: Workspace, http_bot: Bot, heard: list[str]
) -> None:
    await sandbox.faults.add("replay", where="event", count=1)

    await sandbox.user("ada").create_channel("one")
    await sandbox.settle()

    (first, body), (second, again) = raw_of(http_bot)[-2:]
    assert body == again
    assert first["X-Slack-Signature"] == second["X-Slack-Signature"]


async def test_a_double_click_reaches_the_bot_twice(sandbox: Workspace, bot: Bot) -> None:
    pressed: list[str] = []

    @bot.bolt.action("take")
    async def take(ack: Any, body: Json) -> None:
        pressed.append(body["trigger_id"])
        await ack()

    button = {"type": "button", "action_id": "take", "text": {"type": "plain_text", "text": "Take"}}
    blocks = [{"type": "actions", "elements": [button]}]
    await bot.client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)
    await sandbox.faults.add("duplicate", where="interaction", name="block_actions", count=1)

    card = (await sandbox.channel("general").messages())[-1]
    await card.button("Take").press(as_="ada")

    assert len(pressed) == 2


async def test_a_command_whose_answer_is_lost_looks_like_a_timeout(sandbox: Workspace, bot: Bot) -> None:
    ran: list[str] = []

    @bot.bolt.command("/incident")
    async def incident(ack: Any, command: Json) -> None:
        ran.append(command["text"])
        await ack("Done")

    await sandbox.faults.add("lost_ack", where="command", count=1)

    result = await sandbox.user("ada").slash("general", "/incident now")

    assert ran == ["now"]
    assert result.error == "operation_timeout"
    await sandbox.channel("general").expect("operation_timeout", as_="ada")


async def test_a_dropped_command_never_reaches_the_bot(sandbox: Workspace, http_bot: Bot) -> None:
    await sandbox.settle()
    raw_of(http_bot).clear()
    await sandbox.faults.add("drop", where="command", count=1)

    result = await sandbox.user("ada").slash("general", "/incident now")

    assert not result.delivered
    assert raw_of(http_bot) == []
