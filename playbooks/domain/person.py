"""People and user groups as Slack knows them: who still has an account here, who is on shift.

A person is a Slack user id, never a name. What Slack said last stays true until it says
something else, so that an outage of Slack changes nobody's rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


class Kind(StrEnum):
    """What an account is, as far as it decides what its owner may do (Slack docs, user object)."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    """Somebody of another workspace, in a shared channel."""
    DEACTIVATED = "deactivated"
    APP = "app"
    UNKNOWN = "unknown"
    """Slack was never asked, or does not say."""


_UNFIT: Mapping[Kind, str] = {
    Kind.DEACTIVATED: "their account is deactivated",
    Kind.APP: "that is an app",
    Kind.STRANGER: "they belong to another workspace",
    Kind.GUEST: "they are a guest here",
}


def kind_of(member: Member | None) -> Kind:
    """The kind in what Slack said last; None if it was never asked."""
    if member is None:
        return Kind.UNKNOWN
    if not member.is_active:
        return Kind.DEACTIVATED
    if member.is_bot:
        return Kind.APP
    if member.is_stranger:
        return Kind.STRANGER
    return Kind.GUEST if member.is_guest else Kind.MEMBER


def unfit(member: Member | None) -> str | None:
    """Why somebody cannot command; None if they can, or if nobody knows who they are."""
    return _UNFIT.get(kind_of(member))


def require_fit(user: UserId, member: Member | None) -> None:
    """Somebody may be offered command; who was never looked up is given the benefit of the doubt.

    Raises CannotCommand.
    """
    why = unfit(member)
    if why is not None:
        raise CannotCommand(user, why)
