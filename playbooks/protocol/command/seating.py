"""Somebody sits down in the commander's seat: what every road there has in common.

One tenure is closed and the next one opened in one transaction, and the incident carries
the newest fencing number.
"""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.events import CommandTaken
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident
from playbooks.domain.seat import Seated
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import record


async def install(
    unit: Unit, ports: Ports, incident: Incident, seated: Seated, *, by: UserId
) -> CommandTaken:
    """Seat somebody and say so; ``by`` is who decided it."""
    after = await reseat(unit, incident, seated)
    event = CommandTaken(
        incident=incident.id,
        by=by,
        at=ports.clock.now(),
        commander=seated.opened.user,
        how=seated.opened.how,
        fence=after.fence,
    )
    await record(unit, ports, after, event)
    return event


async def reseat(unit: Unit, incident: Incident, seated: Seated) -> Incident:
    """Close one tenure and open the next; the incident carries the newest fencing number."""
    if seated.closed is not None and seated.closed.until is not None:
        await unit.tenures.end(seated.closed, seated.closed.until)
    await unit.tenures.add(seated.opened)
    after = replace(incident, fence=seated.opened.fence)
    await unit.incidents.save(after)
    return after
