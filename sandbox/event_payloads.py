"""What an app is told about channels, people, groups, files and itself: the inner events.

Source: Slack docs, "Events API types", the page of each event.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.model import App, Channel, UserGroup
from sandbox.occasions import Json, Occasion, channel_of, tells
from sandbox.shapes import group_json, user_json, view_json
from sandbox.state import Change, Workspace

READ_SCOPES = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


@tells("channel_created")
def _created(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel = channel_of(workspace, change)
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
    }
    yield _about(workspace, channel, "channel_created", {"channel": shown})


@tells("channel_renamed")
def _renamed(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel = channel_of(workspace, change)
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
    channel = channel_of(workspace, change)
    verb = "archive" if change.name == "channel_archived" else "unarchive"
    kind = f"group_{verb}" if channel.is_private else f"channel_{verb}"
    moved = {"is_moved": 0} if verb == "archive" else {}
    yield _about(workspace, channel, kind, {"channel": channel.id, "user": change.user, **moved})


@tells("channel_deleted")
def _removed(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel: Channel = change.data["gone"]
    kind = "group_deleted" if channel.is_private else "channel_deleted"
    yield _about(workspace, channel, kind, {"channel": channel.id, "actor_id": change.user})


@tells("channel_shared", "channel_unshared")
def _shared(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    channel, team = channel_of(workspace, change), change.data["team"]
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
    channel = channel_of(workspace, change)
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
    channel, joined = channel_of(workspace, change), change.name == "member_joined"
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


@tells("group_members_changed")
def _grouped(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    group: UserGroup = change.data["group"]
    scopes = ("usergroups:read",)
    added, removed = change.data["added"], change.data["removed"]
    payload = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": workspace.team_id,
        "date_previous_update": change.data["previously"],
        "date_update": group.updated,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": workspace.next_ts(),
    }
    yield Occasion(subscription="subteam_members_changed", payload=payload, scopes=scopes)
    shown = group_json(workspace, group, users=True, count=True)
    told = {"type": "subteam_updated", "subteam": shown, "event_ts": workspace.next_ts()}
    yield Occasion(subscription="subteam_updated", payload=told, scopes=scopes)


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
    channel = channel_of(workspace, change)
    yield Occasion(subscription="file_shared", payload=payload, scopes=("files:read",), channel=channel)


@tells("tokens_revoked", "app_uninstalled")
def _uninstalled(workspace: Workspace, change: Change) -> Iterator[Occasion]:
    app: App = change.data["app"]
    payload: Json = {"type": change.name, "event_ts": workspace.next_ts()}
    if change.name == "tokens_revoked":
        payload["tokens"] = {"oauth": [], "bot": [app.bot_user_id]}
    yield Occasion(subscription=change.name, payload=payload, app=app)
