"""From alerts to exactly one major incident.

Signals become episodes, episodes outages, and an outage at most one incident
(``protocol.outage``). One replica at a time thinks about alerts, so two deliveries of one
storm cannot declare twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.burn import understood
from playbooks.domain.correlation import Cluster, clusters
from playbooks.domain.episode import absorb as absorbed
from playbooks.domain.ids import PROTOCOL, EpisodeId, IncidentId
from playbooks.domain.incident import Incident, Major
from playbooks.domain.signal import Episode, Signal
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.trigger import Fired, judge
from playbooks.ports import Ports, Unit
from playbooks.protocol import declare, outage, quiet
from playbooks.protocol.recording import locked


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
        for signal in understood(signals, ports.handbook()):
            outcome, episode = await _store(unit, ports, signal, received_at=received_at)
            counts[outcome] += 1
            counts["unmapped"] += episode is not None and episode.service is None
            if episode is not None and episode.incident is not None:
                touched.add(episode.incident)
        await _think(unit, ports)
        for number in sorted(touched):
            await quiet.listen(unit, ports, number)
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
        await _think(unit, ports)  # it may be part of another incident by now
        candidate = await locked(unit, incident)
        if candidate.major is Major.PROPOSED:
            await _decide(unit, ports, candidate)
        await unit.commit()


async def _decide(unit: Unit, ports: Ports, candidate: Incident) -> None:
    fired = await _still_true(unit, ports, candidate)
    if fired is None:
        reason = "nobody answered in time, and the alerts do not stand any more"
        await declare.turn_down(unit, ports, candidate, by=PROTOCOL, reason=reason)
    elif fired.rule.then.on_silence == "reject":
        reason = "nobody answered in time, and the playbook takes that for a no"
        await declare.turn_down(unit, ports, candidate, by=PROTOCOL, reason=reason)
    else:
        await declare.promote(
            unit,
            ports,
            candidate,
            by=PROTOCOL,
            severity=candidate.severity,
            rule=fired.rule.id,
            rule_says=f"{fired.rule.says} Nobody answered the question in time.",
            evidence=fired.evidence,
        )


async def _store(
    unit: Unit, ports: Ports, signal: Signal, *, received_at: datetime
) -> tuple[str, Episode | None]:
    handbook = ports.handbook()
    placed = handbook.place(signal.service_hint, signal.labels)
    before = await unit.episodes.latest(signal.source, signal.dedup_key)
    after = absorbed(
        before,
        signal,
        received_at=received_at,
        id=EpisodeId(ports.ids.new()),
        service=placed.service if placed else None,
        alerts=handbook.playbook.alerts,
    )
    if after is None:
        return "ignored", None
    if before is not None and after.id == before.id:
        await unit.episodes.save(after)
        return "refreshed", after
    await unit.episodes.add(after)
    return "new", after


async def _think(unit: Unit, ports: Ports) -> None:
    """Look at every outage there is now, and set the alarm for when to look again."""
    looks = [await outage.consider(unit, ports, cluster) for cluster in await _outages(unit, ports)]
    due_at = min((look for look in looks if look is not None), default=None)
    if due_at is not None:
        await unit.timers.set(Timer(kind=TimerKind.EVALUATE, subject="all", incident=None, due_at=due_at))


async def _outages(unit: Unit, ports: Ports) -> tuple[Cluster, ...]:
    now = ports.clock.now()
    handbook = ports.handbook()
    policy = handbook.playbook.alerts
    episodes = await unit.episodes.around(now - policy.window - policy.flap_window)
    return clusters(episodes, handbook.graph, alerts=policy, at=now)


async def _still_true(unit: Unit, ports: Ports, candidate: Incident) -> Fired | None:
    own = {episode.id for episode in await unit.episodes.of(candidate.id)}
    for cluster in await _outages(unit, ports):
        if own & {episode.id for episode in cluster.episodes}:
            return judge(cluster, ports.handbook(), at=ports.clock.now())
    return None
