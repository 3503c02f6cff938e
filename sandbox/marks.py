"""Pins, bookmarks and reactions.

Source: Slack docs, the pages of the pins.*, bookmarks.* and reactions.* methods.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sandbox.conversation_shapes import message_json
from sandbox.errors import Refusal
from sandbox.messages import find, thread_locked
from sandbox.model import Bookmark, Channel, Message, Pin
from sandbox.state import Workspace

MAX_PINS = 100  # Slack help, "Pin messages": a hundred items per channel
MAX_BOOKMARKS = 100  # Slack docs, bookmarks.add
MAX_EMOJI_PER_MESSAGE = 50  # Slack docs, reactions.add: too_many_emoji gives no number
MAX_REACTIONS_PER_USER = 23  # Slack docs, reactions.add: too_many_reactions gives no number
_EMOJI_NAME = re.compile(r"[a-z0-9_+'-]+(?:::skin-tone-[2-6])?")
_UNPINNABLE = frozenset({"channel_join", "channel_leave", "group_join", "group_leave", "pinned_item"})


def add_pin(workspace: Workspace, channel: Channel, ts: str, by: str) -> None:
    if by not in channel.members:
        raise Refusal("not_in_channel")
    if channel.is_archived:
        raise Refusal("restricted_action")
    message = find(channel, ts)
    if message.subtype in _UNPINNABLE:
        raise Refusal("not_pinnable")
    if ts in channel.pins:
        raise Refusal("already_pinned")
    if len(channel.pins) >= MAX_PINS:
        raise Refusal("too_many_pins")
    pin = channel.pins[ts] = Pin(ts=ts, created=workspace.now(), created_by=by)
    message.pinned = True
    workspace.emit("message", "pin_added", channel=channel.id, user=by, message=message, pin=pin)


def remove_pin(workspace: Workspace, channel: Channel, ts: str, by: str) -> None:
    if by not in channel.members or channel.is_archived:
        raise Refusal("restricted_action")
    message = find(channel, ts)
    if ts not in channel.pins:
        raise Refusal("no_pin")
    pin = channel.pins.pop(ts)
    message.pinned = False
    workspace.emit("message", "pin_removed", channel=channel.id, user=by, message=message, pin=pin)


def pin_json(workspace: Workspace, channel: Channel, pin: Pin) -> dict[str, object]:
    """A pinned message as pins.list shows it."""
    message = message_json(workspace, channel.everything[pin.ts])
    return {
        "type": "message",
        "created": pin.created,
        "created_by": pin.created_by,
        "channel": channel.id,
        "message": message | {"permalink": permalink(workspace, channel, channel.everything[pin.ts])},
    }


def permalink(workspace: Workspace, channel: Channel, message: Message) -> str:
    """The address of a message, in the shape of Slack's."""
    link = f"{workspace.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else link


def add_bookmark(
    workspace: Workspace, channel: Channel, by: str, *, title: str, link: str, emoji: str | None = None
) -> Bookmark:
    """A link in the bar above a channel. Adding the same twice makes two."""
    check_may_bookmark(channel, by)
    if len(channel.bookmarks) >= MAX_BOOKMARKS:
        raise Refusal("too_many_bookmarks")
    now = workspace.now()
    bookmark = Bookmark(
        id=workspace.ids.fresh("Bk"),
        channel_id=channel.id,
        title=title,
        link=checked_link(link),
        emoji=checked_bookmark_emoji(emoji),
        created=now,
        rank="i" * (1 + len(channel.bookmarks)),
        last_updated_by_user_id=by,
        last_updated_by_team_id=workspace.team_id,
    )
    channel.bookmarks[bookmark.id] = bookmark
    workspace.emit("channel", "bookmark_added", channel=channel.id, user=by, bookmark=bookmark)
    return bookmark


def check_may_bookmark(channel: Channel, by: str) -> None:
    if by not in channel.members or channel.is_archived:
        raise Refusal("permission_denied")


def checked_link(link: str) -> str:
    """An http or https address; raises Refusal("invalid_link")."""
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise Refusal("invalid_link")
    return link


def checked_bookmark_emoji(emoji: str | None) -> str | None:
    if emoji and not _EMOJI_NAME.fullmatch(emoji.strip(":")):
        raise Refusal("invalid_emoji")
    return emoji or None


def react(workspace: Workspace, channel: Channel, ts: str, name: str, by: str) -> None:
    if channel.is_archived:
        raise Refusal("is_archived")
    message, plain = find(channel, ts), emoji_name(name)
    if thread_locked(channel, ts):
        raise Refusal("thread_locked")
    users = message.reactions.get(plain, [])
    if by in users:
        raise Refusal("already_reacted")
    if not users and len(message.reactions) >= MAX_EMOJI_PER_MESSAGE:
        raise Refusal("too_many_emoji")
    if sum(by in each for each in message.reactions.values()) >= MAX_REACTIONS_PER_USER:
        raise Refusal("too_many_reactions")
    message.reactions.setdefault(plain, []).append(by)
    workspace.emit("message", "reaction_added", channel=channel.id, user=by, message=message, reaction=plain)


def unreact(workspace: Workspace, channel: Channel, ts: str, name: str, by: str) -> None:
    message, plain = find(channel, ts), emoji_name(name)
    if thread_locked(channel, ts):
        raise Refusal("thread_locked")
    if by not in message.reactions.get(plain, []):
        raise Refusal("no_reaction")
    message.reactions[plain].remove(by)
    if not message.reactions[plain]:
        del message.reactions[plain]
    workspace.emit(
        "message", "reaction_removed", channel=channel.id, user=by, message=message, reaction=plain
    )


def emoji_name(name: str) -> str:
    """The name without colons; raises Refusal("invalid_name")."""
    plain = name.strip(":")
    if not _EMOJI_NAME.fullmatch(plain):
        raise Refusal("invalid_name")
    return plain
