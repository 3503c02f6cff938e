"""What every event is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.ids import EpisodeId, IncidentId, ServiceName, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact about one incident: ``by`` is the actor, ``at`` the event's own time (aware UTC)."""

    incident: IncidentId
    by: UserId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One alert that a rule counted, as the log and the card print it."""

    episode: EpisodeId
    service: ServiceName
    origin: str
    title: str
    since: datetime
    link: str
