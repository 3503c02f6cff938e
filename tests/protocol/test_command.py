"""There is one commander, disputes end, and handovers leave no gap."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from playbooks.domain.command import ContestPhase, Settlement
from playbooks.domain.effects import RefreshCard, SendBrief, TellPerson, TellRoom
from playbooks.domain.errors import (
    AlreadyDecided,
    AlreadyInCommand,
    CannotCommand,
    ContestPending,
    ContestTooLate,
    NeedsWords,
    NoStanding,
    NotNeeded,
    NotYourRole,
    OfferExpired,
    OfferWithdrawn,
    SeatVacant,
)
from playbooks.domain.events import (
    CommandContested,
    CommandTaken,
    ContestAwarded,
    ContestDecided,
    ContestJoined,
)
from playbooks.domain.ids import ContestId, HandoverId, IncidentId, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.person import Member
from playbooks.protocol import command, find, people, resolve
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, House

ONE = IncidentId(1)


async def holder(house: House) -> UserId | None:
    async with house.store.reading() as unit:
        tenure = await unit.tenures.current(ONE)
    return tenure.user if tenure else None


async def contested(house: House) -> CommandContested:
    """Bob commands, Cleo disputes it."""
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    outcome = await command.take(house.ports, incident=ONE, by=CLEO, reason="payments is mine")
    assert isinstance(outcome, CommandContested)
    await house.owed()
    return outcome


async def test_the_first_claim_takes_the_vacant_seat_at_once(house: House) -> None:
    await house.in_room()
    outcome = await command.take(house.ports, incident=ONE, by=BOB)
    assert isinstance(outcome, CommandTaken)
    assert (await holder(house), (await house.incident()).fence) == (BOB, 1)
    told = await house.owed()
    assert TellRoom(incident=ONE, about=outcome) in told
    assert RefreshCard(incident=ONE) in told


async def test_the_holder_cannot_take_command_twice(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    with pytest.raises(AlreadyInCommand):
        await command.take(house.ports, incident=ONE, by=BOB)
    assert (await house.kinds()).count("CommandTaken") == 1


async def test_a_second_claim_opens_a_contest_and_the_incumbent_stays_in_charge(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()
    outcome = await command.take(house.ports, incident=ONE, by=CLEO)
    assert isinstance(outcome, CommandContested)
    assert await holder(house) == BOB
    asked = {effect.user for effect in await house.owed() if isinstance(effect, TellPerson)}
    assert asked == {BOB, CLEO, GUS}


async def test_a_claim_without_standing_opens_nothing(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    with pytest.raises(NoStanding):
        await command.take(house.ports, incident=ONE, by=FAY)
    assert "CommandContested" not in await house.kinds()


async def test_a_contest_is_refused_once_the_commander_is_settled(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    house.clock.advance(timedelta(minutes=5))
    with pytest.raises(ContestTooLate):
        await command.take(house.ports, incident=ONE, by=CLEO)


async def test_yielding_seats_the_challenger(house: House) -> None:
    opened = await contested(house)
    decided = await command.give_way(house.ports, contest=opened.contest, by=BOB)
    assert (decided.winner, decided.settlement) == (CLEO, Settlement.YIELD)
    assert (await holder(house), (await house.incident()).fence) == (CLEO, 2)


async def test_nobody_else_can_yield_for_the_incumbent(house: House) -> None:
    opened = await contested(house)
    with pytest.raises(NotYourRole):
        await command.give_way(house.ports, contest=opened.contest, by=DEV)


async def test_withdrawing_leaves_the_incumbent(house: House) -> None:
    opened = await contested(house)
    decided = await command.withdraw(house.ports, contest=opened.contest, by=CLEO)
    assert decided is not None
    assert (decided.winner, await holder(house)) == (BOB, BOB)


async def test_insisting_decides_at_once(house: House) -> None:
    opened = await contested(house)
    awarded = await command.keep(house.ports, contest=opened.contest, by=BOB)
    assert awarded.winner in (BOB, CLEO)
    assert await holder(house) == awarded.winner


async def test_a_dispute_nobody_settles_ends_by_itself_within_thirteen_minutes(house: House) -> None:
    opened = await contested(house)
    await house.pass_time(minutes=3)
    kinds = await house.kinds()
    assert "ContestAwarded" in kinds
    assert "ContestDecided" not in kinds
    await house.pass_time(minutes=5)
    async with house.store.reading() as unit:
        contest = await unit.contests.find(opened.contest)
    assert contest is not None
    assert contest.phase is ContestPhase.DECIDED
    assert contest.winner == await holder(house)
    assert "ContestDecided" in await house.kinds()


async def test_the_duty_manager_overrules_the_award(house: House) -> None:
    opened = await contested(house)
    await house.pass_time(minutes=3)
    first = await holder(house)
    other = CLEO if first == BOB else BOB
    decided = await command.override(house.ports, contest=opened.contest, winner=other, by=GUS)
    assert decided.settlement is Settlement.DUTY_MANAGER
    assert await holder(house) == other
    with pytest.raises(AlreadyDecided):
        await command.override(house.ports, contest=opened.contest, winner=BOB, by=GUS)


async def test_only_a_duty_manager_overrules(house: House) -> None:
    opened = await contested(house)
    with pytest.raises(NotYourRole):
        await command.override(house.ports, contest=opened.contest, winner=DEV, by=DEV)


async def test_a_handover_changes_nothing_until_it_is_accepted(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    assert await holder(house) == BOB
    assert SendBrief(incident=ONE, handover=offered.id, user=ADA) in await house.owed()
    accepted = await command.accept(house.ports, handover=offered.id, by=ADA)
    assert (await holder(house), accepted.fence) == (ADA, 2)


async def test_a_handover_nobody_answers_expires_and_the_giver_commands(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    await house.pass_time(minutes=5)
    assert "HandoverExpired" in await house.kinds()
    assert await holder(house) == BOB
    with pytest.raises(OfferExpired):
        await command.accept(house.ports, handover=offered.id, by=ADA)


async def test_declining_tells_the_giver(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    await house.owed()
    await command.decline(house.ports, handover=offered.id, by=ADA, reason="on a train")
    told = [effect.user for effect in await house.owed() if isinstance(effect, TellPerson)]
    assert told == [BOB]


async def test_an_offer_is_taken_back_by_whoever_made_it(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    with pytest.raises(NotYourRole):
        await command.withdraw_offer(house.ports, incident=ONE, by=ADA)
    await house.owed()
    await command.withdraw_offer(house.ports, incident=ONE, by=BOB)
    assert [e.user for e in await house.owed() if isinstance(e, TellPerson)] == [ADA]
    with pytest.raises(OfferWithdrawn):
        await command.accept(house.ports, handover=offered.id, by=ADA)
    with pytest.raises(NotNeeded):
        await command.withdraw_offer(house.ports, incident=ONE, by=BOB)
    await command.offer(house.ports, incident=ONE, to=CLEO, by=BOB)
    await house.pass_time(minutes=5)
    assert (await house.kinds()).count("HandoverExpired") == 1
    assert await holder(house) == BOB


@ON_SQLITE
async def test_whose_account_is_gone_is_neither_offered_command_nor_asked_nor_seated(house: House) -> None:
    await house.in_room()
    for gone in (ADA, GUS):
        member = Member(
            id=gone, is_active=False, is_bot=False, is_guest=False, is_stranger=False, seen_at=START
        )
        assert await people.heard(house.ports, member)
    await house.pass_time(minutes=2)
    assert (await house.entry("CommandAsked"))["person"] == BOB
    await house.pass_time(minutes=9)
    assert await holder(house) == BOB, "the first of the roster, because the duty manager has left"
    with pytest.raises(CannotCommand, match="deactivated"):
        await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)


@ON_SQLITE
async def test_a_change_to_somebody_whom_nobody_asks_is_forgotten(house: House) -> None:
    stranger = Member(
        id=UserId("U0X"), is_active=True, is_bot=False, is_guest=False, is_stranger=True, seen_at=START
    )
    assert not await people.heard(house.ports, stranger)
    assert await people.known(house.ports, user=stranger.id) is None


@ON_SQLITE
@pytest.mark.parametrize(
    ("incumbent", "challenger", "winner"),
    [
        pytest.param(DEV, BOB, BOB, id="T-b 5: a lead off the roster against a roster commander off shift"),
        pytest.param(BOB, ADA, ADA, id="both on the roster, one on shift"),
        pytest.param(DEV, CLEO, CLEO, id="the roster comes before ownership"),
    ],
)
async def test_nobody_gives_way_so_the_roster_comes_before_ownership(
    house: House, incumbent: UserId, challenger: UserId, winner: UserId
) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=incumbent)
    await command.take(house.ports, incident=ONE, by=challenger)
    await house.pass_time(minutes=8)
    assert await holder(house) == winner
    assert (await house.entry("ContestDecided"))["settlement"] == Settlement.TIE_BREAK


@ON_SQLITE
async def test_a_yield_during_settling_decides_at_once_and_no_tie_break_follows(house: House) -> None:
    """T-b 9."""
    opened = await contested(house)
    house.clock.advance(timedelta(seconds=30))
    await command.give_way(house.ports, contest=opened.contest, by=BOB)
    await house.pass_time(minutes=20)
    assert "ContestAwarded" not in await house.kinds()
    assert await holder(house) == CLEO


@ON_SQLITE
async def test_an_expired_offer_leaves_a_commander_who_can_be_recalled(house: House) -> None:
    """T-b 13, where there is no deputy: the roster is asked."""
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await command.offer(house.ports, incident=ONE, to=CLEO, by=BOB)
    await house.pass_time(minutes=5)
    assert await holder(house) == BOB
    begun = await command.recall(house.ports, incident=ONE, by=DEV)
    await house.pass_time(minutes=3)
    await command.accept_ask(house.ports, ladder=begun.id, by=ADA)
    assert await holder(house) == ADA


async def test_a_vacant_seat_cannot_be_handed_over(house: House) -> None:
    await house.in_room()
    with pytest.raises(SeatVacant):
        await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)


async def test_tenures_tile_the_time_without_gap_or_overlap(house: House) -> None:
    opened = await contested(house)
    house.clock.advance(timedelta(seconds=40))
    await command.give_way(house.ports, contest=opened.contest, by=BOB)
    house.clock.advance(timedelta(minutes=9))
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=CLEO)
    house.clock.advance(timedelta(minutes=1))
    await command.accept(house.ports, handover=offered.id, by=ADA)
    async with house.store.reading() as unit:
        tenures = list(await unit.tenures.of(ONE))
    assert [t.user for t in tenures] == [BOB, CLEO, ADA]
    assert [t.until for t in tenures[:-1]] == [t.since for t in tenures[1:]]
    assert tenures[-1].until is None
    assert [t.fence for t in tenures] == [1, 2, 3]


async def test_every_change_of_the_seat_is_one_entry(house: House) -> None:
    opened = await contested(house)
    await command.keep(house.ports, contest=opened.contest, by=BOB)
    kinds = await house.kinds()
    awards = [kind for kind in kinds if kind in {ContestAwarded.__name__, ContestDecided.__name__}]
    assert awards == ["ContestAwarded"]


async def test_people_who_press_at_the_same_moment_become_one_commander_and_one_dispute(house: House) -> None:
    """The seat is taken once; whoever was slower disputes it with the same press."""
    await house.in_room()
    outcomes = await asyncio.gather(
        *(command.take(house.ports, incident=ONE, by=by) for by in (ADA, BOB, CLEO))
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["CommandContested", "CommandTaken", "ContestJoined"]
    async with house.store.reading() as unit:
        tenures, contests = await unit.tenures.of(ONE), await unit.contests.of(ONE)
    assert (len(tenures), len(contests), len(contests[0].challengers)) == (1, 1, 2)


@ON_SQLITE
async def test_a_third_claim_joins_the_dispute_and_its_clock_runs_on(house: House) -> None:
    opened = await contested(house)
    house.clock.advance(timedelta(minutes=2))
    joined = await command.take(house.ports, incident=ONE, by=ADA, reason="I am on shift")
    assert isinstance(joined, ContestJoined)
    assert joined.contest == opened.contest
    assert await command.withdraw(house.ports, contest=opened.contest, by=CLEO) is None
    await house.pass_time(minutes=1)
    assert (await house.entry("ContestAwarded"))["winner"] == await holder(house) == ADA


@ON_SQLITE
async def test_a_dispute_ends_with_the_incident_and_the_incumbent_stays(house: House) -> None:
    opened = await contested(house)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="rolled back"
    )
    assert (await find.contest(house.ports, contest=opened.contest)).phase is ContestPhase.DECIDED
    assert await holder(house) == BOB
    await house.pass_time(minutes=30)
    assert "ContestAwarded" not in await house.kinds()


@ON_SQLITE
async def test_command_is_not_handed_over_in_the_middle_of_a_dispute(house: House) -> None:
    await contested(house)
    with pytest.raises(ContestPending):
        await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)


@ON_SQLITE
async def test_questions_that_do_not_exist_are_answers(house: House) -> None:
    await house.in_room()
    for act in (
        command.give_way(house.ports, contest=ContestId("gone"), by=BOB),
        command.accept(house.ports, handover=HandoverId("gone"), by=BOB),
    ):
        with pytest.raises(NeedsWords, match="does not exist any more"):
            await act


async def test_an_offer_ends_with_the_incident(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    await resolve.resolve(house.ports, incident=ONE, by=BOB, code=ResolutionCode.NO_RESOLUTION, note="gone")
    with pytest.raises(OfferExpired):
        await command.accept(house.ports, handover=offered.id, by=ADA)
    assert await holder(house) == BOB
