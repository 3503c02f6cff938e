"""Shortcuts: a global one that asks in a modal, one on messages that answers where it was used."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

MANIFEST = {
    "display_information": {"name": "Shortcuts"},
    "features": {
        "bot_user": {"display_name": "Shortcuts"},
        "shortcuts": [
            {"type": "global", "name": "New note", "callback_id": "new_note", "description": "Write it down"},
            {"type": "message", "name": "Keep this", "callback_id": "keep", "description": "Keep a message"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["channels:history", "chat:write", "chat:write.public", "commands"]}},
    "settings": {"interactivity": {"is_enabled": True}},
}


def listen(app: App) -> None:
    """Add every listener."""

    @app.global_shortcut("new_note")
    def new_note(ack: Any, shortcut: Any, client: Any) -> None:
        ack()
        where = {
            "type": "conversations_select",
            "action_id": "where",
            "default_to_current_conversation": True,
            "response_url_enabled": True,
        }
        note = {"type": "plain_text_input", "action_id": "note", "multiline": True}
        blocks = [
            {
                "type": "input",
                "label": {"type": "plain_text", "text": "Note"},
                "element": note,
                "block_id": "n",
            },
            {
                "type": "input",
                "label": {"type": "plain_text", "text": "Where"},
                "element": where,
                "block_id": "w",
            },
        ]
        client.views_open(
            trigger_id=shortcut["trigger_id"],
            view={
                "type": "modal",
                "callback_id": "write",
                "title": {"type": "plain_text", "text": "New note"},
                "submit": {"type": "plain_text", "text": "Write"},
                "blocks": blocks,
            },
        )

    @app.view({"type": "view_submission", "callback_id": "write"})
    def write(ack: Any, view: Any, respond: Any) -> None:
        ack()
        respond(f"Note: {view['state']['values']['n']['note']['value']}", response_type="in_channel")

    @app.message_shortcut("keep")
    def keep(ack: Any, shortcut: Any, client: Any, respond: Any) -> None:
        ack()
        message, channel = shortcut["message"], shortcut["channel"]["id"]
        link = client.chat_getPermalink(channel=channel, message_ts=message["ts"])["permalink"]
        client.chat_postMessage(channel=channel, thread_ts=message["ts"], text=f"Kept: <{link}|this>")
        respond("Only you know.", replace_original=False)
