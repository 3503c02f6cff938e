"""From alerts to exactly one major incident.

Signals become episodes, episodes outages, and an outage at most one incident
(``protocol.outage``). One replica at a time thinks about alerts, so two deliveries of one
storm cannot declare twice. What has not changed is not thought about again: every outage
has an alarm of its own for when time alone may change what it amounts to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.burn import WINDOW_LABEL, understood
from playbooks.domain.correlation import Cluster, clusters
from playbooks.domain.episode import absorb as absorbed
from playbooks.domain.events import AlertAcknowledged
from playbooks.domain.ids import MONITORING, PROTOCOL, EpisodeId, IncidentId, ServiceName
from playbooks.domain.incident import Incident, Major
from playbooks.domain.signal import Acknowledgement, Episode, Signal
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.trigger import Fired, judge
from playbooks.ports import Ports, Unit
from playbooks.protocol import declare, outage, quiet
from playbooks.protocol.maintenance import with_windows
from playbooks.protocol.recording import locked, record

EVERYTHING = "all"
REMEMBERED = timedelta(days=7)
"""An alert that stood through a window counts from its end, for as long as anybody remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """What became of the signals of one delivery."""

    new: int = 0
    refreshed: int = 0
    ignored: int = 0
    unmapped: int = 0


class Heard:
    """What some signals make of the alerts that are known; nothing is stored yet."""

    def __init__(self, known: Iterable[Episode]) -> None:
        self._newest = {(episode.source, episode.dedup_key): episode for episode in known}
        self._stored = {episode.id: episode for episode in known}
        self._after: dict[EpisodeId, Episode] = {}
        self._counts = Counter[str]()

    def take(self, signal: Signal, ports: Ports, *, received_at: datetime) -> None:
        """Follow one signal more."""
        handbook = ports.handbook()
        placed = handbook.place(signal.service_hint, signal.labels)
        key = (signal.source, signal.dedup_key)
        before = self._newest.get(key)
        after = absorbed(
            before,
            signal,
            received_at=received_at,
            id=EpisodeId(ports.ids.new()),
            service=placed.service if placed else None,
            alerts=handbook.playbook.alerts,
        )
        if after is None:
            self._counts["ignored"] += 1
            return
        self._counts["refreshed" if before is not None and after.id == before.id else "new"] += 1
        self._counts["unmapped"] += after.service is None
        self._newest[key] = self._after[after.id] = after

    @property
    def added(self) -> list[Episode]:
        """Episodes that began."""
        return [episode for id_, episode in self._after.items() if id_ not in self._stored]

    @property
    def changed(self) -> list[Episode]:
        """Stored episodes that went on; each with the version that was read."""
        return [episode for id_, episode in self._after.items() if id_ in self._stored]

    @property
    def news(self) -> list[Episode]:
        """Of both, those about which a rule may think otherwise now. A mere reminder is no news."""
        return [e for e in self._after.values() if _telling(e) != _telling(self._stored.get(e.id))]

    @property
    def seen(self) -> list[tuple[Episode, Acknowledgement]]:
        """Who says now that somebody saw a stored alert, by alert."""
        return [
            (episode, one)
            for episode in self.changed
            for one in episode.acknowledged
            if one not in self._stored[episode.id].acknowledged
        ]

    def counts(self) -> Absorbed:
        """What became of the signals."""
        return Absorbed(**self._counts)


def _telling(episode: Episode | None) -> tuple[object, ...] | None:
    """What rules and correlation read of an episode."""
    if episode is None:
        return None
    return (
        episode.intervals,
        episode.service,
        episode.env,
        episode.severity,
        episode.kind,
        episode.origin,
        episode.labels.get(WINDOW_LABEL),
    )


async def absorb(ports: Ports, *, signals: Sequence[Signal], received_at: datetime) -> Absorbed:
    """Store what monitoring said and think about it, in one transaction.

    Idempotent and independent of order: a delivery that comes twice changes nothing.
    """
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        ports = await _in_force(unit, ports)
        told = tuple(understood(signals, ports.handbook()))
        heard = Heard(await _known(unit, told))
        for signal in told:
            heard.take(signal, ports, received_at=received_at)
        await unit.episodes.keep(added=heard.added, changed=heard.changed)
        await _think(unit, ports, heard.news)
        await _tell_who_saw(unit, ports, heard.seen)
        ended = {episode.incident for episode in heard.news if not episode.is_open}
        for number in sorted(number for number in ended if number is not None):
            await quiet.listen(unit, ports, number)
        await unit.commit()
    return heard.counts()


async def evaluate(ports: Ports, *, subject: str = EVERYTHING) -> None:
    """Time has passed: a condition may have been sustained for long enough now.

    ``subject`` is an alert, whose outage is looked at, or ``all``.
    """
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        ports = await _in_force(unit, ports)
        if subject == EVERYTHING:
            await _think_about(unit, ports, await _outages(unit, ports))
        elif (episode := await unit.episodes.find(EpisodeId(subject))) is not None:
            await _think(unit, ports, [episode])
        await unit.commit()


async def look_again(ports: Ports) -> None:
    """Have every outage looked at: rules or services may be others by now, which no alert tells."""
    async with ports.units() as unit:
        now = ports.clock.now()
        await unit.timers.set(Timer(kind=TimerKind.EVALUATE, subject=EVERYTHING, incident=None, due_at=now))
        await unit.commit()


async def candidate_due(ports: Ports, *, incident: IncidentId) -> None:
    """Nobody answered a candidate: it is declared if it is still true, else it is dropped."""
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        ports = await _in_force(unit, ports)
        own = await unit.episodes.of(incident)
        await _think(unit, ports, own)  # it may be part of another incident by now
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


async def _in_force(unit: Unit, ports: Ports) -> Ports:
    """The ports with what was announced: a window that ended still says when the count began anew."""
    return await with_windows(unit, ports, since=ports.clock.now() - REMEMBERED)


async def _known(unit: Unit, signals: Iterable[Signal]) -> list[Episode]:
    """The newest episode of every alert that is spoken of."""
    keys: dict[str, set[str]] = {}
    for signal in signals:
        keys.setdefault(signal.source, set()).add(signal.dedup_key)
    return [episode for source, some in keys.items() for episode in await unit.episodes.newest(source, some)]


async def _tell_who_saw(unit: Unit, ports: Ports, seen: Iterable[tuple[Episode, Acknowledgement]]) -> None:
    """An incident's log says who is aware of its alerts, and where they said so."""
    for episode, one in seen:
        if episode.incident is None:
            continue
        incident = await locked(unit, episode.incident)
        event = AlertAcknowledged(
            incident=incident.id,
            by=MONITORING,
            at=one.at,
            episode=episode.id,
            title=episode.title,
            who=one.by,
            where=one.where,
        )
        await record(unit, ports, incident, event)


async def _think(unit: Unit, ports: Ports, news: Sequence[Episode]) -> None:
    """Look at the outages that some alerts belong to."""
    if not news:
        return
    told = {episode.id for episode in news}
    for env in sorted({episode.env for episode in news}):
        here = {e.service for e in news if e.env == env and e.service is not None}
        found = await _outages_around(unit, ports, here, env)
        await _think_about(unit, ports, [c for c in found if any(e.id in told for e in c.episodes)])


async def _think_about(unit: Unit, ports: Ports, found: Iterable[Cluster]) -> None:
    """Decide about outages, and set an alarm for each to be looked at again."""
    known = outage.Known(unit, ports)
    alarms = []
    for cluster in found:
        due_at = await outage.consider(unit, ports, cluster, known)
        if due_at is not None:
            oldest = cluster.episodes[0].id
            alarms.append(Timer(kind=TimerKind.EVALUATE, subject=oldest, incident=None, due_at=due_at))
    await unit.timers.set_all(alarms)


async def _outages(unit: Unit, ports: Ports) -> tuple[Cluster, ...]:
    """Every outage there is."""
    episodes = await unit.episodes.around(_lately(ports))
    handbook = ports.handbook()
    return clusters(episodes, handbook.graph, alerts=handbook.playbook.alerts, at=ports.clock.now())


async def _outages_around(
    unit: Unit, ports: Ports, services: Collection[ServiceName], env: str
) -> tuple[Cluster, ...]:
    """The outages of some services, whole: neighbours are asked until no further one alerts."""
    handbook = ports.handbook()
    found: dict[EpisodeId, Episode] = {}
    asked: set[ServiceName] = set()
    wave = set(services)
    while wave:
        wanted = set().union(*(handbook.graph.near(service) for service in wave)) - asked
        asked |= wanted
        told = await unit.episodes.on(wanted, env, _lately(ports)) if wanted else ()
        found |= {episode.id: episode for episode in told}
        wave = {e.service for e in told if e.service is not None} - set(services)
    episodes = found.values()
    return clusters(episodes, handbook.graph, alerts=handbook.playbook.alerts, at=ports.clock.now())


def _lately(ports: Ports) -> datetime:
    policy = ports.handbook().playbook.alerts
    return ports.clock.now() - policy.window - policy.flap_window


async def _still_true(unit: Unit, ports: Ports, candidate: Incident) -> Fired | None:
    own = {episode.id: episode for episode in await unit.episodes.of(candidate.id)}
    services = {e.service for e in own.values() if e.service is not None}
    for cluster in await _outages_around(unit, ports, services, candidate.env):
        if any(episode.id in own for episode in cluster.episodes):
            return judge(cluster, ports.handbook(), at=ports.clock.now())
    return None
