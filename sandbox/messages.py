"""Posting, editing and deleting, for people and bots alike.

A reply to a reply belongs to the thread of its parent; a deleted parent leaves a
tombstone as long as replies hang on it; an ephemeral message is in no history.

Source: Slack docs, chat.postMessage, chat.update, chat.delete, "message" event subtypes.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sandbox.conversation_shapes import message_json
from sandbox.errors import Refusal
from sandbox.markup import rich_text
from sandbox.model import Channel, Draft, Message
from sandbox.state import Workspace
from sandbox.timeline import Timeline

Json = dict[str, Any]
SLACKBOT = "USLACKBOT"
_TIMESTAMP = re.compile(r"\d{10}\.\d{6}")
CONTENT = frozenset({"text", "blocks", "attachments"})
JOINING = frozenset({"channel_join", "group_join", "channel_leave", "group_leave"})


def post(workspace: Workspace, draft: Draft) -> Message:
    """Put a message into a conversation and tell everybody; the author may do so already."""
    channel = draft.channel
    parent = _parent(channel, draft.thread_ts)
    message = _written(workspace, draft, parent)
    _file_in(channel, message)
    if parent is not None:
        _count_reply(parent, message, 1)
    if draft.user and draft.user in channel.members:
        channel.last_read[draft.user] = message.ts
    channel.closed_for.clear()
    workspace.emit("message", "message_posted", channel=channel.id, user=draft.user, message=message)
    if parent is not None:
        workspace.emit("message", "thread_replied", channel=channel.id, user=draft.user, message=parent)
    return message


def system_message(
    workspace: Workspace, channel: Channel, user: str, subtype: str, text: str, **extra: Any
) -> Message:
    """The line with which Slack notes a change of the channel itself."""
    return post(workspace, Draft(channel=channel, user=user, subtype=subtype, text=text, extra=extra))


def post_ephemeral(workspace: Workspace, draft: Draft, to: str) -> Message:
    """Show a message to one person only, in no history and with no event."""
    parent = _parent(draft.channel, draft.thread_ts) if draft.thread_ts else None
    message = _written(workspace, draft, parent)
    message.ephemeral_to = to
    workspace.ephemerals.setdefault((draft.channel.id, to), {})[message.ts] = message
    workspace.emit("message", "ephemeral_posted", channel=draft.channel.id, user=draft.user, message=message)
    return message


def find(channel: Channel, ts: str) -> Message:
    """The message with this timestamp; raises Refusal("message_not_found")."""
    message = channel.everything.get(ts)
    if message is None or message.subtype == "tombstone":
        raise Refusal("message_not_found")
    return message


def update(workspace: Workspace, message: Message, by: str | None, **changes: Any) -> Message:
    """Replace fields of a message; ``edited`` is noted when its text or blocks changed."""
    previous = message_json(workspace, message)
    visible = any(getattr(message, key) != value for key, value in changes.items() if key in CONTENT)
    for key, value in changes.items():
        setattr(message, key, value)
    if visible and message.bot_id is None:
        message.edited = {"user": by, "ts": workspace.next_ts()}
    elif visible:
        message.edited = {"user": by or message.user, "ts": workspace.next_ts()}
    workspace.emit(
        "message", "message_changed", channel=message.channel, user=by, message=message, previous=previous
    )
    return message


def delete(workspace: Workspace, message: Message, by: str | None) -> None:
    """Take a message away; a thread's parent stays as a tombstone while it has replies."""
    channel = workspace.channels[message.channel]
    previous = message_json(workspace, message)
    channel.pins.pop(message.ts, None)
    if message.reply_count:
        _bury(message)
        workspace.emit(
            "message", "message_changed", channel=channel.id, user=by, message=message, previous=previous
        )
        return
    _file_out(channel, message)
    workspace.emit(
        "message", "message_deleted", channel=channel.id, user=by, message=message, previous=previous
    )


def delete_ephemeral(workspace: Workspace, message: Message) -> None:
    """Take a message away from the one person who saw it."""
    shown = workspace.ephemerals.get((message.channel, message.ephemeral_to or ""), {})
    shown.pop(message.ts, None)
    workspace.emit("message", "ephemeral_deleted", channel=message.channel, user=None, message=message)


def thread_locked(channel: Channel, ts: str | None) -> bool:
    """Whether the thread that this message starts or belongs to takes no more replies and reactions."""
    message = channel.everything.get(ts or "")
    if message is not None and message.is_reply:
        message = channel.everything.get(message.thread_ts or "")
    return message is not None and message.locked


def broadcast(workspace: Workspace, message: Message, by: str) -> None:
    """Show an old reply in the channel too; raises Refusal for what is no reply."""
    if not message.is_reply or message.subtype is not None or message.thread_ts is None:
        raise Refusal("cant_broadcast_message")
    channel = workspace.channels[message.channel]
    root = message_json(workspace, channel.everything[message.thread_ts])
    channel.messages.add(message)
    changes = {"broadcast": True, "subtype": "thread_broadcast", "extra": message.extra | {"root": root}}
    update(workspace, message, by, **changes)


def thread_of(channel: Channel, ts: str) -> tuple[Message, Timeline]:
    """The parent and the replies of the thread that the message ``ts`` starts or belongs to.

    Raises Refusal("thread_not_found").
    """
    message = channel.everything.get(ts)
    if message is None:
        raise Refusal("thread_not_found")
    parent = channel.everything[message.thread_ts] if message.is_reply and message.thread_ts else message
    return parent, channel.threads.get(parent.ts, Timeline())


def _parent(channel: Channel, thread_ts: str | None) -> Message | None:
    """The message on which a reply hangs.

    Slack puts a reply to what is no longer there into the channel, without a word
    (slack-go/slack issue 1571), and refuses what is no timestamp.
    """
    if not thread_ts:
        return None
    if not _TIMESTAMP.fullmatch(thread_ts):
        told = {"messages": [f"[ERROR] {thread_ts} is not a valid thread_ts"]}
        raise Refusal("invalid_thread_ts", response_metadata=told)
    found = channel.everything.get(thread_ts)
    if found is None:
        return None
    if found.is_reply and found.thread_ts:
        found = channel.everything[found.thread_ts]
    if found.subtype in JOINING:
        raise Refusal("cannot_reply_to_message")
    return found


def _written(workspace: Workspace, draft: Draft, parent: Message | None) -> Message:
    subtype, user = draft.subtype, draft.user
    if draft.username and subtype is None:
        subtype, user = "bot_message", None
    if parent is not None and draft.broadcast and subtype is None:
        subtype = "thread_broadcast"
    message = Message(
        ts=workspace.next_ts(),
        channel=draft.channel.id,
        user=user,
        text=draft.text,
        subtype=subtype,
        blocks=draft.blocks,
        attachments=draft.attachments,
        metadata=draft.metadata,
        username=draft.username,
        icons=draft.icons,
        files=draft.files,
        broadcast=draft.broadcast and parent is not None,
        extra=dict(draft.extra),
    )
    if draft.app is not None:
        message.bot_id, message.app_id = draft.app.bot_id, draft.app.id
    elif subtype in {None, "thread_broadcast"} and user:
        message.client_msg_id = str(UUID(workspace.ids.hex(32)))
        message.blocks = message.blocks or rich_text(draft.text, workspace.ids.hex(5))
    if parent is not None:
        message.thread_ts, message.parent_user_id = parent.ts, parent.user
        if draft.broadcast:
            message.extra["root"] = message_json(workspace, parent)
    return message


def _file_in(channel: Channel, message: Message) -> None:
    channel.everything[message.ts] = message
    if message.thread_ts is None or message.broadcast:
        channel.messages.add(message)
    if message.thread_ts is not None:
        channel.threads.setdefault(message.thread_ts, Timeline()).add(message)


def _file_out(channel: Channel, message: Message) -> None:
    del channel.everything[message.ts]
    if message.ts in channel.messages:
        channel.messages.remove(message.ts)
    if not message.is_reply or message.thread_ts is None:
        return
    channel.threads[message.thread_ts].remove(message.ts)
    parent = channel.everything[message.thread_ts]
    _count_reply(parent, message, -1)
    last = channel.threads[parent.ts].last()
    parent.latest_reply = last.ts if last else None
    if not parent.reply_count:
        del channel.threads[parent.ts]
        if parent.subtype == "tombstone":
            _file_out(channel, parent)
        else:
            parent.thread_ts = None


def _count_reply(parent: Message, reply: Message, step: int) -> None:
    """Keep the parent's summary of its thread; ``step`` is 1 for a new reply, -1 for a deleted one."""
    author = reply.user or reply.bot_id or ""
    parent.thread_ts = parent.ts
    parent.reply_count += step
    parent.reply_users[author] = parent.reply_users.get(author, 0) + step
    if not parent.reply_users[author]:
        del parent.reply_users[author]
    if step > 0:
        parent.latest_reply = reply.ts


def _bury(message: Message) -> None:
    message.subtype, message.user, message.hidden = "tombstone", SLACKBOT, True
    message.text = "This message was deleted."
    message.blocks = message.attachments = message.metadata = message.edited = None
    message.bot_id = message.app_id = message.username = message.client_msg_id = None
    message.files, message.reactions, message.pinned = [], {}, False
    message.extra = {"hidden": True}
