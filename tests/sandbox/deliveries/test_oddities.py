"""Whatever a script or a bot sends to the control surface and the response URLs, it is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import ClientSession, web

from sandbox.control.acts import ACTS
from sandbox.control.world import BLOWS
from sandbox.testing import Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]
ODD: list[Any] = [None, "", "\x00", -1, 10**30, 1e308, [], [[]], {}, {"type": []}, "9" * 400, "٣"]
BUTTON = {"type": "button", "action_id": "take", "text": {"type": "plain_text", "text": "Take"}}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]
SELECTS = ("value", "values", "user", "users", "date", "time", "datetime", "option")


async def usual(sandbox: Workspace, bot: Bot) -> Json:
    """Every argument that some act takes, in a way that works for most."""
    card = await bot.client.chat_postMessage(channel="C0INCIDENTS", text="x", blocks=BLOCKS)
    said = await sandbox.user("ada").say("incidents", "hers")
    return {
        "channel": "incidents", "ts": said.ts, "text": "x", "name": "eyes", "user": "bob", "users": ["bob"],
        "topic": "t", "command": "/incident", "callback_id": "record", "action_id": "take", "label": "Take",
        "filename": "a.txt", "content": "x", "app": bot.app.app_id, "is_private": False, "blocks": None,
        "block_id": None, "values": {}, "thread_ts": card["ts"],
    }  # fmt: skip


async def crashes(sandbox: Workspace, path: str, rows: list[Json]) -> list[Json]:
    """The rows that were not answered with JSON and ``ok``."""
    found = []
    async with ClientSession(trust_env=False) as session:
        for row in rows:
            async with session.post(f"{sandbox.base_url}/_sandbox/{path}", json=row) as answer:
                body = await answer.json() if answer.content_type == "application/json" else {}
            if not isinstance(body.get("ok"), bool):
                found.append(row)
    return found


@pytest.fixture
async def acting(sandbox: Workspace, socket_bot: Bot) -> Bot:
    @socket_bot.bolt.action("take")
    @socket_bot.bolt.command("/incident")
    @socket_bot.bolt.shortcut("record")
    async def taken(ack: Any) -> None:
        await ack()

    return socket_bot


@pytest.mark.parametrize("action", sorted(ACTS))
async def test_odd_acts_are_answered(sandbox: Workspace, acting: Bot, action: str) -> None:
    given = await usual(sandbox, acting)
    if action in {"click", "select", "suggest"}:
        given |= dict.fromkeys(SELECTS)
    base = {
        "as": "ada",
        "action": action,
        **{key: value for key, value in given.items() if value is not None},
    }

    rows = [base | {name: odd} for name in given for odd in ODD]

    assert await crashes(sandbox, "act", rows) == []


CONTROL: list[tuple[str, Json]] = [
    (
        "faults",
        {"where": "api", "do": "latency", "name": "x", "app": "x", "probability": 1, "count": 1, "skip": 1},
    ),
    *(
        ("faults", {"where": "world", "do": do, "channel": "incidents", "user": "hal", "group": "team-shop"})
        for do in sorted(BLOWS)
    ),
    ("faults", {"where": "world", "do": "warning", "app": "Tester"}),
    ("clock", {"mode": "scaled", "factor": 2}),
    ("clock/advance", {"seconds": 1}),
    ("banner", {"text": "x", "step": 1, "of": 2}),
    ("apps", {"manifest": {"display_information": {"name": "x"}}, "credentials": {}}),
]


@pytest.mark.parametrize(
    ("path", "usual"), CONTROL, ids=[f"{path} {row.get('do', '')}" for path, row in CONTROL]
)
async def test_odd_orders_are_answered(sandbox: Workspace, acting: Bot, path: str, usual: Json) -> None:
    more = (
        "scope",
        "name",
        "ts",
        "group",
        "users",
        "team",
        "limit",
        "profile",
        "single",
        "is_private",
        "ends",
    )
    names = [*usual, *(more if usual.get("where") == "world" else ())]

    rows = [usual | {name: odd} for name in names for odd in ODD]

    assert await crashes(sandbox, path, rows) == []


@pytest.mark.parametrize("part", ["display_information", "features", "oauth_config", "settings"])
async def test_odd_manifests_are_answered(sandbox: Workspace, part: str) -> None:
    keys = {
        "display_information": ("name", "description"),
        "features": ("bot_user", "app_home", "slash_commands", "shortcuts"),
        "oauth_config": ("scopes",),
        "settings": ("interactivity", "event_subscriptions", "socket_mode_enabled"),
    }[part]
    named = {"display_information": {"name": "Odd"}}
    odd = [*ODD, [None], [{"command": 1}], [{"type": "global", "name": 1, "callback_id": []}], {"bot": 7}]
    manifests = [named | {part: {**named.get(part, {}), key: each}} for key in keys for each in odd]
    manifests += [named | {part: each} for each in odd]

    assert await crashes(sandbox, "apps", [{"manifest": each} for each in manifests]) == []


@pytest.mark.parametrize("path", ["bootstrap", "channel", "thread", "home", "modals", "deliveries"])
async def test_odd_questions_are_answered(sandbox: Workspace, acting: Bot, path: str) -> None:
    wrong = []
    async with ClientSession(trust_env=False) as session:
        for name in ("as", "channel", "ts", "before", "limit", "app", "threads"):
            for odd in ("", "-1", "1e400", "%00", "٣", "9" * 400, "<script>"):
                query = {"as": "ada", "channel": "incidents", name: odd}
                async with session.get(f"{sandbox.base_url}/_sandbox/page/{path}", params=query) as answer:
                    body = await answer.json() if answer.content_type == "application/json" else {}
                if not isinstance(body.get("ok"), bool):
                    wrong.append((name, odd))

    assert wrong == []


@pytest.mark.parametrize("path", ["log", "wait", "stream", "seq", "state"])
async def test_odd_numbers_are_answered(sandbox: Workspace, path: str) -> None:
    wrong = []
    async with ClientSession(trust_env=False) as session:
        for odd in ("x", "1e400", "", "9" * 5000):
            query = {"since": odd, "timeout": "0"}
            async with session.get(f"{sandbox.base_url}/_sandbox/{path}", params=query) as answer:
                if answer.content_type != "text/event-stream":
                    body = await answer.json() if answer.content_type == "application/json" else {}
                    if not isinstance(body.get("ok"), bool):
                        wrong.append(odd)

    assert wrong == []


ANSWERS: list[Any] = [
    *ODD, "text", {"text": 7}, {"text": "x", "thread_ts": 5}, {"text": "x", "thread_ts": "x"},
    {"blocks": {}}, {"blocks": [None]}, {"attachments": [None, {"blocks": [{}]}]}, {"attachments": "x"},
    {"replace_original": True}, {"delete_original": "yes"}, {"text": "x", "response_type": []},
    {"text": "x", "metadata": []}, {"response_action": []}, {"response_action": "update"},
    {"response_action": "push", "view": []}, {"response_action": "errors", "errors": {"a": {}}},
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=[f"{number}" for number, _ in enumerate(ANSWERS)])
async def test_odd_answers_of_a_bot_are_survived(sandbox: Workspace, http_bot: Bot, answer: Any) -> None:
    """As the acknowledgement of a command and of a form, and through the response URL."""
    form = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Form"},
        "submit": {"type": "plain_text", "text": "Go"},
        "blocks": [{"type": "divider"}],
    }
    urls: list[str] = []

    async def odd(request: web.Request) -> web.StreamResponse:
        payload = json.loads((await request.post()).get("payload", "{}"))
        if payload.get("type") == "message_action":
            urls.append(payload["response_url"])
            await http_bot.client.views_open(trigger_id=payload["trigger_id"], view=form)
            return web.Response()
        return web.json_response(answer)

    assert http_bot.endpoint is not None
    await sandbox.settle()
    http_bot.endpoint.override = odd
    ada = sandbox.user("ada")
    said = await ada.say("incidents", "hers")
    await ada.slash("incidents", "/incident")
    await ada.message_action(said, "record")
    await (await ada.modal()).submit()
    async with ClientSession(trust_env=False) as session, session.post(urls[0], json=answer) as response:
        assert response.status in {200, 400, 404}

    assert await sandbox.channel("incidents").messages(as_="ada")
    assert (await sandbox.get("page/modals", {"as": "ada"}))["ok"]
