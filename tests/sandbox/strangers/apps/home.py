"""A Home tab that counts and remembers, one per person."""

from __future__ import annotations

from collections import Counter
from typing import Any

from slack_bolt.async_app import AsyncApp

MANIFEST = {
    "display_information": {"name": "Homely"},
    "features": {
        "bot_user": {"display_name": "Homely"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "im:history"]}},
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
    },
}


def page(user: str, visits: int, colour: str) -> dict[str, Any]:
    """What one person sees."""
    colours = [{"text": {"type": "plain_text", "text": each}, "value": each} for each in ("red", "green")]
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Welcome"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": f"<@{user}>, visit {visits}, {colour}."}},
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "forget",
                        "style": "danger",
                        "text": {"type": "plain_text", "text": "Forget me"},
                        "confirm": {
                            "title": {"type": "plain_text", "text": "Sure?"},
                            "text": {"type": "mrkdwn", "text": "There is no way back."},
                            "confirm": {"type": "plain_text", "text": "Yes"},
                            "deny": {"type": "plain_text", "text": "No"},
                        },
                    },
                    {"type": "radio_buttons", "action_id": "colour", "options": colours},
                ],
            },
        ],
    }


def listen(app: AsyncApp) -> None:
    """Add every listener."""
    visits: Counter[str] = Counter()

    @app.event("app_home_opened")
    async def opened(event: Any, client: Any) -> None:
        user = event["user"]
        visits[user] += 1
        seen = event.get("view") or {}
        hashed = {"hash": seen["hash"]} if seen else {}
        await client.views_publish(user_id=user, view=page(user, visits[user], "no colour"), **hashed)

    @app.action("forget")
    async def forget(ack: Any, body: Any, client: Any) -> None:
        await ack()
        user = body["user"]["id"]
        del visits[user]
        await client.views_publish(user_id=user, view=page(user, 0, "forgotten"), hash=body["view"]["hash"])

    @app.action("colour")
    async def colour(ack: Any, body: Any, action: Any, client: Any) -> None:
        await ack()
        user, chosen = body["user"]["id"], action["selected_option"]["value"]
        await client.views_publish(user_id=user, view=page(user, visits[user], chosen))
