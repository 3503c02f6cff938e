"""What a bot wants to say, judged as Slack judges it before it is posted or changed.

Source: Slack docs, chat.postMessage, chat.update, "Message metadata".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sandbox import blocks
from sandbox.arguments import Arguments
from sandbox.errors import Refusal
from sandbox.markup import sanitised
from sandbox.model import Channel
from sandbox.state import Workspace

Json = dict[str, Any]
MAX_TEXT_CHARS = 40_000  # Slack docs, chat.postMessage: longer text is truncated
MAX_UPDATE_CHARS = 4_000  # Slack docs, chat.update: msg_too_long
MAX_MARKDOWN_CHARS = 12_000  # Slack docs, chat.postMessage, "markdown_text"
MAX_ATTACHMENTS = 100  # Slack docs, chat.postMessage: too_many_attachments
MAX_METADATA_BYTES = 16_384  # ours: metadata_too_large gives no number


@dataclass(slots=True, kw_only=True)
class Content:
    """None means that the argument was not given, an empty value that it was given empty."""

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    truncated: bool = False

    def check_whole(self) -> None:
        """Only chat.postMessage cuts long texts, the other methods refuse them."""
        if self.truncated:
            raise Refusal("msg_too_long")

    @property
    def empty(self) -> bool:
        return not (self.text or self.blocks or self.attachments)


def read_content(workspace: Workspace, arguments: Arguments, known: list[Json] | None = None) -> Content:
    """Read and judge the text, blocks, attachments and metadata of a call.

    ``known`` are the blocks that will be replaced. Raises Refusal.
    """
    content = Content(
        text=_text(arguments),
        blocks=judged_blocks(workspace, arguments.structure("blocks"), known),
        attachments=_attachments(workspace, arguments),
        metadata=_metadata(arguments),
    )
    if markdown := arguments.text("markdown_text"):
        _use_markdown(workspace, content, markdown)
    if content.text is not None and len(content.text) > MAX_TEXT_CHARS:
        content.text, content.truncated = content.text[:MAX_TEXT_CHARS], True
    return content


def _text(arguments: Arguments) -> str | None:
    if "text" not in arguments:
        return None
    raw = arguments.text("text")
    return sanitised(raw, link=arguments.text("parse") != "none")


def judged_blocks(workspace: Workspace, given: Any, known: list[Json] | None = None) -> list[Json] | None:
    """The blocks of a message with their ids, None for none; raises Refusal for what Slack refuses."""
    if given is None:
        return None
    if not isinstance(given, list):
        raise Refusal("invalid_blocks_format")
    problems = blocks.message_problems(given)
    if problems:
        plain = [each.removeprefix("[ERROR] ") for each in problems]
        raise Refusal("invalid_blocks", errors=plain, response_metadata={"messages": problems})
    if blocks.text_length(given) > blocks.MAX_MESSAGE_CHARS:
        raise Refusal("msg_blocks_too_long")
    return blocks.completed(given, workspace.ids, known)


def _attachments(workspace: Workspace, arguments: Arguments) -> list[Json] | None:
    given = arguments.structure("attachments")
    if not isinstance(given, list):
        return None
    if len(given) > MAX_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    return [
        _attachment(workspace, number, each)
        for number, each in enumerate(given, start=1)
        if isinstance(each, dict)
    ]


def _attachment(workspace: Workspace, number: int, given: Json) -> Json:
    shown: Json = {"id": number} | given
    shown["fallback"] = given.get("fallback") or given.get("text") or "[no preview available]"
    if (inside := judged_blocks(workspace, given.get("blocks"))) is not None:
        shown["blocks"] = inside
    return shown


def _metadata(arguments: Arguments) -> Json | None:
    given = arguments.structure("metadata")
    if given is None:
        return None
    if given == {}:
        return {}
    if not isinstance(given, dict):
        raise Refusal("invalid_metadata_format")
    event_type, payload = given.get("event_type"), given.get("event_payload")
    if not isinstance(event_type, str) or not event_type or not isinstance(payload, dict):
        raise Refusal("invalid_metadata_schema")
    if len(json.dumps(given)) > MAX_METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return {"event_type": event_type, "event_payload": payload}


def _use_markdown(workspace: Workspace, content: Content, markdown: str) -> None:
    if content.text or content.blocks:
        raise Refusal("markdown_text_conflict")
    if len(markdown) > MAX_MARKDOWN_CHARS:
        raise Refusal("msg_blocks_too_long")
    content.text = sanitised(markdown)
    content.blocks = blocks.completed([{"type": "markdown", "text": markdown}], workspace.ids)


def check_may_post(workspace: Workspace, channel: Channel, user: str, *, reply: bool, anywhere: bool) -> None:
    """Refuse what the channel refuses; ``anywhere`` lets a bot post where it is no member."""
    if channel.is_archived:
        raise Refusal("is_archived")
    if user not in channel.members and not (anywhere and channel.kind == "public_channel"):
        raise Refusal("not_in_channel")
    if channel.posting == "open" or workspace.users[user].is_admin:
        return
    if channel.posting == "read_only":
        raise Refusal("restricted_action_read_only_channel")
    if channel.posting == "thread_only" and not reply:
        raise Refusal("restricted_action_thread_only_channel")
    if channel.posting == "non_threadable" and reply:
        raise Refusal("restricted_action_non_threadable_channel")
