"""What an app is told about messages, reactions and pins.

Source: Slack docs, "message event" with its subtypes, app_mention, reaction_added, pin_added.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.conversation_shapes import message_json
from sandbox.marks import pin_json
from sandbox.markup import mentioned_users
from sandbox.model import Channel, Message, Pin
from sandbox.occasions import Json, Occasion, channel_of, tells
from sandbox.state import Change, Workspace

CHANNEL_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
MESSAGE_EVENTS = {
    "public_channel": ("message.channels", "channels:history"),
    "private_channel": ("message.groups", "groups:history"),
    "im": ("message.im", "im:history"),
    "mpim": ("message.mpim", "mpim:history"),
}


@tells("message_posted")
def _posted(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel, message = channel_of(workspace, change), change.data["message"]
    shown = message_json(workspace, message, thread=False)
    place = {"channel": channel.id, "event_ts": message.ts}
    yield _spoken(channel, shown | place | {"channel_type": CHANNEL_TYPES[channel.kind]})
    if channel.is_im or message.subtype not in {None, "thread_broadcast", "file_share", "bot_message"}:
        return
    mentioned = set(mentioned_users(message.text))
    for app in workspace.apps.values():
        if app.bot_user_id in mentioned:
            yield Occasion(
                subscription="app_mention",
                payload=shown | place | {"type": "app_mention"},
                scopes=("app_mentions:read",),
                channel=channel,
                app=app,
            )


@tells("thread_replied")
def _replied(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    """Off unless asked for: over the Events API the reply itself is what arrives."""
    if workspace.knobs.message_replied:
        shown = message_json(workspace, change.data["message"])
        yield _hidden(workspace, change, "message_replied", {"message": shown})


@tells("message_changed")
def _changed(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    shown = message_json(workspace, change.data["message"])
    body = {"message": shown, "previous_message": change.data["previous"]}
    yield _hidden(workspace, change, "message_changed", body)


@tells("message_deleted")
def _deleted(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    message: Message = change.data["message"]
    body = {"deleted_ts": message.ts, "previous_message": change.data["previous"]}
    yield _hidden(workspace, change, "message_deleted", body)


def _hidden(workspace: Workspace, change: Change, subtype: str, body: Json) -> Occasion:
    channel, ts = channel_of(workspace, change), workspace.next_ts()
    frame = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel.id}
    return _spoken(
        channel, frame | body | {"ts": ts, "event_ts": ts, "channel_type": CHANNEL_TYPES[channel.kind]}
    )


@tells("reaction_added", "reaction_removed")
def _reacted(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    message: Message = change.data["message"]
    payload = {
        "type": change.name,
        "user": change.user,
        "reaction": change.data["reaction"],
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "item_user": message.user,
        "event_ts": workspace.next_ts(),
    }
    channel = channel_of(workspace, change)
    yield Occasion(subscription=change.name, payload=payload, scopes=("reactions:read",), channel=channel)


@tells("pin_added", "pin_removed")
def _pinned(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel, message = channel_of(workspace, change), change.data["message"]
    pin: Pin = change.data["pin"]
    payload: Json = {
        "type": change.name,
        "user": change.user,
        "channel_id": channel.id,
        "item": pin_json(workspace, channel, pin),
        "item_user": message.user,
        "pin_count": len(channel.pins),
        "pinned_info": {"channel": channel.id, "pinned_by": pin.created_by, "pinned_ts": pin.created},
        "event_ts": workspace.next_ts(),
    }
    if change.name == "pin_removed":
        payload["has_pins"] = bool(channel.pins)
    yield Occasion(subscription=change.name, payload=payload, scopes=("pins:read",), channel=channel)


def _spoken(channel: Channel, payload: Json) -> Occasion:
    subscription, scope = MESSAGE_EVENTS[channel.kind]
    return Occasion(subscription=subscription, payload=payload, scopes=(scope,), channel=channel)
