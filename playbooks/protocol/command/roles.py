"""Appointing a deputy and a scribe: at once, told privately, and theirs to decline."""

from __future__ import annotations

from playbooks.domain import roles
from playbooks.domain.events import RoleGiven, RoleLaidDown
from playbooks.domain.ids import PROTOCOL, AssignmentId, IncidentId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import require_fit
from playbooks.domain.role import Role
from playbooks.ports import Ports, Unit
from playbooks.protocol.command.teams import watch_span
from playbooks.protocol.recording import locked, locked_live, record


async def appoint(ports: Ports, *, incident: IncidentId, role: Role, to: UserId, by: UserId) -> RoleGiven:
    """Give somebody a role; whoever had it has it no more.

    Raises IncidentNotFound, IncidentOver, NotYourRole, NeedsWords, NotNeeded, CannotCommand.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_fit(to, await unit.members.find(to))
        ended, given = roles.appoint(
            await unit.assignments.current(incident),
            await unit.tenures.current(incident),
            by,
            to,
            role=role,
            assignment_id=AssignmentId(ports.ids.new()),
            incident=incident,
            handbook=ports.handbook(),
            at=now,
        )
        if ended is not None:
            await unit.assignments.end(ended)
        await unit.assignments.add(given)
        event = RoleGiven(
            incident=incident,
            by=by,
            at=now,
            role=role,
            person=to,
            before=ended.user if ended else None,
        )
        await record(unit, ports, found, event)
        await watch_span(unit, ports, found)
        await unit.commit()
    return event


async def lay_down(ports: Ports, *, incident: IncidentId, role: Role, by: UserId) -> RoleLaidDown:
    """Decline a role, or give it back. Raises IncidentNotFound, NotYourRole."""
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked(unit, incident)
        ended = roles.lay_down(await unit.assignments.current(incident), by, role=role, at=now)
        await unit.assignments.end(ended)
        event = RoleLaidDown(incident=incident, by=by, at=now, role=role, person=by)
        await record(unit, ports, found, event)
        await unit.commit()
    return event


async def free(unit: Unit, ports: Ports, incident: Incident, *, gone: UserId) -> None:
    """Somebody's account is gone: whatever they were appointed to needs somebody else."""
    now = ports.clock.now()
    for held in await unit.assignments.current(incident.id):
        if held.user == gone:
            await unit.assignments.end(roles.end(held, at=now))
            event = RoleLaidDown(incident=incident.id, by=PROTOCOL, at=now, role=held.role, person=gone)
            await record(unit, ports, incident, event)


async def deputy(unit: Unit, incident: IncidentId) -> UserId | None:
    """Who succeeds a commander that cannot be found; None if nobody could."""
    held = roles.holder(await unit.assignments.current(incident), Role.DEPUTY)
    if held is None or held.user in await unit.members.unfit():
        return None
    return held.user
