"""One of every element that a message may carry, each with a listener that says what was chosen."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import App

MANIFEST = {
    "display_information": {"name": "Kinds"},
    "features": {
        "bot_user": {"display_name": "Kinds"},
        "slash_commands": [{"command": "/kinds", "description": "Show them all"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "chat:write.public", "commands"]}},
    "settings": {"interactivity": {"is_enabled": True}},
}


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def option(text: str) -> dict[str, Any]:
    return {"text": plain(text), "value": text.lower()}


TWO = [option("One"), option("Two")]
GROUPS = [{"label": plain("Numbers"), "options": TWO}, {"label": plain("Letters"), "options": [option("A")]}]
ELEMENTS: list[dict[str, Any]] = [
    {"type": "button", "text": plain("Press"), "value": "pressed", "style": "primary"},
    {"type": "static_select", "placeholder": plain("One of"), "option_groups": GROUPS},
    {"type": "multi_static_select", "placeholder": plain("Some of"), "options": TWO, "max_selected_items": 2},
    {"type": "users_select", "placeholder": plain("Who")},
    {"type": "conversations_select", "placeholder": plain("Where"), "filter": {"include": ["public"]}},
    {"type": "channels_select", "placeholder": plain("Which channel")},
    {"type": "overflow", "options": TWO},
    {"type": "datepicker", "initial_date": "2026-01-31"},
    {"type": "timepicker", "initial_time": "09:30"},
    {"type": "datetimepicker"},
    {"type": "checkboxes", "options": TWO},
    {"type": "radio_buttons", "options": TWO, "initial_option": TWO[0]},
]
# These may stand beside a text only.
BESIDE = ("multi_static_select",)


def blocks() -> list[dict[str, Any]]:
    """Every kind of block that a message may have."""
    named = [{**each, "action_id": f"kind_{each['type']}"} for each in ELEMENTS]
    return [
        {"type": "header", "text": plain("All kinds")},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Left*"}, plain("Right")]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "small print"}]},
        {"type": "divider"},
        {"type": "markdown", "text": "# Title\n\n**bold**"},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": "rich", "style": {"bold": True}}],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "emoji", "name": "tada"}]}
                    ],
                },
            ],
        },
        {
            "type": "image",
            "image_url": "https://example.com/cat.png",
            "alt_text": "a cat",
            "title": plain("Cat"),
        },
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": "Name"}], [{"type": "raw_text", "text": "Value"}]],
        },
        *(
            {"type": "section", "text": plain(each["type"]), "accessory": each}
            for each in named
            if each["type"] in BESIDE
        ),
        {
            "type": "actions",
            "block_id": "all",
            "elements": [each for each in named if each["type"] not in BESIDE],
        },
    ]


def listen(app: App) -> None:
    """Add every listener."""

    @app.command("/kinds")
    def kinds(ack: Any, say: Any) -> None:
        ack()
        say(text="All kinds", blocks=blocks())

    @app.action({"block_id": "all", "action_id": re.compile(r"^kind_(button|overflow)$")})
    def pressed(ack: Any, action: Any, respond: Any) -> None:
        ack()
        said = action.get("value") or action["selected_option"]["value"]
        respond(f"{action['type']} says {said}")

    @app.action(re.compile(r"^kind_.+"))
    def chosen(ack: Any, action: Any, respond: Any, body: Any) -> None:
        ack()
        keys = [each for each in action if each.startswith("selected_")]
        respond(f"{action['type']} says {action[keys[0]]}")
