"""When alerts become a major incident: the playbook's rules over one cluster.

Rules are tried in their order and the first one that holds decides. A declaration needs
firm evidence: alerts that flap all together, and missing data, may only lead to a proposal,
whatever the rule says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.burn import WINDOW_LABEL
from playbooks.domain.correlation import Cluster
from playbooks.domain.events import Evidence
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName
from playbooks.domain.incident import Incident, State
from playbooks.domain.maintenance import heard_from
from playbooks.domain.signal import Episode, SignalKind
from playbooks.domain.standing import flapping, next_change, qualified_since, stitched
from playbooks.schema import Alerts, TriggerAction, TriggerRule, TriggerWhen

INFORMATION = 5
"""The alert severity that only informs: it is never evidence of a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A rule that holds. Its action is what may be done: weak evidence makes it a proposal."""

    rule: TriggerRule
    evidence: tuple[Evidence, ...]


def judge(cluster: Cluster, handbook: Handbook, *, at: datetime, only_declare: bool = False) -> Fired | None:
    """The rule that decides about a cluster at an instant; None if none holds.

    ``only_declare`` asks whether an open proposal has meanwhile earned a declaration. A
    rule that declares on firm evidence goes before an earlier one that holds only on weak
    evidence, because weak evidence must not hide an outage.
    """
    weighed = _weighed(cluster, handbook, at)
    weak: Fired | None = None
    for rule in handbook.playbook.triggers:
        counted = [w for w in weighed if w.counts(rule.when, at)]
        if not _holds(rule.when, counted):
            continue
        fired = Fired(rule=rule, evidence=_evidence(counted))
        if rule.then.action is TriggerAction.PROPOSE:
            if only_declare:
                continue
            return weak or fired
        if _holds(rule.when, _firm(counted)):
            return fired
        weak = weak or Fired(rule=_proposing(rule), evidence=fired.evidence)
    return None if only_declare else weak


def earliest(cluster: Cluster, handbook: Handbook, *, at: datetime) -> datetime | None:
    """The first instant after ``at`` at which a rule could begin to hold if no signal comes.

    None if no rule could. A timer set for it may find nothing, for an alert may have gone by
    then, but no rule begins to hold between two such instants.
    """
    weighed = _weighed(cluster, handbook, at)
    first = (_first(rule.when, _awaited(weighed, rule.when, at)) for rule in handbook.playbook.triggers)
    return _soonest((*_calming(weighed, handbook, at), *first), at)


def next_evidence(cluster: Cluster, handbook: Handbook, *, at: datetime) -> datetime | None:
    """The first instant after ``at`` at which one more alert counts for a rule if no signal comes.

    A rule that holds already may hold on weightier evidence then.
    """
    weighed = _weighed(cluster, handbook, at)
    counts = (
        instant
        for rule in handbook.playbook.triggers
        for instant, _ in _awaited(weighed, rule.when, at)
        if instant > at
    )
    return _soonest((*_calming(weighed, handbook, at), *counts), at)


def same_outage(
    cluster: Cluster, incidents: Iterable[Incident], *, at: datetime, alerts: Alerts
) -> tuple[Incident, ...]:
    """The incidents a cluster belongs to, oldest number first; none means that it is a new outage.

    An incident counts while people work on it, and for ``alerts.reopen_window`` after its
    resolution. It is the same outage if it shares an alert or an impacted service.
    """
    linked = {episode.incident for episode in cluster.episodes}
    services = frozenset(cluster.services)
    same = (
        incident
        for incident in incidents
        if incident.env == cluster.env
        and _counts_as_current(incident, at, alerts)
        and (incident.id in linked or not services.isdisjoint(incident.impacted))
    )
    return tuple(sorted(same, key=lambda incident: incident.id))


def came_back(cluster: Cluster, incident: Incident, *, alerts: Alerts) -> bool:
    """Whether an alert began after the incident's resolution.

    Only that reopens it: an alert that never stopped was there when somebody resolved it.
    """
    resolved_at = incident.resolved_at
    return resolved_at is not None and any(
        stitched(episode, alerts.keep)[-1].start > resolved_at for episode in cluster.episodes
    )


def _counts_as_current(incident: Incident, at: datetime, alerts: Alerts) -> bool:
    if incident.state is State.RESOLVED:
        return incident.resolved_at is not None and at - incident.resolved_at < alerts.reopen_window
    return incident.is_live


@dataclass(slots=True, kw_only=True)
class _Weighed:
    """What one alert is worth to the rules at an instant: read once, asked by every rule."""

    episode: Episode
    service: ServiceName
    tier: int | None
    since: datetime | None
    """When the run that stands began; None if the alert does not stand."""
    heard: datetime | None
    """From when it counts: ``since``, or the end of announced work."""
    gone: datetime | None
    """When it will not stand any more; None while it fires."""
    flaps: bool

    def counts(self, when: TriggerWhen, at: datetime) -> bool:
        """Whether it has stood for long enough outside of announced work. Flapping counts at once."""
        if self.heard is None or self.heard > at:
            return False
        return self.flaps or at - self.heard >= when.sustained

    def counts_from(self, when: TriggerWhen, at: datetime) -> datetime | None:
        """From when it counts if it stands; None if it will be gone by then."""
        if self.heard is None:
            return None
        if self.flaps:
            return max(at, self.heard)
        from_then = max(at, self.heard + when.sustained)
        return from_then if from_then == at or self.gone is None or from_then < self.gone else None

    def speaks(self, when: TriggerWhen) -> bool:
        """Whether this alert alone is of the sort that a rule asks for."""
        return (
            (when.tier is None or (self.tier is not None and self.tier <= when.tier))
            and (when.severity is None or self.episode.severity <= when.severity)
            and (when.kind is None or self.episode.kind == when.kind)
            and (when.window is None or _read_over(self.episode) == when.window)
        )


def _weighed(cluster: Cluster, handbook: Handbook, at: datetime) -> list[_Weighed]:
    """Alerts that speak of a fault on a service the catalogue knows; only these are evidence."""
    return [
        _weigh(e, e.service, handbook, at)
        for e in cluster.episodes
        if e.service is not None and e.severity < INFORMATION
    ]


def _weigh(episode: Episode, service: ServiceName, handbook: Handbook, at: datetime) -> _Weighed:
    alerts = handbook.playbook.alerts
    since = qualified_since(episode, at, alerts)
    end = episode.intervals[-1].end
    return _Weighed(
        episode=episode,
        service=service,
        tier=handbook.tier(service),
        since=since,
        heard=since and heard_from(episode, since, at, handbook.catalogue.maintenance),
        gone=end and end + alerts.keep,
        flaps=flapping(episode, at, alerts),
    )


def _firm(counted: Sequence[_Weighed]) -> list[_Weighed]:
    """What of the evidence can carry a declaration; nothing if all of it flaps."""
    measured = [w for w in counted if w.episode.kind is not SignalKind.NODATA]
    return [] if all(w.flaps for w in measured) else measured


def _holds(when: TriggerWhen, counted: Iterable[_Weighed]) -> bool:
    """Whether all conditions hold. One more alert can only help, never hinder."""
    return any(True for _ in _tipping(when, counted))


def _tipping(when: TriggerWhen, counted: Iterable[_Weighed]) -> Iterator[_Weighed]:
    """The alerts, in their order, with which all conditions hold."""
    speaks = False
    origins: set[str] = set()
    services: set[ServiceName] = set()
    for weighed in counted:
        speaks = speaks or weighed.speaks(when)
        origins.add(weighed.episode.origin)
        services.add(weighed.service)
        if speaks and len(origins) >= when.distinct_origins and len(services) >= when.distinct_services:
            yield weighed


def _read_over(episode: Episode) -> str:
    return episode.labels.get(WINDOW_LABEL, "") if episode.kind is SignalKind.SLO_BURN else ""


def _awaited(weighed: Iterable[_Weighed], when: TriggerWhen, at: datetime) -> list[tuple[datetime, _Weighed]]:
    """The alerts that will count for a rule, with the instants from which they do, in that order."""
    awaited = ((w.counts_from(when, at), w) for w in weighed)
    return sorted(((i, w) for i, w in awaited if i is not None), key=lambda pair: pair[0])


def _first(when: TriggerWhen, awaited: Sequence[tuple[datetime, _Weighed]]) -> datetime | None:
    """When enough of the awaited alerts count for the conditions to hold; None if never."""
    tipping = next(_tipping(when, (weighed for _, weighed in awaited)), None)
    return next((instant for instant, weighed in awaited if weighed is tipping), None)


def _calming(weighed: Iterable[_Weighed], handbook: Handbook, at: datetime) -> list[datetime | None]:
    """When alerts that flap may be believed again."""
    alerts = handbook.playbook.alerts
    return [next_change(w.episode, at, alerts, timedelta(0)) for w in weighed if w.flaps]


def _soonest(instants: Iterable[datetime | None], at: datetime) -> datetime | None:
    return min((instant for instant in instants if instant and instant > at), default=None)


def _evidence(counted: Iterable[_Weighed]) -> tuple[Evidence, ...]:
    told = [
        Evidence(
            episode=w.episode.id,
            service=w.service,
            origin=w.episode.origin,
            title=w.episode.title,
            since=w.since or w.episode.starts_at,
            link=w.episode.link,
        )
        for w in counted
    ]
    return tuple(sorted(told, key=lambda evidence: (evidence.since, evidence.episode)))


def _proposing(rule: TriggerRule) -> TriggerRule:
    return rule.model_copy(update={"then": rule.then.model_copy(update={"action": TriggerAction.PROPOSE})})
