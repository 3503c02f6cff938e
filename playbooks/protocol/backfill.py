"""A past incident enters the record: counted like any other, and nobody is woken for it.

It has no room, asks nobody, holds nothing and promises nothing. What came of it is there: the
times, the clocks that would have run, a post-mortem that drafts itself.
"""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.backfill import Past, require_possible
from playbooks.domain.errors import KeyReused, NeedsWords
from playbooks.domain.events import IncidentClosed, IncidentEntered, IncidentMitigated, IncidentResolved
from playbooks.domain.ids import UserId
from playbooks.domain.incident import AffectedService, Incident, Major, RoomState, ServiceRole, State
from playbooks.domain.naming import require_service
from playbooks.ports import Ports, Unit
from playbooks.protocol import clocks, review
from playbooks.protocol.declare import MAX_TITLE, AskedBefore, require_severity
from playbooks.protocol.recording import record, write_down


async def enter(ports: Ports, *, past: Past, by: UserId, request_key: str = "") -> Incident:
    """Write down an incident that is over. Raises NeedsWords, NotWelcome, KeyReused.

    A ``request_key`` enters it once; AskedBefore tells what it entered, whenever it comes again.
    """
    now, handbook = ports.clock.now(), ports.handbook()
    service = require_service(handbook, past.service)
    require_severity(handbook, past.severity)
    require_possible(past, at=now)
    if not past.title.strip():
        raise NeedsWords("Say in a few words what was wrong.")
    title = past.title.strip()[:MAX_TITLE]
    async with ports.units() as unit:
        if request_key:
            await unit.episodes.lock_intake()
            if (done := await unit.incidents.with_key(request_key)) is not None:
                raise AskedBefore(_the_same(done, title, past))
        incident = Incident(
            id=await unit.incidents.next_number(),
            title=title,
            env=past.env,
            severity=past.severity,
            state=State.CLOSED,
            major=Major.ACCEPTED,
            services=(AffectedService(service=service, role=ServiceRole.IMPACTED),),
            impact_started_at=past.began_at,
            detected_at=past.detected_at,
            declared_at=past.detected_at,
            declared_by=by,
            rule=None,
            mitigated_at=past.mitigated_at or past.resolved_at,
            resolved_at=past.resolved_at,
            resolution=past.code,
            resolution_note=past.note.strip(),
            room_state=RoomState.NONE,
            entered_at=now,
            request_key=request_key,
        )
        await unit.incidents.add(incident)
        await _tell(unit, ports, incident, by)
        await clocks.start(unit, ports, incident)
        await review.draft(unit, ports, replace(incident))
        await unit.commit()
    return incident


def _the_same(done: Incident, title: str, past: Past) -> Incident:
    """What the request entered when it came first. Raises KeyReused if it is another request."""
    if done.entered_at is None or (done.title, done.impact_started_at) != (title, past.began_at):
        raise KeyReused(done.id)
    return done


async def _tell(unit: Unit, ports: Ports, incident: Incident, by: UserId) -> None:
    """The log says who entered it and when, and then what happened when."""
    now = incident.entered_at or ports.clock.now()
    entered = IncidentEntered(
        incident=incident.id,
        by=by,
        at=now,
        title=incident.title,
        env=incident.env,
        severity=incident.severity,
        services=incident.impacted,
        began_at=incident.impact_started_at,
        detected_at=incident.detected_at,
    )
    await record(unit, ports, incident, entered)
    served, over = incident.mitigated_at or now, incident.resolved_at or now
    note, code = incident.resolution_note, incident.resolution or ""
    for event in (
        IncidentMitigated(incident=incident.id, by=by, at=served, note=""),
        IncidentResolved(incident=incident.id, by=by, at=over, code=code, note=note),
        IncidentClosed(incident=incident.id, by=by, at=now, note="entered afterwards"),
    ):
        await write_down(unit, ports, event)
