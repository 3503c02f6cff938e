"""The gate: a pipeline asks whether its change may go ahead, and what the answer needs is set up.

A hold is written down once, the commander's attention is asked for once, and an approval
is taken by the first operation that it lets through, all in the transaction of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

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
from playbooks.domain.clearance import is_usable
from playbooks.domain.effects import RefreshCard
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import (
    ApprovalAsked,
    ChangeAllowed,
    ChangeHeld,
    ChangeLetGo,
)
from playbooks.domain.freeze import Freeze, ring_of, rings, verdict
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import PROTOCOL, ChangeId, ClearanceId, IncidentId, ServiceName
from playbooks.domain.incident import Incident
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, owe, record, write_down

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
        remedies=await _survivor(unit, question.remedies),
        rollback_of=question.rollback_of,
        title=question.title,
        link=question.link,
        requester=question.requester,
        first_asked_at=known.first_asked_at if known else ports.clock.now(),
        version=known.version if known else 0,
    )
    await (unit.changes.save(change) if known else unit.changes.add(change))
    return change


async def _survivor(unit: Unit, number: IncidentId | None) -> IncidentId | None:
    """The incident in which the work on another goes on: a remedy of a part is one of the whole."""
    seen: set[IncidentId] = set()
    while number is not None and number not in seen:
        seen.add(number)
        found = await unit.incidents.find(number)
        if found is None or found.merged_into is None:
            break
        number = found.merged_into
    return number


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
        drill=incident.drill is not None,
        private=incident.private,
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
            ring=hold.ring,
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
        change=change.id,
        digest=change.digest,
        reason_code=clearance.reason_code,
        asked_at=clearance.asked_at,
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
                incident=clearance.incident,
                by=PROTOCOL,
                at=now,
                ref=change.ref,
                op=change.op,
                clearance=clearance.id,
            )
            await record(unit, ports, frozen[clearance.incident], event)


async def _let_go(unit: Unit, ports: Ports, frozen: dict[IncidentId, Incident], change: Change) -> None:
    """What goes ahead is not kept back any more, so the thaw has nothing to say about it."""
    for number, incident in frozen.items():
        for hold in await unit.holds.open_for(number):
            if hold.change == change.id:
                now = ports.clock.now()
                await unit.holds.release(hold, now)
                event = ChangeLetGo(incident=number, by=PROTOCOL, at=now, change=change.id, ref=change.ref)
                await write_down(unit, ports, event)
                await owe(unit, incident, RefreshCard(incident=number))
