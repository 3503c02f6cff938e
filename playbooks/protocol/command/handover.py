"""Handing command over: an offer with a brief, answered or expired; until then nothing changes."""

from __future__ import annotations

from playbooks.domain import handover as handovers
from playbooks.domain.command import Handover
from playbooks.domain.errors import NeedsWords, NotNeeded
from playbooks.domain.events import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverExpired,
    HandoverOffered,
    HandoverWithdrawn,
    LeadSeated,
)
from playbooks.domain.governance import require_unlimited
from playbooks.domain.ids import PROTOCOL, HandoverId, IncidentId, TenureId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import require_fit
from playbooks.domain.timers import Timer, TimerKind
from playbooks.governance import Act
from playbooks.ports import Ports, Unit
from playbooks.protocol.brief import brief
from playbooks.protocol.command import leads
from playbooks.protocol.command.seating import reseat
from playbooks.protocol.command.teams import watch_span
from playbooks.protocol.recording import locked, locked_live, record


async def offer(ports: Ports, *, incident: IncidentId, to: UserId, by: UserId) -> Handover:
    """Offer command with a brief; nothing changes until it is accepted.

    Raises SeatVacant, NotYourRole, NeedsWords, NotNeeded, CannotCommand, ContestPending.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_fit(to, await unit.members.find(to))
        require_unlimited(to, Act.COMMAND, ports.handbook())
        offered = handovers.offer(
            await unit.tenures.current(incident),
            by,
            to,
            handover_id=HandoverId(ports.ids.new()),
            brief=await brief(unit, ports, found),
            pending=await unit.handovers.open_for(incident),
            contest=await unit.contests.open_for(incident),
            policy=ports.handbook().playbook.command,
            at=now,
        )
        await unit.handovers.add(offered)
        event = HandoverOffered(
            incident=incident,
            by=by,
            at=now,
            handover=offered.id,
            giver=by,
            taker=to,
            expires_at=offered.expires_at,
            brief=offered.brief,
        )
        await record(unit, ports, found, event)
        await unit.timers.set(
            Timer(
                kind=TimerKind.HANDOVER_EXPIRES,
                subject=offered.id,
                incident=incident,
                due_at=offered.expires_at,
            ),
        )
        await unit.commit()
    return offered


async def accept(ports: Ports, *, handover: HandoverId, by: UserId) -> HandoverAccepted | LeadSeated:
    """Take the command, or the lead, that was offered.

    Raises NotYourRole, AlreadyDecided, OfferExpired, StaleCommand.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _handover(unit, handover)
        if found.service is not None:
            led = await leads.accepted(unit, ports, incident, found, by)
            await unit.commit()
            return led
        accepted = handovers.accept(
            found,
            await unit.tenures.current(incident.id),
            by,
            tenure_id=TenureId(ports.ids.new()),
            contest=await unit.contests.open_for(incident.id),
            fence=incident.fence,
            at=now,
        )
        await unit.handovers.save(accepted.handover)
        await unit.timers.cancel(TimerKind.HANDOVER_EXPIRES, handover)
        seated = await reseat(unit, incident, accepted.seated)
        event = HandoverAccepted(
            incident=incident.id,
            by=by,
            at=now,
            handover=handover,
            giver=found.giver,
            taker=found.taker,
            fence=seated.fence,
        )
        await record(unit, ports, seated, event)
        await watch_span(unit, ports, seated)
        await unit.commit()
    return event


async def decline(ports: Ports, *, handover: HandoverId, by: UserId, reason: str = "") -> Handover:
    """Refuse the offer: nothing changes. Raises NotYourRole, AlreadyDecided, OfferExpired."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _handover(unit, handover)
        await unit.handovers.save(handovers.decline(found, by, at=now))
        await unit.timers.cancel(TimerKind.HANDOVER_EXPIRES, handover)
        event = HandoverDeclined(
            incident=incident.id,
            by=by,
            at=now,
            handover=handover,
            giver=found.giver,
            taker=found.taker,
            reason=reason.strip(),
            service=found.service,
        )
        await record(unit, ports, incident, event)
        if found.service is not None:
            await leads.turned_down(unit, ports, incident, found.service)
        await unit.commit()
    return found


async def withdraw_offer(ports: Ports, *, incident: IncidentId, by: UserId) -> HandoverWithdrawn:
    """Take back the offer that is open. Raises NotNeeded, NotYourRole, OfferExpired."""
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked(unit, incident)
        offered = await unit.handovers.open_for(incident)
        if offered is None:
            raise NotNeeded("Command is not offered to anybody.")
        await unit.handovers.save(handovers.withdraw(offered, by, at=now))
        await unit.timers.cancel(TimerKind.HANDOVER_EXPIRES, offered.id)
        event = HandoverWithdrawn(
            incident=incident,
            by=by,
            at=now,
            handover=offered.id,
            giver=offered.giver,
            taker=offered.taker,
        )
        await record(unit, ports, found, event)
        await unit.commit()
    return event


async def expire(ports: Ports, *, handover: HandoverId) -> None:
    """Nobody answered the offer: the giver keeps command and is told."""
    async with ports.units() as unit:
        incident, found = await _handover(unit, handover)
        expired = handovers.expire_due(found, at=ports.clock.now())
        if expired is None:
            return
        await unit.handovers.save(expired)
        event = HandoverExpired(
            incident=incident.id,
            by=PROTOCOL,
            at=ports.clock.now(),
            handover=handover,
            giver=found.giver,
            taker=found.taker,
            service=found.service,
        )
        await record(unit, ports, incident, event)
        if found.service is not None:
            await leads.turned_down(unit, ports, incident, found.service)
        await unit.commit()


async def _handover(unit: Unit, handover: HandoverId) -> tuple[Incident, Handover]:
    """The offer as it is once its incident is held."""
    found = await unit.handovers.find(handover)
    if found is None:
        raise NeedsWords("That offer does not exist any more.")
    incident = await locked(unit, found.incident)
    return incident, await unit.handovers.find(handover) or found
