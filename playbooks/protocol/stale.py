"""Watches live incidents for silence; a sign of life is whatever a person says or does there."""

from __future__ import annotations

from datetime import datetime

from playbooks.domain.events import IncidentStale
from playbooks.domain.ids import PROTOCOL, IncidentId
from playbooks.domain.incident import Incident
from playbooks.domain.stale import Rung, patience, silence
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, record


async def watch(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Look again when it may have been silent for too long; set anew when the severity changes."""
    after = patience(incident, ports.handbook().playbook.stale)
    if after is not None:
        await _look_at(unit, incident, ports.clock.now() + after)


async def due(ports: Ports, *, incident: IncidentId) -> None:
    """Ask whoever commands, then a duty manager, once each for one and the same silence."""
    policy = ports.handbook().playbook.stale
    async with ports.units() as unit:
        found = await locked(unit, incident)
        after = patience(found, policy)
        if after is None:
            return
        heard_at = await unit.entries.heard_at(incident) or found.declared_at
        now = ports.clock.now()
        answer = silence(heard_at, at=now, after=after, policy=policy)
        if answer.rung is not Rung.NONE:
            event = IncidentStale(incident=incident, by=PROTOCOL, at=now, since=heard_at, rung=answer.rung)
            await record(unit, ports, found, event)
        await _look_at(unit, found, answer.look_at)
        await unit.commit()


async def _look_at(unit: Unit, incident: Incident, at: datetime) -> None:
    timer = Timer(kind=TimerKind.STALE, subject=str(incident.id), incident=incident.id, due_at=at)
    await unit.timers.set(timer)
