"""Recovery: mitigated, resolved, reopened, closed; and severity, up at once, down with a reason.

Monitoring never resolves anything: it asks. Clocks stop when users are served again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from playbooks.domain import turning
from playbooks.domain.authority import Action, Actor, may, require, require_signed
from playbooks.domain.command import Tenure
from playbooks.domain.errors import AnotherPerson, NeedsWords, NotNeeded, NotQuiet
from playbooks.domain.events import (
    IncidentClosed,
    IncidentMitigated,
    IncidentReopened,
    IncidentResolved,
    SeverityChanged,
)
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import Incident, ResolutionCode, State
from playbooks.domain.signature import CALLED
from playbooks.domain.standing import Unrest, unrest
from playbooks.domain.timers import Timer, TimerKind
from playbooks.governance import Act
from playbooks.ports import Ports, Unit
from playbooks.protocol import (
    clocks,
    command,
    communicate,
    decisions,
    declare,
    family,
    freeze,
    review,
    signing,
    stale,
    tasks,
)
from playbooks.protocol.recording import locked, locked_live, record
from playbooks.schema import TwoPeople


async def mitigate(ports: Ports, *, incident: IncidentId, by: UserId, note: str = "") -> Incident:
    """Users are served again. Stops the clocks, and readers are to hear of it now.

    Raises IncidentOver, NotYourRole, NotNeeded.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked(unit, incident)
        turning.may_mitigate(found, by, await unit.tenures.current(incident), ports.handbook())
        mitigated = replace(found, state=State.MITIGATED, mitigated_at=now)
        await unit.incidents.save(mitigated)
        event = IncidentMitigated(incident=incident, by=by, at=now, note=note.strip())
        await record(unit, ports, mitigated, event)
        await clocks.stop(unit, ports, mitigated, why="mitigated")
        await communicate.owe_news(unit, ports, mitigated)
        await unit.commit()
    return mitigated


async def resolve(
    ports: Ports,
    *,
    incident: IncidentId,
    by: UserId,
    code: ResolutionCode,
    note: str,
    despite: str = "",
) -> Incident:
    """It is over, with a code and a note; the post-mortem drafts itself and the thaw is set.

    ``despite`` says why, while monitoring is not quiet. Raises IncidentOver, NotYourRole, RuledOut,
    NeedsWords, NotQuiet, AwaitsWord.
    """
    words = {"code": code.value, "note": note, "despite": despite}
    request = signing.Request(act=Act.RESOLVE, by=by, what=CALLED[Act.RESOLVE], words=words)
    async with ports.units() as unit:
        found = await locked(unit, incident)
        async with signing.asking(unit, ports, found, request):
            resolved = await end(unit, ports, found, by=by, code=code, note=note, despite=despite)
        await unit.commit()
    return resolved


async def end(
    unit: Unit,
    ports: Ports,
    found: Incident,
    *,
    by: UserId,
    code: ResolutionCode,
    note: str,
    despite: str,
    signed: bool = False,
) -> Incident:
    """Resolve inside the caller's transaction; ``signed`` if whoever has to agree did."""
    if not note.strip():
        raise NeedsWords("Say in a sentence what ended it; the post-mortem starts from it.")
    now, incident = ports.clock.now(), found.id
    verdict = turning.may_resolve(found, by, await unit.tenures.current(incident), ports.handbook())
    loud = await _unrest(unit, ports, incident)
    if loud is not None and not despite.strip():
        raise NotQuiet(len(loud.standing), loud.quiet_since)
    if not signed:
        require_signed(Action.RESOLVE, verdict)
    resolved = replace(
        found,
        state=State.RESOLVED,
        mitigated_at=found.mitigated_at or now,
        resolved_at=now,
        resolution=code,
        resolution_note=note.strip(),
    )
    await unit.incidents.save(resolved)
    event = IncidentResolved(
        incident=incident,
        by=by,
        at=now,
        code=code,
        note=note.strip(),
        despite=despite.strip() if loud else "",
        governed_by=verdict.rule,
    )
    await record(unit, ports, resolved, event)
    await clocks.stop(unit, ports, resolved, why="resolved")
    await unit.timers.cancel(TimerKind.QUIET, str(incident))
    await _after_the_end(unit, ports, resolved)
    await family.owe_news(unit, ports, resolved)
    return resolved


async def reopen(ports: Ports, *, incident: IncidentId, by: UserId, reason: str) -> Incident:
    """It came back: clocks run on, the freeze and the updates begin again. Raises NeedsWords, NotNeeded."""
    if not reason.strip():
        raise NeedsWords("Say what came back: /incident reopen checkout fails again")
    async with ports.units() as unit:
        found = await locked(unit, incident)
        reopened = await bring_back(unit, ports, found, by=by, reason=reason.strip())
        await unit.commit()
    return reopened


async def bring_back(unit: Unit, ports: Ports, found: Incident, *, by: UserId, reason: str) -> Incident:
    """Reopen inside the caller's transaction. Raises NotNeeded."""
    turning.may_reopen(found)
    now = ports.clock.now()
    frozen = found.freeze_since if found.thawed_at is None else now
    reopened = replace(
        found,
        state=State.OPEN,
        mitigated_at=None,
        resolved_at=None,
        resolution=None,
        resolution_note="",
        freeze_since=frozen if found.freeze_since else None,
        thawed_at=None,
        clear_asked_at=None,
    )
    await unit.incidents.save(reopened)
    await unit.timers.cancel(TimerKind.THAW, str(found.id))
    await record(unit, ports, reopened, IncidentReopened(incident=found.id, by=by, at=now, reason=reason))
    await command.search(unit, ports, reopened)
    await command.follow(unit, ports, reopened)
    await stale.watch(unit, ports, reopened)
    await tasks.resume(unit, ports, reopened)
    if reopened.freeze_since != found.freeze_since:
        await freeze.begin(unit, ports, reopened)
    await clocks.resume(unit, ports, reopened, why="reopened")
    await communicate.owe_news(unit, ports, reopened)
    return reopened


async def close(ports: Ports, *, incident: IncidentId, by: UserId, note: str = "") -> Incident:
    """Close the record by hand; majors never close themselves. Raises NotYourRole, NotNeeded."""
    async with ports.units() as unit:
        found = await locked(unit, incident)
        tenure = await unit.tenures.current(incident)
        turning.may_close(found, by, tenure, ports.handbook())
        await _another_than_who_resolved(unit, ports, found, by, tenure)
        closed = replace(found, state=State.CLOSED)
        await unit.incidents.save(closed)
        event = IncidentClosed(incident=incident, by=by, at=ports.clock.now(), note=note.strip())
        await record(unit, ports, closed, event)
        await unit.commit()
    return closed


async def _another_than_who_resolved(
    unit: Unit, ports: Ports, incident: Incident, by: UserId, tenure: Tenure | None
) -> None:
    """Raises AnotherPerson where the playbook wants two people."""
    handbook = ports.handbook()
    resolved = await unit.entries.latest(incident.id, IncidentResolved.__name__)
    doubled = TwoPeople.CLOSE in handbook.playbook.authority.two_people
    if doubled and resolved is not None and resolved.actor == by:
        others = may(Actor(user=by), Action.CLOSE, handbook=handbook, tenure=tenure).who_may
        raise AnotherPerson("resolved it", Action.CLOSE, (user for user in others if user != by))


async def severity(
    ports: Ports,
    *,
    incident: IncidentId,
    by: UserId,
    severity: int,
    reason: str,
) -> Incident:
    """Anybody raises it at once; lowering it takes the commander and a reason.

    Raises IncidentOver, NotNeeded, NeedsWords, NotYourRole.
    """
    handbook = ports.handbook()
    declare.require_severity(handbook, severity)
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        if severity == found.severity:
            raise NotNeeded(f"It is {handbook.playbook.severity_name(severity)} already.")
        if severity > found.severity:
            tenure = await unit.tenures.current(incident)
            require(Actor(user=by), Action.LOWER, handbook=handbook, tenure=tenure, incident=found)
            if not reason.strip():
                raise NeedsWords(f"Say why it is less severe: /incident sev {severity} only one region")
        changed = await set_severity(unit, ports, found, severity, by=by, reason=reason.strip())
        await unit.commit()
    return changed


async def set_severity(
    unit: Unit,
    ports: Ports,
    found: Incident,
    to: int,
    *,
    by: UserId,
    reason: str,
) -> Incident:
    """Change the severity, and with it freeze and clocks, inside the caller's transaction."""
    now = ports.clock.now()
    thresholds = ports.handbook().playbook.freeze.thresholds.get(to, ())
    freezes = any(risk is not None for risk in thresholds)
    changed = replace(found, severity=to, freeze_since=found.freeze_since or (now if freezes else None))
    await unit.incidents.save(changed)
    event = SeverityChanged(incident=found.id, by=by, at=now, before=found.severity, after=to, reason=reason)
    await record(unit, ports, changed, event)
    if changed.freeze_since != found.freeze_since:
        await freeze.begin(unit, ports, changed)
    await clocks.fit(unit, ports, changed)
    await stale.watch(unit, ports, changed)
    return changed


async def _unrest(unit: Unit, ports: Ports, incident: IncidentId) -> Unrest | None:
    episodes = await unit.episodes.of(incident)
    return unrest(episodes, ports.clock.now(), ports.handbook().playbook.alerts)


async def _after_the_end(unit: Unit, ports: Ports, resolved: Incident) -> None:
    await command.close_questions(unit, ports, resolved, at=resolved.resolved_at or ports.clock.now())
    await tasks.leave(unit, ports, resolved)
    await decisions.lapse(unit, ports, resolved, why="the incident is over")
    await signing.lapse(unit, ports, resolved, why="the incident is over", acts=signing.WHILE_LIVE)
    fresh = await locked(unit, resolved.id)
    await review.draft(unit, ports, fresh)
    await communicate.owe_news(unit, ports, fresh)
    if fresh.freeze_since is not None and fresh.thawed_at is None:
        thaw_at = ports.clock.now() + ports.handbook().playbook.freeze.stabilisation
        await unit.timers.set(_alarm(TimerKind.THAW, fresh, thaw_at))


def _alarm(kind: TimerKind, incident: Incident, due_at: datetime) -> Timer:
    return Timer(kind=kind, subject=str(incident.id), incident=incident.id, due_at=due_at)
