"""Somebody sits down in the commander's seat: what every road there has in common.

One tenure is closed and the next one opened in one transaction, and the incident carries
the newest fencing number.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from playbooks.domain import handover as handovers
from playbooks.domain import ladder, roles
from playbooks.domain.command import Tenure
from playbooks.domain.events import CommandTaken
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.role import Role
from playbooks.domain.seat import Seated
from playbooks.domain.timers import TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol.command.teams import watch_span
from playbooks.protocol.recording import record


async def install(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    seated: Seated,
    *,
    by: UserId,
    reason: str = "",
    rule: str = "",
) -> CommandTaken:
    """Seat somebody and say so; ``by`` is who decided it, by ``rule`` if one governs it."""
    after = await reseat(unit, incident, seated)
    event = CommandTaken(
        incident=incident.id,
        by=by,
        at=seated.opened.since,
        commander=seated.opened.user,
        how=seated.opened.how,
        fence=after.fence,
        before=seated.closed.user if seated.closed else None,
        reason=reason,
        governed_by=rule,
    )
    await record(unit, ports, after, event)
    await watch_span(unit, ports, after)
    return event


async def reseat(unit: Unit, incident: Incident, seated: Seated) -> Incident:
    """Close one tenure and open the next; the incident carries the newest fencing number.

    Nobody is searched for any more.
    """
    if seated.closed is not None and seated.closed.until is not None:
        await unit.tenures.end(seated.closed, seated.closed.until)
    await unit.tenures.add(seated.opened)
    after = replace(incident, fence=seated.opened.fence)
    await unit.incidents.save(after)
    await end_search(unit, incident.id, at=seated.opened.since)
    await end_offer(unit, incident.id, at=seated.opened.since)
    await _leave_roles(unit, seated.opened)
    return after


async def _leave_roles(unit: Unit, opened: Tenure) -> None:
    """Nobody is their own deputy, and a commander's second word is somebody else's."""
    for held in await unit.assignments.current(opened.incident):
        if held.user == opened.user and held.role in (Role.DEPUTY, Role.COMMS):
            await unit.assignments.end(roles.end(held, at=opened.since))


async def end_offer(unit: Unit, incident: IncidentId, *, at: datetime) -> None:
    """Whoever offered command has it no more, so that the next commander may offer it."""
    offered = await unit.handovers.open_for(incident)
    ended = handovers.void(offered, at=at) if offered else None
    if ended is not None:
        await unit.handovers.save(ended)
        await unit.timers.cancel(TimerKind.HANDOVER_EXPIRES, ended.id)


async def end_search(unit: Unit, incident: IncidentId, *, at: datetime) -> None:
    """Somebody was found, or nobody is needed any more."""
    search = await unit.ladders.open_for(incident)
    if search is not None:
        await unit.ladders.save(ladder.end(search, at=at))
        await unit.timers.cancel(TimerKind.LADDER, search.id)


async def seats_held(unit: Unit, *, but: IncidentId) -> Counter[UserId]:
    """How many other live incidents each commander leads."""
    others = [incident.id for incident in await unit.incidents.live() if incident.id != but]
    seats = [await unit.tenures.current(other) for other in others]
    return Counter(tenure.user for tenure in seats if tenure is not None)
