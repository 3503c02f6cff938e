"""Lazy listeners: answer within three seconds, work afterwards; for platforms that end with the response."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

MANIFEST = {
    "display_information": {"name": "Lazy"},
    "features": {
        "bot_user": {"display_name": "Lazy"},
        "slash_commands": [{"command": "/work", "description": "Takes a while"}],
        "shortcuts": [
            {"type": "global", "name": "Work", "callback_id": "work", "description": "Takes a while"}
        ],
    },
    "oauth_config": {
        "scopes": {"bot": ["app_mentions:read", "channels:join", "chat:write", "commands", "im:write"]}
    },
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_mention"]},
    },
}


def received(ack: Any, body: Any) -> None:
    """The answer that must be quick."""
    if body.get("command") and not body.get("text"):
        ack(":warning: Work on what?")
    else:
        ack("Accepted." if body.get("command") else "")


def first_half(respond: Any, body: Any) -> None:
    if body.get("text"):
        respond(f"Half of {body['text']} is done.")


def second_half(client: Any, body: Any) -> None:
    if body.get("text"):
        client.chat_postMessage(channel=body["user_id"], text=f"All of {body['text']} is done.")


def ask(client: Any, body: Any) -> None:
    """Open a modal from a lazy listener, with the trigger of the original request."""
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Later"},
        "blocks": [{"type": "divider"}],
    }
    client.views_open(trigger_id=body["trigger_id"], view=view)


def thank(say: Any, event: Any) -> None:
    say(f"You are welcome, <@{event['user']}>")


def listen(app: App) -> None:
    """Add every listener."""
    app.command("/work")(ack=received, lazy=[first_half, second_half])
    app.shortcut("work")(ack=received, lazy=[ask])
    app.event("app_mention")(ack=lambda ack: ack(), lazy=[thank])
