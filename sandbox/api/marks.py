"""What sticks to channels and messages: the pins.*, bookmarks.* and reactions.* methods."""

from __future__ import annotations

from sandbox import channels, marks, messages
from sandbox.api.registry import Call, Json, method
from sandbox.arguments import invalid, missing
from sandbox.conversation_shapes import message_json, reactions_json
from sandbox.errors import Refusal
from sandbox.model import Bookmark, Channel
from sandbox.paging import metadata, page
from sandbox.shapes import bookmark_json

MAX_TITLE_CHARS = 256  # Slack docs, bookmarks.add, "title"
MAX_LINK_CHARS = 2048  # Slack docs, bookmarks.add, "link"


def _channel(call: Call, name: str = "channel") -> Channel:
    return channels.visible(call.workspace, call.arguments.required(name), call.user)


def _timestamp(call: Call) -> str:
    ts = call.arguments.text("timestamp")
    if not ts:
        raise Refusal("no_item_specified")
    if not ts.replace(".", "", 1).isdigit():
        raise Refusal("bad_timestamp")
    return ts


@method("pins.add", "pins:write", tier=2)
def pins_add(call: Call) -> Json:
    channel = _channel(call)
    marks.add_pin(call.workspace, channel, _timestamp(call), call.user)
    return {}


@method("pins.remove", "pins:write", tier=2)
def pins_remove(call: Call) -> Json:
    channel = _channel(call)
    marks.remove_pin(call.workspace, channel, _timestamp(call), call.user)
    return {}


@method("pins.list", "pins:read", tier=2)
def pins_list(call: Call) -> Json:
    channel = _channel(call)
    newest_first = reversed(channel.pins.values())
    return {"items": [marks.pin_json(call.workspace, channel, each) for each in newest_first]}


def _limited(call: Call, name: str, most: int) -> str:
    value = call.arguments.text(name)
    if len(value) > most:
        raise invalid(f"[ERROR] must be less than {most + 1} characters [json-pointer:/{name}]")
    return value


def _bookmark(call: Call, channel: Channel) -> Bookmark:
    bookmark = channel.bookmarks.get(call.arguments.required("bookmark_id"))
    if bookmark is None:
        raise Refusal("not_found")
    return bookmark


@method("bookmarks.add", "bookmarks:write", tier=2)
def bookmarks_add(call: Call) -> Json:
    arguments = call.arguments
    channel = _channel(call, "channel_id")
    title, kind = _limited(call, "title", MAX_TITLE_CHARS), arguments.required("type")
    if not title:
        raise missing("title")
    if kind != "link":
        raise Refusal("invalid_bookmark_type")
    link = _limited(call, "link", MAX_LINK_CHARS)
    if not link:
        raise Refusal("invalid_link")
    bookmark = marks.add_bookmark(
        call.workspace, channel, call.user, title=title, link=link, emoji=arguments.optional("emoji")
    )
    return {"bookmark": bookmark_json(bookmark)}


@method("bookmarks.edit", "bookmarks:write", tier=2)
def bookmarks_edit(call: Call) -> Json:
    arguments = call.arguments
    channel = _channel(call, "channel_id")
    bookmark = _bookmark(call, channel)
    marks.check_may_bookmark(channel, call.user)
    if link := _limited(call, "link", MAX_LINK_CHARS):
        bookmark.link = marks.checked_link(link)
    if "emoji" in arguments:
        bookmark.emoji = marks.checked_bookmark_emoji(arguments.optional("emoji"))
    bookmark.title = _limited(call, "title", MAX_TITLE_CHARS) or bookmark.title
    bookmark.updated = call.workspace.now()
    bookmark.last_updated_by_user_id = call.user
    call.workspace.emit("channel", "bookmark_edited", channel=channel.id, user=call.user, bookmark=bookmark)
    return {"bookmark": bookmark_json(bookmark)}


@method("bookmarks.remove", "bookmarks:write", tier=2)
def bookmarks_remove(call: Call) -> Json:
    channel = _channel(call, "channel_id")
    bookmark = _bookmark(call, channel)
    marks.check_may_bookmark(channel, call.user)
    del channel.bookmarks[bookmark.id]
    call.workspace.emit("channel", "bookmark_removed", channel=channel.id, user=call.user, bookmark=bookmark)
    return {}


@method("bookmarks.list", "bookmarks:read", tier=3)
def bookmarks_list(call: Call) -> Json:
    channel = _channel(call, "channel_id")
    return {"bookmarks": [bookmark_json(each) for each in channel.bookmarks.values()]}


@method("reactions.add", "reactions:write", tier=3)
def reactions_add(call: Call) -> Json:
    channel, ts = _channel(call), _timestamp(call)
    if "name" not in call.arguments:
        raise missing("name")
    marks.react(call.workspace, channel, ts, call.arguments.text("name"), call.user)
    return {}


@method("reactions.remove", "reactions:write", tier=2)
def reactions_remove(call: Call) -> Json:
    channel, ts = _channel(call), _timestamp(call)
    if "name" not in call.arguments:
        raise missing("name")
    marks.unreact(call.workspace, channel, ts, call.arguments.text("name"), call.user)
    return {}


@method("reactions.get", "reactions:read", tier=3)
def reactions_get(call: Call) -> Json:
    channel = _channel(call)
    message = messages.find(channel, _timestamp(call))
    shown = message_json(call.workspace, message, call.user)
    if message.reactions:
        shown["reactions"] = reactions_json(message)
    shown["permalink"] = marks.permalink(call.workspace, channel, message)
    return {"type": "message", "channel": channel.id, "message": shown}


@method("reactions.list", "reactions:read", tier=2, paged=True)
def reactions_list(call: Call) -> Json:
    """Everything in conversations of the bot to which a user has reacted."""
    workspace, user = call.workspace, call.arguments.text("user", call.user)
    if user not in workspace.users:
        raise Refusal("user_not_found")
    found = [
        {"type": "message", "channel": channel.id, "message": message_json(workspace, message, call.user)}
        for channel in (workspace.channels[each] for each in workspace.users[call.user].channels)
        for message in channel.everything.values()
        if any(user in users for users in message.reactions.values())
    ]
    shown, cursor = page(workspace, call.arguments, found, kind="reaction", default=100, most=1000)
    return {"items": shown, **metadata(cursor)}
