"""The Slack app, as its manifest declares it: one source for both ways of delivery.

Scopes follow from the calls we make and the events we read, so the app asks for what it
uses and for nothing else.
"""

from __future__ import annotations

from typing import Final, Literal

from bot.slack.methods import METHODS
from handlers.names import COMMAND, SERVICE_COMMAND, Shortcut

Mode = Literal["http", "socket"]

EVENT_SCOPES: Final = {
    "app_home_opened": (),
    "channel_archive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_id_changed": ("channels:read", "groups:read"),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_shared": ("channels:read", "groups:read"),
    "channel_unarchive": ("channels:read",),
    "channel_unshared": ("channels:read", "groups:read"),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "reaction_added": ("reactions:read",),
    "subteam_members_changed": ("usergroups:read",),
    "user_change": ("users:read",),
}
"""Events that we read → what an app needs to be sent them (Slack docs, event reference)."""

_COLOUR: Final = "#7a1f2b"


def manifest(*, mode: Mode, url: str = "") -> dict[str, object]:
    """The manifest of an app that delivers over HTTP to ``url``, or over Socket Mode."""
    http = mode == "http"
    address = f"{url.rstrip('/')}/slack/events"
    request_url: dict[str, object] = {"request_url": address} if http else {}
    command_url: dict[str, object] = {"url": address} if http else {}
    return {
        "display_information": {
            "name": "Tocsin",
            "description": "Runs a major incident, from alert to known error.",
            "background_color": _COLOUR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Tocsin", "always_online": True},
            "slash_commands": [command | command_url for command in _commands()],
            "shortcuts": _shortcuts(),
        },
        "oauth_config": {"scopes": {"bot": list(scopes())}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(EVENT_SCOPES), **request_url},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not http,
            "token_rotation_enabled": False,
        },
    }


def scopes() -> tuple[str, ...]:
    """What the bot token must be allowed, sorted."""
    called = {scope for method in METHODS.values() for scope in method.scopes}
    told = {scope for needed in EVENT_SCOPES.values() for scope in needed}
    return tuple(sorted(called | told | {"commands"}))


def _commands() -> list[dict[str, object]]:
    return [
        {
            "command": COMMAND,
            "description": "Declare, lead and close major incidents",
            "usage_hint": "declare | status | take | impact … | update | freeze | resolve | help",
            "should_escape": True,
        },
        {
            "command": SERVICE_COMMAND,
            "description": "What hangs on a service, and who answers for it",
            "usage_hint": "impact checkout | help",
            "should_escape": True,
        },
    ]


def _shortcuts() -> list[dict[str, str]]:
    return [
        {
            "name": "Declare an incident",
            "type": "global",
            "callback_id": Shortcut.DECLARE.value,
            "description": "Open a war room with a commander and a log",
        },
        {
            "name": "Declare from message",
            "type": "message",
            "callback_id": Shortcut.DECLARE_FROM.value,
            "description": "Declare an incident that leads back here",
        },
        {
            "name": "Report as incident",
            "type": "message",
            "callback_id": Shortcut.REPORT.value,
            "description": "Tell those who work on it, or find out that nobody does",
        },
        {
            "name": "Add to incident log",
            "type": "message",
            "callback_id": Shortcut.LOG_MESSAGE.value,
            "description": "Mark this message as a key event",
        },
    ]
