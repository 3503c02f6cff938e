"""What an app is told about a change: the inner events, as Slack's pages show them.

One function per kind of change. An Occasion says under which name apps subscribe,
which scopes let them hear it, and whether they must be in the conversation.

Source: Slack docs, "Events API types", the page of each event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.conversation_shapes import message_json
from sandbox.marks import pin_json
from sandbox.markup import mentioned_users
from sandbox.model import App, Channel, Message, Pin, UserGroup
from sandbox.shapes import group_json, user_json, view_json
from sandbox.state import Change, Workspace

Json = dict[str, Any]
CHANNEL_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
MESSAGE_EVENTS = {
    "public_channel": ("message.channels", "channels:history"),
    "private_channel": ("message.groups", "groups:history"),
    "im": ("message.im", "im:history"),
    "mpim": ("message.mpim", "mpim:history"),
}
READ_SCOPES = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "mpim": "mpim:read",
    "im": "im:read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One inner event. ``channel``: only for apps in it; ``app``: only for this one."""

    subscription: str
    payload: Json
    scopes: tuple[str, ...] = ()
    channel: Channel | None = None
    members_only: bool = True
    app: App | None = None


Teller = Callable[[Workspace, Change], Iterator[Occasion]]
TELLERS: dict[str, Teller] = {}


def tells(*names: str) -> Callable[[Teller], Teller]:
    """Register the function that knows what these changes mean for apps."""

    def register(teller: Teller) -> Teller:
        TELLERS.update(dict.fromkeys(names, teller))
        return teller

    return register


def occasions(workspace: Workspace, change: Change) -> list[Occasion]:
    """The inner events that follow from a change."""
    teller = TELLERS.get(change.name)
    return list(teller(workspace, change)) if teller else []


def _channel(workspace: Workspace, change: Change) -> Channel:
    return workspace.channels[change.channel or ""]


def _spoken(channel: Channel, payload: Json) -> Occasion:
    subscription, scope = MESSAGE_EVENTS[channel.kind]
    return Occasion(subscription=subscription, payload=payload, scopes=(scope,), channel=channel)


@tells("message_posted")
def _posted(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel, message = _channel(workspace, change), change.data["message"]
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
    channel, ts = _channel(workspace, change), workspace.next_ts()
    frame = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel.id}
    return _spoken(
        channel, frame | body | {"ts": ts, "event_ts": ts, "channel_type": CHANNEL_TYPES[channel.kind]}
    )


@tells("channel_created")
def _created(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel = _channel(workspace, change)
    if channel.is_private:
        return
    shown = {
        "id": channel.id,
        "is_channel": True,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
        "creator": channel.creator,
        "is_shared": False,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "is_archived": False,
        "is_ext_shared": False,
        "is_private": False,
    }
    yield _about(workspace, channel, "channel_created", {"channel": shown})


@tells("channel_renamed")
def _renamed(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel = _channel(workspace, change)
    shown = {
        "id": channel.id,
        "is_channel": not channel.is_private,
        "is_mpim": False,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
    }
    kind = "group_rename" if channel.is_private else "channel_rename"
    yield _about(workspace, channel, kind, {"channel": shown})


@tells("channel_archived", "channel_unarchived")
def _archived(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel = _channel(workspace, change)
    verb = "archive" if change.name == "channel_archived" else "unarchive"
    kind = f"group_{verb}" if channel.is_private else f"channel_{verb}"
    yield _about(workspace, channel, kind, {"channel": channel.id, "user": change.user, "is_moved": 0})


@tells("channel_deleted")
def _removed(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel: Channel = change.data["gone"]
    kind = "group_deleted" if channel.is_private else "channel_deleted"
    yield _about(workspace, channel, kind, {"channel": channel.id, "actor_id": change.user})


@tells("channel_shared", "channel_unshared")
def _shared(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel, team = _channel(workspace, change), change.data["team"]
    body: Json = {"channel": channel.id, "connected_team_id": team}
    if change.name == "channel_unshared":
        body = {
            "channel": channel.id,
            "previously_connected_team_id": team,
            "is_ext_shared": channel.is_ext_shared,
        }
    yield _about(workspace, channel, change.name, body)


@tells("channel_id_changed")
def _id_changed(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel = _channel(workspace, change)
    body = {"old_channel_id": change.data["old_id"], "new_channel_id": channel.id}
    yield _about(workspace, channel, "channel_id_changed", body)


def _about(workspace: Workspace, channel: Channel, kind: str, body: Json) -> Occasion:
    """An event about a channel: every app hears of public ones, members of private ones."""
    return Occasion(
        subscription=kind,
        payload={"type": kind, **body, "event_ts": workspace.next_ts()},
        scopes=(READ_SCOPES[channel.kind],),
        channel=channel,
        members_only=channel.is_private,
    )


@tells("member_joined", "member_left")
def _moved(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel, joined = _channel(workspace, change), change.name == "member_joined"
    kind = "member_joined_channel" if joined else "member_left_channel"
    payload = {
        "type": kind,
        "user": change.user,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": workspace.users[change.user or ""].team_id,
    }
    if inviter := change.data.get("inviter"):
        payload["inviter"] = inviter
    payload["event_ts"] = workspace.next_ts()
    scopes = (READ_SCOPES[channel.kind],)
    yield Occasion(subscription=kind, payload=payload, scopes=scopes, channel=channel)
    gone = workspace.app_of_bot(change.user or "")
    if gone is None or joined:
        return
    # The bot is no member any more, but hears that it was the one who left.
    yield Occasion(subscription=kind, payload=payload, scopes=scopes, app=gone)
    left = "group_left" if channel.is_private else "channel_left"
    body = {"type": left, "channel": channel.id, "actor_id": change.data.get("by") or change.user}
    yield Occasion(
        subscription=left, payload=body | {"event_ts": workspace.next_ts()}, scopes=scopes, app=gone
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
    channel = _channel(workspace, change)
    yield Occasion(subscription=change.name, payload=payload, scopes=("reactions:read",), channel=channel)


@tells("pin_added", "pin_removed")
def _pinned(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel, message = _channel(workspace, change), change.data["message"]
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


@tells("home_opened")
def _home_opened(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    """``data``: the app, and the tab ("home" or "messages"); the channel is the direct message."""
    app: App = change.data["app"]
    tab = change.data.get("tab", "home")
    payload: Json = {
        "type": "app_home_opened",
        "user": change.user,
        "channel": change.channel,
        "tab": tab,
        "event_ts": workspace.next_ts(),
    }
    view = workspace.homes.get((app.id, change.user or ""))
    if tab == "home" and view is not None:
        payload["view"] = view_json(view)
    yield Occasion(subscription="app_home_opened", payload=payload, app=app)


@tells("group_members_changed", "group_updated", "group_created")
def _grouped(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    group: UserGroup = change.data["group"]
    scopes = ("usergroups:read",)
    if change.name == "group_members_changed":
        added, removed = change.data["added"], change.data["removed"]
        payload = {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": workspace.team_id,
            "date_previous_update": change.data.get("previously", group.created),
            "date_update": group.updated,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
            "event_ts": workspace.next_ts(),
        }
        yield Occasion(subscription="subteam_members_changed", payload=payload, scopes=scopes)
    kind = "subteam_created" if change.name == "group_created" else "subteam_updated"
    shown = group_json(workspace, group, users=True, count=True)
    told = {"type": kind, "subteam": shown, "event_ts": workspace.next_ts()}
    yield Occasion(subscription=kind, payload=told, scopes=scopes)


@tells("user_changed", "user_joined")
def _person(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    kind = "user_change" if change.name == "user_changed" else "team_join"
    shown = user_json(workspace, workspace.users[change.user or ""], email=False)
    payload = {"type": kind, "user": shown, "cache_ts": workspace.now(), "event_ts": workspace.next_ts()}
    yield Occasion(subscription=kind, payload=payload, scopes=("users:read",))


@tells("file_shared")
def _file(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    file_id = change.data["file"].id
    payload = {
        "type": "file_shared",
        "channel_id": change.channel,
        "file_id": file_id,
        "user_id": change.user,
        "file": {"id": file_id},
        "event_ts": workspace.next_ts(),
    }
    channel = _channel(workspace, change)
    yield Occasion(subscription="file_shared", payload=payload, scopes=("files:read",), channel=channel)


@tells("tokens_revoked", "app_uninstalled")
def _uninstalled(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    app: App = change.data["app"]
    payload: Json = {"type": change.name, "event_ts": workspace.next_ts()}
    if change.name == "tokens_revoked":
        payload["tokens"] = {"oauth": [], "bot": [app.bot_user_id]}
    yield Occasion(subscription=change.name, payload=payload, app=app)
