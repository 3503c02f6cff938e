"""The payloads that tell a bot what a person did.

Source: Slack docs, "Slash commands", "block_actions payload", "View interaction
payloads" and "Shortcuts interaction payloads".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.model import App, Channel, User
from sandbox.state import Workspace

Json = dict[str, Any]


def channel_name(channel: Channel) -> str:
    """What Slack calls a channel in payloads: the name only where it is public."""
    if channel.is_direct:
        return "directmessage" if channel.is_im else "mpdm"
    return "privategroup" if channel.is_private else channel.name


def slash_command(
    workspace: Workspace,
    app: App,
    user: User,
    channel: Channel,
    *,
    command: str,
    text: str,
    response_url: str,
    trigger_id: str,
) -> dict[str, str]:
    """The form fields of a slash command."""
    return {
        "token": app.verification_token,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def message_actions(
    workspace: Workspace,
    app: App,
    user: User,
    channel: Channel,
    *,
    message: Mapping[str, Any],
    ephemeral: bool,
    actions: list[Json],
    state: Json,
    response_url: str,
    trigger_id: str,
) -> Json:
    """block_actions from a message; an ephemeral message itself is not repeated to the bot."""
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    shown = {} if ephemeral else {"message": dict(message)}
    return {
        **_head(workspace, app, user, "block_actions"),
        "container": container,
        "trigger_id": trigger_id,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        **shown,
        "state": state,
        "response_url": response_url,
        "actions": actions,
    }


def view_actions(
    workspace: Workspace, app: App, user: User, *, view: Json, actions: list[Json], trigger_id: str
) -> Json:
    """block_actions from a modal or a Home tab; there is no channel and no response_url."""
    return {
        **_head(workspace, app, user, "block_actions"),
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": trigger_id,
        "view": view,
        "actions": actions,
    }


def view_submission(
    workspace: Workspace, app: App, user: User, *, view: Json, response_urls: list[Json], trigger_id: str
) -> Json:
    return {
        **_head(workspace, app, user, "view_submission"),
        "trigger_id": trigger_id,
        "view": view,
        "response_urls": response_urls,
    }


def view_closed(workspace: Workspace, app: App, user: User, *, view: Json, is_cleared: bool) -> Json:
    """``is_cleared`` is True when the person closed the whole stack."""
    return {**_head(workspace, app, user, "view_closed"), "view": view, "is_cleared": is_cleared}


def global_shortcut(
    workspace: Workspace, app: App, user: User, *, callback_id: str, action_ts: str, trigger_id: str
) -> Json:
    who = {"id": user.id, "username": user.name, "team_id": user.team_id}
    return {
        **_head(workspace, app, user, "shortcut"),
        "user": who,
        "action_ts": action_ts,
        "callback_id": callback_id,
        "trigger_id": trigger_id,
    }


def message_shortcut(
    workspace: Workspace,
    app: App,
    user: User,
    channel: Channel,
    *,
    message: Mapping[str, Any],
    callback_id: str,
    action_ts: str,
    response_url: str,
    trigger_id: str,
) -> Json:
    return {
        **_head(workspace, app, user, "message_action"),
        "action_ts": action_ts,
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "response_url": response_url,
        "message_ts": message["ts"],
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": dict(message),
    }


def block_suggestion(
    workspace: Workspace,
    app: App,
    user: User,
    *,
    block_id: str,
    action_id: str,
    value: str,
    surface: Json,
) -> Json:
    """The request for the options of an external select; ``surface`` is where it stands."""
    return {
        **_head(workspace, app, user, "block_suggestion"),
        "action_id": action_id,
        "block_id": block_id,
        "value": value,
        **surface,
    }


def _head(workspace: Workspace, app: App, user: User, type_: str) -> Json:
    return {
        "type": type_,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": app.id,
        "token": app.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }
