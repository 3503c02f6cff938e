"""What befalls the workspace while a bot is looking elsewhere: things other people do to it.

``POST /_sandbox/faults {"where": "world", "do": …}`` happens at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox import channels, messages
from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions.actions import Names
from sandbox.interactions.surfaces import app_for
from sandbox.model import App, Channel, User
from sandbox.state import Workspace

Json = dict[str, Any]
Given = Mapping[str, Any]
Blow = Callable[[Workspace, Given], Json]
BLOWS: dict[str, Blow] = {}


def blow(function: Blow) -> Blow:
    """Make a function something that can happen, under its own name."""
    BLOWS[function.__name__] = function
    return function


async def befall(exchange: Exchange, given: Given) -> Json:
    """Let it happen now; raises Refusal."""
    do = str(given.get("do"))
    if do in {"link_disabled", "refresh_requested", "warning"}:
        count = await exchange.hub.disconnect(app_for(exchange.workspace, given.get("app")).id, do)
        return {"disconnected": count}
    function = BLOWS.get(do)
    if function is None:
        known = ", ".join(sorted({*BLOWS, "link_disabled", "refresh_requested"}))
        raise Refusal("unknown_fault", message=f"The world cannot {do!r}. It can: {known}.")
    answer = function(exchange.workspace, given)
    exchange.workspace.journal.record("fault", direction="in", summary=do, request=dict(given))
    return answer


@blow
def scope_removed(workspace: Workspace, given: Given) -> Json:
    app = _app(workspace, given)
    app.scopes.discard(str(given["scope"]))
    return {"scopes": sorted(app.scopes)}


@blow
def bot_kicked(workspace: Workspace, given: Given) -> Json:
    channel = _channel(workspace, given)
    channels.kick(workspace, channel, _app(workspace, given).bot_user_id, _insider(workspace, channel).id)
    return {}


@blow
def channel_archived(workspace: Workspace, given: Given) -> Json:
    channel = _channel(workspace, given)
    channels.archive(workspace, channel, _insider(workspace, channel).id)
    return {}


@blow
def channel_renamed(workspace: Workspace, given: Given) -> Json:
    channel = _channel(workspace, given)
    admin = next(each for each in workspace.users.values() if each.is_admin)
    inside = admin.id in channel.members
    workspace.add_member(channel, admin.id)
    channels.rename(workspace, channel, str(given["name"]), admin.id)
    if not inside:
        workspace.drop_member(channel, admin.id)
    return {"name": channel.name}


@blow
def channel_shared(workspace: Workspace, given: Given) -> Json:
    """Another organisation is connected to a channel."""
    channel = _channel(workspace, given)
    team = str(given.get("team", "T0PARTNER"))
    channel.is_ext_shared = True
    channel.connected_team_ids.append(team)
    workspace.emit("channel", "channel_shared", channel=channel.id, connected_team_id=team)
    return {}


@blow
def message_deleted(workspace: Workspace, given: Given) -> Json:
    message = messages.find(_channel(workspace, given), str(given["ts"]))
    admin = next(each for each in workspace.users.values() if each.is_admin)
    messages.delete(workspace, message, admin.id)
    return {}


@blow
def user_deactivated(workspace: Workspace, given: Given) -> Json:
    user = _user(workspace, given)
    user.deleted, user.updated = True, workspace.now()
    workspace.emit("user", "user_changed", user=user.id)
    return {}


@blow
def user_guest(workspace: Workspace, given: Given) -> Json:
    """A member becomes a guest, of a single channel with ``single``."""
    user = _user(workspace, given)
    user.is_restricted, user.is_ultra_restricted = True, bool(given.get("single"))
    user.updated = workspace.now()
    workspace.emit("user", "user_changed", user=user.id)
    return {}


@blow
def name_taken(workspace: Workspace, given: Given) -> Json:
    """Somebody else creates the channel first; private ones are invisible to the bot."""
    admin = next(each for each in workspace.users.values() if each.is_admin)
    private = bool(given.get("is_private"))
    return {"channel": channels.create(workspace, str(given["name"]), admin.id, private=private).id}


@blow
def groups_unavailable(workspace: Workspace, given: Given) -> Json:
    """User groups answer ``plan_upgrade_required``; ``until: false`` ends that."""
    workspace.knobs.groups_available = given.get("until") is not None and not given["until"]
    return {"groups_available": workspace.knobs.groups_available}


@blow
def short_pages(workspace: Workspace, given: Given) -> Json:
    """Pages shrink to ``limit`` items and may be short with more to come; no limit ends that."""
    limit = given.get("limit")
    workspace.knobs.page_limit = int(limit) if limit else None
    workspace.knobs.short_pages = bool(limit)
    return {"limit": workspace.knobs.page_limit}


@blow
def rate_limits(workspace: Workspace, given: Given) -> Json:
    """``documented``, ``strict`` or ``off``."""
    workspace.knobs.rate_limits = str(given["profile"])
    return {"profile": workspace.knobs.rate_limits}


def _app(workspace: Workspace, given: Given) -> App:
    return app_for(workspace, given.get("app"))


def _channel(workspace: Workspace, given: Given) -> Channel:
    channel = workspace.find_channel(str(given["channel"]))
    if channel is None:
        raise Refusal("channel_not_found", message=f"There is no channel {given['channel']!r}.")
    return channel


def _user(workspace: Workspace, given: Given) -> User:
    return workspace.users[Names(workspace).user_id(str(given["user"]))]


def _insider(workspace: Workspace, channel: Channel) -> User:
    """A full member of the channel who is a person."""
    people = [workspace.users[each] for each in channel.members]
    for person in people:
        if not (person.is_bot or person.is_guest or person.deleted):
            return person
    raise Refusal("nobody_there", message=f"No person is in #{channel.name}.")
