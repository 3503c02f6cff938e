"""The service-level clocks of an incident: which agreements speak of it, and what moves them.

A clock stores what moved it, and what it says is derived (``domain.clock``). Promises are
counted from the detection, whenever somebody found out how bad it is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from playbooks.domain.clock import read
from playbooks.domain.events import ClockRead, ClockStarted, ClockTurned
from playbooks.domain.ids import PROTOCOL, ClockId, ServiceName
from playbooks.domain.incident import Incident
from playbooks.domain.sla import ClockEvent, ClockEventKind, ClockState, ServiceClock
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import record, write_down

STANDING = (ClockEventKind.STOP, ClockEventKind.CANCEL)


async def start(unit: Unit, ports: Ports, incident: Incident, *, since: datetime | None = None) -> None:
    """One clock per agreement that speaks of the incident and has none; it counts from ``since``.

    None means from the detection. Nothing is promised about a drill.
    """
    if incident.drill is not None:
        return
    running = {clock.agreement for clock in await unit.clocks.of(incident.id) if not _is_cancelled(clock)}
    started = ClockEvent(kind=ClockEventKind.START, at=since or incident.detected_at, reason="detected")
    for name in _agreements(ports, incident):
        if name in running:
            continue
        agreement = ports.handbook().catalogue.agreements[name]
        clock = ServiceClock(
            id=ClockId(ports.ids.new()),
            incident=incident.id,
            agreement=name,
            metric="restore",
            target=agreement.target,
            calendar=agreement.calendar,
            events=(started,),
        )
        served = incident.mitigated_at
        await unit.clocks.add(
            _moved(clock, ClockEventKind.STOP, at=served, why="mitigated") if served else clock
        )
        await write_down(unit, ports, _began(clock, at=ports.clock.now(), served_at=served))


async def fit(unit: Unit, ports: Ports, incident: Incident) -> None:
    """The severity is another one: agreements that do not speak of it any more let go, others begin."""
    speaking = _agreements(ports, incident)
    for clock in await unit.clocks.of(incident.id):
        if clock.agreement not in speaking and clock.events[-1].kind not in STANDING:
            await _turn(unit, ports, clock, ClockEventKind.CANCEL, why="another severity")
    await start(unit, ports, incident)


async def stop(unit: Unit, ports: Ports, incident: Incident, *, why: str) -> None:
    """Stop what runs, and write down what it says: met or breached, by how much."""
    now = ports.clock.now()
    calendars = ports.handbook().catalogue.calendars
    for clock in await unit.clocks.of(incident.id):
        if clock.events[-1].kind in STANDING:
            continue
        stopped = _moved(clock, ClockEventKind.STOP, at=now, why=why)
        await unit.clocks.save(stopped)
        reading = read(stopped, calendars[clock.calendar], at=now)
        event = ClockRead(
            incident=incident.id,
            by=PROTOCOL,
            at=now,
            agreement=clock.agreement,
            metric=clock.metric,
            met=reading.state is ClockState.MET,
            elapsed_seconds=int(reading.elapsed.total_seconds()),
            margin_seconds=int(reading.margin.total_seconds()),
            why=why,
        )
        await record(unit, ports, incident, event)


async def resume(unit: Unit, ports: Ports, incident: Incident, *, why: str) -> None:
    """Let what was stopped run on."""
    for clock in await unit.clocks.of(incident.id):
        if clock.events[-1].kind is ClockEventKind.STOP:
            await _turn(unit, ports, clock, ClockEventKind.RESUME, why=why)


async def take_over(unit: Unit, ports: Ports, source: Incident, survivor: Incident) -> None:
    """The clocks of an incident that became part of another run there, from when they began."""
    ours = {clock.agreement: clock for clock in await unit.clocks.of(survivor.id) if not _is_cancelled(clock)}
    for clock in await unit.clocks.of(source.id):
        if clock.events[-1].kind in STANDING:
            continue
        await _turn(unit, ports, clock, ClockEventKind.CANCEL, why="merged")
        mine = ours.get(clock.agreement)
        if mine is not None and clock.events[0].at < mine.events[0].at:
            earlier = clock.events[0]
            await unit.clocks.save(replace(mine, events=(earlier, *mine.events[1:])))
            await write_down(unit, ports, _turned(mine, earlier, at=ports.clock.now()))
    await start(unit, ports, survivor)


def _agreements(ports: Ports, incident: Incident) -> tuple[str, ...]:
    """What was promised for the impacted services and speaks of this severity, each once."""
    catalogue = ports.handbook().catalogue
    names = dict.fromkeys(_agreement(ports, service) for service in incident.impacted)
    return tuple(
        name
        for name in names
        if name in catalogue.agreements and incident.severity in catalogue.agreements[name].severities
    )


def _agreement(ports: Ports, service: ServiceName) -> str:
    """Empty if nothing was promised, or the catalogue has forgotten the service."""
    known = ports.handbook().catalogue.services.get(service)
    return (known.agreement if known else None) or ""


async def _turn(unit: Unit, ports: Ports, clock: ServiceClock, kind: ClockEventKind, *, why: str) -> None:
    """Move a clock, and write down that it was moved."""
    moved = _moved(clock, kind, at=ports.clock.now(), why=why)
    await unit.clocks.save(moved)
    await write_down(unit, ports, _turned(moved, moved.events[-1], at=moved.events[-1].at))


def _turned(clock: ServiceClock, movement: ClockEvent, *, at: datetime) -> ClockTurned:
    return ClockTurned(
        incident=clock.incident,
        by=PROTOCOL,
        at=at,
        agreement=clock.agreement,
        kind=movement.kind,
        since=movement.at,
        why=movement.reason,
    )


def _began(clock: ServiceClock, *, at: datetime, served_at: datetime | None) -> ClockStarted:
    return ClockStarted(
        incident=clock.incident,
        by=PROTOCOL,
        at=at,
        agreement=clock.agreement,
        metric=clock.metric,
        target_seconds=clock.target.total_seconds(),
        calendar=clock.calendar,
        since=clock.events[0].at,
        served_at=served_at,
    )


def _is_cancelled(clock: ServiceClock) -> bool:
    return clock.events[-1].kind is ClockEventKind.CANCEL


def _moved(clock: ServiceClock, kind: ClockEventKind, *, at: datetime, why: str) -> ServiceClock:
    return replace(clock, events=(*clock.events, ClockEvent(kind=kind, at=at, reason=why)))
