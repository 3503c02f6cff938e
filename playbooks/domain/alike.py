"""Open incidents that may be the very thing somebody is about to declare.

One outage should have one room. Whoever declares is shown what is open on the same service,
on what it cannot work without and on what cannot work without it, and decides; no rule may
decide for them, because two things can break at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from playbooks.domain.errors import ProtocolError
from playbooks.domain.graph import ServiceGraph
from playbooks.domain.ids import IncidentId, ServiceName, incident_name
from playbooks.domain.incident import Incident, Major


class Nearness(StrEnum):
    """What an open incident has to do with a service. The nearest comes first."""

    SAME = "same service"
    NEEDED = "it needs that service"
    NEEDING = "that service needs it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """An open incident that may be the same thing."""

    incident: Incident
    nearness: Nearness
    service: ServiceName
    """The service of that incident by which it was found."""


class LooksAlike(ProtocolError):
    """Something like it is open; it can be joined, or declared against all the same."""

    def __init__(self, alike: Sequence[Alike]) -> None:
        self.alike = tuple(alike)
        named = ", ".join(incident_name(each.incident.id) for each in alike)
        verb = "looks" if len(alike) == 1 else "look"
        super().__init__(f"{named} {verb} like the same thing. Join it, or declare anyway.")


def look_alike(
    service: ServiceName, *, env: str, live: Iterable[Incident], graph: ServiceGraph
) -> tuple[Alike, ...]:
    """The accepted incidents of an environment that may be about a service, the nearest first.

    A proposed one is not among them: declaring answers its question.
    """
    near = {service: Nearness.SAME}
    near |= dict.fromkeys(graph.needs((service,)), Nearness.NEEDED)
    near |= dict.fromkeys(graph.dependants((service,)) - near.keys(), Nearness.NEEDING)
    order = list(Nearness)
    found = []
    for incident in live:
        shared = sorted((order.index(near[s]), s) for s in incident.impacted if s in near)
        real = incident.drill is None and incident.major is Major.ACCEPTED
        if shared and incident.env == env and incident.is_live and real:
            nearness, by = shared[0]
            found.append(Alike(incident=incident, nearness=order[nearness], service=by))
    return tuple(sorted(found, key=lambda alike: (order.index(alike.nearness), -alike.incident.id)))


def require_unlike(alike: Sequence[Alike], despite: Collection[IncidentId]) -> None:
    """Raises LooksAlike if there is one that the declarer has not seen."""
    if any(each.incident.id not in despite for each in alike):
        raise LooksAlike(alike)
