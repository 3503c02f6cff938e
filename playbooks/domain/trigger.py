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

from playbooks.domain.burn import WINDOW_LABEL
from playbooks.domain.correlation import Cluster
from playbooks.domain.events import Evidence
from playbooks.domain.handbook import Handbook
from playbooks.domain.incident import Incident, State
from playbooks.domain.maintenance import heard_from
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
        counted = _counted(cluster, rule.when, at, handbook)
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
        _first(rule.when, _awaited(cluster, rule.when, at, handbook), handbook)
        for rule in handbook.playbook.triggers
    )
    return _soonest((*_calming(cluster, handbook, at), *first), at)


def next_evidence(cluster: Cluster, handbook: Handbook, *, at: datetime) -> datetime | None:
    """The first instant after ``at`` at which one more alert counts for a rule if no signal comes.

    A rule that holds already may hold on weightier evidence then.
    """
    counts = (
        instant
        for rule in handbook.playbook.triggers
        for instant, _ in _awaited(cluster, rule.when, at, handbook)
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


def _counted(cluster: Cluster, when: TriggerWhen, at: datetime, handbook: Handbook) -> list[Episode]:
    return [e for e in _faults(cluster) if _counts(e, when, at, handbook)]


def _counts(episode: Episode, when: TriggerWhen, at: datetime, handbook: Handbook) -> bool:
    """Whether an alert has stood for long enough outside of announced work."""
    alerts = handbook.playbook.alerts
    if not qualified(episode, at, alerts, when.sustained):
        return False
    heard = _heard_from(episode, at, handbook)
    return (
        heard is not None and at >= heard and (at - heard >= when.sustained or flapping(episode, at, alerts))
    )


def _heard_from(episode: Episode, at: datetime, handbook: Handbook) -> datetime | None:
    since = qualified_since(episode, at, handbook.playbook.alerts)
    return since and heard_from(episode, since, at, handbook.catalogue.maintenance)


def _firm(counted: Sequence[Episode], at: datetime, alerts: Alerts) -> list[Episode]:
    """What of the evidence can carry a declaration; nothing if all of it flaps."""
    measured = [episode for episode in counted if episode.kind is not SignalKind.NODATA]
    return [] if all(flapping(episode, at, alerts) for episode in measured) else measured


def _holds(when: TriggerWhen, counted: Sequence[Episode], handbook: Handbook) -> bool:
    """Whether all conditions hold. One more alert can only help, never hinder."""
    return (
        any(_speaks(when, e, handbook) for e in counted)
        and len({e.origin for e in counted}) >= when.distinct_origins
        and len({e.service for e in counted}) >= when.distinct_services
    )


def _speaks(when: TriggerWhen, episode: Episode, handbook: Handbook) -> bool:
    """Whether one alert alone is of the sort that a rule asks for."""
    tier = handbook.tier(episode.service) if episode.service is not None else None
    return (
        (when.tier is None or (tier is not None and tier <= when.tier))
        and (when.severity is None or episode.severity <= when.severity)
        and (when.kind is None or episode.kind == when.kind)
        and (when.window is None or _read_over(episode) == when.window)
    )


def _read_over(episode: Episode) -> str:
    return episode.labels.get(WINDOW_LABEL, "") if episode.kind is SignalKind.SLO_BURN else ""


def _awaited(
    cluster: Cluster, when: TriggerWhen, at: datetime, handbook: Handbook
) -> list[tuple[datetime, Episode]]:
    """The alerts that will count for a rule, with the instants from which they do, in that order."""
    awaited = [(_counts_from(e, when, at, handbook), e) for e in _faults(cluster)]
    return sorted(((i, e) for i, e in awaited if i is not None), key=lambda pair: pair[0])


def _calming(cluster: Cluster, handbook: Handbook, at: datetime) -> list[datetime | None]:
    """When alerts that flap may be believed again."""
    alerts = handbook.playbook.alerts
    return [next_change(e, at, alerts, timedelta(0)) for e in _faults(cluster) if flapping(e, at, alerts)]


def _soonest(instants: Iterable[datetime | None], at: datetime) -> datetime | None:
    return min((instant for instant in instants if instant and instant > at), default=None)


def _counts_from(episode: Episode, when: TriggerWhen, at: datetime, handbook: Handbook) -> datetime | None:
    """From when an alert that stands now counts for a rule; None if it will be gone by then."""
    alerts = handbook.playbook.alerts
    if _counts(episode, when, at, handbook):
        return at
    heard = _heard_from(episode, at, handbook)
    if heard is None:
        return None
    if flapping(episode, at, alerts):
        return max(at, heard)
    counts_from = heard + when.sustained
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
