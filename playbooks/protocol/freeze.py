"""The change freeze: begun with the incident, decided by the commander, lifted by hand or by time.

The freeze of an incident is an overlay. A change that may remedy the incident is never
held: it waits for one press of the commander.
"""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.authority import Action, Actor, Verdict, require, require_signed
from playbooks.domain.change import (
    Clearance,
    ClearanceState,
    Hold,
)
from playbooks.domain.clearance import require_approver
from playbooks.domain.effects import CloseApproval
from playbooks.domain.errors import AlreadyDecided, NeedsWords, NotYourRole
from playbooks.domain.events import (
    ChangeApproved,
    ChangeDenied,
    FreezeBegan,
    FreezeLifted,
)
from playbooks.domain.freeze import rings
from playbooks.domain.ids import PROTOCOL, ClearanceId, IncidentId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import kind_of
from playbooks.domain.signature import CALLED
from playbooks.domain.timers import TimerKind
from playbooks.domain.turning import may_thaw
from playbooks.governance import Act
from playbooks.ports import Ports, Unit
from playbooks.protocol import signing
from playbooks.protocol.picture import Picture, draw
from playbooks.protocol.recording import locked, owe, record

COMMANDER = "commander"


async def begin(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Write down what is frozen from now on; ``incident`` says so already."""
    drawn = rings(incident.core, ports.handbook().graph)
    event = FreezeBegan(
        incident=incident.id,
        by=PROTOCOL,
        at=incident.freeze_since or ports.clock.now(),
        ring0=tuple(sorted(drawn.ring0)),
        ring1=tuple(sorted(drawn.ring1)),
    )
    await record(unit, ports, incident, event)


async def approve(
    ports: Ports,
    *,
    clearance: ClearanceId,
    by: UserId,
    fence: int | None = None,
) -> Clearance:
    """The commander lets one change with one artefact through.

    Raises NotYourRole, RuledOut, StaleCommand, AlreadyDecided, SeatVacant, AwaitsWord.
    """
    async with ports.units() as unit:
        incident, asked = await _held(unit, clearance)
        what = f"let change {asked.ref} through the freeze"
        request = signing.Request(act=Act.EXEMPT, by=by, what=what, subject=clearance)
        async with signing.asking(unit, ports, incident, request):
            approved = await let_through(unit, ports, clearance, by=by, fence=fence)
        await unit.commit()
    return approved


async def let_through(
    unit: Unit,
    ports: Ports,
    clearance: ClearanceId,
    *,
    by: UserId,
    fence: int | None = None,
    signed: bool = False,
) -> Clearance:
    """Approve inside the caller's transaction; ``signed`` if whoever has to agree did."""
    now = ports.clock.now()
    incident, asked = await _held(unit, clearance)
    verdict = await _require(unit, ports, incident, by, Action.APPROVE, fence=fence)
    _require_asked(asked)
    require_approver(asked, by)
    if not signed:
        require_signed(Action.APPROVE, verdict)
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
        incident=incident.id,
        by=by,
        at=now,
        clearance=clearance,
        ref=asked.ref,
        expires_at=expires_at,
        governed_by=verdict.rule,
    )
    await _decided(unit, ports, incident, event)
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
        incident, asked = await _held(unit, clearance)
        await _require_denier(unit, ports, incident, by, fence=fence)
        _require_asked(asked)
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

    Raises NotYourRole, RuledOut, StaleCommand, NotNeeded, AwaitsWord.
    """
    words = {"reason": reason}
    request = signing.Request(act=Act.EXEMPT, by=by, what=CALLED[Act.EXEMPT], words=words)
    async with ports.units() as unit:
        found = await locked(unit, incident)
        async with signing.asking(unit, ports, found, request):
            released = await lift_by_hand(unit, ports, found, by=by, reason=reason, fence=fence)
        await unit.commit()
    return released


async def lift_by_hand(
    unit: Unit,
    ports: Ports,
    found: Incident,
    *,
    by: UserId,
    reason: str,
    fence: int | None = None,
    signed: bool = False,
) -> tuple[Hold, ...]:
    """Lift inside the caller's transaction; ``signed`` if whoever has to agree did."""
    tenure = await unit.tenures.current(found.id)
    verdict = may_thaw(found, by, tenure, ports.handbook(), fence=fence)
    if not signed:
        require_signed(Action.THAW, verdict)
    words = reason.strip() or "lifted by hand"
    return await lift(unit, ports, found, by=by, reason=words, rule=verdict.rule)


async def thaw_due(ports: Ports, *, incident: IncidentId) -> None:
    """It stayed quiet after the resolution: the freeze ends."""
    async with ports.units() as unit:
        found = await locked(unit, incident)
        if found.is_live or found.freeze_since is None or found.thawed_at is not None:
            return
        await lift(unit, ports, found, by=PROTOCOL, reason="stable since the resolution")
        await unit.commit()


async def overview(ports: Ports) -> tuple[Picture, ...]:
    """The incidents whose freeze is on, as pictures."""
    async with ports.reading() as unit:
        frozen = await unit.incidents.frozen()
        return tuple([await draw(unit, ports.handbook(), i, at=ports.clock.now()) for i in frozen])


async def _held(unit: Unit, clearance: ClearanceId) -> tuple[Incident, Clearance]:
    """The request as it is once its incident is held. Raises NeedsWords."""
    found = await unit.clearances.find(clearance)
    if found is None:
        raise NeedsWords("That request for approval does not exist any more.")
    incident = await locked(unit, found.incident)
    return incident, await unit.clearances.find(clearance) or found


def _require_asked(clearance: Clearance) -> None:
    """Raises AlreadyDecided."""
    if clearance.state is not ClearanceState.ASKED:
        raise AlreadyDecided(f"Change {clearance.ref}", clearance.decided_by, clearance.decided_at)


async def _require_denier(
    unit: Unit, ports: Ports, incident: Incident, by: UserId, *, fence: int | None
) -> None:
    """Whoever may let it through may keep it back, and so may whoever commands, without anybody's word."""
    try:
        await _require(unit, ports, incident, by, Action.DENY, fence=fence)
    except NotYourRole:
        await _require(unit, ports, incident, by, Action.APPROVE, fence=fence)


async def _require(
    unit: Unit, ports: Ports, incident: Incident, by: UserId, action: Action, *, fence: int | None
) -> Verdict:
    return require(
        Actor(user=by, kind=kind_of(await unit.members.find(by))),
        action,
        handbook=ports.handbook(),
        tenure=await unit.tenures.current(incident.id),
        incident=incident,
        fence=fence,
        cosigning=True,
    )


async def _decided(
    unit: Unit, ports: Ports, incident: Incident, event: ChangeApproved | ChangeDenied
) -> None:
    await record(unit, ports, incident, event)
    for channel, ts in await unit.posts.about(f"clearance:{event.clearance}"):
        effect = CloseApproval(incident=incident.id, clearance=event.clearance, channel=channel, ts=ts)
        await owe(unit, incident, effect)


async def lift(
    unit: Unit, ports: Ports, incident: Incident, *, by: UserId, reason: str, rule: str = ""
) -> tuple[Hold, ...]:
    """Lift the freeze inside the caller's transaction; what was held may ask again."""
    now = ports.clock.now()
    lifted = replace(incident, thawed_at=now)
    await unit.incidents.save(lifted)
    await unit.timers.cancel(TimerKind.THAW, str(incident.id))
    holds = tuple(await unit.holds.open_for(incident.id))
    for hold in holds:
        await unit.holds.release(hold, now)
    event = FreezeLifted(
        incident=incident.id,
        by=by,
        at=now,
        released=tuple(hold.ref for hold in holds),
        reason=reason,
        governed_by=rule,
    )
    await record(unit, ports, lifted, event)
    return holds
