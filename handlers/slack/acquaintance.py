"""A person as Slack describes them, in an event or in answer to ``users.info``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from playbooks.domain.ids import UserId
from playbooks.domain.person import Member


def member_of(user: Mapping[str, Any], *, team: str, at: datetime) -> Member:
    """What matters of a user object (Slack docs, user type). Raises KeyError without an id.

    ``team`` is our workspace; empty if it is not known, and then nobody is a stranger by it.
    Deactivated accounts come without most keys.
    """
    theirs = user.get("team_id")
    elsewhere = bool(team and theirs and theirs != team and not user.get("enterprise_user"))
    return Member(
        id=UserId(str(user["id"])),
        is_active=not user.get("deleted", False),
        is_bot=bool(user.get("is_bot")) or user["id"] == SLACKBOT,
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_stranger=bool(user.get("is_stranger")) or elsewhere,
        seen_at=at,
    )


SLACKBOT = "USLACKBOT"
"""Slack's own helper is no bot by its flags."""
