"""Did it happen? Looked up in Slack before something is sent again.

Between sending and settling there is exactly one window in which nobody knows. Messages
are recognised by the delivery id in their metadata, rooms by name and creator. Of two
messages with one delivery id the younger is removed.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.slack.gateway import EVENT_TYPE, Gateway, Identity, Posted, Room
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
    """The message of a delivery, if it got through; duplicates of it are deleted."""
    found: list[Posted] = []
    seen = 0
    oldest = (since - MARGIN).timestamp()
    async for message in gateway.history(channel, oldest=oldest, thread=thread):
        seen += 1
        if _carries(message, me, delivery):
            found.append(Posted(channel=channel, ts=Ts(message["ts"])))
        if seen >= _FAR_ENOUGH:
            break
    found.sort(key=lambda posted: float(posted.ts))
    for younger in found[1:]:
        await gateway.delete(younger)
    return found[0] if found else None


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


def _carries(message: Mapping[str, Any], me: Identity, delivery: str) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return (
        message.get("bot_id") == me.bot
        and metadata.get("event_type") == EVENT_TYPE
        and payload.get("delivery_id") == delivery
    )
