"""Taking the seat, and what becomes of open questions about it when the incident is over."""

from __future__ import annotations

from datetime import datetime

from playbooks.domain import contest as disputes
from playbooks.domain import seat
from playbooks.domain.authority import Action, Actor, Verdict, require, require_signed
from playbooks.domain.command import Tenure
from playbooks.domain.errors import NeedsWords, SeatTaken
from playbooks.domain.events import CommandContested, CommandTaken, ContestJoined
from playbooks.domain.ids import PROTOCOL, IncidentId, TenureId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.ladder import is_open_to_all
from playbooks.domain.signature import CALLED
from playbooks.domain.turning import require_accepted, require_live
from playbooks.governance import Act
from playbooks.ports import Ports, Unit
from playbooks.protocol import signing
from playbooks.protocol.command import leads
from playbooks.protocol.command.contest import close, conclude, dispute
from playbooks.protocol.command.seating import end_offer, end_search, install
from playbooks.protocol.participants import enter
from playbooks.protocol.recording import locked_live

PRESSED_TOO = "I want to take command too"
"""The reason of somebody who wanted the seat while it was taken, and gave none."""

Claimed = CommandTaken | CommandContested | ContestJoined


async def take(ports: Ports, *, incident: IncidentId, by: UserId, reason: str = "") -> Claimed:
    """Take the vacant seat at once, or dispute it while the incumbent stays in charge.

    Raises IncidentNotFound, IncidentOver, AlreadyInCommand, NoStanding, ContestTooLate, NotNeeded,
    RuledOut, AwaitsWord.
    """
    request = signing.Request(act=Act.COMMAND, by=by, what=CALLED[Act.COMMAND])
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_accepted(found)
        found = await enter(unit, ports, found, by)
        async with signing.asking(unit, ports, found, request):
            outcome = await _claim(unit, ports, found, by, reason=reason.strip() or PRESSED_TOO)
        await unit.commit()
    return outcome


async def _claim(unit: Unit, ports: Ports, found: Incident, by: UserId, *, reason: str) -> Claimed:
    holder = await unit.tenures.current(found.id)
    searched = is_open_to_all(await unit.ladders.open_for(found.id), at=ports.clock.now())
    if holder is None or (searched and holder.user != by):
        return await sit(unit, ports, found, by=by)
    if holder.user != by:
        # The duty managers have a word in every dispute, so it takes none before.
        _governed(by, ports, found)
    return await dispute(unit, ports, found, holder, by, reason=reason)


async def sit(unit: Unit, ports: Ports, found: Incident, *, by: UserId, signed: bool = False) -> CommandTaken:
    """Take the free seat inside the caller's transaction; ``signed`` if whoever has to agree did.

    Raises IncidentOver, SeatTaken, AlreadyInCommand, RuledOut, CoSignNeeded.
    """
    require_live(found)
    holder = await unit.tenures.current(found.id)
    searched = is_open_to_all(await unit.ladders.open_for(found.id), at=ports.clock.now())
    if holder is not None and holder.user != by and not searched:
        raise SeatTaken(holder.user, holder.since)
    verdict = _governed(by, ports, found)
    if not signed:
        require_signed(Action.CLAIM, verdict)
    return await _sit(unit, ports, found, holder, by, rule=verdict.rule)


def _governed(by: UserId, ports: Ports, found: Incident) -> Verdict:
    """By which rule, and with whose word, somebody may have command. Raises RuledOut."""
    return require(
        Actor(user=by),
        Action.CLAIM,
        handbook=ports.handbook(),
        tenure=None,
        incident=found,
        cosigning=True,
    )


async def close_questions(unit: Unit, ports: Ports, incident: Incident, *, at: datetime) -> None:
    """The incident is over: disputes and offers end, and whoever sits in the seat keeps it."""
    found = await unit.contests.open_for(incident.id)
    ended = disputes.abandon(found, at=at) if found else None
    if ended is not None:
        await conclude(unit, ports, incident, ended, by=PROTOCOL)
    await end_search(unit, incident.id, at=at)
    await end_offer(unit, incident.id, at=at)
    await leads.close_offers(unit, incident.id, at=at)


async def take_over(ports: Ports, *, incident: IncidentId, by: UserId, reason: str) -> CommandTaken:
    """Take command from whoever holds it, in person, and keep the duty until a handover.

    An open dispute ends with it. Raises IncidentNotFound, IncidentOver, NotYourRole,
    AlreadyInCommand, NeedsWords, NotNeeded.
    """
    if not reason.strip():
        raise NeedsWords("Say in one sentence why you take command; everybody in the room reads it.")
    now, handbook = ports.clock.now(), ports.handbook()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_accepted(found)
        holder = await unit.tenures.current(incident)
        seated = seat.take_over(
            holder,
            by,
            handbook=handbook,
            tenure_id=TenureId(ports.ids.new()),
            incident=incident,
            fence=found.fence,
            at=now,
        )
        disputed = await unit.contests.open_for(incident)
        event = await install(unit, ports, found, seated, by=by, reason=reason.strip())
        if disputed is not None:
            await close(unit, ports, found, disputes.supersede(disputed, by, at=now), by=by)
        await unit.commit()
    return event


async def _sit(
    unit: Unit, ports: Ports, incident: Incident, holder: Tenure | None, by: UserId, *, rule: str
) -> CommandTaken:
    """Sit down: on the empty seat, or on that of a commander whom nobody can find."""
    seated = seat.claim(
        holder,
        by,
        searched=True,
        tenure_id=TenureId(ports.ids.new()),
        incident=incident.id,
        fence=incident.fence,
        at=ports.clock.now(),
    )
    return await install(unit, ports, incident, seated, by=by, rule=rule)
