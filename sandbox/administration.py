"""What happens to a workspace from above: people leave, channels vanish, apps lose rights.

A bot cannot do these things, but has to live with them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox import channels, messages
from sandbox.errors import Refusal
from sandbox.model import App, Channel, User, UserGroup
from sandbox.state import Workspace

_CONVERTED = {
    True: "made this channel *private*. Now, it can only be viewed or joined by invitation.",
    False: "made this channel *public*. Any member in this workspace can see and join it.",
}
"""Slack docs, message subtypes channel_convert_to_private and channel_convert_to_public."""


def add_user(workspace: Workspace, name: str) -> User:
    """Somebody new comes into the workspace, and with that into #general; raises Refusal for a known name."""
    if workspace.find_user(name) is not None:
        raise Refusal("name_taken")
    user = User(id=workspace.ids.fresh("U"), name=name, real_name=name.title(), email=f"{name}@example.com")
    user.updated = workspace.now()
    workspace.add_user(user)
    workspace.emit("user", "user_joined", user=user.id)
    for channel in [each for each in workspace.channels.values() if each.is_general]:
        channels.join(workspace, channel, user.id)
    return user


def deactivate_user(workspace: Workspace, user: User, by: str | None = None) -> None:
    """An account is switched off: out of every channel, unknown to invitations."""
    user.deleted, user.active = True, False
    for channel_id in list(user.channels):
        channel = workspace.channels[channel_id]
        if not channel.is_direct:
            workspace.drop_member(channel, user.id)
            workspace.emit("channel", "member_left", channel=channel_id, user=user.id, by=by)
    touch_user(workspace, user)


def make_guest(workspace: Workspace, user: User, *, single_channel: bool = False) -> None:
    """A full member becomes a guest of the channels in which they are."""
    user.is_restricted, user.is_ultra_restricted = True, single_channel
    user.is_admin = user.is_owner = user.is_primary_owner = False
    touch_user(workspace, user)


def touch_user(workspace: Workspace, user: User) -> None:
    """Tell everybody that somebody's account or profile is different now."""
    user.updated = workspace.now()
    workspace.emit("user", "user_changed", user=user.id)


def share_channel(workspace: Workspace, channel: Channel, team: str, by: str | None = None) -> None:
    """Connect a channel with another organisation."""
    channel.is_ext_shared = True
    if team not in channel.connected_team_ids:
        channel.connected_team_ids.append(team)
    workspace.emit("channel", "channel_shared", channel=channel.id, user=by, team=team)


def unshare_channel(workspace: Workspace, channel: Channel, team: str, by: str | None = None) -> None:
    """Cut the connection; the other team's people are out."""
    if team not in channel.connected_team_ids:
        raise Refusal("team_not_found")
    channel.connected_team_ids.remove(team)
    channel.is_ext_shared = bool(channel.connected_team_ids)
    for user in [each for each in channel.members if workspace.users[each].team_id == team]:
        workspace.drop_member(channel, user)
    workspace.emit("channel", "channel_unshared", channel=channel.id, user=by, team=team)


def convert_channel(workspace: Workspace, channel: Channel, *, private: bool, by: str) -> None:
    """Hide a channel from everybody but its members, or show it to all; its id stays (Slack docs)."""
    if channel.is_private is private:
        return
    channel.is_private = private
    kind = "channel_convert_to_private" if private else "channel_convert_to_public"
    messages.system_message(workspace, channel, by, kind, _CONVERTED[private])


def delete_channel(workspace: Workspace, channel: Channel, by: str | None = None) -> None:
    """A channel is gone for good, with everything in it; its name is free again."""
    workspace.emit("channel", "channel_deleted", channel=channel.id, user=by, gone=channel)
    workspace.remove_channel(channel)


def change_channel_id(workspace: Workspace, channel: Channel) -> str:
    """Give a channel another id, as a migration to an organisation does; the answer is the new one."""
    old = channel.id
    workspace.rekey_channel(channel, workspace.ids.fresh("C"))
    workspace.emit("channel", "channel_id_changed", channel=channel.id, old_id=old)
    return channel.id


def set_group_users(workspace: Workspace, group: UserGroup, users: Sequence[str], by: str) -> None:
    """Replace the members of a user group."""
    added = [each for each in users if each not in group.users]
    removed = [each for each in group.users if each not in users]
    previously, group.users = group.updated, list(users)
    group.updated, group.updated_by = workspace.now(), by
    workspace.emit(
        "group",
        "group_members_changed",
        user=by,
        group=group,
        added=added,
        removed=removed,
        previously=previously,
    )


def revoke_scope(workspace: Workspace, app: App, scope: str) -> None:
    """Take one right from an app; its calls that need it fail from now on."""
    app.scopes.discard(scope)
    workspace.emit("app", "scope_revoked", app=app, scope=scope)


def uninstall_app(workspace: Workspace, app: App, refusal: str = "token_revoked") -> None:
    """Remove an app: its tokens are worth nothing, its bot user leaves every channel.

    ``refusal`` is "token_revoked" where only the tokens were, "account_inactive" where a
    person removed the app.
    """
    app.installed, app.refusal = False, refusal
    workspace.emit("app", "tokens_revoked", app=app)
    workspace.emit("app", "app_uninstalled", app=app)
    bot = workspace.users[app.bot_user_id]
    bot.deleted = True
    for channel_id in list(bot.channels):
        workspace.drop_member(workspace.channels[channel_id], bot.id)
