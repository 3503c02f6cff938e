"""What a bot answers, in the acknowledgement of a command or through a response URL.

An answer is ephemeral unless it says ``in_channel``; it may replace or delete the message
that was acted on, but never change who can see it. Membership does not matter here.

Source: Slack docs, "Handling user interaction", message responses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox import messages
from sandbox.blocks import completed, message_problems
from sandbox.errors import Refusal
from sandbox.interactions.hooks import Hook
from sandbox.markup import sanitised
from sandbox.messages import Draft
from sandbox.model import Message
from sandbox.state import Workspace

Json = dict[str, Any]
_TRUE = frozenset({True, "true", "1"})


def respond(workspace: Workspace, hook: Hook, answer: Mapping[str, Any]) -> Message | None:
    """Carry out one answer; None if it only deleted. Raises Refusal."""
    source = _source(workspace, hook)
    if answer.get("delete_original") in _TRUE:
        if source is not None:
            _delete(workspace, source, hook)
        return None
    draft = _draft(workspace, hook, answer)
    if answer.get("replace_original") in _TRUE and source is not None and hook.kind == "actions":
        changes = {"text": draft.text, "blocks": draft.blocks, "attachments": draft.attachments}
        return messages.update(workspace, source, workspace.apps[hook.app_id].bot_user_id, **changes)
    if answer.get("response_type") == "in_channel":
        return messages.post(workspace, draft)
    return messages.post_ephemeral(workspace, draft, hook.user_id)


def respond_to_command(workspace: Workspace, hook: Hook, body: object) -> Message | None:
    """The body of a command's acknowledgement: nothing, a text or a message."""
    if isinstance(body, str):
        return respond(workspace, hook, {"text": body})
    if isinstance(body, Mapping) and any(body.get(key) for key in ("text", "blocks", "attachments")):
        return respond(workspace, hook, body)
    return None


def _draft(workspace: Workspace, hook: Hook, answer: Mapping[str, Any]) -> Draft:
    app = workspace.apps[hook.app_id]
    blocks = answer.get("blocks")
    if not any(answer.get(key) for key in ("text", "blocks", "attachments")):
        raise Refusal("no_text")
    return Draft(
        channel=workspace.channels[hook.channel_id],
        user=app.bot_user_id,
        app=app,
        text=sanitised(str(answer.get("text") or "")),
        blocks=_judged(workspace, blocks) if blocks else None,
        attachments=answer.get("attachments"),
        thread_ts=answer.get("thread_ts"),
        metadata=answer.get("metadata"),
    )


def _judged(workspace: Workspace, blocks: Any) -> list[Json]:
    problems = message_problems(blocks)
    if problems:
        raise Refusal("invalid_blocks", errors=problems)
    return completed(blocks, workspace.ids)


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
