"""Which alerts are one outage: neighbours in the service model that fail at the same time.

Two episodes are linked if one service is, or directly and hard depends on, the other, and
they overlap or begin close together. A silent common cause is found too: when enough
dependants of one service begin to fail within one window, they hang together even though
the service itself says nothing. An outage is what links connect, so the order in which
alerts arrive does not matter, and one more alert can only join outages, never part them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from playbooks.domain.graph import COMMON_CAUSE_HOPS, ServiceGraph
from playbooks.domain.ids import EpisodeId, ServiceName
from playbooks.domain.signal import Episode
from playbooks.domain.standing import stitched
from playbooks.schema import Alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Alerts that hang together, oldest first."""

    env: str
    episodes: tuple[Episode, ...]
    services: tuple[ServiceName, ...]
    """The alerting services, in the order in which they began to alert."""
    suspected_roots: tuple[ServiceName, ...]
    """Alerting services that need no other alerting one: a hypothesis, for the war room only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """One recent run of one episode; ``end`` None while it fires."""

    episode: EpisodeId
    service: ServiceName
    start: datetime
    end: datetime | None


def clusters(
    episodes: Iterable[Episode], graph: ServiceGraph, *, alerts: Alerts, at: datetime
) -> tuple[Cluster, ...]:
    """The outages that alerts amount to at an instant, oldest first.

    Read are episodes that stand or ended less than ``alerts.window`` ago, on services that the
    catalogue knows. Environments are looked at apart.
    """
    known = {episode.id: episode for episode in episodes}
    spans = sorted(
        (span for episode in known.values() for span in _recent_spans(episode, alerts, at)),
        key=_by_start,
    )
    began = {span.episode: span.start for span in reversed(spans)}
    found = []
    for env in {known[member].env for member in began}:
        here = [span for span in spans if known[span.episode].env == env]
        for members in _connected(here, graph, alerts):
            oldest_first = sorted(members, key=lambda member: (began[member], member))
            found.append(_cluster(env, [known[member] for member in oldest_first], graph))
    return tuple(sorted(found, key=lambda cluster: (began[cluster.episodes[0].id], cluster.episodes[0].id)))


def _cluster(env: str, episodes: Sequence[Episode], graph: ServiceGraph) -> Cluster:
    services = tuple(dict.fromkeys(e.service for e in episodes if e.service is not None))
    alerting = frozenset(services)
    roots = [s for s in services if alerting.isdisjoint(graph.burdens(s))]
    return Cluster(env=env, episodes=tuple(episodes), services=services, suspected_roots=tuple(roots))


def _recent_spans(episode: Episode, alerts: Alerts, at: datetime) -> list[_Span]:
    if episode.service is None:
        return []
    linger = max(alerts.window, alerts.keep)
    return [
        _Span(episode=episode.id, service=episode.service, start=run.start, end=run.end)
        for run in stitched(episode, alerts.keep)
        if run.start <= at and (run.end is None or at - run.end < linger)
    ]


def _connected(spans: Sequence[_Span], graph: ServiceGraph, alerts: Alerts) -> Iterable[Sequence[EpisodeId]]:
    parent = {span.episode: span.episode for span in spans}

    def root(episode: EpisodeId) -> EpisodeId:
        while parent[episode] != episode:
            parent[episode] = episode = parent[parent[episode]]
        return episode

    by_service: dict[ServiceName, list[_Span]] = {}
    for span in spans:
        by_service.setdefault(span.service, []).append(span)
    for chain in (*_neighbours(by_service, graph), *_common_causes(by_service, graph, alerts)):
        for one, other in _near(chain, alerts):
            parent[root(one)] = root(other)
    together: dict[EpisodeId, list[EpisodeId]] = {}
    for episode in parent:
        together.setdefault(root(episode), []).append(episode)
    return together.values()


def _neighbours(by_service: dict[ServiceName, list[_Span]], graph: ServiceGraph) -> Iterable[list[_Span]]:
    """The spans of every alerting service, and of every two that directly depend on each other."""
    for service, spans in by_service.items():
        yield spans
        if service in graph.hard:
            for needed in graph.hard.successors(service):
                if needed in by_service and needed != service:
                    yield spans + by_service[needed]


def _common_causes(
    by_service: dict[ServiceName, list[_Span]], graph: ServiceGraph, alerts: Alerts
) -> Iterable[list[_Span]]:
    """Bursts among the dependants of one service, each with the service's own spans."""
    share = Fraction(str(alerts.common_cause_share))  # as written: 0.1 of 30 is 3, not a little more
    above: dict[ServiceName, list[ServiceName]] = {}
    for service in by_service:
        for cause in graph.needed_within(service, COMMON_CAUSE_HOPS):
            above.setdefault(cause, []).append(service)
    for cause, alerting in sorted(above.items()):
        if len(alerting) < alerts.common_cause_services:
            continue
        dependants = graph.dependants_within(cause, COMMON_CAUSE_HOPS)
        least = max(Fraction(alerts.common_cause_services), share * len(dependants))
        if len(alerting) >= least:
            spans = sorted((s for service in alerting for s in by_service[service]), key=_by_start)
            for burst in _bursts(spans, least, alerts):
                yield [*burst, *by_service.get(cause, ())]


def _bursts(spans: Sequence[_Span], least: Fraction, alerts: Alerts) -> Iterable[Sequence[_Span]]:
    """Stretches of spans that begin within one window on enough distinct services.

    The window slides over the starts; stretches that share a span are told as one.
    """
    first = 0
    inside: Counter[ServiceName] = Counter()
    stretch: tuple[int, int] | None = None
    for last, span in enumerate(spans):
        inside[span.service] += 1
        while span.start - spans[first].start > alerts.window:
            inside[spans[first].service] -= 1
            first += 1
        if sum(count > 0 for count in inside.values()) < least:
            continue
        if stretch and first > stretch[1]:
            yield spans[stretch[0] : stretch[1] + 1]
            stretch = None
        stretch = (stretch[0] if stretch else first, last)
    if stretch:
        yield spans[stretch[0] : stretch[1] + 1]


def _near(chain: Iterable[_Span], alerts: Alerts) -> Iterable[tuple[EpisodeId, EpisodeId]]:
    """Enough links to connect all spans of a chain that overlap or begin close together.

    One sweep: a span is close to the one that began just before it, or overlaps the one
    that lasts longest among those that began earlier, or is connected to none of them.
    """
    previous: _Span | None = None
    longest: _Span | None = None
    for span in sorted(chain, key=_by_start):
        if previous and span.start - previous.start <= alerts.window:
            yield previous.episode, span.episode
        if longest and (longest.end is None or longest.end > span.start):
            yield longest.episode, span.episode
        previous = span
        if longest is None or _outlasts(span, longest):
            longest = span


def _outlasts(span: _Span, other: _Span) -> bool:
    return other.end is not None and (span.end is None or span.end > other.end)


def _by_start(span: _Span) -> tuple[datetime, EpisodeId]:
    return span.start, span.episode
