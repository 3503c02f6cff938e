"""Taking the seat, and what becomes of open questions about it when the incident is over."""

from __future__ import annotations

from playbooks.domain import contest as disputes
from playbooks.domain import handover as handovers
from playbooks.domain.events import CommandContested, CommandTaken, ContestJoined
from playbooks.domain.ids import PROTOCOL, IncidentId, TenureId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.seat import claim
from playbooks.domain.timers import TimerKind
from playbooks.domain.turning import require_accepted
from playbooks.ports import Ports, Unit
from playbooks.protocol.command.contest import conclude, dispute
from playbooks.protocol.command.seating import end_search, install
from playbooks.protocol.recording import locked_live

PRESSED_TOO = "I want to take command too"
"""The reason of somebody who wanted the seat while it was taken, and gave none."""

Claimed = CommandTaken | CommandContested | ContestJoined


async def take(ports: Ports, *, incident: IncidentId, by: UserId, reason: str = "") -> Claimed:
    """Take the vacant seat at once, or dispute it while the incumbent stays in charge.

    Raises IncidentNotFound, IncidentOver, AlreadyInCommand, NoStanding, ContestTooLate, NotNeeded.
    """
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_accepted(found)
        holder = await unit.tenures.current(incident)
        if holder is None:
            outcome: Claimed = await _sit(unit, ports, found, by)
        else:
            outcome = await dispute(unit, ports, found, holder, by, reason=reason.strip() or PRESSED_TOO)
        await unit.commit()
    return outcome


async def close_questions(unit: Unit, ports: Ports, incident: Incident) -> None:
    """The incident is over: disputes and offers end, and whoever sits in the seat keeps it."""
    found = await unit.contests.open_for(incident.id)
    ended = disputes.abandon(found, at=ports.clock.now()) if found else None
    if ended is not None:
        await conclude(unit, ports, incident, ended, by=PROTOCOL)
    await end_search(unit, incident.id, at=ports.clock.now())
    offered = await unit.handovers.open_for(incident.id)
    withdrawn = handovers.void(offered, at=ports.clock.now()) if offered else None
    if withdrawn is not None:
        await unit.handovers.save(withdrawn)
        await unit.timers.cancel(TimerKind.HANDOVER_EXPIRES, withdrawn.id)


async def _sit(unit: Unit, ports: Ports, incident: Incident, by: UserId) -> CommandTaken:
    seated = claim(
        None,
        by,
        tenure_id=TenureId(ports.ids.new()),
        incident=incident.id,
        fence=incident.fence,
        at=ports.clock.now(),
    )
    return await install(unit, ports, incident, seated, by=by)
