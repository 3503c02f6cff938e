"""Who takes part in a drill: whoever was named, and whoever comes of their own accord."""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.events import DrillJoined
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import record


async def enter(unit: Unit, ports: Ports, incident: Incident, by: UserId) -> Incident:
    """Whoever comes of their own accord takes part; the incident as it is stored then."""
    if incident.drill is None or by in incident.drill:
        return incident
    joined = replace(incident, drill=(*incident.drill, by))
    await unit.incidents.save(joined)
    event = DrillJoined(incident=incident.id, by=by, at=ports.clock.now(), person=by)
    await record(unit, ports, joined, event)
    return replace(joined, version=joined.version + 1)
