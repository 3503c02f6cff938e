"""Changes that wait for a commander whose incident becomes part of another one.

Nobody decides in a room that people have left: the question is put to the survivor's commander,
if the survivor has a freeze, and whoever asked hears where it went.
"""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.change import Clearance, ClearanceState
from playbooks.domain.effects import CloseApproval
from playbooks.domain.events import ApprovalAsked, ApprovalWithdrawn
from playbooks.domain.ids import PROTOCOL, ClearanceId, incident_name
from playbooks.domain.incident import Incident
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import owe, record


async def follow(unit: Unit, ports: Ports, gone: Incident, survivor: Incident) -> None:
    """Whatever waits in ``gone`` waits in ``survivor`` instead, or does not wait any more."""
    frozen = survivor.freeze_since is not None and survivor.thawed_at is None
    for clearance in await unit.clearances.of(gone.id):
        if clearance.state is ClearanceState.ASKED:
            if frozen:
                await _ask_there(unit, ports, clearance, survivor)
            await _withdraw(unit, ports, clearance, gone, survivor, asked_there=frozen)


async def _ask_there(unit: Unit, ports: Ports, clearance: Clearance, survivor: Incident) -> None:
    """Ask the survivor's commander, unless the same change waits there already."""
    what = (clearance.change, clearance.digest, ClearanceState.ASKED)
    if any((c.change, c.digest, c.state) == what for c in await unit.clearances.of(survivor.id)):
        return
    anew = replace(clearance, id=ClearanceId(ports.ids.new()), incident=survivor.id, version=0)
    await unit.clearances.add(anew)
    change = await unit.changes.find(clearance.change)
    event = ApprovalAsked(
        incident=survivor.id,
        by=PROTOCOL,
        at=ports.clock.now(),
        clearance=anew.id,
        ref=anew.ref,
        title=anew.title,
        services=anew.services,
        reason=f"It waited in {incident_name(clearance.incident)}, which is part of this one now.",
        requester=anew.requester,
        link=change.link if change else "",
        change=anew.change,
        digest=anew.digest,
        reason_code=anew.reason_code,
        asked_at=anew.asked_at,
    )
    await record(unit, ports, survivor, event)


async def _withdraw(
    unit: Unit, ports: Ports, clearance: Clearance, gone: Incident, survivor: Incident, *, asked_there: bool
) -> None:
    now = ports.clock.now()
    withdrawn = replace(clearance, state=ClearanceState.WITHDRAWN, decided_by=PROTOCOL, decided_at=now)
    await unit.clearances.save(withdrawn)
    event = ApprovalWithdrawn(
        incident=gone.id,
        by=PROTOCOL,
        at=now,
        clearance=clearance.id,
        ref=clearance.ref,
        requester=clearance.requester,
        into=survivor.id,
        asked_there=asked_there,
    )
    await record(unit, ports, gone, event)
    for channel, ts in await unit.posts.about(f"clearance:{clearance.id}"):
        await owe(unit, gone, CloseApproval(incident=gone.id, clearance=clearance.id, channel=channel, ts=ts))
