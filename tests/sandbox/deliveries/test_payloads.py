"""The payloads have the documented keys with the documented types, and no others.

The tables follow Slack docs, "Slash commands", "block_actions payload", "View interaction
payloads" and "Shortcuts interaction payloads", and the types of Bolt for JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.testing import Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]
TEAM = {"id": str, "domain": str}
USER = {"id": str, "username": str, "name": str, "team_id": str}
HEAD = {
    "type": str,
    "team": TEAM,
    "user": USER,
    "api_app_id": str,
    "token": str,
    "enterprise": type(None),
    "is_enterprise_install": bool,
}
CHANNEL = {"id": str, "name": str}
VIEW = {
    "id": str,
    "team_id": str,
    "type": str,
    "blocks": list,
    "private_metadata": str,
    "callback_id": str,
    "state": {"values": dict},
    "hash": str,
    "title": dict,
    "clear_on_close": bool,
    "notify_on_close": bool,
    "close": (dict, type(None)),
    "submit": (dict, type(None)),
    "previous_view_id": (str, type(None)),
    "root_view_id": str,
    "app_id": str,
    "external_id": str,
    "app_installed_team_id": str,
    "bot_id": str,
}
DOCUMENTED: Mapping[str, Json] = {
    "command": dict.fromkeys(
        (
            "token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name",
            "command", "text", "api_app_id", "is_enterprise_install", "response_url", "trigger_id",
        ),
        str,
    ),
    "message": {
        **HEAD,
        "container": {"type": str, "message_ts": str, "channel_id": str, "is_ephemeral": bool},
        "trigger_id": str,
        "channel": CHANNEL,
        "message": dict,
        "state": {"values": dict},
        "response_url": str,
        "actions": list,
    },
    "view": {
        **HEAD,
        "container": {"type": str, "view_id": str},
        "trigger_id": str,
        "view": VIEW,
        "actions": list,
    },
    "view_submission": {**HEAD, "trigger_id": str, "view": VIEW, "response_urls": list},
    "view_closed": {**HEAD, "view": VIEW, "is_cleared": bool},
    "shortcut": {
        **HEAD,
        "user": {"id": str, "username": str, "team_id": str},
        "callback_id": str,
        "trigger_id": str,
        "action_ts": str,
    },
    "message_action": {
        **HEAD,
        "callback_id": str,
        "trigger_id": str,
        "action_ts": str,
        "message_ts": str,
        "response_url": str,
        "channel": CHANNEL,
        "message": dict,
    },
}  # fmt: skip
BUTTON = {"type": "button", "action_id": "press", "text": {"type": "plain_text", "text": "Press"}}
MODAL = {
    "type": "modal",
    "callback_id": "form",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [{"type": "actions", "elements": [BUTTON]}],
}


def differences(documented: object, given: object, at: str = "") -> list[str]:
    """Where a payload and its documentation disagree."""
    if not isinstance(documented, dict):
        fits = isinstance(given, documented) if isinstance(documented, (type, tuple)) else False
        return [] if fits else [f"{at} is {given!r}"]
    if not isinstance(given, dict):
        return [f"{at} is no object"]
    found = [f"{at}/{key} is missing" for key in documented.keys() - given.keys()]
    found += [f"{at}/{key} is not documented" for key in given.keys() - documented.keys()]
    for key in documented.keys() & given.keys():
        found += differences(documented[key], given[key], f"{at}/{key}")
    return found


@pytest.fixture
async def payloads(sandbox: Workspace, http_bot: Bot) -> dict[str, Json]:
    """One payload of every kind, as Bolt received it."""
    seen: dict[str, Json] = {}

    @http_bot.bolt.middleware
    async def note(body: Json, next: Any) -> None:  # noqa: A002  the name that Bolt looks for
        container = body.get("container", {}).get("type")
        seen[container or body.get("type") or "command"] = dict(body)
        await next()

    async def acknowledge(ack: Any) -> None:
        await ack()

    async def open_form(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    http_bot.bolt.command("/incident")(open_form)
    http_bot.bolt.shortcut("declare")(open_form)
    http_bot.bolt.shortcut("record")(acknowledge)
    http_bot.bolt.action("press")(acknowledge)
    http_bot.bolt.view("form")(acknowledge)
    http_bot.bolt.view_closed("form")(acknowledge)

    ada = sandbox.user("ada")
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    await http_bot.client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)
    card = (await sandbox.channel("general").messages())[-1]
    await card.button("Press").press(as_="ada")
    await ada.message_action(card, "record")
    await ada.slash("general", "/incident")
    form = await ada.modal()
    await form.button("Press").press()
    await form.submit()
    await ada.shortcut("declare")
    await (await ada.modal()).close()
    return seen


async def test_every_payload_is_as_documented(payloads: dict[str, Json]) -> None:
    assert payloads.keys() >= DOCUMENTED.keys()

    found = {name: differences(shape, payloads[name]) for name, shape in DOCUMENTED.items()}

    assert {name: each for name, each in found.items() if each} == {}
