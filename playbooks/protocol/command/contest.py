"""Disputing the seat: the incumbent stays in charge until it is settled, in bounded time.

Each open question has an alarm, so that a dispute ends even if nobody presses anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from playbooks.domain import contest as disputes
from playbooks.domain.command import Claimant, Contest, ContestPhase, Settlement, Tenure
from playbooks.domain.errors import AlreadyInCommand, NeedsWords
from playbooks.domain.events import (
    ChallengerWithdrew,
    CommandContested,
    ContestAwarded,
    ContestDecided,
    ContestJoined,
)
from playbooks.domain.ids import PROTOCOL, ContestId, TenureId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.tie_break import best_tier, claimant, has_standing
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol.command.seating import install, seats_held
from playbooks.protocol.recording import locked, record, write_down


async def give_way(ports: Ports, *, contest: ContestId, by: UserId) -> ContestDecided:
    """The incumbent yields. Raises AlreadyDecided, NotYourRole."""
    async with ports.units() as unit:
        incident, found = await _contest(unit, contest)
        about = await claimants(unit, ports, incident, found)
        decided = disputes.yield_to(found, by, claimants=about, at=ports.clock.now())
        event = await conclude(unit, ports, incident, decided, by=by)
        await unit.commit()
    return event


async def keep(ports: Ports, *, contest: ContestId, by: UserId) -> ContestAwarded:
    """The incumbent will not yield, so the tie-break decides now instead of later.

    Raises AlreadyDecided, NotYourRole.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _contest(unit, contest)
        insisted = disputes.insist(found, by, policy=ports.handbook().playbook.command, at=now)
        event = await _award(unit, ports, incident, insisted)
        await unit.commit()
    return event


async def withdraw(ports: Ports, *, contest: ContestId, by: UserId) -> ContestDecided | None:
    """A challenger gives way; None while others still dispute. Raises AlreadyDecided, NotYourRole."""
    async with ports.units() as unit:
        incident, found = await _contest(unit, contest)
        left = disputes.withdraw(found, by, at=ports.clock.now())
        event = None
        if left.phase is ContestPhase.DECIDED:
            event = await conclude(unit, ports, incident, left, by=by)
        else:
            await unit.contests.save(left)
            gone = ChallengerWithdrew(
                incident=incident.id, by=by, at=ports.clock.now(), contest=contest, challenger=by
            )
            await write_down(unit, ports, gone)
        await unit.commit()
    return event


async def override(ports: Ports, *, contest: ContestId, winner: UserId, by: UserId) -> ContestDecided:
    """The duty manager decides. Raises NotYourRole, AlreadyDecided, NotNeeded."""
    async with ports.units() as unit:
        incident, found = await _contest(unit, contest)
        decided = disputes.overrule(
            found,
            by,
            to=winner,
            is_duty_manager=by in ports.handbook().duty_managers,
            at=ports.clock.now(),
        )
        event = await conclude(unit, ports, incident, decided, by=by)
        await unit.commit()
    return event


async def contest_settles(ports: Ports, *, contest: ContestId) -> None:
    """Nobody gave way in time: the tie-break awards."""
    async with ports.units() as unit:
        incident, found = await _contest(unit, contest)
        if found.phase is ContestPhase.SETTLING and ports.clock.now() >= found.settles_at:
            await _award(unit, ports, incident, found)
            await unit.commit()


async def contest_final(ports: Ports, *, contest: ContestId) -> None:
    """The duty manager stayed silent, which confirms the award."""
    async with ports.units() as unit:
        incident, found = await _contest(unit, contest)
        decided = disputes.final(found, at=ports.clock.now())
        if decided is not None:
            await conclude(unit, ports, incident, decided, by=PROTOCOL)
            await unit.commit()


async def dispute(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    holder: Tenure,
    by: UserId,
    *,
    reason: str,
) -> CommandContested | ContestJoined:
    if holder.user == by:
        raise AlreadyInCommand
    now = ports.clock.now()
    standing = has_standing(ports.handbook(), by, incident.impacted)
    open_one = await unit.contests.open_for(incident.id)
    if open_one is not None:
        await unit.contests.save(disputes.join(open_one, by, reason, standing=standing, at=now))
        joined = ContestJoined(
            incident=incident.id, by=by, at=now, contest=open_one.id, challenger=by, reason=reason
        )
        await record(unit, ports, incident, joined)
        return joined
    contest = disputes.open_contest(
        holder,
        by,
        reason,
        contest_id=ContestId(ports.ids.new()),
        standing=standing,
        best_tier=best_tier(ports.handbook(), incident.impacted),
        earlier=await unit.contests.of(incident.id),
        policy=ports.handbook().playbook.command,
        at=now,
    )
    await unit.contests.add(contest)
    await unit.timers.set(_alarm(TimerKind.CONTEST_SETTLES, contest))
    event = CommandContested(
        incident=incident.id,
        by=by,
        at=now,
        contest=contest.id,
        incumbent=holder.user,
        challenger=by,
        reason=reason,
        settles_at=contest.settles_at,
        final_at=contest.final_at,
        best_tier=contest.best_tier,
    )
    await record(unit, ports, incident, event)
    return event


async def _award(unit: Unit, ports: Ports, incident: Incident, contest: Contest) -> ContestAwarded:
    """The tie-break seats its winner; the duty manager may still overrule until ``final_at``."""
    now = ports.clock.now()
    awarded = disputes.settle_due(contest, await claimants(unit, ports, incident, contest), at=now)
    if awarded is None or awarded.winner is None:
        raise NeedsWords("This dispute is not due yet.")
    await unit.contests.save(awarded)
    await unit.timers.cancel(TimerKind.CONTEST_SETTLES, contest.id)
    await unit.timers.set(_alarm(TimerKind.CONTEST_FINAL, awarded))
    seated = await _seat_winner(unit, ports, incident, awarded)
    parties = (contest.incumbent, *(c.user for c in contest.standing))
    event = ContestAwarded(
        incident=incident.id,
        by=PROTOCOL,
        at=now,
        contest=contest.id,
        winner=awarded.winner,
        loser=tuple(user for user in parties if user != awarded.winner),
        reasons=awarded.reasons,
        final_at=awarded.final_at,
        settled_at=awarded.settles_at,
    )
    await record(unit, ports, seated, event)
    return event


async def conclude(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    decided: Contest,
    *,
    by: UserId,
) -> ContestDecided:
    """The dispute is over: its winner sits in the seat."""
    seated = await _seat_winner(unit, ports, incident, decided)
    return await close(unit, ports, seated, decided, by=by)


async def close(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    decided: Contest,
    *,
    by: UserId,
) -> ContestDecided:
    """The dispute is over, and whoever sits in the seat keeps it."""
    await unit.contests.save(decided)
    await unit.timers.cancel(TimerKind.CONTEST_SETTLES, decided.id)
    await unit.timers.cancel(TimerKind.CONTEST_FINAL, decided.id)
    now = ports.clock.now()
    event = ContestDecided(
        incident=incident.id,
        by=by,
        # What the tie-break awarded was dated then; now silence confirms it.
        at=now if decided.by is Settlement.TIE_BREAK else decided.decided_at or now,
        contest=decided.id,
        winner=decided.winner or decided.incumbent,
        settlement=decided.by or Settlement.TIE_BREAK,
        reasons=decided.reasons,
    )
    await record(unit, ports, incident, event)
    return event


async def _seat_winner(unit: Unit, ports: Ports, incident: Incident, contest: Contest) -> Incident:
    """Seat the winner unless they sit already; the change of the seat is an event of its own."""
    holder = await unit.tenures.current(incident.id)
    if holder is None:
        return incident
    seated = disputes.award(
        contest,
        holder,
        tenure_id=TenureId(ports.ids.new()),
        fence=incident.fence,
        at=ports.clock.now(),
    )
    if seated is None:
        return incident
    taken = await install(unit, ports, incident, seated, by=PROTOCOL)
    return replace(incident, fence=taken.fence)


async def claimants(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    contest: Contest,
) -> Sequence[Claimant]:
    claims = [(contest.incumbent, contest.incumbent_since), *((c.user, c.at) for c in contest.standing)]
    held = await seats_held(unit, but=incident.id)
    return [
        claimant(
            ports.handbook(),
            user,
            impacted=incident.impacted,
            seats_held=held[user],
            claimed_at=at,
        )
        for user, at in claims
    ]


async def _contest(unit: Unit, contest: ContestId) -> tuple[Incident, Contest]:
    """The contest as it is once its incident is held."""
    found = await unit.contests.find(contest)
    if found is None:
        raise NeedsWords("That dispute does not exist any more.")
    incident = await locked(unit, found.incident)
    return incident, await unit.contests.find(contest) or found


def _alarm(kind: TimerKind, contest: Contest) -> Timer:
    due_at = contest.settles_at if kind is TimerKind.CONTEST_SETTLES else contest.final_at
    return Timer(kind=kind, subject=contest.id, incident=contest.incident, due_at=due_at)
