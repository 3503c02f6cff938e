"""The service model as a graph: who needs whom, who shares a machine, who shares an owner.

Only hard edges carry an outage from one service to another; a soft edge degrades. Cycles
are allowed, because real systems have them, and a service the catalogue has forgotten is
answered as a service without neighbours, because old incidents still name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import networkx as nx

from playbooks.catalogue import Catalogue, DependencyKind
from playbooks.domain.ids import PartyName, ServiceName

COMMON_CAUSE_HOPS = 2
"""How far above a silent service its dependants are looked for: further up everything hangs together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGraph:
    """Neighbourhoods of services. No answer contains the services that were asked about."""

    hard: nx.DiGraph[ServiceName]
    """Edges point from a service to what it cannot work without."""
    soft: nx.Graph[ServiceName]
    hosts: dict[ServiceName, frozenset[str]]
    owners: dict[ServiceName, PartyName]
    _near: dict[ServiceName, frozenset[ServiceName]] = field(default_factory=dict, compare=False, repr=False)
    _needed: dict[ServiceName, frozenset[ServiceName]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def needs(self, services: Iterable[ServiceName]) -> frozenset[ServiceName]:
        """Everything the services cannot work without, however far down."""
        return self._gather(services, lambda known: nx.descendants(self.hard, known))

    def dependants(self, services: Iterable[ServiceName]) -> frozenset[ServiceName]:
        """Everything that cannot work without one of the services, however far up."""
        return self._gather(services, lambda known: nx.ancestors(self.hard, known))

    def dependants_within(self, service: ServiceName, hops: int) -> frozenset[ServiceName]:
        """What cannot work without the service, at most so many hard edges away."""
        reached = frozenset({service})
        for _ in range(hops):
            reached |= self._gather(reached, self.hard.predecessors)
        return reached - {service}

    def needed_within(self, service: ServiceName, hops: int) -> frozenset[ServiceName]:
        """What the service cannot work without, at most so many hard edges away."""
        reached = frozenset({service})
        for _ in range(hops):
            reached |= self._gather(reached, self.hard.successors)
        return reached - {service}

    def near(self, service: ServiceName) -> frozenset[ServiceName]:
        """Every service whose alerts may hang together with this one's by one link, itself included.

        Neighbours by one hard edge, and whatever shares a possible common cause with it.
        """
        if service not in self._near:
            causes = (service, *self.needed_within(service, COMMON_CAUSE_HOPS))
            shared = (self.dependants_within(cause, COMMON_CAUSE_HOPS) | {cause} for cause in causes)
            self._near[service] = frozenset({service}).union(*shared)
        return self._near[service]

    def burdens(self, service: ServiceName) -> frozenset[ServiceName]:
        """What the service needs, however far down, outside its own circle of dependencies."""
        if service not in self._needed:
            self._needed[service] = self.needs((service,)) - self.cycle_of(service)
        return self._needed[service]

    def adjacent(self, one: ServiceName, other: ServiceName) -> bool:
        """Whether one of the two directly and hard depends on the other."""
        return self.hard.has_edge(one, other) or self.hard.has_edge(other, one)

    def cycle_of(self, service: ServiceName) -> frozenset[ServiceName]:
        """The services that need this one and are needed by it; the service itself at least."""
        return (self.needs((service,)) & self.dependants((service,))) | {service}

    def needs_itself(self, service: ServiceName) -> bool:
        """Whether the service is part of a circle of hard dependencies."""
        return self.hard.has_edge(service, service) or len(self.cycle_of(service)) > 1

    def soft_neighbours(self, services: Iterable[ServiceName]) -> frozenset[ServiceName]:
        """Services one soft edge away, in either direction."""
        return self._gather(services, self.soft.neighbors)

    def hosts_shared_with(self, services: Iterable[ServiceName]) -> frozenset[ServiceName]:
        """Services that run on a machine on which one of the given services runs."""
        asked = frozenset(services)
        machines = {host for service in asked for host in self.hosts.get(service, ())}
        return frozenset(s for s, hosts in self.hosts.items() if not machines.isdisjoint(hosts)) - asked

    def owned_with(self, services: Iterable[ServiceName]) -> frozenset[ServiceName]:
        """Services whose owner also answers for one of the given services."""
        asked = frozenset(services)
        parties = {self.owners[service] for service in asked if service in self.owners}
        return frozenset(s for s, owner in self.owners.items() if owner in parties) - asked

    def _gather(
        self,
        services: Iterable[ServiceName],
        neighbours: Callable[[ServiceName], Iterable[ServiceName]],
    ) -> frozenset[ServiceName]:
        asked = frozenset(services)
        found = (neighbours(service) for service in asked if service in self.owners)
        return frozenset[ServiceName]().union(*found) - asked


def service_graph(catalogue: Catalogue) -> ServiceGraph:
    """Draw the graph of a catalogue. Building it costs one pass: keep it with the catalogue."""
    hard: nx.DiGraph[ServiceName] = nx.DiGraph()
    soft: nx.Graph[ServiceName] = nx.Graph()
    hosts: dict[ServiceName, frozenset[str]] = {}
    owners: dict[ServiceName, PartyName] = {}
    for name, service in catalogue.services.items():
        here = ServiceName(name)
        hard.add_node(here)
        soft.add_node(here)
        hosts[here] = frozenset(service.hosts)
        owners[here] = PartyName(service.owner)
        for edge in service.depends_on:
            drawn = hard if edge.kind is DependencyKind.HARD else soft
            drawn.add_edge(here, ServiceName(edge.service))
    return ServiceGraph(hard=hard, soft=soft, hosts=hosts, owners=owners)
