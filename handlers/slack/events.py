"""What Slack tells us happened: stored before it is acknowledged, understood later.

Bolt acknowledges an event before a listener runs, so a listener that dies has lost it.
Here the event is written down first; Slack repeats what could not be written down.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import ValidationError
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from handlers.deps import Desk, Unavailable
from handlers.slack import fates
from handlers.slack.acquaintance import member_of
from handlers.slack.grammar import readable
from handlers.slack.payloads import Happened, Said, described, names_of, plain_reaction, read_event
from handlers.views.home import home
from playbooks.domain.ids import ChannelId, Ts, UserId, instant
from playbooks.domain.person import Kind, kind_of
from playbooks.protocol import find, homes, people, timeline
from playbooks.protocol.veil import seen_by

SPOKEN = (None, "file_share", "thread_broadcast", "me_message", "bot_message")
"""Subtypes of messages that somebody said; the others are Slack's own notices."""
PRIVATE = "G"
"""The kind of a private channel (Slack docs, member_joined_channel)."""

Next = Callable[[], Awaitable[BoltResponse]]


def storing_events(desk: Desk) -> Callable[..., Awaitable[BoltResponse]]:
    """Middleware: an event is answered with 200 once it is stored, with 503 if it cannot be."""

    async def store(body: dict[str, Any], context: AsyncBoltContext, next: Next) -> BoltResponse:  # noqa: A002
        if body.get("type") != "event_callback":
            return await next()
        event = body.get("event")
        if is_our_own(event, context.bot_id) or is_of_others(event, context.bot_user_id):
            return BoltResponse(status=200, body="")
        try:
            await desk.accept_event(str(body["event_id"]), json.dumps(body).encode(), {})
        except Unavailable as away:
            desk.complain("slack.event_refused", reason=str(away))
            return BoltResponse(status=503, body="")
        except Exception as unexpected:  # noqa: BLE001 - an event that is not stored must be sent again
            desk.complain("slack.event_refused", reason=repr(unexpected), exc_info=unexpected)
            return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body="")

    return store


def is_our_own(event: object, bot_id: str | None) -> bool:
    """Whether we wrote the message that was changed or deleted: our cards are redrawn all the time."""
    if not isinstance(event, Mapping) or not bot_id:
        return False
    parts = (event.get("message"), event.get("previous_message"))
    return any(isinstance(part, Mapping) and part.get("bot_id") == bot_id for part in parts)


def is_of_others(event: object, me: str | None) -> bool:
    """Whether somebody else came into a public channel, or left it.

    There are many, and only our own coming matters; but who is in a private room may know of its incident.
    """
    if not isinstance(event, Mapping) or not me:
        return False
    moved = event.get("type") in ("member_joined_channel", "member_left_channel")
    return moved and event.get("user") != me and event.get("channel_type") != PRIVATE


async def understand(desk: Desk, raw: bytes) -> bool:  # noqa: C901, PLR0911 - one exhaustive table
    """What a stored event means; whether anything was recorded or shown because of it."""
    try:
        event = read_event(json.loads(raw))
    except (ValueError, ValidationError) as unclear:
        desk.complain("slack.event_not_understood", reason=described(unclear))
        return False
    if event is None:
        return False
    match event.type:
        case "user_change":
            return await _person(desk, event)
        case "subteam_members_changed":
            desk.groups_changed()
            return True
        case (
            "channel_archive"
            | "channel_deleted"
            | "channel_id_changed"
            | "channel_left"
            | "channel_rename"
            | "channel_shared"
            | "channel_unarchive"
            | "channel_unshared"
            | "group_archive"
            | "group_deleted"
            | "group_left"
            | "group_rename"
            | "group_unarchive"
            | "member_joined_channel"
            | "member_left_channel"
        ):
            return await fates.befallen(desk, event)
        case "message":
            return await _message(desk, event)
        case "reaction_added":
            return await _reaction(desk, event)
        case "app_home_opened" if event.tab == "home" and event.user:
            await homes.opened(desk.ports, user=UserId(event.user))
            await show_home(desk, UserId(event.user))
            return True
        case _:
            return False


async def show_home(desk: Desk, user: UserId) -> None:
    """Draw somebody's Home tab."""
    theirs = seen_by(desk.ports, user)
    about = await find.mine(theirs, user=user)
    unmapped = await find.unmapped(desk.ports)
    handbook = desk.ports.handbook()
    trouble = await desk.trouble() if user in handbook.operators else None
    view = home(
        about.pictures,
        user,
        handbook,
        mine=about.mine,
        drafts=about.drafts,
        unmapped=unmapped,
        trouble=trouble,
        room_url=desk.room_url,
    )
    await desk.publish_home(user, view)


async def _person(desk: Desk, event: Happened) -> bool:
    """Somebody's account is different now: deactivated, a guest, a full member again."""
    if event.profile is None or "id" not in event.profile:
        return False
    at = instant(event.event_ts) if event.event_ts else desk.wall()
    return await people.heard(desk.ports, member_of(event.profile, team=desk.team, at=at))


async def _message(desk: Desk, event: Happened) -> bool:
    if event.channel is None:
        return False
    channel = ChannelId(event.channel)
    if event.subtype in SPOKEN and event.ts is not None:
        return await _said(desk, channel, Ts(event.ts), event)
    if event.subtype in fates.CONVERTED:
        return await fates.converted(desk, event)
    before, now = event.previous_message, event.message
    if event.subtype == "message_changed" and before and now and now.subtype != "tombstone":
        return await _edited(desk, channel, before, now, event)
    if event.subtype in ("message_deleted", "message_changed") and before:
        return await _deleted(desk, channel, before, event)
    return False


async def _said(desk: Desk, channel: ChannelId, ts: Ts, event: Happened) -> bool:
    return await timeline.said(
        desk.ports,
        channel=channel,
        ts=ts,
        thread=Ts(event.thread_ts) if event.thread_ts else None,
        user=UserId(event.user or event.bot_id or ""),
        text=readable(event.text),
        app=event.bot_id or "",
        files=names_of(event.files),
    )


async def _edited(desk: Desk, channel: ChannelId, before: Said, now: Said, event: Happened) -> bool:
    return await timeline.edited(
        desk.ports,
        channel=channel,
        ts=Ts(now.ts),
        user=UserId(now.author),
        before=readable(before.text),
        after=readable(now.text),
        at=instant(now.edited.ts if now.edited else event.event_ts or now.ts),
    )


async def _deleted(desk: Desk, channel: ChannelId, before: Said, event: Happened) -> bool:
    """Slack does not say who deleted it, so the tombstone names its author."""
    return await timeline.deleted(
        desk.ports,
        channel=channel,
        ts=Ts(event.deleted_ts or before.ts),
        by=UserId(before.author),
        at=instant(event.event_ts or before.ts),
    )


async def _reaction(desk: Desk, event: Happened) -> bool:
    item = event.item or {}
    if item.get("type") != "message" or not event.user:
        return False
    if kind_of(await people.known(desk.ports, user=UserId(event.user))) in (Kind.STRANGER, Kind.APP):
        return False  # they read along; what matters here is not theirs to say
    return await timeline.marked(
        desk.ports,
        channel=ChannelId(str(item.get("channel", ""))),
        ts=Ts(str(item.get("ts", ""))),
        by=UserId(event.user),
        reaction=plain_reaction(event.reaction),
        author=UserId(event.item_user or ""),
    )
