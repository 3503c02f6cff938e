"""Why somebody cannot be invited to a channel.

Source: Slack docs, conversations.invite and its errors.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.model import Channel, User
from sandbox.state import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInvited:
    """Why one user was not invited."""

    user: str
    error: str


def why_not_invited(workspace: Workspace, channel: Channel, user: str, by: str) -> str | None:
    """The code with which ``by`` is refused to invite ``user``; None if nothing is in the way."""
    person = workspace.users.get(user)
    if person is None:
        return "user_not_found"
    if user == by:
        return "cant_invite_self"
    if user in channel.members:
        return "already_in_channel"
    if person.deleted:
        return "cant_invite"
    if person.team_id != workspace.team_id:
        return None if person.team_id in channel.connected_team_ids else "no_external_invite_permission"
    return _guest_refusal(workspace, channel, person)


def _guest_refusal(workspace: Workspace, channel: Channel, person: User) -> str | None:
    if person.is_ultra_restricted and any(not workspace.channels[each].is_direct for each in person.channels):
        return "ura_max_channels"
    if person.is_guest and channel.is_general:
        return "user_is_restricted"
    return None
