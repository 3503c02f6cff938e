"""Which apps hear of a change, and the envelope in which they do.

An app hears what it subscribed to, has the scope for, and takes part in; its own
deeds too. The envelope goes to ``workspace.event_sink``, which delivers it.

Source: Slack docs, "The Events API".
"""

from __future__ import annotations

import base64
import json
from typing import Any

from sandbox import event_payloads, message_events
from sandbox.model import App
from sandbox.occasions import Occasion, occasions
from sandbox.state import Change, Workspace

TOLD_BY = (event_payloads, message_events)  # importing them is what registers their functions
FAREWELLS = frozenset({"app_uninstalled", "tokens_revoked"})  # delivered although the app is gone


def attach(workspace: Workspace) -> None:
    """From now on turn every change into events."""

    def listener(change: Change) -> None:
        for occasion in occasions(workspace, change):
            for app in list(workspace.apps.values()):
                if hears(workspace, app, occasion):
                    workspace.event_sink(app, envelope(workspace, app, occasion))

    workspace.subscribe(listener)


def hears(workspace: Workspace, app: App, occasion: Occasion) -> bool:
    """Whether an app is told: addressed, installed, subscribed, in the channel and with the scope."""
    if occasion.app is not None and occasion.app is not app:
        return False
    if not app.installed and occasion.subscription not in FAREWELLS:
        return False
    if occasion.subscription not in app.bot_events:
        return False
    channel = occasion.channel
    if channel is not None and occasion.members_only and app.bot_user_id not in channel.members:
        return False
    return (
        not occasion.scopes or not workspace.knobs.check_scopes or not app.scopes.isdisjoint(occasion.scopes)
    )


def envelope(workspace: Workspace, app: App, occasion: Occasion) -> dict[str, Any]:
    """The outer event: the same for every kind of event, with an id of its own."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": app.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": app.verification_token,
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": app.id,
        "event": occasion.payload,
        "type": "event_callback",
        "event_id": workspace.ids.fresh("Ev"),
        "event_time": workspace.now(),
        "authorizations": [authorization],
        "is_ext_shared_channel": occasion.channel is not None and occasion.channel.is_ext_shared,
        "event_context": _context(workspace, app, occasion),
    }


def _context(workspace: Workspace, app: App, occasion: Occasion) -> str:
    place = {"et": occasion.subscription, "tid": workspace.team_id, "aid": app.id}
    if occasion.channel is not None:
        place["cid"] = occasion.channel.id
    return "4-" + base64.b64encode(json.dumps(place).encode()).decode()
