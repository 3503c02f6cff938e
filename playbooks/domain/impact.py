"""What hangs on a service, ring by ring, and who answers for it.

The rings are those of the freeze, drawn around this service alone; whoever is in the last
is told by team, because that is everybody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playbooks.domain.freeze import rings
from playbooks.domain.graph import ServiceGraph
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, UserId

UNKNOWN_TIER = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A service and who answers for it."""

    service: ServiceName
    title: str
    tier: int
    owner: str
    """The accountable party's title."""
    operators: tuple[str, ...]
    """The titles of the parties that run it, vendors among them."""
    leads: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """The rings around one service; each service is in one of them."""

    service: ServiceName
    rings: tuple[tuple[Answering, ...], ...]
    """Rings 0 to 3, the most important services first."""
    circles: tuple[tuple[ServiceName, ...], ...]
    """Services of rings 0 and 1 that need each other, so that none of them can start first."""


def impact(service: ServiceName, handbook: Handbook) -> Impact:
    """Draw the rings around a service of the catalogue."""
    drawn = rings((service,), handbook.graph)
    everything = map(ServiceName, handbook.catalogue.services)
    outside = frozenset(everything) - drawn.ring0 - drawn.ring1 - drawn.ring2
    sets = (drawn.ring0, drawn.ring1, drawn.ring2, outside)
    return Impact(
        service=service,
        rings=tuple(tuple(_answering(ring, handbook)) for ring in sets),
        circles=circles(handbook.graph, drawn.ring0 | drawn.ring1),
    )


def circles(graph: ServiceGraph, services: Iterable[ServiceName]) -> tuple[tuple[ServiceName, ...], ...]:
    """The circles of hard dependencies in which some services stand, each once and in order of names."""
    found = {tuple(sorted(graph.cycle_of(s))) for s in services if s in graph.hard and graph.needs_itself(s)}
    return tuple(sorted(found))


def _answering(services: Iterable[ServiceName], handbook: Handbook) -> list[Answering]:
    told = [_told(service, handbook) for service in services]
    return sorted(told, key=lambda each: (each.tier, each.service))


def _told(service: ServiceName, handbook: Handbook) -> Answering:
    """Old incidents may name a service that the catalogue has forgotten; nobody answers for it."""
    known = handbook.catalogue.services.get(service)
    parties = handbook.catalogue.parties
    return Answering(
        service=service,
        title=handbook.title(service),
        tier=known.tier if known else UNKNOWN_TIER,
        owner=parties[known.owner].title if known else "",
        operators=tuple(parties[party].title for party in known.operated_by) if known else (),
        leads=handbook.leads_of((service,)),
    )
