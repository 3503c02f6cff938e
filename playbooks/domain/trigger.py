"""When alerts become a major incident: the playbook's rules over one cluster.

Rules are tried in their order and the first one that holds decides. A declaration needs
firm evidence: alerts that flap all together, and missing data, may only lead to a proposal,
whatever the rule says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.correlation import Cluster
from playbooks.domain.events import Evidence
from playbooks.domain.handbook import Handbook
from playbooks.domain.incident import Incident, State
from playbooks.domain.signal import Episode, SignalKind
from playbooks.domain.standing import flapping, next_change, qualified, qualified_since, stitched
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
    alerts = handbook.playbook.alerts
    weak: Fired | None = None
    for rule in handbook.playbook.triggers:
        counted = _counted(cluster, rule.when, at, alerts)
        if not _holds(rule.when, counted, handbook):
            continue
        fired = Fired(rule=rule, evidence=_evidence(counted, at, alerts))
        if rule.then.action is TriggerAction.PROPOSE:
            if only_declare:
                continue
            return weak or fired
        firm = _firm(counted, at, alerts)
        if _holds(rule.when, firm, handbook):
            return fired
        weak = weak or Fired(rule=_proposing(rule), evidence=fired.evidence)
    return None if only_declare else weak


def earliest(cluster: Cluster, handbook: Handbook, *, at: datetime) -> datetime | None:
    """The first instant after ``at`` at which a rule could begin to hold if no signal comes.

    None if no rule could. A timer set for it may find nothing, for an alert may have gone by
    then, but no rule begins to hold between two such instants.
    """
    first = (
        _first(rule.when, _awaited(cluster, rule.when, at, handbook.playbook.alerts), handbook)
        for rule in handbook.playbook.triggers
    )
    return _soonest((*_calming(cluster, handbook, at), *first), at)


def next_evidence(cluster: Cluster, handbook: Handbook, *, at: datetime) -> datetime | None:
    """The first instant after ``at`` at which one more alert counts for a rule if no signal comes.

    A rule that holds already may hold on weightier evidence then.
    """
    alerts = handbook.playbook.alerts
    counts = (
        instant
        for rule in handbook.playbook.triggers
        for instant, _ in _awaited(cluster, rule.when, at, alerts)
    )
    return _soonest((*_calming(cluster, handbook, at), *counts), at)


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


def _faults(cluster: Cluster) -> list[Episode]:
    """Alerts that speak of a fault on a service the catalogue knows; only these are evidence."""
    return [e for e in cluster.episodes if e.service is not None and e.severity < INFORMATION]


def _counted(cluster: Cluster, when: TriggerWhen, at: datetime, alerts: Alerts) -> list[Episode]:
    return [e for e in _faults(cluster) if qualified(e, at, alerts, when.sustained)]


def _firm(counted: Sequence[Episode], at: datetime, alerts: Alerts) -> list[Episode]:
    """What of the evidence can carry a declaration; nothing if all of it flaps."""
    measured = [episode for episode in counted if episode.kind is not SignalKind.NODATA]
    return [] if all(flapping(episode, at, alerts) for episode in measured) else measured


def _holds(when: TriggerWhen, counted: Sequence[Episode], handbook: Handbook) -> bool:
    """Whether all conditions hold. One more alert can only help, never hinder."""
    tiers = [tier for e in counted if e.service and (tier := handbook.tier(e.service)) is not None]
    return (
        bool(counted)
        and (when.tier is None or any(tier <= when.tier for tier in tiers))
        and (when.severity is None or any(e.severity <= when.severity for e in counted))
        and (when.kind is None or any(e.kind == when.kind for e in counted))
        and len({e.origin for e in counted}) >= when.distinct_origins
        and len({e.service for e in counted}) >= when.distinct_services
    )


def _awaited(
    cluster: Cluster, when: TriggerWhen, at: datetime, alerts: Alerts
) -> list[tuple[datetime, Episode]]:
    """The alerts that will count for a rule, with the instants from which they do, in that order."""
    awaited = [(_counts_from(e, when, at, alerts), e) for e in _faults(cluster)]
    return sorted(((i, e) for i, e in awaited if i is not None), key=lambda pair: pair[0])


def _calming(cluster: Cluster, handbook: Handbook, at: datetime) -> list[datetime | None]:
    """When alerts that flap may be believed again."""
    alerts = handbook.playbook.alerts
    return [next_change(e, at, alerts, timedelta(0)) for e in _faults(cluster) if flapping(e, at, alerts)]


def _soonest(instants: Iterable[datetime | None], at: datetime) -> datetime | None:
    return min((instant for instant in instants if instant and instant > at), default=None)


def _counts_from(episode: Episode, when: TriggerWhen, at: datetime, alerts: Alerts) -> datetime | None:
    """From when an alert that stands now counts for a rule; None if it will be gone by then."""
    if qualified(episode, at, alerts, when.sustained):
        return at
    since = qualified_since(episode, at, alerts)
    if since is None:
        return None
    counts_from = since + when.sustained
    end = stitched(episode, alerts.keep)[-1].end
    return counts_from if end is None or counts_from < end + alerts.keep else None


def _first(
    when: TriggerWhen, awaited: Sequence[tuple[datetime, Episode]], handbook: Handbook
) -> datetime | None:
    """When enough of the awaited alerts count for the conditions to hold; None if never."""
    episodes = [episode for _, episode in awaited]
    enough = bisect_left(
        range(1, len(episodes) + 1), x=True, key=lambda n: _holds(when, episodes[:n], handbook)
    )
    return awaited[enough][0] if enough < len(awaited) else None


def _evidence(counted: Iterable[Episode], at: datetime, alerts: Alerts) -> tuple[Evidence, ...]:
    told = [
        Evidence(
            episode=e.id,
            service=e.service,
            origin=e.origin,
            title=e.title,
            since=qualified_since(e, at, alerts) or e.starts_at,
            link=e.link,
        )
        for e in counted
        if e.service is not None
    ]
    return tuple(sorted(told, key=lambda evidence: (evidence.since, evidence.episode)))


def _proposing(rule: TriggerRule) -> TriggerRule:
    return rule.model_copy(update={"then": rule.then.model_copy(update={"action": TriggerAction.PROPOSE})})
