"""What kind of account somebody has, as far as it decides what they may do."""

from __future__ import annotations

from enum import StrEnum

from playbooks.domain.person import Member


class Kind(StrEnum):
    """Slack's kinds of accounts (Slack docs, user object)."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    """Somebody of another workspace, in a shared channel."""
    DEACTIVATED = "deactivated"
    APP = "app"
    UNKNOWN = "unknown"
    """Slack was never asked, or does not say."""


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
