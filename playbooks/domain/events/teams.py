"""Sub-teams, and whether too many people answer to the commander."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import IncidentId, TeamId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFormed(Event):
    """Somebody leads a team with one task and a time box."""

    team: TeamId
    name: str
    leader: UserId
    task: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChanged(Event):
    """People came into a team or left it, by its leader's word."""

    team: TeamId
    name: str
    leader: UserId
    came: tuple[UserId, ...]
    left: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamExtended(Event):
    """A team has more time."""

    team: TeamId
    name: str
    leader: UserId
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamOverdue(Event):
    """A team's time is up and it has not said how it went; ``raised`` if its leader did not answer."""

    team: TeamId
    name: str
    leader: UserId
    task: str
    raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEnded(Event):
    """The task is done or given up, and everybody in it is free."""

    team: TeamId
    name: str
    leader: UserId
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMoved(Event):
    """Its incident became part of this one, where it goes on with whoever of it is in no other team."""

    other: IncidentId
    team: TeamId
    before: str
    """What it was called there."""
    name: str
    leader: UserId
    members: tuple[UserId, ...]
    task: str
    due_at: datetime
    formed_at: datetime | None = None
    asked_at: datetime | None = None
    """When its leader was asked how it went."""
    raised_at: datetime | None = None
    """When the commander heard that the leader had not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanExceeded(Event):
    """More people answer to the commander than one can look after."""

    commander: UserId
    reports: tuple[UserId, ...]
    most: int
