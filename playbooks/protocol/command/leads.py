"""Leading the work on one service: on call at first, passed on by offers, in doubt decreed.

The offers are those of command itself, about a service. Leads are seated once the room is
open, because what they are told names it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from playbooks.domain import authority, workstream
from playbooks.domain import handover as handovers
from playbooks.domain.authority import Action, Actor
from playbooks.domain.command import Handover
from playbooks.domain.drill import within
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import HandoverOffered, LeadLeft, LeadSeated, LeadWanted, WorkBegan, WorkEnded
from playbooks.domain.ids import (
    PROTOCOL,
    HandoverId,
    IncidentId,
    ServiceName,
    UserId,
    WorkstreamId,
    is_person,
)
from playbooks.domain.incident import Incident, Major, RoomState
from playbooks.domain.person import require_fit
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.workstream import Led, Naming, Wanted, Workstream
from playbooks.ports import Ports, Unit
from playbooks.protocol.brief import brief
from playbooks.protocol.command.teams import watch_span
from playbooks.protocol.recording import locked, locked_live, record, write_down


async def _may_know(unit: Unit, incident: Incident, user: UserId) -> bool:
    """Whether somebody may know of it without having been asked in."""
    return not incident.private or user in await unit.insiders.of(incident.id)


async def follow(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Every impacted service has a workstream, and no other has; what fits already stays as it is."""
    if incident.room_state is RoomState.WANTED or incident.major is not Major.ACCEPTED:
        return
    streams = {stream.service: stream for stream in await unit.workstreams.current(incident.id)}
    await _dismiss(unit, ports, incident, [s for s in streams.values() if s.service not in incident.impacted])
    unfit = await unit.members.unfit()
    now = ports.clock.now()
    vacant: list[ServiceName] = []
    seated: dict[UserId, list[ServiceName]] = defaultdict(list)
    for service in incident.impacted:
        if service not in streams:
            lead = workstream.first_lead(ports.handbook(), service, unfit=unfit)
            lead = (
                lead if lead and within(incident, (lead,)) and await _may_know(unit, incident, lead) else None
            )
            begun = _begun(ports, incident.id, service, lead, Led.ON_CALL if lead else None, at=now)
            await unit.workstreams.add(begun)
            await _set_alarm(unit, ports, begun)
            (seated[lead] if lead is not None else vacant).append(service)
        elif streams[service].lead is None:
            await _set_alarm(unit, ports, streams[service])
    if vacant:
        began = WorkBegan(incident=incident.id, by=PROTOCOL, at=now, services=tuple(vacant))
        await write_down(unit, ports, began)
    for lead, services in seated.items():
        await _seat(unit, ports, incident, lead, tuple(services), how=Led.ON_CALL, at=now)


async def name(
    ports: Ports, *, incident: IncidentId, service: ServiceName, to: UserId, by: UserId
) -> LeadSeated | Handover:
    """Offer the lead of a service to somebody; take it if nobody has it; or decide who has it.

    Raises IncidentNotFound, IncidentOver, NeedsWords, NotNeeded, NotYourRole, CannotCommand.
    """
    now, handbook = ports.clock.now(), ports.handbook()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        stream = await _stream(unit, ports, found, service)
        require_fit(to, await unit.members.find(to))
        pending = await unit.handovers.open_for(incident, service)
        offers = await unit.handovers.of_leads(incident)
        meant = workstream.name(
            stream,
            by,
            to,
            decides=await deciders(unit, ports, found, by),
            why=workstream.wanted(stream, offers, policy=handbook.playbook.command, at=now),
            pending=pending,
            at=now,
        )
        if meant is Naming.OFFER:
            outcome: LeadSeated | Handover = await _offer(unit, ports, found, service, by=by, to=to)
        else:
            how = Led.DECREE if meant is Naming.DECREE else Led.CLAIM
            outcome = await _change(unit, ports, found, stream, to, how=how, by=by, at=now)
        await unit.commit()
    return outcome


async def lay_down_lead(ports: Ports, *, incident: IncidentId, service: ServiceName, by: UserId) -> LeadLeft:
    """Stop leading; nobody leads then. Raises IncidentNotFound, IncidentOver, NotYourRole, NeedsWords."""
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        stream = await _stream(unit, ports, found, service)
        workstream.lay_down(stream, by, decides=await deciders(unit, ports, found, by))
        event = await _leave(unit, ports, found, [stream], reason="cannot lead it", by=by)
        await unit.commit()
    return event


async def accepted(unit: Unit, ports: Ports, incident: Incident, offer: Handover, by: UserId) -> LeadSeated:
    """The lead that was offered passes. Raises NotYourRole, AlreadyDecided, OfferExpired."""
    now = ports.clock.now()
    answered = handovers.say_yes(offer, by, at=now)
    current = {s.service: s for s in await unit.workstreams.current(incident.id)}
    stream = workstream.require_current(offer, current.get(offer.service or ServiceName("")), at=now)
    await unit.handovers.save(answered)
    await unit.timers.cancel(TimerKind.HANDOVER_EXPIRES, offer.id)
    return await _change(unit, ports, incident, stream, by, how=Led.HANDOVER, by=by, at=now)


async def turned_down(unit: Unit, ports: Ports, incident: Incident, service: ServiceName) -> None:
    """An offer came to nothing: once too often, and the commander is asked to decide."""
    await _ask(unit, ports, incident, Wanted.BOUNCED, only=service)


async def vacancy(ports: Ports, *, stream: WorkstreamId) -> None:
    """Nobody has led for a while: the commander is asked once, about everything that lacks a lead."""
    async with ports.units() as unit:
        found = await unit.workstreams.find(stream)
        if found is None:
            return
        incident = await locked(unit, found.incident)
        if incident.is_live:
            await _ask(unit, ports, incident, Wanted.VACANT)
            await unit.commit()


async def leave_all(unit: Unit, ports: Ports, incident: Incident, *, gone: UserId, why: str) -> None:
    """Somebody's account is gone: what they lead needs another lead."""
    theirs = [s for s in await unit.workstreams.current(incident.id) if s.lead == gone]
    if theirs:
        await _leave(unit, ports, incident, theirs, reason=why, by=PROTOCOL)


async def move(unit: Unit, ports: Ports, source: Incident, survivor: Incident, *, at: datetime) -> None:
    """The incident became part of another one: its leads go on there, where nobody leads the same."""
    theirs = await unit.workstreams.current(source.id)
    ours = {stream.service: stream for stream in await unit.workstreams.current(survivor.id)}
    await _end(unit, ports, theirs, at=at)
    for stream in theirs:
        here = ours.get(stream.service)
        if stream.lead is None or (here is not None and here.lead is not None):
            continue
        if here is not None:
            await _end(unit, ports, [here], at=at)
        how = stream.how or Led.ON_CALL
        moved = _begun(ports, survivor.id, stream.service, stream.lead, how, at=at)
        await unit.workstreams.add(moved)
        await _seat(unit, ports, survivor, stream.lead, (stream.service,), how=how, at=at)
    await follow(unit, ports, survivor)


async def close_offers(unit: Unit, incident: IncidentId, *, at: datetime) -> None:
    """The incident is over, and nobody waits for an answer any more; who leads what stays."""
    for stream in await unit.workstreams.current(incident):
        await _void(unit, incident, stream.service, at=at)


async def deciders(unit: Unit, ports: Ports, incident: Incident, by: UserId) -> tuple[UserId, ...]:
    """Who may decide about leads; ``by`` is among them if they may for another reason."""
    tenure = await unit.tenures.current(incident.id)
    verdict = authority.may(
        Actor(user=by), Action.NAME_LEAD, handbook=ports.handbook(), tenure=tenure, incident=incident
    )
    extra = (by,) if verdict.allowed and by not in verdict.who_may else ()
    return (*verdict.who_may, *extra)


async def _offer(
    unit: Unit, ports: Ports, incident: Incident, service: ServiceName, *, by: UserId, to: UserId
) -> Handover:
    offered = handovers.ask(
        incident.id,
        by,
        to,
        handover_id=HandoverId(ports.ids.new()),
        brief=await brief(unit, ports, incident),
        policy=ports.handbook().playbook.command,
        at=ports.clock.now(),
        service=service,
    )
    await unit.handovers.add(offered)
    event = HandoverOffered(
        incident=incident.id,
        by=by,
        at=offered.offered_at,
        handover=offered.id,
        giver=by,
        taker=to,
        expires_at=offered.expires_at,
        service=service,
        brief=offered.brief,
    )
    await record(unit, ports, incident, event)
    alarm = Timer(
        kind=TimerKind.HANDOVER_EXPIRES, subject=offered.id, incident=incident.id, due_at=offered.expires_at
    )
    await unit.timers.set(alarm)
    return offered


async def _change(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    stream: Workstream,
    to: UserId,
    *,
    how: Led,
    by: UserId,
    at: datetime,
) -> LeadSeated:
    """One stretch ends and the next one begins, in one transaction."""
    begun = await _next(unit, ports, stream, to, how, at=at)
    return await _seat(unit, ports, incident, to, (begun.service,), how=how, by=by, before=stream.lead, at=at)


async def _seat(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    lead: UserId,
    services: tuple[ServiceName, ...],
    *,
    how: Led,
    at: datetime,
    by: UserId = PROTOCOL,
    before: UserId | None = None,
) -> LeadSeated:
    event = LeadSeated(
        incident=incident.id,
        by=by,
        at=at,
        services=services,
        lead=lead,
        how=how,
        before=before,
    )
    await record(unit, ports, incident, event)
    await watch_span(unit, ports, incident)
    return event


async def _leave(
    unit: Unit, ports: Ports, incident: Incident, streams: Sequence[Workstream], *, reason: str, by: UserId
) -> LeadLeft:
    now = ports.clock.now()
    for stream in streams:
        begun = await _next(unit, ports, stream, None, None, at=now)
        await _set_alarm(unit, ports, begun)
    event = LeadLeft(
        incident=incident.id,
        by=by,
        at=now,
        services=tuple(stream.service for stream in streams),
        lead=streams[0].lead or PROTOCOL,
        reason=reason,
    )
    await record(unit, ports, incident, event)
    return event


async def _dismiss(unit: Unit, ports: Ports, incident: Incident, streams: Sequence[Workstream]) -> None:
    """Services that are not impacted any more need no lead."""
    await _end(unit, ports, streams, at=ports.clock.now())
    for stream in streams:
        if stream.lead is not None and is_person(stream.lead):
            event = LeadLeft(
                incident=incident.id,
                by=PROTOCOL,
                at=ports.clock.now(),
                services=(stream.service,),
                lead=stream.lead,
                reason="it is not impacted any more",
            )
            await record(unit, ports, incident, event)


async def _next(
    unit: Unit, ports: Ports, stream: Workstream, lead: UserId | None, how: Led | None, *, at: datetime
) -> Workstream:
    ended, begun = workstream.follow_up(stream, lead, how, stream_id=WorkstreamId(ports.ids.new()), at=at)
    await _close(unit, ended, at=at)
    await unit.workstreams.add(begun)
    return begun


async def _end(unit: Unit, ports: Ports, streams: Sequence[Workstream], *, at: datetime) -> None:
    """Nobody works on these any more, of one incident."""
    for stream in streams:
        await _close(unit, replace(stream, until=max(at, stream.since)), at=at)
    if streams:
        services = tuple(stream.service for stream in streams)
        ended = WorkEnded(incident=streams[0].incident, by=PROTOCOL, at=at, services=services)
        await write_down(unit, ports, ended)


async def _close(unit: Unit, ended: Workstream, *, at: datetime) -> None:
    await unit.workstreams.save(ended)
    await unit.timers.cancel(TimerKind.LEAD_WANTED, ended.id)
    await _void(unit, ended.incident, ended.service, at=at)


async def _void(unit: Unit, incident: IncidentId, service: ServiceName, *, at: datetime) -> None:
    """The offer that waits for its answer is over."""
    offered = await unit.handovers.open_for(incident, service)
    ended = handovers.void(offered, at=at) if offered else None
    if ended is not None:
        await unit.handovers.save(ended)
        await unit.timers.cancel(TimerKind.HANDOVER_EXPIRES, ended.id)


async def _ask(
    unit: Unit, ports: Ports, incident: Incident, why: Wanted, *, only: ServiceName | None = None
) -> None:
    now, policy = ports.clock.now(), ports.handbook().playbook.command
    offers = await unit.handovers.of_leads(incident.id)
    streams = [
        stream
        for stream in await unit.workstreams.current(incident.id)
        if stream.asked_at is None
        and only in (None, stream.service)
        and workstream.wanted(stream, offers, policy=policy, at=now) is why
    ]
    for stream in streams:
        await unit.workstreams.save(replace(stream, asked_at=now))
    if streams:
        services = tuple(stream.service for stream in streams)
        event = LeadWanted(incident=incident.id, by=PROTOCOL, at=now, services=services, why=why)
        await record(unit, ports, incident, event)


async def _stream(unit: Unit, ports: Ports, incident: Incident, service: ServiceName) -> Workstream:
    await follow(unit, ports, incident)
    current = {stream.service: stream for stream in await unit.workstreams.current(incident.id)}
    if service not in current:
        known = ", ".join(current) or "none yet"
        raise NeedsWords(f"Nobody has to lead {service} here. Services with a lead: {known}.")
    return current[service]


async def _set_alarm(unit: Unit, ports: Ports, stream: Workstream) -> None:
    if stream.lead is None and stream.asked_at is None:
        due = stream.since + ports.handbook().playbook.command.lead_within
        await unit.timers.set(
            Timer(kind=TimerKind.LEAD_WANTED, subject=stream.id, incident=stream.incident, due_at=due)
        )


def _begun(
    ports: Ports,
    incident: IncidentId,
    service: ServiceName,
    lead: UserId | None,
    how: Led | None,
    *,
    at: datetime,
) -> Workstream:
    return Workstream(
        id=WorkstreamId(ports.ids.new()),
        incident=incident,
        service=service,
        lead=lead,
        how=how,
        since=at,
    )
