"""Who leads the work on which service."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import ServiceName, UserId
from playbooks.domain.workstream import Led, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSeated(Event):
    """Somebody leads the work on these services; ``before`` led them until then."""

    services: tuple[ServiceName, ...]
    lead: UserId
    how: Led
    before: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLeft(Event):
    """Somebody leads the work on these services no more, and nobody else does yet."""

    services: tuple[ServiceName, ...]
    lead: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadWanted(Event):
    """The commander has to decide who leads the work on these services."""

    services: tuple[ServiceName, ...]
    why: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkBegan(Event):
    """There is work on these services, and nobody leads it yet."""

    services: tuple[ServiceName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEnded(Event):
    """There is no work on these services here any more."""

    services: tuple[ServiceName, ...]
