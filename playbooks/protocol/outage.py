"""What becomes of an outage: a new incident, more of one that is known, or nothing.

An outage belongs to at most one incident. What a person turned down stays silent until it is
materially worse. What nobody answered, and what is over, speaks again only with alerts
that began afterwards: one that never stopped was there when somebody said that it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from playbooks.domain.correlation import Cluster
from playbooks.domain.events import AlertsAttached
from playbooks.domain.evidence import shown
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import MONITORING, ServiceName, is_person
from playbooks.domain.incident import AffectedService, Incident, Major, ServiceRole, State
from playbooks.domain.signal import Episode
from playbooks.domain.trigger import (
    Fired,
    came_back,
    earliest,
    judge,
    next_evidence,
    same_outage,
    why_again,
    worse_by,
)
from playbooks.ports import Ports, Unit
from playbooks.protocol import clocks, command, declare, folding, merge, quiet, resolve
from playbooks.protocol.recording import locked, record
from playbooks.schema import TriggerAction

REJECTION_MEMORY = timedelta(hours=24)
"""How long a rejected candidate silences its outage, unless it becomes materially worse."""
MAX_ALERT_TITLE = 110
UNKNOWN_TIER = 99


class Known:
    """Incidents that an outage may belong to, read once for many outages."""

    def __init__(self, unit: Unit, ports: Ports) -> None:
        self._unit = unit
        policy = ports.handbook().playbook.alerts
        self._since = ports.clock.now() - max(policy.reopen_window, REJECTION_MEMORY)
        self._live: Sequence[Incident] | None = None
        self._ended: Sequence[Incident] | None = None

    async def live(self) -> Sequence[Incident]:
        """Open and mitigated ones, candidates included."""
        if self._live is None:
            self._live = await self._unit.incidents.live()
        return self._live

    async def ended(self) -> Sequence[Incident]:
        """Those that ended so lately that they still matter."""
        if self._ended is None:
            self._ended = await self._unit.incidents.ended_since(self._since)
        return self._ended

    def forget(self) -> None:
        """Read them again: something was decided."""
        self._live = self._ended = None


async def consider(unit: Unit, ports: Ports, cluster: Cluster, around: Known) -> datetime | None:
    """Decide about an outage. The instant to look again; None if only a signal can change anything."""
    now = ports.clock.now()
    handbook = ports.handbook()
    known = await incident_of(unit, ports, cluster, around)
    proposed = known is not None and known.major is Major.PROPOSED
    fired = judge(cluster, handbook, at=now, only_declare=proposed)
    if known is not None and known.is_live:
        await _attach(unit, ports, known, cluster, around)
        if proposed and fired is not None:
            await _promote(unit, ports, known, fired)
        around.forget()
    elif fired is not None and (known is None or await _speaks_again(unit, ports, cluster, known, fired)):
        await _begin_or_reopen(unit, ports, cluster, fired, known, around=around)
        around.forget()
    if known is None or known.major is not Major.REJECTED:
        return earliest(cluster, handbook, at=now)
    forgotten = (known.resolved_at or now) + REJECTION_MEMORY + timedelta(seconds=1)
    looks = (next_evidence(cluster, handbook, at=now), forgotten)
    return min((look for look in looks if look is not None and look > now), default=None)


async def incident_of(unit: Unit, ports: Ports, cluster: Cluster, around: Known) -> Incident | None:
    """The incident to which an outage belongs: an accepted one first, then the oldest.

    If people work on none and none is resolved so recently that it would be reopened, the
    one about it that ended last: a candidate that was turned down, or whose alerts these are.
    """
    now = ports.clock.now()
    policy = ports.handbook().playbook.alerts
    ended = await around.ended()
    current = same_outage(cluster, (*await around.live(), *ended), at=now, alerts=policy)
    if current:
        return min(current, key=lambda i: (i.major is not Major.ACCEPTED, not i.is_live, i.id))
    rejected = [i for i in ended if i.major is Major.REJECTED and _is_about(i, cluster)]
    over = [i for i in await _linked(unit, cluster) if i.major is Major.ACCEPTED]
    return max((*rejected, *over), key=lambda i: (i.resolved_at or i.declared_at, i.id), default=None)


async def _speaks_again(unit: Unit, ports: Ports, cluster: Cluster, known: Incident, fired: Fired) -> bool:
    """Whether an outage that was answered before is to be told again."""
    handbook = ports.handbook()
    if known.major is Major.REJECTED:
        if worse_by(handbook, fired, known):
            return True
        rejection = await declare.rejection(unit, known)
        if rejection is not None and is_person(rejection.actor):
            return False
    return came_back(cluster, known, alerts=handbook.playbook.alerts)


async def _begin_or_reopen(
    unit: Unit, ports: Ports, cluster: Cluster, fired: Fired, known: Incident | None, *, around: Known
) -> None:
    policy = ports.handbook().playbook.alerts
    if known is None or not same_outage(cluster, (known,), at=ports.clock.now(), alerts=policy):
        await _begin(unit, ports, cluster, fired, known)
        return
    fresh = await locked(unit, known.id)
    if fresh.state is State.RESOLVED:  # unless a person was quicker
        fresh = await resolve.bring_back(
            unit, ports, fresh, by=MONITORING, reason="the same services alert again"
        )
    await _attach(unit, ports, fresh, cluster, around)


async def _promote(unit: Unit, ports: Ports, known: Incident, fired: Fired) -> None:
    candidate = await locked(unit, known.id)
    if candidate.major is Major.PROPOSED:  # unless a person was quicker
        await declare.promote(
            unit,
            ports,
            candidate,
            by=MONITORING,
            severity=fired.rule.then.severity,
            rule=fired.rule.id,
            rule_says=fired.rule.says,
            evidence=fired.evidence,
        )


async def _begin(unit: Unit, ports: Ports, cluster: Cluster, fired: Fired, known: Incident | None) -> None:
    """A number, the evidence attached, and the question or the declaration.

    ``known`` is what was about the same outage and is over.
    """
    now = ports.clock.now()
    declares = fired.rule.then.action is TriggerAction.DECLARE
    began = min((e.since for e in fired.evidence), default=now)
    incident = Incident(
        id=await unit.incidents.next_number(),
        title=_title(ports.handbook(), fired),
        env=cluster.env,
        severity=fired.rule.then.severity,
        state=State.OPEN,
        major=Major.ACCEPTED if declares else Major.PROPOSED,
        services=_affected(ports.handbook(), cluster),
        impact_started_at=began,
        detected_at=began,
        declared_at=now,
        declared_by=MONITORING,
        rule=fired.rule.id,
    )
    theirs = [replace(episode, incident=incident.id) for episode in cluster.episodes]
    await unit.episodes.keep(added=(), changed=theirs)
    if declares:
        await declare.by_rule(unit, ports, fired, incident)
    else:
        again = why_again(ports.handbook(), fired, known)
        await declare.propose(unit, ports, fired, incident, again=again)


async def _attach(unit: Unit, ports: Ports, known: Incident, cluster: Cluster, around: Known) -> None:
    """More of the same outage; services that were not impacted before are now."""
    over = {i.id for i in await _linked(unit, cluster) if i.major not in (Major.PROPOSED, Major.ACCEPTED)}
    loose = [e for e in cluster.episodes if e.incident is None or e.incident in over]
    await _join(unit, ports, known, cluster, around)
    if not loose:
        return
    incident = await locked(unit, known.id)
    theirs = [replace(episode, incident=incident.id) for episode in loose]
    await unit.episodes.keep(added=(), changed=theirs)
    new = tuple(s for s in _missed(ports.handbook(), loose) if s not in incident.impacted)
    if new:
        incident = await _spread(unit, ports, incident, new, loose)
    event = AlertsAttached(
        incident=incident.id,
        by=MONITORING,
        at=ports.clock.now(),
        evidence=shown(loose),
        new_services=new,
    )
    await record(unit, ports, incident, event)
    await command.follow(unit, ports, incident)
    await quiet.listen(unit, ports, incident.id)


async def _join(unit: Unit, ports: Ports, known: Incident, cluster: Cluster, around: Known) -> None:
    """What else is open about the same outage becomes part of it: candidates now, others if agreed."""
    policy = ports.handbook().playbook.alerts
    linked = {episode.incident for episode in cluster.episodes}
    same = same_outage(cluster, await around.live(), at=ports.clock.now(), alerts=policy)
    for other in same:
        if other.id == known.id:
            continue
        if other.major is Major.PROPOSED:
            await folding.fold(unit, ports, other, known)
        elif other.id in linked and known.major is Major.ACCEPTED:
            await merge.suggest(unit, ports, other, known)


async def _spread(
    unit: Unit, ports: Ports, incident: Incident, new: tuple[ServiceName, ...], loose: Sequence[Episode]
) -> Incident:
    """Users miss more services now, and what was promised for those counts from their first alert."""
    more = tuple(AffectedService(service=s, role=ServiceRole.IMPACTED) for s in new)
    wider = replace(incident, services=(*incident.services, *more))
    await unit.incidents.save(wider)
    if wider.major is Major.ACCEPTED:
        await clocks.start(unit, ports, wider, since=min(e.starts_at for e in loose))
    return wider


async def _linked(unit: Unit, cluster: Cluster) -> list[Incident]:
    """The incidents that have some of the alerts already, by number."""
    numbers = {e.incident for e in cluster.episodes if e.incident is not None}
    found = [await unit.incidents.find(number) for number in sorted(numbers)]
    return [incident for incident in found if incident is not None and incident.env == cluster.env]


def _is_about(incident: Incident, cluster: Cluster) -> bool:
    if incident.env != cluster.env:
        return False
    linked = {episode.incident for episode in cluster.episodes}
    return incident.id in linked or not frozenset(cluster.services).isdisjoint(incident.impacted)


def _tier(handbook: Handbook, service: ServiceName) -> int:
    return handbook.tier(service) or UNKNOWN_TIER


def _missed(handbook: Handbook, episodes: Iterable[Episode]) -> tuple[ServiceName, ...]:
    """What users may miss: alerting services, and those that share the machine an alert names."""
    missed: dict[ServiceName, None] = {}
    for episode in episodes:
        if episode.service is not None:
            placed = handbook.place(episode.service_hint, episode.labels)
            missed |= dict.fromkeys((episode.service, *(placed.also if placed else ())))
    return tuple(missed)


def _affected(handbook: Handbook, cluster: Cluster) -> tuple[AffectedService, ...]:
    """What users may miss, the most important first; suspected roots are marked apart."""
    ordered = sorted(_missed(handbook, cluster.episodes), key=lambda s: _tier(handbook, s))
    impacted = (AffectedService(service=s, role=ServiceRole.IMPACTED) for s in ordered)
    suspected = (AffectedService(service=s, role=ServiceRole.SUSPECTED_ROOT) for s in cluster.suspected_roots)
    return (*impacted, *suspected)


def _title(handbook: Handbook, fired: Fired) -> str:
    """What is wrong, from the alert on the most important service."""
    worst = min(fired.evidence, key=lambda e: (_tier(handbook, e.service), e.since))
    return f"{handbook.title(worst.service)}: {worst.title[:MAX_ALERT_TITLE]}"
