"""Parent and child: made and parted by hand; children hear what becomes of their parent."""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain import family
from playbooks.domain.authority import Action, Actor, require
from playbooks.domain.digest import text
from playbooks.domain.events import (
    BecameChild,
    ChildJoined,
    ChildLeft,
    Event,
    LeftParent,
    ParentEnded,
    ParentUpdated,
)
from playbooks.domain.ids import PROTOCOL, IncidentId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.update import Update
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, record


async def adopt(
    ports: Ports, *, incident: IncidentId, parent: IncidentId, by: UserId, reason: str = ""
) -> Incident:
    """Make an incident a part of another one; the commander of the part, or a duty manager, decides.

    Raises IncidentNotFound, IncidentOver, NotYourRole, NotNeeded.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        held = await _held(unit, incident, parent)
        child, above = held[incident], held[parent]
        await _require_lead(unit, ports, child, by)
        family.require_adoptable(child, above, await unit.incidents.children_of(incident))
        if child.parent is not None:
            await _part(unit, ports, child, by=by, reason=reason)
            child = await locked(unit, incident)
        joined = replace(child, parent=parent)
        await unit.incidents.save(joined)
        became = BecameChild(
            incident=incident, by=by, at=now, parent=parent, parent_title=above.title, reason=reason.strip()
        )
        await record(unit, ports, joined, became)
        arrived = ChildJoined(incident=parent, by=by, at=now, child=incident, child_title=child.title)
        await record(unit, ports, above, arrived)
        await unit.commit()
    return above


async def part(ports: Ports, *, incident: IncidentId, by: UserId, reason: str = "") -> None:
    """It is no part any more. Raises IncidentNotFound, NotYourRole, NotNeeded."""
    async with ports.units() as unit:
        child = (await _held(unit, incident))[incident]
        await _require_lead(unit, ports, child, by)
        family.require_child(child)
        await _part(unit, ports, child, by=by, reason=reason)
        await unit.commit()


async def owe_news(unit: Unit, ports: Ports, parent: Incident) -> None:
    """Something was told, or it ended: children hear of it in transactions of their own."""
    if await unit.incidents.children_of(parent.id):
        now = ports.clock.now()
        timer = Timer(kind=TimerKind.FAMILY, subject=str(parent.id), incident=parent.id, due_at=now)
        await unit.timers.set(timer)


async def tell_children(ports: Ports, *, parent: IncidentId) -> None:
    """Write into each live child what is new of its parent; what it has heard is not said again."""
    async with ports.reading() as unit:
        above = await unit.incidents.find(parent)
        children = await unit.incidents.children_of(parent)
        sent = [update for update in await unit.updates.of(parent) if update.sent_at is not None]
    if above is None:
        return
    for child in children:
        async with ports.units() as unit:
            found = await locked(unit, child.id)
            if found.is_live and found.parent == parent:
                news = await _news(unit, ports, found, above, sent)
                if news and await record(unit, ports, found, *news):
                    await unit.commit()


async def _news(
    unit: Unit, ports: Ports, child: Incident, parent: Incident, sent: list[Update]
) -> tuple[Event, ...]:
    joined = await unit.entries.latest(child.id, BecameChild.__name__)
    since = joined.at if joined else child.declared_at
    now = ports.clock.now()
    told: list[Event] = [
        ParentUpdated(
            incident=child.id,
            by=update.sent_by or PROTOCOL,
            at=update.sent_at,
            parent=parent.id,
            update=update.id,
            number=update.number,
            text=text(update.digest) if update.digest else "",
        )
        for update in sent
        if update.sent_at is not None and update.sent_at >= since
    ]
    if not parent.is_live:
        note = parent.resolution_note
        told.append(
            ParentEnded(
                incident=child.id,
                by=PROTOCOL,
                at=parent.resolved_at or now,
                parent=parent.id,
                state=parent.state,
                note=note,
            )
        )
    return tuple(told)


async def _part(unit: Unit, ports: Ports, child: Incident, *, by: UserId, reason: str) -> None:
    before = child.parent
    if before is None:
        return
    now = ports.clock.now()
    parted = replace(child, parent=None)
    await unit.incidents.save(parted)
    left = LeftParent(incident=child.id, by=by, at=now, parent=before, reason=reason.strip())
    await record(unit, ports, parted, left)
    above = await locked(unit, before)
    await record(unit, ports, above, ChildLeft(incident=before, by=by, at=now, child=child.id))


async def _held(unit: Unit, incident: IncidentId, *others: IncidentId) -> dict[IncidentId, Incident]:
    """Everybody concerned, the parent of now included, locked in one order. Raises IncidentNotFound."""
    now = await unit.incidents.find(incident)
    concerned = {incident, *others, *((now.parent,) if now and now.parent else ())}
    return {number: await locked(unit, number) for number in sorted(concerned)}


async def _require_lead(unit: Unit, ports: Ports, child: Incident, by: UserId) -> None:
    tenure = await unit.tenures.current(child.id)
    require(Actor(user=by), Action.LINK, handbook=ports.handbook(), tenure=tenure, incident=child)
