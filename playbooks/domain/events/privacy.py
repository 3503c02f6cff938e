"""Who may know of a private incident, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import UserId


class Let(StrEnum):
    """How somebody came to know."""

    NAMED = "named"
    """By whoever declared it."""
    ASKED = "asked"
    """To do something in it, and invited for that."""
    CAME = "came"
    """Into the room: a member invited them in Slack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGiven(Event):
    """Somebody may know of the private incident from here on; ``by`` is who let them."""

    person: UserId
    how: Let


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEnded(Event):
    """Somebody left the room of the private incident, and has no part in it."""

    person: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePublic(Event):
    """The incident is private no more; its room stays as it is."""

    reason: str
