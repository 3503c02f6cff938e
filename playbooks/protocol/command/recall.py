"""A commander who is silent, or gone: somebody else is found, and nobody commands twice meanwhile."""

from __future__ import annotations

from datetime import datetime

from playbooks.domain import contest as disputes
from playbooks.domain import ladder as ladders
from playbooks.domain.command import Contest, ContestPhase, Ladder, LadderCause, Tenure
from playbooks.domain.events import CommanderGone, CommanderRecalled
from playbooks.domain.ids import PROTOCOL, IncidentId, LadderId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.turning import require_accepted
from playbooks.ports import Ports, Unit
from playbooks.protocol import tasks
from playbooks.protocol.command import leads, roles
from playbooks.protocol.command.contest import claimants, conclude
from playbooks.protocol.command.ladder import alarm, climb, ladder_of, note_answer
from playbooks.protocol.recording import locked, locked_live, record


async def recall(ports: Ports, *, incident: IncidentId, by: UserId, reason: str = "") -> Ladder:
    """Ask a silent commander for a sign of life; who does not answer in time is replaced.

    Raises IncidentNotFound, IncidentOver, SeatVacant, NotNeeded, ContestPending.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_accepted(found)
        holder = await unit.tenures.current(incident)
        begun = ladders.recall(
            holder,
            by,
            reason.strip(),
            ladder_id=LadderId(ports.ids.new()),
            heard_at=await _last_heard(unit, found, holder),
            pending=await unit.ladders.open_for(incident),
            contest=await unit.contests.open_for(incident),
            policy=ports.handbook().playbook.command,
            at=now,
        )
        await unit.ladders.add(begun)
        await unit.timers.set(alarm(begun))
        event = CommanderRecalled(
            incident=incident,
            by=by,
            at=now,
            ladder=begun.id,
            commander=begun.absent or PROTOCOL,
            reason=begun.reason,
            answer_by=begun.asks_from,
        )
        await record(unit, ports, found, event)
        await unit.commit()
    return begun


async def answer_recall(ports: Ports, *, ladder: LadderId, by: UserId) -> None:
    """The commander is there after all, and keeps command. Raises NotYourRole, AlreadyDecided."""
    async with ports.units() as unit:
        incident, found = await ladder_of(unit, ladder)
        await note_answer(unit, ports, incident, ladders.answer(found, by, at=ports.clock.now()))
        await unit.commit()


async def stand_in(ports: Ports, *, gone: UserId, why: str) -> None:
    """Somebody's account cannot command any more: whatever they command gets somebody else."""
    async with ports.reading() as unit:
        live = [incident.id for incident in await unit.incidents.live()]
    for number in live:
        async with ports.units() as unit:
            incident = await locked(unit, number)
            holder = await unit.tenures.current(number)
            if not incident.is_live:
                continue
            await leads.leave_all(unit, ports, incident, gone=gone, why=why)
            await roles.free(unit, ports, incident, gone=gone)
            await tasks.free(unit, ports, incident, gone=gone, why=why)
            if holder is not None and holder.user == gone:
                await _replace(unit, ports, incident, holder, why)
            await unit.commit()


async def _replace(unit: Unit, ports: Ports, incident: Incident, holder: Tenure, why: str) -> None:
    before = await unit.ladders.open_for(incident.id)
    if before is not None and before.cause is LadderCause.GONE:
        return  # somebody is being searched for already
    contest = await unit.contests.open_for(incident.id)
    if contest is not None and await _give_way(unit, ports, incident, contest):
        return  # whoever disputed command has it now
    now = ports.clock.now()
    begun = ladders.replacing(holder, ladder_id=LadderId(ports.ids.new()), why=why, at=now)
    if before is not None:
        await unit.ladders.save(ladders.end(before, at=now))
    await unit.ladders.add(begun)
    event = CommanderGone(
        incident=incident.id,
        by=PROTOCOL,
        at=now,
        ladder=begun.id,
        commander=holder.user,
        reason=why,
    )
    await record(unit, ports, incident, event)
    await climb(unit, ports, incident, begun)


async def _give_way(unit: Unit, ports: Ports, incident: Incident, contest: Contest) -> bool:
    """The commander cannot dispute any more; whether somebody else has command by that."""
    now = ports.clock.now()
    if contest.phase is ContestPhase.SETTLING:
        about = await claimants(unit, ports, incident, contest)
        decided = disputes.yield_to(contest, contest.incumbent, claimants=about, at=now)
        await conclude(unit, ports, incident, decided, by=PROTOCOL)
        return True
    confirmed = disputes.final(contest, at=contest.final_at)
    if confirmed is not None:
        await conclude(unit, ports, incident, confirmed, by=PROTOCOL)
    return False


async def _last_heard(unit: Unit, incident: Incident, holder: Tenure | None) -> datetime:
    """When the commander last did or said anything in the incident."""
    if holder is None:
        return incident.declared_at
    heard_at = await unit.entries.heard_at(incident.id, holder.user)
    return max(heard_at or holder.since, holder.since)
