"""The whole state as JSON, for tests and for curious people."""

from __future__ import annotations

from typing import Any

from sandbox.conversation_shapes import channel_json, message_json
from sandbox.marks import pin_json
from sandbox.model import App, Channel
from sandbox.shapes import bookmark_json, file_json, group_json, user_json, view_json
from sandbox.state import Workspace

Json = dict[str, Any]


def state_json(workspace: Workspace) -> Json:
    """Everything there is, secrets left out."""
    return {
        "seq": workspace.seq,
        "now": workspace.clock.now(),
        "team": {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.team_domain},
        "users": [user_json(workspace, each, email=True) for each in workspace.users.values()],
        "channels": [_channel(workspace, each) for each in workspace.channels.values()],
        "usergroups": [
            group_json(workspace, each, users=True, count=True) for each in workspace.groups.values()
        ],
        "files": [file_json(workspace, each) for each in workspace.files.values()],
        "apps": [_app(each) for each in workspace.apps.values()],
        "modals": {user: [view_json(each) for each in stack] for user, stack in workspace.modals.items()},
        "homes": [view_json(view) | {"user": user} for (_app_id, user), view in workspace.homes.items()],
    }


def _channel(workspace: Workspace, channel: Channel) -> Json:
    everything = sorted(channel.everything.values(), key=lambda each: each.ts)
    ephemerals = [
        message_json(workspace, message) | {"ephemeral_to": user}
        for (where, user), shown in workspace.ephemerals.items()
        if where == channel.id
        for message in shown.values()
    ]
    return {
        **channel_json(workspace, channel, channel.creator, members=True),
        "members": list(channel.members),
        "messages": [message_json(workspace, each) for each in everything],
        "ephemerals": ephemerals,
        "pins": [pin_json(workspace, channel, each) for each in channel.pins.values()],
        "bookmarks": [bookmark_json(each) for each in channel.bookmarks.values()],
    }


def _app(app: App) -> Json:
    keys = ("id", "name", "bot_user_id", "bot_id", "socket_mode", "installed", "events_disabled")
    return {
        **{key: getattr(app, key) for key in keys},
        "scopes": sorted(app.scopes),
        "bot_events": sorted(app.bot_events),
    }
