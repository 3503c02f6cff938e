"""The change freeze: pipelines ask the gate, commanders approve, the thaw lets go.

The freeze of an incident is an overlay. A change that may remedy the incident is never
held: it waits for one press of the commander.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.authority import require_command, require_lead
from playbooks.domain.change import (
    Change,
    ChangeType,
    Clearance,
    ClearanceState,
    Decision,
    Hold,
    Reason,
    Risk,
    Verdict,
)
from playbooks.domain.clearance import is_usable, require_approver
from playbooks.domain.effects import CloseApproval, RefreshCard
from playbooks.domain.errors import AlreadyDecided, NeedsWords, NotNeeded
from playbooks.domain.events import (
    ApprovalAsked,
    ChangeAllowed,
    ChangeApproved,
    ChangeDenied,
    ChangeHeld,
    FreezeBegan,
    FreezeLifted,
)
from playbooks.domain.freeze import Freeze, ring_of, rings, verdict
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import PROTOCOL, ChangeId, ClearanceId, IncidentId, ServiceName, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.timers import TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol.picture import Picture, draw
from playbooks.protocol.recording import locked, owe, record

COMMANDER = "commander"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateQuestion:
    """What a pipeline says about the change it wants to make; services by any name it uses."""

    ref: str
    kind: ChangeType
    risk: Risk
    services: tuple[str, ...]
    env: str
    digest: str
    op: str
    op_started_at: datetime | None
    remedies: IncidentId | None
    rollback_of: str | None
    title: str
    link: str
    requester: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """The verdict, its id in the record, and the change as it was understood."""

    verdict_id: str
    verdict: Verdict
    change: Change


async def begin(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Write down what is frozen from now on; ``incident`` says so already."""
    drawn = rings(incident.core, ports.handbook().graph)
    event = FreezeBegan(
        incident=incident.id,
        by=PROTOCOL,
        at=ports.clock.now(),
        ring0=tuple(sorted(drawn.ring0)),
        ring1=tuple(sorted(drawn.ring1)),
    )
    await record(unit, ports, incident, event)


async def ask(ports: Ports, *, question: GateQuestion) -> GateAnswer:
    """May this change go ahead? Whatever the answer needs (hold, approval card) is set up with it."""
    now = ports.clock.now()
    handbook = ports.handbook()
    async with ports.units() as unit:
        frozen = [await locked(unit, incident.id) for incident in await unit.incidents.frozen()]
        change = await _understood(unit, ports, question)
        freezes = [_freeze(handbook, incident) for incident in frozen]
        answer = verdict(
            change,
            freezes,
            await unit.clearances.of_change(change.id),
            policy=handbook.playbook.freeze,
            at=now,
        )
        by_number = {incident.id: incident for incident in frozen}
        for reason in answer.reasons:
            if reason.incident in by_number:
                await _follow(
                    unit,
                    ports,
                    by_number[reason.incident],
                    change=change,
                    reason=reason,
                )
        if answer.decision is Decision.ALLOW:
            await _use_approvals(unit, ports, by_number, change)
            await _let_go(unit, ports, by_number, change)
        verdict_id = ports.ids.new()
        await unit.verdicts.add(verdict_id, change.id, answer)
        await unit.commit()
    return GateAnswer(verdict_id=verdict_id, verdict=answer, change=change)


async def approve(
    ports: Ports,
    *,
    clearance: ClearanceId,
    by: UserId,
    fence: int | None = None,
) -> Clearance:
    """The commander lets one change with one artefact through.

    Raises NotYourRole, StaleCommand, AlreadyDecided, SeatVacant.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, asked = await _asked(unit, clearance, by, what="approve changes", fence=fence)
        require_approver(asked, by)
        expires_at = now + ports.handbook().playbook.freeze.approval_valid
        approved = replace(
            asked,
            state=ClearanceState.APPROVED,
            decided_by=by,
            decided_at=now,
            expires_at=expires_at,
        )
        await unit.clearances.save(approved)
        event = ChangeApproved(
            incident=incident.id, by=by, at=now, clearance=clearance, ref=asked.ref, expires_at=expires_at
        )
        await _decided(unit, ports, incident, event)
        await unit.commit()
    return approved


async def deny(
    ports: Ports,
    *,
    clearance: ClearanceId,
    by: UserId,
    reason: str = "",
    fence: int | None = None,
) -> Clearance:
    """The commander keeps the change back. Raises as ``approve``."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, asked = await _asked(unit, clearance, by, what="deny changes", fence=fence)
        denied = replace(asked, state=ClearanceState.DENIED, decided_by=by, decided_at=now)
        await unit.clearances.save(denied)
        event = ChangeDenied(
            incident=incident.id, by=by, at=now, clearance=clearance, ref=asked.ref, reason=reason.strip()
        )
        await _decided(unit, ports, incident, event)
        await unit.commit()
    return denied


async def thaw(
    ports: Ports,
    *,
    incident: IncidentId,
    by: UserId,
    reason: str,
    fence: int | None = None,
) -> tuple[Hold, ...]:
    """Lift the freeze by hand. ``fence`` binds a commander's button, not a duty manager's.

    Raises NotYourRole, StaleCommand, NotNeeded.
    """
    handbook = ports.handbook()
    async with ports.units() as unit:
        found = await locked(unit, incident)
        tenure = await unit.tenures.current(incident)
        if fence is not None and by not in handbook.duty_managers:
            require_command(by, tenure, what="lift the freeze", fence=fence)
        require_lead(by, tenure, handbook, what="lift the freeze")
        if found.freeze_since is None or found.thawed_at is not None:
            raise NotNeeded("No freeze is on for this incident.")
        released = await _lift(unit, ports, found, by=by, reason=reason.strip() or "lifted by hand")
        await unit.commit()
    return released


async def thaw_due(ports: Ports, *, incident: IncidentId) -> None:
    """It stayed quiet after the resolution: the freeze ends."""
    async with ports.units() as unit:
        found = await locked(unit, incident)
        if found.is_live or found.freeze_since is None or found.thawed_at is not None:
            return
        await _lift(unit, ports, found, by=PROTOCOL, reason="stable since the resolution")
        await unit.commit()


async def overview(ports: Ports) -> tuple[Picture, ...]:
    """The incidents whose freeze is on, as pictures."""
    async with ports.reading() as unit:
        frozen = await unit.incidents.frozen()
        return tuple([await draw(unit, ports.handbook(), i, at=ports.clock.now()) for i in frozen])


# ------------------------------------------------------------------ asking
async def _understood(unit: Unit, ports: Ports, question: GateQuestion) -> Change:
    """The change as the catalogue knows its services; asking again updates the same record."""
    known = await unit.changes.with_ref(question.ref)
    if known is None and not question.services:
        message = f"No change {question.ref} was asked about before, so name the services it touches."
        raise NeedsWords(message)
    services, unknown = _services(ports.handbook(), question.services)
    change = Change(
        id=known.id if known else ChangeId(ports.ids.new()),
        ref=question.ref,
        kind=question.kind,
        risk=question.risk,
        services=services or (known.services if known else ()),
        unknown_services=unknown if question.services or known is None else known.unknown_services,
        env=question.env,
        digest=question.digest,
        op=question.op,
        op_started_at=question.op_started_at,
        remedies=question.remedies,
        rollback_of=question.rollback_of,
        title=question.title,
        link=question.link,
        requester=question.requester,
        first_asked_at=known.first_asked_at if known else ports.clock.now(),
        version=known.version if known else 0,
    )
    await (unit.changes.save(change) if known else unit.changes.add(change))
    return change


def _services(handbook: Handbook, words: tuple[str, ...]) -> tuple[tuple[ServiceName, ...], tuple[str, ...]]:
    named = {word: handbook.service_named(word) for word in words}
    services = tuple(dict.fromkeys(service for service in named.values() if service is not None))
    return services, tuple(word for word, service in named.items() if service is None)


def _freeze(handbook: Handbook, incident: Incident) -> Freeze:
    return Freeze(
        incident=incident.id,
        severity=incident.severity,
        since=incident.freeze_since or incident.declared_at,
        rings=rings(incident.core, handbook.graph),
        severity_name=handbook.playbook.severity_name(incident.severity),
        env=incident.env,
    )


async def _follow(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    *,
    change: Change,
    reason: Reason,
) -> None:
    """What one reason of the verdict needs: a hold, or the commander's attention, once."""
    if reason.decision is Decision.HOLD:
        await _hold(unit, ports, incident, change=change, reason=reason)
    elif reason.decision is Decision.NEEDS_APPROVAL and COMMANDER in reason.approvers:
        await _ask_commander(unit, ports, incident, change, reason)


async def _hold(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    *,
    change: Change,
    reason: Reason,
) -> None:
    now = ports.clock.now()
    drawn = rings(incident.core, ports.handbook().graph)
    hold = Hold(
        change=change.id,
        ref=change.ref,
        incident=incident.id,
        since=now,
        ring=ring_of(change, drawn),
        reason=reason.text,
    )
    if await unit.holds.put(hold):
        event = ChangeHeld(
            incident=incident.id,
            by=PROTOCOL,
            at=now,
            change=change.id,
            ref=change.ref,
            services=change.services,
            reason=reason.text,
        )
        await record(unit, ports, incident, event)


async def _ask_commander(
    unit: Unit, ports: Ports, incident: Incident, change: Change, reason: Reason
) -> None:
    asked = [
        c
        for c in await unit.clearances.of_change(change.id)
        if c.incident == incident.id and c.digest == change.digest and c.state is ClearanceState.ASKED
    ]
    if asked:
        return
    now = ports.clock.now()
    clearance = Clearance(
        id=ClearanceId(ports.ids.new()),
        change=change.id,
        ref=change.ref,
        digest=change.digest,
        incident=incident.id,
        services=change.services,
        title=change.title,
        reason_code=reason.code,
        requester=change.requester,
        asked_at=now,
    )
    await unit.clearances.add(clearance)
    event = ApprovalAsked(
        incident=incident.id,
        by=PROTOCOL,
        at=now,
        clearance=clearance.id,
        ref=change.ref,
        title=change.title,
        services=change.services,
        reason=reason.text,
        requester=change.requester,
        link=change.link,
    )
    await record(unit, ports, incident, event)


async def _use_approvals(
    unit: Unit,
    ports: Ports,
    frozen: dict[IncidentId, Incident],
    change: Change,
) -> None:
    """An approval is good for one operation: the first allow takes it."""
    now = ports.clock.now()
    for clearance in await unit.clearances.of_change(change.id):
        fresh = clearance.used_by_op is None and clearance.incident in frozen
        if fresh and is_usable(clearance, change, at=now):
            await unit.clearances.save(replace(clearance, used_by_op=change.op))
            event = ChangeAllowed(
                incident=clearance.incident, by=PROTOCOL, at=now, ref=change.ref, op=change.op
            )
            await record(unit, ports, frozen[clearance.incident], event)


async def _let_go(unit: Unit, ports: Ports, frozen: dict[IncidentId, Incident], change: Change) -> None:
    """What goes ahead is not kept back any more, so the thaw has nothing to say about it."""
    for number, incident in frozen.items():
        for hold in await unit.holds.open_for(number):
            if hold.change == change.id:
                await unit.holds.release(hold, ports.clock.now())
                await owe(unit, incident, RefreshCard(incident=number))


# ------------------------------------------------------------------ deciding and lifting
async def _asked(
    unit: Unit,
    clearance: ClearanceId,
    by: UserId,
    *,
    what: str,
    fence: int | None,
) -> tuple[Incident, Clearance]:
    found = await unit.clearances.find(clearance)
    if found is None:
        raise NeedsWords("That request for approval does not exist any more.")
    incident = await locked(unit, found.incident)
    require_command(by, await unit.tenures.current(incident.id), what=what, fence=fence)
    fresh = await unit.clearances.find(clearance) or found
    if fresh.state is not ClearanceState.ASKED:
        raise AlreadyDecided(f"Change {fresh.ref}", fresh.decided_by, fresh.decided_at)
    return incident, fresh


async def _decided(
    unit: Unit, ports: Ports, incident: Incident, event: ChangeApproved | ChangeDenied
) -> None:
    await record(unit, ports, incident, event)
    place = await unit.posts.where(f"clearance:{event.clearance}")
    if place is not None:
        channel, ts = place
        effect = CloseApproval(incident=incident.id, clearance=event.clearance, channel=channel, ts=ts)
        await owe(unit, incident, effect)


async def _lift(unit: Unit, ports: Ports, incident: Incident, *, by: UserId, reason: str) -> tuple[Hold, ...]:
    now = ports.clock.now()
    lifted = replace(incident, thawed_at=now)
    await unit.incidents.save(lifted)
    await unit.timers.cancel(TimerKind.THAW, str(incident.id))
    holds = tuple(await unit.holds.open_for(incident.id))
    for hold in holds:
        await unit.holds.release(hold, now)
    event = FreezeLifted(
        incident=incident.id, by=by, at=now, released=tuple(hold.ref for hold in holds), reason=reason
    )
    await record(unit, ports, lifted, event)
    return holds
