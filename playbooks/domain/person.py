"""People and user groups as Slack knows them: who still has an account here, who is on shift.

A person is a Slack user id, never a name. What Slack said last stays true until it says
something else, so that an outage of Slack changes nobody's rights.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.errors import CannotCommand
from playbooks.domain.ids import GroupId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account. ``seen_at`` is when Slack said so."""

    id: UserId
    is_active: bool
    """False once the account was deactivated."""
    is_bot: bool
    is_guest: bool
    """A guest of some channels, with one or several of them."""
    is_stranger: bool
    """Somebody of another workspace, met in a shared channel."""
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A user group with its members, sorted by id: Slack promises no order."""

    id: GroupId
    members: tuple[UserId, ...]
    seen_at: datetime


def unfit(member: Member) -> str | None:
    """Why somebody cannot command; None if they can."""
    if not member.is_active:
        return "their account is deactivated"
    if member.is_bot:
        return "that is an app"
    if member.is_stranger:
        return "they belong to another workspace"
    return "they are a guest here" if member.is_guest else None


def require_fit(user: UserId, member: Member | None) -> None:
    """Somebody may be offered command; who was never looked up is given the benefit of the doubt.

    Raises CannotCommand.
    """
    why = unfit(member) if member else None
    if why is not None:
        raise CannotCommand(user, why)
