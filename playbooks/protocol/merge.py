"""Two incidents become one: a candidate at a press, two that people work on by agreement.

The survivor takes over alerts, reports, services and clocks; what ended keeps its number,
its log and its room, and says where the work goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from playbooks.domain import merging
from playbooks.domain.command import Tenure
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import (
    IncidentAbsorbed,
    IncidentMerged,
    MergeAgreed,
    MergeDeclined,
    MergeProposed,
    MergeWeighed,
)
from playbooks.domain.ids import MONITORING, PROTOCOL, IncidentId, MergeId, UserId, incident_name
from playbooks.domain.incident import Incident, Major
from playbooks.domain.merging import MergeProposal, MergeState
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.update import UpdateState
from playbooks.ports import Ports, Unit
from playbooks.protocol import (
    approvals,
    clocks,
    command,
    decisions,
    family,
    freeze,
    quiet,
    resolve,
    signing,
    tasks,
)
from playbooks.protocol.recording import locked, record, write_down

DECIDE_WITHIN = timedelta(minutes=10)
"""How long two commanders are asked whether theirs is one outage."""


async def merge(
    ports: Ports, *, incident: IncidentId, into: IncidentId, by: UserId, reason: str = ""
) -> MergeProposal | None:
    """Merge a candidate at once (None), or ask both commanders.

    A proposer who commands a side has said yes for it. Raises IncidentNotFound, IncidentOver,
    NotNeeded.
    """
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        one, other = await both(unit, incident, into)
        merging.require_mergeable(one, other)
        asked = None
        if one.major is Major.PROPOSED:
            await unite(unit, ports, one, other, by=by, reason=reason)
        else:
            asked = await _propose(unit, ports, one, other, by=by, reason=reason)
        await unit.commit()
    return asked


async def suggest(unit: Unit, ports: Ports, incident: Incident, into: Incident) -> None:
    """Alerts join two incidents on which people work: their commanders are asked, once."""
    if await unit.mergers.between(incident.id, into.id) is None:
        one, other = await both(unit, incident.id, into.id)
        await _propose(unit, ports, one, other, by=MONITORING, reason="their alerts belong together")


async def agree(ports: Ports, *, merger: MergeId, by: UserId) -> MergeProposal:
    """One commander says yes; with the other's yes they are one. Raises AlreadyDecided, NotYourRole."""
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        proposal, one, other = await _asked(unit, merger)
        seats = await _seats(unit, proposal)
        agreed = merging.agree(proposal, by, seats, ports.handbook(), at=ports.clock.now())
        merging.require_mergeable(one, other)
        await _keep(unit, ports, agreed, one, other, by=by)
        await unit.commit()
    return agreed


async def keep_apart(ports: Ports, *, merger: MergeId, by: UserId) -> MergeProposal:
    """They are two things; nothing changes. Raises AlreadyDecided, NotYourRole."""
    async with ports.units() as unit:
        proposal, one, other = await _asked(unit, merger)
        seats = await _seats(unit, proposal)
        apart = merging.keep_apart(proposal, by, seats, ports.handbook(), at=ports.clock.now())
        await _part(unit, ports, apart, one, other, by=by, reason="they are two things")
        await unit.commit()
    return apart


async def expire(ports: Ports, *, merger: MergeId) -> None:
    """Nobody agreed in time: they stay two."""
    async with ports.units() as unit:
        proposal, one, other = await _asked(unit, merger)
        if proposal.state is MergeState.ASKED:
            now = ports.clock.now()
            apart = replace(proposal, state=MergeState.APART, decided_by=PROTOCOL, decided_at=now)
            await _part(unit, ports, apart, one, other, by=PROTOCOL, reason="not both agreed in time")
            await unit.commit()


async def _propose(
    unit: Unit, ports: Ports, one: Incident, other: Incident, *, by: UserId, reason: str
) -> MergeProposal:
    now = ports.clock.now()
    before = await unit.mergers.between(one.id, other.id)
    if before is not None and before.state is MergeState.ASKED:
        return before
    proposal = MergeProposal(
        id=MergeId(ports.ids.new()),
        incident=one.id,
        into=other.id,
        proposed_by=by,
        reason=reason.strip(),
        proposed_at=now,
        expires_at=now + DECIDE_WITHIN,
    )
    await unit.mergers.add(proposal)
    seats = await _seats(unit, proposal)
    if merging.spoken_for(by, seats, ports.handbook()):
        proposal = merging.agree(proposal, by, seats, ports.handbook(), at=now)
    if proposal.state is not MergeState.MERGED:
        await _ask(unit, ports, proposal, one, other)
    if proposal.agreed:
        await _keep(unit, ports, proposal, one, other, by=by)
    return proposal


async def _ask(unit: Unit, ports: Ports, proposal: MergeProposal, one: Incident, other: Incident) -> None:
    for here, there in ((one, other), (other, one)):
        event = MergeProposed(
            incident=here.id,
            by=proposal.proposed_by,
            at=proposal.proposed_at,
            other=there.id,
            other_title=there.title,
            survives=other.id,
            merger=proposal.id,
            reason=proposal.reason,
            expires_at=proposal.expires_at,
        )
        await record(unit, ports, here, event)
    due = proposal.expires_at
    await unit.timers.set(
        Timer(kind=TimerKind.MERGER_EXPIRES, subject=proposal.id, incident=one.id, due_at=due)
    )


async def _keep(
    unit: Unit, ports: Ports, proposal: MergeProposal, one: Incident, other: Incident, *, by: UserId
) -> None:
    """Keep who has agreed; once both have, the two are one."""
    await unit.mergers.save(proposal)
    await write_down(unit, ports, _weighed(proposal, by=by, at=proposal.decided_at or ports.clock.now()))
    if proposal.state is MergeState.MERGED:
        await unit.timers.cancel(TimerKind.MERGER_EXPIRES, proposal.id)
        await unite(unit, ports, one, other, by=by, reason=proposal.reason)
        return
    for here, there in ((one, other), (other, one)):
        if here.id in proposal.agreed:
            event = MergeAgreed(
                incident=here.id, by=by, at=ports.clock.now(), other=there.id, merger=proposal.id
            )
            await record(unit, ports, here, event)


async def _part(
    unit: Unit,
    ports: Ports,
    apart: MergeProposal,
    one: Incident,
    other: Incident,
    *,
    by: UserId,
    reason: str,
) -> None:
    await unit.mergers.save(apart)
    await unit.timers.cancel(TimerKind.MERGER_EXPIRES, apart.id)
    for here, there in ((one, other), (other, one)):
        event = MergeDeclined(
            incident=here.id,
            by=by,
            at=apart.decided_at or ports.clock.now(),
            other=there.id,
            merger=apart.id,
            reason=reason,
        )
        await record(unit, ports, here, event)


async def unite(unit: Unit, ports: Ports, one: Incident, other: Incident, *, by: UserId, reason: str) -> None:
    """``one`` ends as a part of ``other``, which takes over what belongs to it.

    Inside the caller's transaction; both were read with ``both``.
    """
    now = ports.clock.now()
    worse = one.severity < other.severity and one.major is Major.ACCEPTED
    why = reason or "one outage"
    if worse:
        other = await resolve.set_severity(unit, ports, other, one.severity, by=by, reason=why)
        other = await locked(unit, other.id)
    new = tuple(s for s in one.impacted if s not in other.impacted)
    survivor = merging.absorbed(other, one)
    await unit.incidents.save(survivor)
    await _move(unit, one.id, survivor.id)
    await clocks.take_over(unit, ports, one, survivor)
    await tasks.take_over(unit, ports, one, survivor)
    await command.move_teams(unit, ports, one, survivor)
    part = f"the incident is part of {incident_name(survivor.id)} now"
    await decisions.lapse(unit, ports, one, why=part)
    await signing.lapse(unit, ports, one, why=part)
    survivor = await locked(unit, survivor.id)
    reports = tuple(await unit.reports.of(one.id))
    for report in reports:
        await unit.reports.save(replace(report, incident=survivor.id))
    gone = await _end(unit, ports, one, survivor.id, at=now)
    tenure = await unit.tenures.current(one.id)
    await record(
        unit,
        ports,
        survivor,
        IncidentAbsorbed(
            incident=survivor.id,
            by=by,
            at=now,
            other=one.id,
            other_title=one.title,
            new_services=new,
            newcomer=tenure.user if tenure else one.declared_by,
            affected=survivor.services,
            began_at=survivor.impact_started_at,
            detected_at=survivor.detected_at,
            reports=reports,
        ),
    )
    await command.move(unit, ports, gone, survivor, at=now)
    merged = IncidentMerged(
        incident=gone.id, by=by, at=now, into=survivor.id, room=survivor.room or "", reason=why
    )
    await record(unit, ports, gone, merged)
    await approvals.follow(unit, ports, gone, survivor)
    await quiet.listen(unit, ports, survivor.id)


async def _end(unit: Unit, ports: Ports, one: Incident, into: IncidentId, *, at: datetime) -> Incident:
    """Its questions, promises, freeze and alarms end."""
    if one.major is Major.ACCEPTED:
        await command.close_questions(unit, ports, one, at=at)
        promised = await unit.updates.due(one.id)
        if promised is not None:
            await unit.updates.save(replace(promised, state=UpdateState.SKIPPED))
        fresh = await locked(unit, one.id)
        if fresh.freeze_since is not None and fresh.thawed_at is None:
            await freeze.lift(unit, ports, fresh, by=PROTOCOL, reason="the incident is part of another one")
    await unit.timers.cancel_all(one.id)
    gone = merging.ended(await locked(unit, one.id), into, at=at)
    await unit.incidents.save(gone)
    await family.owe_news(unit, ports, gone)
    return gone


async def _move(unit: Unit, source: IncidentId, into: IncidentId) -> None:
    """What was said about one is evidence for the other."""
    theirs = [replace(episode, incident=into) for episode in await unit.episodes.of(source)]
    await unit.episodes.keep(added=(), changed=theirs)


def _weighed(proposal: MergeProposal, *, by: UserId, at: datetime) -> MergeWeighed:
    return MergeWeighed(
        incident=proposal.incident,
        by=by,
        at=at,
        other=proposal.into,
        merger=proposal.id,
        proposed_by=proposal.proposed_by,
        proposed_at=proposal.proposed_at,
        reason=proposal.reason,
        expires_at=proposal.expires_at,
        agreed=proposal.agreed,
        decided=proposal.state is MergeState.MERGED,
    )


async def both(unit: Unit, one: IncidentId, other: IncidentId) -> tuple[Incident, Incident]:
    """Two incidents, held in the order of their numbers, so that nobody waits for nobody."""
    found = {number: await locked(unit, number) for number in sorted({one, other})}
    return found[one], found[other]


async def _asked(unit: Unit, merger: MergeId) -> tuple[MergeProposal, Incident, Incident]:
    found = await unit.mergers.find(merger)
    if found is None:
        raise NeedsWords("That question does not exist any more.")
    one, other = await both(unit, found.incident, found.into)
    return await unit.mergers.find(merger) or found, one, other


async def _seats(unit: Unit, proposal: MergeProposal) -> Mapping[IncidentId, Tenure | None]:
    return {side: await unit.tenures.current(side) for side in proposal.sides}
