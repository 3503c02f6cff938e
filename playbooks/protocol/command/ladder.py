"""Searching for a commander: timed asks along the roster, then an acting duty manager.

Each step is an alarm that reads the record again, so a restart in the middle changes
neither who is asked nor the time by which somebody sits.
"""

from __future__ import annotations

from datetime import datetime

from playbooks.domain import ladder as ladders
from playbooks.domain.command import Ask, Ladder, LadderCause, Seating, Tenure
from playbooks.domain.drill import within
from playbooks.domain.errors import NeedsWords, SeatTaken
from playbooks.domain.events import (
    AskDeclined,
    AskLapsed,
    CommandAsked,
    CommanderAnswered,
    CommandTaken,
    CommandUnfilled,
    SearchBegan,
)
from playbooks.domain.ids import PROTOCOL, LadderId, TenureId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.seat import seat
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol.command.roles import deputy
from playbooks.protocol.command.seating import end_search, install, seats_held
from playbooks.protocol.recording import locked, locked_live, record, write_down


async def search(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Start searching, inside the caller's transaction, unless somebody sits in the seat."""
    if await unit.tenures.current(incident.id) or await unit.ladders.open_for(incident.id):
        return
    begun = ladders.begin(
        LadderId(ports.ids.new()),
        incident.id,
        cause=LadderCause.FIRST,
        policy=ports.handbook().playbook.command,
        at=ports.clock.now(),
    )
    await unit.ladders.add(begun)
    await unit.timers.set(alarm(begun))
    event = SearchBegan(
        incident=incident.id, by=PROTOCOL, at=begun.begun_at, ladder=begun.id, asks_from=begun.asks_from
    )
    await write_down(unit, ports, event)


async def ask_next(ports: Ports, *, ladder: LadderId) -> None:
    """The time of whoever was asked is over, or nobody came of their own accord."""
    async with ports.units() as unit:
        incident, found = await ladder_of(unit, ladder)
        if await _heard_since(unit, found):
            await note_answer(unit, ports, incident, ladders.end(found, at=ports.clock.now()))
        else:
            await climb(unit, ports, incident, found)
        await unit.commit()


async def accept_ask(ports: Ports, *, ladder: LadderId, by: UserId) -> CommandTaken:
    """Take the seat one was asked to take. Raises IncidentOver, NotYourRole, AlreadyDecided, SeatTaken."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await ladder_of(unit, ladder)
        incident = await locked_live(unit, incident.id)
        _require_wanted(found, await unit.tenures.current(incident.id))
        await unit.ladders.save(ladders.accept(found, by, at=now))
        event = await _sit(unit, ports, incident, by, how=Seating.ASKED, decided_by=by, at=now)
        await unit.commit()
    return event


async def decline_ask(ports: Ports, *, ladder: LadderId, by: UserId, reason: str = "") -> Ask | None:
    """Whoever was asked cannot: the next one is asked at once, or seated.

    Returns the ask of the next one, None if nobody is asked any more. Raises NotYourRole,
    AlreadyDecided.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await ladder_of(unit, ladder)
        declined = ladders.decline(found, by, at=now)
        event = AskDeclined(
            incident=incident.id, by=by, at=now, ladder=ladder, person=by, reason=reason.strip()
        )
        await record(unit, ports, incident, event)
        after = await climb(unit, ports, incident, declined)
        await unit.commit()
    return after.open_ask


async def climb(unit: Unit, ports: Ports, incident: Incident, ladder: Ladder) -> Ladder:
    """One step up, if it is time for one; the ladder as it is stored then, but for its version."""
    handbook, now = ports.handbook(), ports.clock.now()
    if not incident.is_live:
        await end_search(unit, incident.id, at=now)
        return ladder
    unfit = await unit.members.unfit()
    held = await seats_held(unit, but=incident.id)
    step = ladders.climb(
        ladder,
        candidates=within(incident, ladders.candidates(handbook, seats_held=held, unfit=unfit)),
        last_resort=within(incident, ladders.last_resort(handbook, unfit=unfit)),
        policy=handbook.playbook.command,
        at=now,
        deputy=await deputy(unit, incident.id),
    )
    if step is None:
        if ladder.ended_at is None:
            await unit.timers.set(alarm(ladder))
        return ladder
    await unit.ladders.save(step.ladder)
    await _say(unit, ports, incident, step, at=now)
    return step.ladder


async def note_answer(unit: Unit, ports: Ports, incident: Incident, ended: Ladder) -> None:
    """The commander was heard of: the search is over and nothing has changed."""
    commander = ended.absent or PROTOCOL
    await unit.ladders.save(ended)
    await unit.timers.cancel(TimerKind.LADDER, ended.id)
    event = CommanderAnswered(
        incident=incident.id,
        by=commander,
        at=ended.ended_at or ports.clock.now(),
        ladder=ended.id,
        commander=commander,
    )
    await record(unit, ports, incident, event)


async def _heard_since(unit: Unit, ladder: Ladder) -> bool:
    """Whether a recalled commander did anything since, before anybody else was asked."""
    if ladder.cause is not LadderCause.RECALL or ladder.asks or ladder.ended_at is not None:
        return False
    entries = await unit.entries.since(ladder.incident, ladder.begun_at)
    return any(entry.actor == ladder.absent for entry in entries)


async def _say(unit: Unit, ports: Ports, incident: Incident, step: ladders.Rung, *, at: datetime) -> None:
    """Write down what a step did at ``at``, and do what follows from it."""
    now, ladder = at, step.ladder
    if step.lapsed is not None:
        lapsed = AskLapsed(incident=incident.id, by=PROTOCOL, at=now, ladder=ladder.id, person=step.lapsed)
        await record(unit, ports, incident, lapsed)
    if step.asked is not None:
        asked = CommandAsked(
            incident=incident.id,
            by=PROTOCOL,
            at=now,
            ladder=ladder.id,
            person=step.asked.user,
            until=step.asked.until,
        )
        await record(unit, ports, incident, asked)
        await unit.timers.set(alarm(ladder))
        return
    await unit.timers.cancel(TimerKind.LADDER, ladder.id)
    if step.seated is not None:
        await _sit(unit, ports, incident, step.seated, how=step.how, decided_by=PROTOCOL, at=now)
    else:
        unfilled = CommandUnfilled(incident=incident.id, by=PROTOCOL, at=now, ladder=ladder.id)
        await record(unit, ports, incident, unfilled)


async def _sit(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    user: UserId,
    *,
    how: Seating,
    decided_by: UserId,
    at: datetime,
) -> CommandTaken:
    seated = seat(
        await unit.tenures.current(incident.id),
        user,
        how=how,
        tenure_id=TenureId(ports.ids.new()),
        incident=incident.id,
        fence=incident.fence,
        at=at,
    )
    return await install(unit, ports, incident, seated, by=decided_by)


async def ladder_of(unit: Unit, ladder: LadderId) -> tuple[Incident, Ladder]:
    """The search as it is once its incident is held."""
    found = await unit.ladders.find(ladder)
    if found is None:
        raise NeedsWords("That question does not exist any more.")
    incident = await locked(unit, found.incident)
    return incident, await unit.ladders.find(ladder) or found


def _require_wanted(ladder: Ladder, holder: Tenure | None) -> None:
    """The seat is empty, or held by somebody who cannot be found."""
    if holder is not None and holder.user != ladder.absent:
        raise SeatTaken(holder.user, holder.since)


def alarm(ladder: Ladder) -> Timer:
    due_at = ladders.due_at(ladder)
    return Timer(kind=TimerKind.LADDER, subject=ladder.id, incident=ladder.incident, due_at=due_at)
