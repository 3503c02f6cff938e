"""A drill turns into an incident, because something really broke."""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.authority import Action, Actor, require
from playbooks.domain.errors import NeedsWords, NotNeeded
from playbooks.domain.events import DrillBecameReal
from playbooks.domain.ids import IncidentId, UserId, incident_name
from playbooks.domain.incident import Incident
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.update import UpdateState
from playbooks.ports import Ports, Unit
from playbooks.protocol import clocks, command, communicate, freeze, report
from playbooks.protocol.recording import locked_live, record


async def become_real(ports: Ports, *, incident: IncidentId, by: UserId, reason: str) -> Incident:
    """It is no drill any more: who was spared is called, and what was pretended is done.

    Nothing was broken before, so it is counted from now. Raises IncidentOver, NotNeeded, NeedsWords,
    RuledOut, CoSignNeeded.
    """
    if not reason.strip():
        raise NeedsWords("Say what really happens: /incident drill real Payments fail, this is no drill")
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_drill(found)
        require(Actor(user=by), Action.DECLARE, handbook=ports.handbook(), tenure=None, incident=found)
        frozen = found.freeze_since is not None and found.thawed_at is None
        real = replace(
            found,
            drill=None,
            impact_started_at=now,
            detected_at=now,
            declared_at=now,
            freeze_since=now if frozen else found.freeze_since,
        )
        await unit.incidents.save(real)
        await _forget_what_was_shown(unit, real)
        event = DrillBecameReal(incident=incident, by=by, at=now, reason=reason.strip())
        await record(unit, ports, real, event)
        await _do_what_was_pretended(unit, ports, real, frozen=frozen)
        await unit.commit()
    return real


def require_drill(incident: Incident) -> None:
    """Raises NotNeeded."""
    if incident.drill is None:
        raise NotNeeded(f"{incident_name(incident.id)} is no drill. It has been in earnest all the time.")


async def _forget_what_was_shown(unit: Unit, incident: Incident) -> None:
    """Updates of the drill reached nobody outside, so nobody is owed a correction of them."""
    for update in await unit.updates.of(incident.id):
        if update.sent_at is not None:
            await unit.updates.save(replace(update, state=UpdateState.SKIPPED, sent_at=None))


async def _do_what_was_pretended(unit: Unit, ports: Ports, incident: Incident, *, frozen: bool) -> None:
    await command.search(unit, ports, incident)
    await report.gather(unit, ports, incident)
    await clocks.start(unit, ports, incident)
    if frozen:
        await freeze.begin(unit, ports, incident)
    await communicate.owe_news(unit, ports, incident)
    now = ports.clock.now()
    await unit.timers.set(Timer(kind=TimerKind.EVALUATE, subject="all", incident=None, due_at=now))
