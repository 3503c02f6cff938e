"""Breaking the glass: authority in an emergency, with a reason, for a while, and seen by all.

When those who may do something cannot be reached, somebody has to; that they did it, and why,
is told to the room and to those whose authority it is.
"""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.authority import Action, Actor, require
from playbooks.domain.errors import NeedsWords, NotNeeded
from playbooks.domain.events import GlassBroken, GlassMended
from playbooks.domain.ids import PROTOCOL, IncidentId, UserId
from playbooks.domain.incident import Glass, Incident
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, locked_live, record


async def shatter(ports: Ports, *, incident: IncidentId, by: UserId, reason: str) -> Glass:
    """Take authority. Raises NeedsWords, NotYourRole, NotNeeded, IncidentOver."""
    if not reason.strip():
        raise NeedsWords("Say why it cannot wait: /incident breakglass nobody of the leads answers")
    handbook, now = ports.handbook(), ports.clock.now()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        if any(glass.by == by for glass in found.glass):
            raise NotNeeded("You broke the glass already, and may do what leads may.")
        unbroken = replace(found, glass=())
        require(Actor(user=by), Action.WARN, handbook=handbook, tenure=None, incident=unbroken)
        glass = Glass(by=by, reason=reason.strip(), until=now + handbook.playbook.authority.glass)
        broken = replace(found, glass=(*found.glass, glass))
        await unit.incidents.save(broken)
        event = GlassBroken(incident=incident, by=by, at=now, reason=glass.reason, until=glass.until)
        await record(unit, ports, broken, event)
        await _set_alarm(unit, broken)
        await unit.commit()
    return glass


async def mend(ports: Ports, *, incident: IncidentId) -> None:
    """Authority that has run out ends; an alarm that comes late or twice changes nothing."""
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked(unit, incident)
        over = tuple(glass for glass in found.glass if glass.until <= now)
        if over:
            mended = replace(found, glass=tuple(glass for glass in found.glass if glass not in over))
            await unit.incidents.save(mended)
            who = tuple(glass.by for glass in over)
            event = GlassMended(incident=incident, by=PROTOCOL, at=now, who=who)
            await record(unit, ports, mended, event)
            await _set_alarm(unit, mended)
        await unit.commit()


async def _set_alarm(unit: Unit, incident: Incident) -> None:
    if incident.glass:
        due = min(glass.until for glass in incident.glass)
        await unit.timers.set(
            Timer(kind=TimerKind.GLASS, subject=str(incident.id), incident=incident.id, due_at=due)
        )
