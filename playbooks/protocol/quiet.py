"""Monitoring fell silent: the commander is asked, once, and nothing is assumed.

Silence is not recovery. It may also mean that what measures is broken too.
"""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.events import QuietNoticed
from playbooks.domain.ids import PROTOCOL, IncidentId
from playbooks.domain.incident import Incident, Major, State
from playbooks.domain.standing import quiet_since
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, record


async def listen(unit: Unit, ports: Ports, incident: IncidentId) -> None:
    """Set the alarm to ask, if the last alert of the incident has ended."""
    policy = ports.handbook().playbook.alerts
    ends = [episode.intervals[-1].end for episode in await unit.episodes.of(incident)]
    closed = [end for end in ends if end is not None]
    if closed and len(closed) == len(ends):
        due_at = max(closed) + policy.keep + policy.clear_for
        timer = Timer(kind=TimerKind.QUIET, subject=str(incident), incident=incident, due_at=due_at)
        await unit.timers.set(timer)


async def due(ports: Ports, *, incident: IncidentId) -> None:
    """If monitoring has been quiet for long enough, the commander is asked."""
    policy = ports.handbook().playbook.alerts
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked(unit, incident)
        if not _is_open_question(found):
            return
        since = quiet_since(await unit.episodes.of(incident), now, policy.keep)
        if since is None:
            return  # something stands again; the alarm is set anew when it ends
        if now < since + policy.clear_for:
            await listen(unit, ports, incident)
        else:
            asked = replace(found, clear_asked_at=now)
            await unit.incidents.save(asked)
            event = QuietNoticed(incident=incident, by=PROTOCOL, at=now, since=since)
            await record(unit, ports, asked, event)
        await unit.commit()


def _is_open_question(incident: Incident) -> bool:
    return (
        incident.major is Major.ACCEPTED and incident.state is State.OPEN and incident.clear_asked_at is None
    )
