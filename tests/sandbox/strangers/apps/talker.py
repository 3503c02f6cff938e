"""Listens and answers: messages by pattern, mentions, reactions, a command, its own failures."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import App

MANIFEST = {
    "display_information": {"name": "Talker"},
    "features": {
        "bot_user": {"display_name": "Talker"},
        "slash_commands": [{"command": "/echo", "description": "Say it again", "usage_hint": "[anything]"}],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read", "channels:history", "channels:join", "chat:write", "commands",
                "im:history", "reactions:read", "reactions:write",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": ["app_mention", "message.channels", "message.im", "reaction_added"]
        }
    },
}  # fmt: skip


def listen(app: App) -> None:
    """Add every listener."""

    @app.middleware
    def count(context: Any, next: Any) -> None:  # noqa: A002  Bolt's own name for it
        context["seen"] = "yes"
        next()

    @app.message(re.compile(r"(?i)my name is (\w+)"))
    def name(say: Any, context: Any) -> None:
        say(f"Nice to meet you, {context['matches'][0]}! Middleware: {context['seen']}")

    @app.message("in a thread")
    def thread(message: Any, say: Any) -> None:
        say(text="Here it goes.", thread_ts=message["ts"])

    @app.message("trouble")
    def trouble() -> None:
        raise ValueError("as ordered")

    @app.event("app_mention")
    def mention(event: Any, client: Any) -> None:
        client.reactions_add(channel=event["channel"], timestamp=event["ts"], name="wave")

    @app.event("reaction_added")
    def reaction(event: Any, say: Any) -> None:
        say(f"Somebody likes {event['reaction']}", channel=event["item"]["channel"])

    @app.command("/echo")
    def echo(ack: Any, say: Any, respond: Any, command: Any) -> None:
        ack()
        say(command["text"])
        respond("Done.")

    @app.event("message")
    def everything_else() -> None:
        pass

    @app.error
    def failed(error: Exception, body: Any, client: Any) -> None:
        client.chat_postMessage(channel=body["event"]["channel"], text=f"That went wrong: {error}")
