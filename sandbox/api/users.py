"""People and their groups: the users.* and usergroups.* methods.

An e-mail address is shown only with ``users:read.email``.
"""

from __future__ import annotations

from sandbox.administration import set_group_users
from sandbox.api.conversations import listed_kinds
from sandbox.api.registry import Call, Json, every_kind, method
from sandbox.channels import may_see
from sandbox.conversation_shapes import channel_json
from sandbox.errors import Refusal
from sandbox.model import User, UserGroup
from sandbox.paging import metadata, page
from sandbox.shapes import group_json, profile_json, user_json

EMAIL_SCOPE = "users:read.email"


def _user(call: Call, name: str = "user") -> User:
    user = call.workspace.users.get(call.arguments.required(name))
    if user is None:
        raise Refusal("user_not_found")
    return user


@method("users.info", "users:read", tier=4)
def users_info(call: Call) -> Json:
    locale = call.arguments.flag("include_locale")
    return {"user": user_json(call.workspace, _user(call), email=call.allowed(EMAIL_SCOPE), locale=locale)}


@method("users.list", "users:read", tier=2, paged=True)
def users_list(call: Call) -> Json:
    everybody = list(call.workspace.users.values())
    shown, cursor = page(
        call.workspace, call.arguments, everybody, kind="user", default=len(everybody), most=1000
    )
    email, locale = call.allowed(EMAIL_SCOPE), call.arguments.flag("include_locale")
    members = [user_json(call.workspace, each, email=email, locale=locale) for each in shown]
    return {"members": members, "cache_ts": call.workspace.now(), **metadata(cursor)}


@method("users.lookupByEmail", EMAIL_SCOPE, tier=3)
def users_lookup_by_email(call: Call) -> Json:
    wanted = call.arguments.required("email").lower()
    for user in call.workspace.users.values():
        if (user.email or "").lower() == wanted and not user.deleted:
            return {"user": user_json(call.workspace, user, email=True)}
    raise Refusal("users_not_found")


@method("users.profile.get", "users.profile:read", tier=4)
def users_profile_get(call: Call) -> Json:
    user = call.workspace.users.get(call.arguments.text("user", call.user))
    if user is None:
        raise Refusal("user_not_found")
    profile = profile_json(call.workspace, user, email=call.allowed(EMAIL_SCOPE))
    return {"profile": profile | {"huddle_state": "default_unset", "huddle_state_expiration_ts": 0}}


@method("users.getPresence", "users:read", tier=3)
def users_get_presence(call: Call) -> Json:
    user = call.workspace.users.get(call.arguments.text("user", call.user))
    if user is None:
        raise Refusal("user_not_found")
    shown: Json = {"presence": "active" if user.active else "away"}
    if user.id == call.user:
        shown |= {
            "online": user.active,
            "auto_away": False,
            "manual_away": False,
            "connection_count": 1,
            "last_activity": call.workspace.now(),
        }
    return shown


@method("users.conversations", *every_kind("read"), tier=2, paged=True)
def users_conversations(call: Call) -> Json:
    """The conversations of a user that the bot may know of."""
    workspace = call.workspace
    kinds = listed_kinds(call)
    user = workspace.users.get(call.arguments.text("user", call.user))
    if user is None:
        raise Refusal("user_not_found")
    exclude = call.arguments.flag("exclude_archived")
    found = [
        channel
        for channel in (workspace.channels[each] for each in user.channels)
        if channel.kind in kinds
        and not (exclude and channel.is_archived)
        and may_see(workspace, channel, call.user)
    ]
    shown, cursor = page(
        workspace, call.arguments, found, kind="conversation", default=100, most=999, refusal="invalid_limit"
    )
    listed = [channel_json(workspace, each, call.user, listed=True) for each in shown]
    for each in listed:
        each.pop("num_members", None)
        each.pop("is_member", None)
    return {"channels": listed, **metadata(cursor)}


def _check_groups(call: Call) -> None:
    if not call.workspace.knobs.groups_available:
        raise Refusal("plan_upgrade_required")


def _group(call: Call) -> UserGroup:
    group = call.workspace.groups.get(call.arguments.required("usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    return group


@method("usergroups.list", "usergroups:read", tier=2)
def usergroups_list(call: Call) -> Json:
    _check_groups(call)
    arguments = call.arguments
    groups = [
        group_json(
            call.workspace,
            group,
            users=arguments.flag("include_users"),
            count=arguments.flag("include_count"),
        )
        for group in call.workspace.groups.values()
        if not group.deleted_at or arguments.flag("include_disabled")
    ]
    for group in groups:
        if "user_count" in group:  # a string here and a number elsewhere, says the page
            group["user_count"] = str(group["user_count"])
    return {"usergroups": groups}


@method("usergroups.users.list", "usergroups:read", tier=2)
def usergroups_users_list(call: Call) -> Json:
    _check_groups(call)
    group = _group(call)
    if group.deleted_at and not call.arguments.flag("include_disabled"):
        raise Refusal("no_such_subteam")
    return {"users": list(group.users)}


@method("usergroups.users.update", "usergroups:write", tier=2)
def usergroups_users_update(call: Call) -> Json:
    _check_groups(call)
    group, users = _group(call), call.arguments.names("users")
    if not users:
        raise Refusal("no_users_provided")
    if any(each not in call.workspace.users for each in users):
        raise Refusal("invalid_users")
    set_group_users(call.workspace, group, users, call.user)
    return {"usergroup": group_json(call.workspace, group, users=True, count=True)}
