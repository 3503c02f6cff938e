"""What Slack tells us befell a channel: one reading for public and private ones.

Slack names the same mishap ``channel_…`` in public and ``group_…`` in private channels (Slack
docs, Events API types); that we left one is only told to us.
"""

from __future__ import annotations

from handlers.deps import Desk
from handlers.slack.payloads import Happened
from playbooks.domain.ids import SLACK, ChannelId, UserId, instant
from playbooks.domain.incident import RoomHarm
from playbooks.protocol import fate, privacy

HARMS = {
    "channel_left": RoomHarm.REMOVED,
    "group_left": RoomHarm.SHUT_OUT,
    "channel_archive": RoomHarm.ARCHIVED,
    "group_archive": RoomHarm.ARCHIVED,
    "channel_deleted": RoomHarm.DELETED,
    "group_deleted": RoomHarm.DELETED,
    "channel_shared": RoomHarm.SHARED,
}
MENDED = {
    "channel_unarchive": RoomHarm.ARCHIVED,
    "group_unarchive": RoomHarm.ARCHIVED,
    "channel_unshared": RoomHarm.SHARED,
}
CONVERTED = {"channel_convert_to_private": True, "channel_convert_to_public": False}
"""Subtypes of the message by which Slack says who sees a channel now → whether it is private."""


async def befallen(desk: Desk, event: Happened) -> bool:
    """Something befell a channel; False if it is nothing to us."""
    channel = ChannelId(event.channel or "")
    by = UserId(event.user or event.actor_id or SLACK)
    at = instant(event.event_ts) if event.event_ts else desk.wall()
    if event.type in HARMS:
        team = event.connected_team_id
        return await fate.harmed(desk.ports, channel=channel, how=HARMS[event.type], by=by, at=at, team=team)
    if event.type == "channel_id_changed":
        return await _moved(desk, event)
    if event.type == "member_joined_channel":
        return await _joined(desk, event)
    if event.type == "member_left_channel":
        return await privacy.went(desk.ports, channel=channel, person=by, at=at)
    if event.type in MENDED:
        return await fate.mended(desk.ports, channel=channel, how=MENDED[event.type], by=by, at=at)
    return await fate.renamed(desk.ports, channel=channel, name=event.name, by=by, at=at)


async def _moved(desk: Desk, event: Happened) -> bool:
    """A channel has another id."""
    at = instant(event.event_ts) if event.event_ts else desk.wall()
    before, after = ChannelId(event.old_channel_id), ChannelId(event.new_channel_id)
    return await fate.moved(desk.ports, before=before, channel=after, at=at)


async def _joined(desk: Desk, event: Happened) -> bool:
    """Somebody came into a channel: it matters if it was us, or if the room is private."""
    channel = ChannelId(event.channel or "")
    if not event.me or event.user != event.me:
        person = UserId(event.user or "")
        by = UserId(event.inviter or person)
        return await privacy.came(desk.ports, channel=channel, person=person, by=by)
    return await fate.let_in(desk.ports, channel=channel, by=UserId(event.inviter or SLACK))


async def converted(desk: Desk, event: Happened) -> bool:
    """A channel was made private, or public."""
    return await fate.converted(
        desk.ports,
        channel=ChannelId(event.channel or ""),
        private=CONVERTED[event.subtype or ""],
        by=UserId(event.user or SLACK),
        at=instant(event.ts) if event.ts else desk.wall(),
    )
