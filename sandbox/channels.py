"""What people and bots do to conversations, and which of it is refused.

Whoever cannot see a conversation is told that it does not exist. Every change tells
the workspace, and leaves the line in the channel that Slack leaves.

Source: Slack docs, the pages of the conversations.* methods.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sandbox.channel_names import checked_name, fitted_name
from sandbox.errors import Refusal
from sandbox.invitations import NotInvited, why_not_invited
from sandbox.messages import system_message
from sandbox.model import Channel, Note, User
from sandbox.state import Workspace

MAX_NOTE_CHARS = 250  # Slack docs, conversations.setTopic
MAX_MPIM_USERS = 9  # Slack docs, conversations.open: up to eight others
MILLISECONDS = 1000
NOBODY = User(id="", name="", real_name="")


def may_see(workspace: Workspace, channel: Channel, user: str) -> bool:
    """Members see everything, full members of the team its public channels."""
    if user in channel.members:
        return True
    person = workspace.users[user]
    outside = person.is_guest or person.team_id != workspace.team_id
    return channel.kind == "public_channel" and not outside


def visible(workspace: Workspace, channel_id: str, user: str) -> Channel:
    """The conversation, if this user can see it; raises Refusal("channel_not_found")."""
    channel = workspace.channels.get(channel_id)
    if channel is None or not may_see(workspace, channel, user):
        raise Refusal("channel_not_found")
    return channel


def named(channel: Channel) -> Channel:
    """The channel itself, unless it is a direct message, which has no name, topic or guests."""
    if channel.is_direct:
        raise Refusal("method_not_supported_for_channel_type")
    return channel


def create(workspace: Workspace, name: str, by: str, *, private: bool) -> Channel:
    """A new channel with its creator in it."""
    if workspace.users[by].is_guest:
        raise Refusal("restricted_action")
    now = workspace.now()
    channel = workspace.add_channel(
        Channel(
            id=workspace.ids.fresh("C"),
            name=checked_name(workspace, name),
            created=now,
            creator=by,
            is_private=private,
            updated=now * MILLISECONDS,
        )
    )
    workspace.emit("channel", "channel_created", channel=channel.id, user=by)
    _enter(workspace, channel, by, inviter=None)
    return channel


def join(workspace: Workspace, channel: Channel, user: str) -> bool:
    """Enter a public channel; False if already in it."""
    if channel.kind != "public_channel":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    if user in channel.members:
        return False
    _enter(workspace, channel, user, inviter=None)
    return True


def leave(workspace: Workspace, channel: Channel, user: str) -> bool:
    """Go out; False if not in it."""
    if named(channel).is_general:
        raise Refusal("cant_leave_general")
    if channel.is_archived:
        raise Refusal("is_archived")
    if user not in channel.members:
        return False
    if channel.is_private and len(channel.members) == 1:
        raise Refusal("last_member")
    _exit(workspace, channel, user, by=None)
    return True


def kick(workspace: Workspace, channel: Channel, user: str, by: str) -> None:
    if user not in workspace.users:
        raise Refusal("user_not_found")
    if user == by:
        raise Refusal("cant_kick_self")
    if by not in named(channel).members or user not in channel.members:
        raise Refusal("not_in_channel")
    if channel.is_general:
        raise Refusal("cant_kick_from_general")
    _exit(workspace, channel, user, by=by)


def invite(
    workspace: Workspace, channel: Channel, users: Sequence[str], by: str, *, force: bool
) -> list[NotInvited]:
    """Bring users in; the answer lists who could not be.

    Nobody is invited if one cannot be, unless ``force`` is set. People who left the
    workspace are an exception: they are refused, and the others come in all the same.
    """
    if by not in named(channel).members:
        raise Refusal("not_in_channel")
    if channel.is_archived:
        raise Refusal("is_archived")
    wanted = list(dict.fromkeys(users))
    refused = [
        NotInvited(user=each, error=code)
        for each in wanted
        if (code := why_not_invited(workspace, channel, each, by))
    ]
    blocking = [each for each in refused if not workspace.users.get(each.user, NOBODY).deleted]
    if not blocking or force:
        outside = {each.user for each in refused}
        for each in wanted:
            if each not in outside:
                _enter(workspace, channel, each, inviter=by)
    return refused


def archive(workspace: Workspace, channel: Channel, by: str) -> None:
    if named(channel).is_general:
        raise Refusal("cant_archive_general")
    if channel.is_archived:
        raise Refusal("already_archived")
    if by not in channel.members:
        raise Refusal("not_in_channel")
    if workspace.users[by].is_guest:
        raise Refusal("restricted_action")
    kind = "group_archive" if channel.is_private else "channel_archive"
    system_message(
        workspace, channel, by, kind, f"<@{by}> archived the channel", members=list(channel.members)
    )
    channel.is_archived = True
    _touch(workspace, channel)
    workspace.emit("channel", "channel_archived", channel=channel.id, user=by)


def unarchive(workspace: Workspace, channel: Channel, by: str) -> None:
    if not named(channel).is_archived:
        raise Refusal("not_archived")
    if workspace.users[by].is_guest:
        raise Refusal("user_is_restricted")
    channel.is_archived = False
    _touch(workspace, channel)
    kind = "group_unarchive" if channel.is_private else "channel_unarchive"
    system_message(workspace, channel, by, kind, f"<@{by}> un-archived the channel")
    workspace.emit("channel", "channel_unarchived", channel=channel.id, user=by)
    if by not in channel.members:
        _enter(workspace, channel, by, inviter=None)


def rename(workspace: Workspace, channel: Channel, name: str, by: str) -> None:
    """Give a channel another name, made to fit; only its creator and admins may."""
    _check_writable(named(channel), by)
    if channel.is_general or not (by == channel.creator or workspace.users[by].is_admin):
        raise Refusal("not_authorized")
    fitted = fitted_name(name)
    if fitted == channel.name:
        return
    checked_name(workspace, fitted)
    old = channel.name
    workspace.rename_channel(channel, fitted)
    channel.previous_names.insert(0, old)
    _touch(workspace, channel)
    kind = "group_name" if channel.is_private else "channel_name"
    text = f'<@{by}> has renamed the channel from "{old}" to "{fitted}"'
    system_message(workspace, channel, by, kind, text, old_name=old, name=fitted)
    workspace.emit("channel", "channel_renamed", channel=channel.id, user=by)


def set_topic(workspace: Workspace, channel: Channel, topic: str, by: str) -> None:
    note = _note(workspace, channel, topic, by)
    if note is not None:
        channel.topic = note
        _tell_note(workspace, channel, "topic", topic, by)


def set_purpose(workspace: Workspace, channel: Channel, purpose: str, by: str) -> None:
    note = _note(workspace, channel, purpose, by)
    if note is not None:
        channel.purpose = note
        _tell_note(workspace, channel, "purpose", purpose, by)


def _note(workspace: Workspace, channel: Channel, text: str, by: str) -> Note | None:
    if channel.is_im:
        raise Refusal("method_not_supported_for_channel_type")
    _check_writable(channel, by)
    if workspace.users[by].is_ultra_restricted:
        raise Refusal("user_is_restricted")
    if len(text) > MAX_NOTE_CHARS:
        raise Refusal("too_long")
    return Note(value=text, creator=by, last_set=workspace.now())


def _tell_note(workspace: Workspace, channel: Channel, word: str, text: str, by: str) -> None:
    _touch(workspace, channel)
    kind = f"group_{word}" if channel.is_private else f"channel_{word}"
    said = f"set the channel {word}: {text}" if text else f"cleared the channel {word}"
    system_message(workspace, channel, by, kind, said, **{word: text})
    workspace.emit("channel", f"channel_{word}_set", channel=channel.id, user=by)


def open_direct(
    workspace: Workspace, users: Iterable[str], *, create_new: bool = True
) -> tuple[Channel, bool]:
    """The direct conversation of exactly these users, and whether it had to be made.

    Raises Refusal("channel_not_found") if there is none and ``create_new`` is False.
    """
    together = frozenset(users)
    known = workspace.direct_between(together)
    if known is not None:
        return known, False
    if not create_new:
        raise Refusal("channel_not_found")
    if len(together) > MAX_MPIM_USERS:
        raise Refusal("too_many_users")
    is_im = len(together) <= 2  # noqa: PLR2004  with oneself or with one other
    people = sorted(together)
    handles = "--".join(workspace.users[each].name for each in people)
    now = workspace.now()
    channel = Channel(
        id=workspace.ids.fresh("D" if is_im else "G"),
        name="" if is_im else f"mpdm-{handles}-1",
        created=now,
        creator=people[0],
        is_im=is_im,
        is_mpim=not is_im,
        topic=Note() if is_im else Note(value="Group messaging", creator=people[0], last_set=now),
        purpose=Note() if is_im else _group_purpose(workspace, people, now),
        members=dict.fromkeys(people),
        updated=now * MILLISECONDS,
    )
    workspace.add_channel(channel)
    workspace.emit("channel", "direct_opened", channel=channel.id)
    return channel, True


def _group_purpose(workspace: Workspace, people: list[str], now: int) -> Note:
    names = " ".join(f"@{workspace.users[each].name}" for each in people)
    return Note(value=f"Group messaging with: {names}", creator=people[0], last_set=now)


def mark(workspace: Workspace, channel: Channel, user: str, ts: str) -> None:
    """Remember how far somebody has read."""
    if user not in channel.members:
        raise Refusal("not_in_channel")
    channel.last_read[user] = ts
    workspace.emit("channel", "channel_marked", channel=channel.id, user=user)


def _enter(workspace: Workspace, channel: Channel, user: str, *, inviter: str | None) -> None:
    workspace.add_member(channel, user)
    kind = "group_join" if channel.is_private else "channel_join"
    extra = {"inviter": inviter} if inviter else {}
    system_message(workspace, channel, user, kind, f"<@{user}> has joined the channel", **extra)
    workspace.emit("channel", "member_joined", channel=channel.id, user=user, inviter=inviter)


def _exit(workspace: Workspace, channel: Channel, user: str, *, by: str | None) -> None:
    workspace.drop_member(channel, user)
    kind = "group_leave" if channel.is_private else "channel_leave"
    if by is None:
        system_message(workspace, channel, user, kind, f"<@{user}> has left the channel")
    workspace.emit("channel", "member_left", channel=channel.id, user=user, by=by)


def _check_writable(channel: Channel, by: str) -> None:
    if by not in channel.members:
        raise Refusal("not_in_channel")
    if channel.is_archived:
        raise Refusal("is_archived")


def _touch(workspace: Workspace, channel: Channel) -> None:
    channel.updated = int(workspace.clock.now() * MILLISECONDS)
