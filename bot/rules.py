"""Rules tried out before they are trusted: on one delivery, or on everything that was recorded.

Nothing here decides: a delivery is read by its adapter and judged by the rules of the
protocol; a recording is lived through once more by the use cases themselves, in a database
that is thrown away, with a clock that follows the recording.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.ids import TimeSortedIds
from bot.workers.arrivals import HOOKS
from handlers.http.sources import ADAPTERS, Malformed
from handlers.rendering import write_review
from playbooks.domain.burn import understood
from playbooks.domain.correlation import Cluster, clusters
from playbooks.domain.episode import absorb
from playbooks.domain.errors import ProtocolError
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import EpisodeId
from playbooks.domain.incident import Incident, Major, ResolutionCode
from playbooks.domain.reasons import Opinion, opinions
from playbooks.domain.signal import Episode, Signal
from playbooks.domain.timers import TimerKind
from playbooks.domain.trigger import Fired, judge
from playbooks.ports import Ports
from playbooks.protocol import alarms, intake, resolve
from storage.schema import upgrade
from storage.uow import Store

AFTERWARDS = timedelta(hours=1)
"""How long is waited after the last delivery: for what was sustained, and for nobody's answer."""
SAME_TIME = timedelta(hours=1)
"""An incident of people this close to one of the rules, about the same service, is the same outage."""
SAYING = (
    *("Announce", "PostCandidate", "PostCard", "TellRoom", "TellPerson"),
    *("SendBrief", "PostUpdate", "PostReview"),
)
"""Effects that somebody in Slack would have read."""
_MOST = 100_000
"""Incidents, and effects, of one recording."""
_RUNG = (TimerKind.EVALUATE, TimerKind.CANDIDATE, TimerKind.QUIET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One delivery as it was received."""

    source: str
    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the rules make of one outage."""

    cluster: Cluster
    opinions: tuple[Opinion, ...]
    fired: Fired | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What a delivery amounts to."""

    signals: tuple[Signal, ...]
    episodes: tuple[Episode, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What would have happened."""

    deliveries: int
    signals: int
    unreadable: int
    incidents: tuple[Incident, ...]
    owed: Counter[str]
    """Effects by their name: what would have been done and said in Slack."""


def explain(recorded: Recorded, handbook: Handbook, *, at: datetime) -> Explained:
    """Judge one delivery by itself, as if nothing else had ever come. Raises Malformed."""
    signals = tuple(understood(read(recorded), handbook))
    episodes: dict[tuple[str, str], Episode] = {}
    for number, signal in enumerate(signals):
        key = (signal.source, signal.dedup_key)
        placed = handbook.place(signal.service_hint, signal.labels)
        after = absorb(
            episodes.get(key),
            signal,
            received_at=recorded.received_at,
            id=EpisodeId(f"{number:04}"),
            service=placed.service if placed else None,
            alerts=handbook.playbook.alerts,
        )
        if after is not None:
            episodes[key] = after
    found = clusters(episodes.values(), handbook.graph, alerts=handbook.playbook.alerts, at=at)
    verdicts = (
        Verdict(cluster=c, opinions=opinions(c, handbook, at=at), fired=judge(c, handbook, at=at))
        for c in found
    )
    return Explained(signals=signals, episodes=tuple(episodes.values()), verdicts=tuple(verdicts))


def read(recorded: Recorded) -> tuple[Signal, ...]:
    """The signals of a delivery. Raises Malformed."""
    adapter = ADAPTERS.get(recorded.source.removeprefix(HOOKS))
    if adapter is None:
        known = ", ".join(sorted(ADAPTERS))
        raise Malformed(f"Nobody understands {recorded.source}; known are {known}.")
    return adapter(recorded.body, received_at=recorded.received_at)


class _Recording:
    """The clock of a recording."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


async def backtest(recorded: Sequence[Recorded], handbook: Handbook) -> Replayed:
    """Live through a recording under these rules. Nobody answers, and what fell silent is resolved."""
    ordered = sorted(recorded, key=lambda one: one.received_at)
    if not ordered:
        return Replayed(deliveries=0, signals=0, unreadable=0, incidents=(), owed=Counter())
    clock = _Recording(ordered[0].received_at)
    with tempfile.TemporaryDirectory(prefix="tocsin-backtest-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'scratch.db'}"
        await upgrade(url)
        store = await Store.open(url, clock=clock, ids=TimeSortedIds())
        try:
            return await _live_through(ordered, store, clock, handbook)
        finally:
            await store.close()


async def _live_through(
    ordered: Sequence[Recorded], store: Store, clock: _Recording, handbook: Handbook
) -> Replayed:
    ports = Ports(
        clock=clock,
        ids=TimeSortedIds(),
        units=store.units,
        reading=store.reading,
        write_review=write_review,
        handbook=lambda: handbook,
    )
    signals = unreadable = 0
    for one in ordered:
        await _pass_time(store, ports, clock, until=one.received_at)
        try:
            told = read(one)
        except Malformed:
            unreadable += 1
            continue
        signals += len(told)
        await intake.absorb(ports, signals=told, received_at=one.received_at)
    await _pass_time(store, ports, clock, until=clock.at + AFTERWARDS)
    async with store.reading() as unit:
        incidents = tuple(reversed(await unit.incidents.recent(_MOST)))
    owed = Counter(row.kind for row in await store.outbox.rows(None, _MOST))
    return Replayed(
        deliveries=len(ordered), signals=signals, unreadable=unreadable, incidents=incidents, owed=owed
    )


async def _pass_time(store: Store, ports: Ports, clock: _Recording, *, until: datetime) -> None:
    """Ring what is due on the way, at its time."""
    while (due_at := await store.alarms.next_due()) is not None and due_at <= until:
        clock.at = max(clock.at, due_at)
        for ringing in await store.alarms.claim(now=clock.at, limit=50, lease=AFTERWARDS):
            if ringing.timer.kind in _RUNG:
                await _unless_moot(alarms.ring(ports, ringing.timer))
            await store.alarms.done(ringing)
        await _resolve_what_fell_silent(ports)
    clock.at = max(clock.at, until)


async def _resolve_what_fell_silent(ports: Ports) -> None:
    """Where people would have been asked whether it is over, they say yes."""
    async with ports.reading() as unit:
        live = await unit.incidents.live()
    for incident in live:
        if incident.major is Major.ACCEPTED and incident.clear_asked_at is not None:
            manager = ports.handbook().duty_managers[0]
            over = resolve.resolve(
                ports,
                incident=incident.id,
                by=manager,
                code=ResolutionCode.SOLUTION_PROVIDED,
                note="its alerts ended",
            )
            await _unless_moot(over)


async def _unless_moot(work: Awaitable[object]) -> None:
    try:
        await work
    except ProtocolError:
        return  # it came too late for its record, as an alarm may


def counterpart(incident: Incident, others: Iterable[Incident]) -> Incident | None:
    """The incident of people that is about the same outage, the nearest in time; None if there is none."""
    services = frozenset(incident.impacted)
    near = [
        other
        for other in others
        if other.env == incident.env
        and not services.isdisjoint(other.impacted)
        and abs(other.declared_at - incident.declared_at) <= SAME_TIME
    ]
    return min(near, key=lambda other: abs(other.declared_at - incident.declared_at), default=None)
