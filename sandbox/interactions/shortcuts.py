"""Shortcuts: from the search box, without a channel, or from the menu of a message.

Source: Slack docs, "Shortcuts interaction payloads".
"""

from __future__ import annotations

from typing import Any, Literal

from sandbox.conversation_shapes import message_json
from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions import payloads
from sandbox.interactions.failures import outcome
from sandbox.model import App, Channel, Message, User
from sandbox.state import Workspace

Json = dict[str, Any]


async def use_global(exchange: Exchange, user: User, callback_id: str) -> Json:
    """There is no channel and no response URL: only a trigger."""
    workspace = exchange.workspace
    app = _owner(workspace, callback_id, "global")
    payload = payloads.global_shortcut(
        workspace,
        app,
        user,
        callback_id=callback_id,
        action_ts=f"{workspace.clock.now():.6f}",
        trigger_id=workspace.triggers.issue(user.id, app.id),
    )
    return outcome(app, await exchange.courier.interaction(app, payload), callback_id)


async def use_on_message(
    exchange: Exchange, user: User, channel: Channel, message: Message, callback_id: str
) -> Json:
    workspace = exchange.workspace
    app = _owner(workspace, callback_id, "message")
    hook = exchange.hooks.issue(
        "actions", app_id=app.id, user_id=user.id, channel_id=channel.id, source=message.ts
    )
    payload = payloads.message_shortcut(
        workspace,
        app,
        user,
        channel,
        message=message_json(workspace, message),
        callback_id=callback_id,
        action_ts=f"{workspace.clock.now():.6f}",
        response_url=exchange.hooks.url(hook),
        trigger_id=workspace.triggers.issue(user.id, app.id),
    )
    return outcome(app, await exchange.courier.interaction(app, payload), callback_id)


def _owner(workspace: Workspace, callback_id: str, type_: Literal["global", "message"]) -> App:
    for app in workspace.apps.values():
        found = app.manifest.shortcut(callback_id)
        if app.installed and found is not None and found.type == type_:
            return app
    raise Refusal("unknown_shortcut", message=f"No app has a {type_} shortcut {callback_id!r}.")
