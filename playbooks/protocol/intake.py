"""From alerts to exactly one major incident.

Signals become episodes, episodes one outage, and an outage at most one incident: what
belongs to one that is known attaches to it and opens nothing. One replica at a time
thinks about alerts, so two deliveries of one storm cannot declare twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from playbooks.domain.correlation import Cluster, clusters
from playbooks.domain.episode import absorb as absorbed
from playbooks.domain.events import AlertsAttached, Evidence
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import MONITORING, PROTOCOL, EpisodeId, IncidentId, ServiceName
from playbooks.domain.incident import AffectedService, Incident, Major, ServiceRole, State
from playbooks.domain.signal import Episode, Signal
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.trigger import Fired, came_back, earliest, judge, same_outage
from playbooks.ports import Ports, Unit
from playbooks.protocol import declare, resolve
from playbooks.protocol.recording import locked, record
from playbooks.schema import TriggerAction

REJECTION_MEMORY = timedelta(hours=24)
"""How long a rejected candidate silences its outage, unless it becomes materially worse."""
MAX_ALERT_TITLE = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """What became of the signals of one delivery."""

    new: int = 0
    refreshed: int = 0
    ignored: int = 0
    unmapped: int = 0


async def absorb(ports: Ports, *, signals: Sequence[Signal], received_at: datetime) -> Absorbed:
    """Store what monitoring said and think about it, in one transaction.

    Idempotent and independent of order: a delivery that comes twice changes nothing.
    """
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        counts = {"new": 0, "refreshed": 0, "ignored": 0, "unmapped": 0}
        touched: set[IncidentId] = set()
        for signal in signals:
            outcome, episode = await _store(unit, ports, signal, received_at=received_at)
            counts[outcome] += 1
            counts["unmapped"] += episode is not None and episode.service is None
            if episode is not None and episode.incident is not None:
                touched.add(episode.incident)
        await _think(unit, ports)
        await _listen_for_quiet(unit, ports, touched)
        await unit.commit()
    return Absorbed(**counts)


async def evaluate(ports: Ports) -> None:
    """Time has passed: a condition may have been sustained for long enough now."""
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        await _think(unit, ports)
        await unit.commit()


async def candidate_due(ports: Ports, *, incident: IncidentId) -> None:
    """Nobody answered a candidate: it is declared if it is still true, else it is dropped."""
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        candidate = await locked(unit, incident)
        if candidate.major is not Major.PROPOSED:
            return
        fired = await _still_true(unit, ports, candidate)
        if fired is not None and fired.rule.then.on_silence == "declare_if_still_true":
            await declare.promote(
                unit,
                ports,
                candidate,
                by=PROTOCOL,
                severity=candidate.severity,
                rule_says=f"{fired.rule.says} Nobody answered the question in time.",
                evidence=fired.evidence,
            )
        else:
            reason = "nobody answered in time, and the alerts do not stand any more"
            await declare.turn_down(unit, ports, candidate, by=PROTOCOL, reason=reason)
        await unit.commit()


# ------------------------------------------------------------------ signals to episodes
async def _store(
    unit: Unit, ports: Ports, signal: Signal, *, received_at: datetime
) -> tuple[str, Episode | None]:
    handbook = ports.handbook()
    before = await unit.episodes.latest(signal.source, signal.dedup_key)
    after = absorbed(
        before,
        signal,
        received_at=received_at,
        id=EpisodeId(ports.ids.new()),
        service=handbook.service_named(signal.service_hint),
        alerts=handbook.playbook.alerts,
    )
    if after is None:
        return "ignored", None
    if before is not None and after.id == before.id:
        await unit.episodes.save(after)
        return "refreshed", after
    await unit.episodes.add(after)
    return "new", after


# ------------------------------------------------------------------ episodes to incidents
async def _think(unit: Unit, ports: Ports) -> None:
    """Look at every outage there is now, and set the alarm for when to look again."""
    now = ports.clock.now()
    handbook = ports.handbook()
    policy = handbook.playbook.alerts
    episodes = await unit.episodes.around(now - policy.window - policy.flap_window)
    looks: list[datetime] = []
    for cluster in clusters(episodes, handbook.graph, alerts=policy, at=now):
        await _consider(unit, ports, cluster)
        again = earliest(cluster, handbook, at=now)
        looks += [again] if again is not None else []
    if looks:
        due_at = min(looks)
        await unit.timers.set(Timer(kind=TimerKind.EVALUATE, subject="all", incident=None, due_at=due_at))


async def _consider(unit: Unit, ports: Ports, cluster: Cluster) -> None:
    now = ports.clock.now()
    handbook = ports.handbook()
    known = await _same_outage(unit, ports, cluster)
    proposed = known is not None and known.major is Major.PROPOSED
    fired = judge(cluster, handbook, at=now, only_declare=proposed)
    if known is None:
        if fired is not None:
            await _begin(unit, ports, cluster, fired)
    elif known.major is Major.REJECTED:
        if fired is not None and _is_worse(handbook, fired, known):
            await _begin(unit, ports, cluster, fired)
    elif proposed and fired is not None:
        await _attach(unit, ports, known, cluster)
        await declare.promote(
            unit,
            ports,
            await locked(unit, known.id),
            by=MONITORING,
            severity=fired.rule.then.severity,
            rule_says=fired.rule.says,
            evidence=fired.evidence,
        )
    elif known.state is State.RESOLVED:
        if fired is not None and came_back(cluster, known, alerts=handbook.playbook.alerts):
            reason = "the same services alert again"
            await resolve.bring_back(unit, ports, await locked(unit, known.id), by=MONITORING, reason=reason)
            await _attach(unit, ports, known, cluster)
    else:
        await _attach(unit, ports, known, cluster)


async def _same_outage(unit: Unit, ports: Ports, cluster: Cluster) -> Incident | None:
    """The incident to which this outage belongs: accepted ones first, then the oldest."""
    now = ports.clock.now()
    policy = ports.handbook().playbook.alerts
    ended = await unit.incidents.ended_since(now - max(policy.reopen_window, REJECTION_MEMORY))
    candidates = (*await unit.incidents.live(), *ended)
    same = same_outage(cluster, candidates, at=now, alerts=policy)
    rejected = (i for i in ended if i.major is Major.REJECTED and _is_about(i, cluster))
    ranked = sorted((*same, *rejected), key=lambda i: (i.major is not Major.ACCEPTED, not i.is_live, i.id))
    return ranked[0] if ranked else None


async def _begin(unit: Unit, ports: Ports, cluster: Cluster, fired: Fired) -> None:
    """A number, the evidence attached, and the question or the declaration."""
    now = ports.clock.now()
    declares = _declares(fired)
    incident = Incident(
        id=await unit.incidents.next_number(),
        title=_title(ports.handbook(), fired),
        env=cluster.env,
        severity=fired.rule.then.severity,
        state=State.OPEN,
        major=Major.ACCEPTED if declares else Major.PROPOSED,
        services=_affected(ports.handbook(), cluster),
        impact_started_at=min((e.since for e in fired.evidence), default=now),
        detected_at=min((e.received_at for e in cluster.episodes), default=now),
        declared_at=now,
        declared_by=MONITORING,
        rule=fired.rule.id,
    )
    for episode in cluster.episodes:
        await unit.episodes.save(replace(episode, incident=incident.id))
    if declares:
        await declare.by_rule(unit, ports, fired, incident)
    else:
        await declare.propose(unit, ports, fired, incident)


async def _attach(unit: Unit, ports: Ports, known: Incident, cluster: Cluster) -> None:
    """More of the same outage; services that were not impacted before are now."""
    strangers = [e for e in cluster.episodes if e.incident is None]
    if not strangers:
        return
    incident = await locked(unit, known.id)
    for episode in strangers:
        await unit.episodes.save(replace(episode, incident=incident.id))
    new = tuple(s for s in _alerting(strangers) if s not in incident.impacted)
    if new:
        more = tuple(AffectedService(service=s, role=ServiceRole.IMPACTED) for s in new)
        incident = replace(incident, services=(*incident.services, *more))
        await unit.incidents.save(incident)
    event = AlertsAttached(
        incident=incident.id,
        by=MONITORING,
        at=ports.clock.now(),
        evidence=_shown(strangers),
        new_services=new,
    )
    await record(unit, ports, incident, event)


async def _still_true(unit: Unit, ports: Ports, candidate: Incident) -> Fired | None:
    now = ports.clock.now()
    handbook = ports.handbook()
    own = {episode.id for episode in await unit.episodes.of(candidate.id)}
    policy = handbook.playbook.alerts
    everything = await unit.episodes.around(now - policy.window - policy.flap_window)
    for cluster in clusters(everything, handbook.graph, alerts=policy, at=now):
        if own & {episode.id for episode in cluster.episodes}:
            return judge(cluster, handbook, at=now)
    return None


async def _listen_for_quiet(unit: Unit, ports: Ports, touched: Iterable[IncidentId]) -> None:
    """When the last alert of an incident ends, an alarm is set to ask the commander later."""
    policy = ports.handbook().playbook.alerts
    for number in sorted(touched):
        ends = [episode.intervals[-1].end for episode in await unit.episodes.of(number)]
        closed = [end for end in ends if end is not None]
        if len(closed) == len(ends) and closed:
            due_at = max(closed) + policy.keep + policy.clear_for
            timer = Timer(kind=TimerKind.QUIET, subject=str(number), incident=number, due_at=due_at)
            await unit.timers.set(timer)


def _is_about(incident: Incident, cluster: Cluster) -> bool:
    linked = {episode.incident for episode in cluster.episodes}
    return incident.id in linked or bool(frozenset(incident.impacted) & frozenset(cluster.services))


def _declares(fired: Fired) -> bool:
    return fired.rule.then.action is TriggerAction.DECLARE


def _is_worse(handbook: Handbook, fired: Fired, rejected: Incident) -> bool:
    """After a rejection only a stronger rule speaks again: one that stands before the rejected one."""
    order = [rule.id for rule in handbook.playbook.triggers]
    if rejected.rule not in order:
        return True
    return order.index(fired.rule.id) < order.index(rejected.rule)


def _alerting(episodes: Iterable[Episode]) -> tuple[ServiceName, ...]:
    return tuple(dict.fromkeys(e.service for e in episodes if e.service is not None))


def _affected(handbook: Handbook, cluster: Cluster) -> tuple[AffectedService, ...]:
    """Alerting services, the most important first; suspected roots are marked apart."""
    ordered = sorted(cluster.services, key=lambda s: handbook.tier(s) or 99)
    impacted = (AffectedService(service=s, role=ServiceRole.IMPACTED) for s in ordered)
    suspected = (AffectedService(service=s, role=ServiceRole.SUSPECTED_ROOT) for s in cluster.suspected_roots)
    return (*impacted, *suspected)


def _title(handbook: Handbook, fired: Fired) -> str:
    """What is wrong, from the alert on the most important service."""
    ranked: list[Evidence] = sorted(fired.evidence, key=lambda e: (handbook.tier(e.service) or 99, e.since))
    worst = ranked[0]
    return f"{handbook.title(worst.service)}: {worst.title[:MAX_ALERT_TITLE]}"


def _shown(episodes: Iterable[Episode]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            episode=e.id,
            service=e.service,
            origin=e.origin,
            title=e.title,
            since=e.starts_at,
            link=e.link,
        )
        for e in episodes
        if e.service is not None
    )
