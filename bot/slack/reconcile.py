"""Did it happen? Looked up in Slack before something is sent again.

Between sending and settling there is exactly one window in which nobody knows. Messages
are recognised by the delivery id in their metadata, rooms by name and creator. Of two
messages with one delivery id the younger is removed.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.slack.gateway import ALSO, EVENT_TYPE, Gateway, Identity, Posted, Room
from playbooks.domain.ids import ChannelId, Ts

MARGIN: Final = timedelta(seconds=60)
"""Our clock and Slack's may differ by this much."""
_FAR_ENOUGH: Final = 2000
"""Messages looked through; a room does not fill faster than a retry comes."""


async def find_post(
    gateway: Gateway,
    me: Identity,
    *,
    channel: ChannelId,
    delivery: str,
    since: datetime,
    thread: Ts | None = None,
) -> Posted | None:
    """The message of a delivery, if it got through; duplicates that say nothing else are deleted."""
    found: list[Mapping[str, Any]] = []
    seen = 0
    oldest = (since - MARGIN).timestamp()
    async for message in gateway.history(channel, oldest=oldest, thread=thread):
        seen += 1
        if _carries(message, me, delivery):
            found.append(message)
        if seen >= _FAR_ENOUGH:
            break
    if not found:
        return None
    first, *younger = sorted(found, key=lambda message: float(message["ts"]))
    for twin in younger:
        if _deliveries(twin) <= _deliveries(first):  # or it would be missed by somebody else
            await gateway.delete(_posted(channel, twin))
    return _posted(channel, first)


async def find_room(gateway: Gateway, me: Identity, *, names: Container[str], since: datetime) -> Room | None:
    """The room that we made under one of these names since then, if we did."""
    created_after = (since - MARGIN).timestamp()
    async for room in gateway.own_rooms():
        if room.name in names and room.creator == me.user and room.created >= created_after:
            return room
    return None


async def has_topic(gateway: Gateway, room: ChannelId, wanted: str) -> bool:
    """Whether the room's topic is this one. Slack may give its first sign back as ``:red_circle:``."""
    found = await gateway.topic(room)
    return found.partition(" ")[2] == wanted.partition(" ")[2]


async def has_picture(gateway: Gateway, me: Identity, card: Posted) -> bool:
    """Whether a file of ours is in the thread of a message."""
    async for message in gateway.history(card.channel, oldest=0.0, thread=card.ts):
        ours = message.get("bot_id") == me.bot or message.get("user") == me.user
        if ours and message.get("files"):
            return True
    return False


def _carries(message: Mapping[str, Any], me: Identity, delivery: str) -> bool:
    metadata = message.get("metadata") or {}
    ours = message.get("bot_id") == me.bot and metadata.get("event_type") == EVENT_TYPE
    return ours and delivery in _deliveries(message)


def _deliveries(message: Mapping[str, Any]) -> frozenset[str]:
    """What a message of ours carries."""
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return frozenset({payload.get("delivery_id", ""), *payload.get(ALSO, ())})


def _posted(channel: ChannelId, message: Mapping[str, Any]) -> Posted:
    return Posted(channel=channel, ts=Ts(message["ts"]), is_shared=len(_deliveries(message)) > 1)
