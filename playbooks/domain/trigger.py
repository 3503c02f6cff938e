"""When alerts become a major incident: the playbook's rules over one cluster.

Rules are tried in their order and the first one that holds decides. A declaration needs
firm evidence: alerts that flap all together, and missing data, may only lead to a proposal,
whatever the rule says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.correlation import Cluster
from playbooks.domain.events import Evidence
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import incident_name
from playbooks.domain.incident import Incident, Major, State
from playbooks.domain.standing import next_change, stitched
from playbooks.domain.tie_break import best_tier
from playbooks.domain.weighing import Weighed, awaited, begins, firm, holds, weigh
from playbooks.schema import Alerts, TriggerAction, TriggerRule


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
    weighed = weigh(cluster, handbook, at)
    weak: Fired | None = None
    for rule in handbook.playbook.triggers:
        counted = [w for w in weighed if w.counts(rule.when, at)]
        if not holds(rule.when, counted):
            continue
        fired = Fired(rule=rule, evidence=_evidence(counted))
        if rule.then.action is TriggerAction.PROPOSE:
            if only_declare:
                continue
            return weak or fired
        if holds(rule.when, firm(counted)):
            return fired
        weak = weak or Fired(rule=_proposing(rule), evidence=fired.evidence)
    return None if only_declare else weak


def earliest(cluster: Cluster, handbook: Handbook, *, at: datetime) -> datetime | None:
    """The first instant after ``at`` at which a rule could begin to hold if no signal comes.

    None if no rule could. A timer set for it may find nothing, for an alert may have gone by
    then, but no rule begins to hold between two such instants.
    """
    weighed = weigh(cluster, handbook, at)
    first = (begins(rule.when, awaited(weighed, rule.when, at)) for rule in handbook.playbook.triggers)
    return _soonest((*_calming(weighed, handbook, at), *first), at)


def next_evidence(cluster: Cluster, handbook: Handbook, *, at: datetime) -> datetime | None:
    """The first instant after ``at`` at which one more alert counts for a rule if no signal comes.

    A rule that holds already may hold on weightier evidence then.
    """
    weighed = weigh(cluster, handbook, at)
    counts = (
        instant
        for rule in handbook.playbook.triggers
        for instant, _ in awaited(weighed, rule.when, at)
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
        and incident.drill is None
        and not incident.private
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


def worse_by(handbook: Handbook, fired: Fired, rejected: Incident) -> str:
    """A more important service, a higher severity or a stronger rule than a person judged; empty if none."""
    order = [rule.id for rule in handbook.playbook.triggers]
    tier, severity = best_tier(handbook, (e.service for e in fired.evidence)), fired.rule.then.severity
    if tier < best_tier(handbook, rejected.impacted):
        return f"tier {tier}"
    if severity < rejected.severity:
        return handbook.playbook.severity_name(severity)
    if rejected.rule not in order or order.index(fired.rule.id) < order.index(rejected.rule):
        return f"rule {fired.rule.id}"
    return ""


def why_again(handbook: Handbook, fired: Fired, known: Incident | None) -> str:
    """What whoever turned an outage down has to know; empty if nobody did, or nothing became worse."""
    if known is None or known.major is not Major.REJECTED:
        return ""
    worse = worse_by(handbook, fired, known)
    return f"{incident_name(known.id)} was turned down. It is materially worse: {worse}." if worse else ""


def _counts_as_current(incident: Incident, at: datetime, alerts: Alerts) -> bool:
    if incident.state is State.RESOLVED:
        return incident.resolved_at is not None and at - incident.resolved_at < alerts.reopen_window
    return incident.is_live


def _calming(weighed: Iterable[Weighed], handbook: Handbook, at: datetime) -> list[datetime | None]:
    """When alerts that flap may be believed again."""
    alerts = handbook.playbook.alerts
    return [next_change(w.episode, at, alerts, timedelta(0)) for w in weighed if w.flaps]


def _soonest(instants: Iterable[datetime | None], at: datetime) -> datetime | None:
    return min((instant for instant in instants if instant and instant > at), default=None)


def _evidence(counted: Iterable[Weighed]) -> tuple[Evidence, ...]:
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
