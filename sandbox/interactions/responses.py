"""What a bot answers, in the acknowledgement of a command or through a response URL.

An answer is ephemeral unless it says ``in_channel``; it may replace or delete the message
that was acted on, but never change who can see it. Membership does not matter here.

Source: Slack docs, "Handling user interaction", message responses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox import messages
from sandbox.arguments import Arguments
from sandbox.content import read_content
from sandbox.errors import Refusal
from sandbox.interactions.hooks import Hook
from sandbox.model import Draft, Message
from sandbox.state import Workspace


def respond(workspace: Workspace, hook: Hook, answer: Mapping[str, Any]) -> Message | None:
    """Carry out one answer; None if it only deleted. Raises Refusal."""
    arguments = Arguments(answer)
    if hook.channel_id not in workspace.channels:
        raise Refusal("channel_not_found")
    source = _source(workspace, hook)
    if arguments.flag("delete_original"):
        if source is not None:
            _delete(workspace, source, hook)
        return None
    if arguments.flag("replace_original") and source is not None:
        return _replace(workspace, source, hook, arguments)
    draft = _draft(workspace, hook, arguments)
    if arguments.text("response_type") == "in_channel":
        return messages.post(workspace, draft)
    return messages.post_ephemeral(workspace, draft, hook.user_id)


def respond_to_command(workspace: Workspace, hook: Hook, body: object) -> Message | None:
    """The body of a command's acknowledgement: nothing, a text or a message. Raises Refusal."""
    if isinstance(body, str):
        return respond(workspace, hook, {"text": body})
    if isinstance(body, Mapping) and any(body.get(key) for key in ("text", "blocks", "attachments")):
        return respond(workspace, hook, body)
    return None


def _draft(workspace: Workspace, hook: Hook, arguments: Arguments) -> Draft:
    app, channel = workspace.apps[hook.app_id], workspace.channels[hook.channel_id]
    content = read_content(workspace, arguments)
    if content.empty:
        raise Refusal("no_text")
    if channel.is_archived:
        raise Refusal("is_archived")
    return Draft(
        channel=channel,
        user=app.bot_user_id,
        app=app,
        text=content.text or "",
        blocks=content.blocks or None,
        attachments=content.attachments or None,
        thread_ts=arguments.optional("thread_ts"),
        metadata=content.metadata or None,
    )


def _replace(workspace: Workspace, source: Message, hook: Hook, arguments: Arguments) -> Message:
    """The message itself with other content; what is not named goes away."""
    if source.app_id != hook.app_id:
        raise Refusal("cant_update_message")
    content = read_content(workspace, arguments, source.blocks)
    if content.empty:
        raise Refusal("no_text")
    changes = {"text": content.text or "", "blocks": content.blocks, "attachments": content.attachments}
    return messages.update(workspace, source, workspace.apps[hook.app_id].bot_user_id, **changes)


def _source(workspace: Workspace, hook: Hook) -> Message | None:
    """The message that was acted on, if it is still there."""
    if hook.source is None:
        return None
    shown = workspace.ephemerals.get((hook.channel_id, hook.user_id), {})
    return workspace.channels[hook.channel_id].everything.get(hook.source) or shown.get(hook.source)


def _delete(workspace: Workspace, source: Message, hook: Hook) -> None:
    if source.ephemeral_to is not None:
        messages.delete_ephemeral(workspace, source)
    elif source.app_id == hook.app_id:
        messages.delete(workspace, source, workspace.apps[hook.app_id].bot_user_id)
    else:
        raise Refusal("cant_delete_message")
