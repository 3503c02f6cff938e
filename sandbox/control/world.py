"""What befalls the workspace while a bot is looking elsewhere: things other people do to it.

``POST /_sandbox/faults {"where": "world", "do": …}`` happens at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox import administration, channels, messages
from sandbox.control.answers import number
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
PROFILES = ("documented", "strict", "off")


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
    administration.revoke_scope(workspace, app, str(given["scope"]))
    return {"scopes": sorted(app.scopes)}


@blow
def token_revoked(workspace: Workspace, given: Given) -> Json:
    """The tokens of the app are worth nothing from now on."""
    administration.uninstall_app(workspace, _app(workspace, given))
    return {}


@blow
def app_uninstalled(workspace: Workspace, given: Given) -> Json:
    """Somebody removes the app: the account behind its bot token is none any more."""
    administration.uninstall_app(workspace, _app(workspace, given), "account_inactive")
    return {}


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
def channel_unarchived(workspace: Workspace, given: Given) -> Json:
    channels.unarchive(workspace, _channel(workspace, given), _admin(workspace).id)
    return {}


@blow
def channel_converted(workspace: Workspace, given: Given) -> Json:
    """A public channel is made private, or with ``private: false`` a private one public."""
    channel, private = _channel(workspace, given), bool(given.get("private", True))
    administration.convert_channel(workspace, channel, private=private, by=_insider(workspace, channel).id)
    return {"is_private": channel.is_private}


@blow
def channel_deleted(workspace: Workspace, given: Given) -> Json:
    administration.delete_channel(workspace, _channel(workspace, given), _admin(workspace).id)
    return {}


@blow
def channel_renamed(workspace: Workspace, given: Given) -> Json:
    """An admin renames it, being let in for that moment if need be."""
    channel, admin = _channel(workspace, given), _admin(workspace)
    outside = admin.id not in channel.members
    if outside:
        workspace.add_member(channel, admin.id)
    channels.rename(workspace, channel, str(given["name"]), admin.id)
    if outside:
        workspace.drop_member(channel, admin.id)
    return {"name": channel.name}


@blow
def channel_id_changed(workspace: Workspace, given: Given) -> Json:
    return {"channel": administration.change_channel_id(workspace, _channel(workspace, given))}


@blow
def channel_shared(workspace: Workspace, given: Given) -> Json:
    """Another organisation is connected to a channel."""
    team = str(given.get("team", "T0PARTNER"))
    administration.share_channel(workspace, _channel(workspace, given), team, _admin(workspace).id)
    return {}


@blow
def channel_unshared(workspace: Workspace, given: Given) -> Json:
    """The connection with another organisation is cut; its people are out."""
    team = str(given.get("team", "T0PARTNER"))
    administration.unshare_channel(workspace, _channel(workspace, given), team, _admin(workspace).id)
    return {}


@blow
def message_deleted(workspace: Workspace, given: Given) -> Json:
    message = messages.find(_channel(workspace, given), str(given["ts"]))
    messages.delete(workspace, message, _admin(workspace).id)
    return {}


@blow
def thread_locked(workspace: Workspace, given: Given) -> Json:
    """An admin ends a thread: no more replies, no more reactions; ``ends: true`` opens it again."""
    message = messages.find(_channel(workspace, given), str(given["ts"]))
    messages.update(workspace, message, _admin(workspace).id, locked=not given.get("ends"))
    return {"is_locked": message.locked}


@blow
def user_joined(workspace: Workspace, given: Given) -> Json:
    """Somebody new comes into the workspace."""
    return {"user": administration.add_user(workspace, str(given["name"])).id}


@blow
def user_deactivated(workspace: Workspace, given: Given) -> Json:
    administration.deactivate_user(workspace, _user(workspace, given), _admin(workspace).id)
    return {}


@blow
def user_guest(workspace: Workspace, given: Given) -> Json:
    """A member becomes a guest, of a single channel with ``single``."""
    administration.make_guest(workspace, _user(workspace, given), single_channel=bool(given.get("single")))
    return {}


@blow
def group_users(workspace: Workspace, given: Given) -> Json:
    """Somebody edits a user group; ``users`` are all its members afterwards."""
    wanted = str(given["group"])
    group = next((each for each in workspace.groups.values() if wanted in (each.id, each.handle)), None)
    if group is None:
        raise Refusal("no_such_subteam", message=f"There is no user group {wanted!r}.")
    named = given["users"] if isinstance(given["users"], list) else [given["users"]]
    users = [Names(workspace).user_id(str(each)) for each in named]
    administration.set_group_users(workspace, group, users, _admin(workspace).id)
    return {"users": group.users}


@blow
def name_taken(workspace: Workspace, given: Given) -> Json:
    """Somebody else creates the channel first; private ones are invisible to the bot."""
    name, private = str(given["name"]), bool(given.get("is_private"))
    return {"channel": channels.create(workspace, name, _admin(workspace).id, private=private).id}


@blow
def groups_unavailable(workspace: Workspace, given: Given) -> Json:
    """User groups answer ``plan_upgrade_required``; ``ends: true`` ends that."""
    workspace.knobs.groups_available = bool(given.get("ends"))
    return {"groups_available": workspace.knobs.groups_available}


@blow
def short_pages(workspace: Workspace, given: Given) -> Json:
    """Pages shrink to ``limit`` items and may be short with more to come; no limit ends that."""
    limit = given.get("limit")
    workspace.knobs.page_limit = max(1, int(number(limit, "limit"))) if limit else None
    workspace.knobs.short_pages = bool(limit)
    return {"limit": workspace.knobs.page_limit}


@blow
def rate_limits(workspace: Workspace, given: Given) -> Json:
    """``documented``, ``strict`` or ``off``."""
    profile = str(given["profile"])
    if profile not in PROFILES:
        raise Refusal("invalid_argument", message=f"profile is one of {', '.join(PROFILES)}.")
    workspace.knobs.rate_limits = profile
    return {"profile": workspace.knobs.rate_limits}


def _app(workspace: Workspace, given: Given) -> App:
    return app_for(workspace, given.get("app"))


def _channel(workspace: Workspace, given: Given) -> Channel:
    channel = workspace.find_channel(str(given["channel"]))
    if channel is None:
        raise Refusal("channel_not_found", message=f"There is no channel {given['channel']!r}.")
    return channel


def _admin(workspace: Workspace) -> User:
    return next(each for each in workspace.users.values() if each.is_admin)


def _user(workspace: Workspace, given: Given) -> User:
    return workspace.users[Names(workspace).user_id(str(given["user"]))]


def _insider(workspace: Workspace, channel: Channel) -> User:
    """A full member of the channel who is a person."""
    people = [workspace.users[each] for each in channel.members]
    for person in people:
        if not (person.is_bot or person.is_guest or person.deleted):
            return person
    raise Refusal("nobody_there", message=f"No person is in #{channel.name}.")
