"""Nobody takes command: people are asked in turn, and somebody sits after eleven minutes at the latest."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from playbooks.domain.command import Ladder, Seating
from playbooks.domain.effects import Invite, TellPerson
from playbooks.domain.errors import AlreadyDecided, SeatTaken
from playbooks.domain.events import CommandAsked
from playbooks.domain.ids import IncidentId, LadderId
from playbooks.domain.incident import ResolutionCode
from playbooks.protocol import command, resolve
from tests.protocol.conftest import ADA, BOB, CLEO, GUS, ON_SQLITE, House

ONE = IncidentId(1)


async def tenure(house: House) -> tuple[str, Seating] | None:
    async with house.store.reading() as unit:
        found = await unit.tenures.current(ONE)
    return (found.user, found.how) if found else None


async def searching(house: House) -> Ladder | None:
    async with house.store.reading() as unit:
        return await unit.ladders.open_for(ONE)


async def asked(house: House) -> LadderId:
    """Nobody came by themselves, so Ada, who is on shift, is asked."""
    await house.in_room()
    await house.pass_time(minutes=2)
    search = await searching(house)
    assert search is not None
    assert search.open_ask is not None
    assert search.open_ask.user == ADA
    return search.id


async def test_nobody_reacts_and_the_duty_manager_acts_after_eleven_minutes(house: House) -> None:
    """T-b 3."""
    declared_at = (await house.in_room()).declared_at
    await house.pass_time(minutes=11)
    assert await tenure(house) == (GUS, Seating.ACTING)
    people = [(await house.log())[0].at, *[e.at for e in await house.log() if e.kind == "CommandAsked"]]
    assert [at - declared_at for at in people[1:]] == [timedelta(minutes=n) for n in (2, 5, 8)]
    assert (await house.kinds()).count("AskLapsed") == 3
    assert await searching(house) is None
    owed = await house.owed()
    letters = [e for e in owed if isinstance(e, TellPerson) and "Command" in type(e.about).__name__]
    told = [letter.user for letter in letters]
    assert told == [ADA, BOB, CLEO, GUS]


async def test_whoever_is_asked_is_brought_in_and_takes_command(house: House) -> None:
    ladder = await asked(house)
    owed = await house.owed()
    assert Invite(incident=ONE, users=(ADA,)) in owed
    (question,) = [e.about for e in owed if isinstance(e, TellPerson) and isinstance(e.about, CommandAsked)]
    assert (question.person, question.ladder) == (ADA, ladder)
    taken = await command.accept_ask(house.ports, ladder=ladder, by=ADA)
    assert (taken.how, await tenure(house)) == (Seating.ASKED, (ADA, Seating.ASKED))
    await house.pass_time(minutes=30)
    assert "AskLapsed" not in await house.kinds()
    assert await tenure(house) == (ADA, Seating.ASKED)


async def test_whoever_cannot_passes_the_question_on(house: House) -> None:
    ladder = await asked(house)
    following = await command.decline_ask(house.ports, ladder=ladder, by=ADA, reason="on a train")
    assert following is not None
    assert following.user == BOB
    assert (await house.entry("AskDeclined"))["reason"] == "on a train"
    await command.decline_ask(house.ports, ladder=ladder, by=BOB)
    assert await command.decline_ask(house.ports, ladder=ladder, by=CLEO) is None
    assert await tenure(house) == (GUS, Seating.ACTING)


async def test_a_claim_ends_the_search(house: House) -> None:
    ladder = await asked(house)
    await command.take(house.ports, incident=ONE, by=CLEO)
    assert await searching(house) is None
    with pytest.raises(SeatTaken):
        await command.accept_ask(house.ports, ladder=ladder, by=ADA)
    with pytest.raises(AlreadyDecided):
        await command.decline_ask(house.ports, ladder=ladder, by=ADA)
    await house.pass_time(minutes=20)
    assert await tenure(house) == (CLEO, Seating.CLAIM)


async def test_an_answer_and_a_claim_in_the_same_instant_seat_one_person(house: House) -> None:
    """T-b 1, with the ladder in it."""
    ladder = await asked(house)
    outcomes = await asyncio.gather(
        command.accept_ask(house.ports, ladder=ladder, by=ADA),
        command.take(house.ports, incident=ONE, by=BOB),
        return_exceptions=True,
    )
    assert (await house.kinds()).count("CommandTaken") == 1
    assert [type(o).__name__ for o in outcomes] in (
        ["CommandTaken", "CommandContested"],
        ["SeatTaken", "CommandTaken"],
    )


@ON_SQLITE
async def test_an_acting_commander_may_be_disputed(house: House) -> None:
    await house.in_room()
    await house.pass_time(minutes=11)
    assert type(await command.take(house.ports, incident=ONE, by=ADA)).__name__ == "CommandContested"


@ON_SQLITE
async def test_the_search_ends_with_the_incident_and_begins_anew_when_it_comes_back(house: House) -> None:
    await asked(house)
    await resolve.resolve(house.ports, incident=ONE, by=GUS, code=ResolutionCode.NO_RESOLUTION, note="gone")
    assert await searching(house) is None
    await house.pass_time(minutes=20)
    assert await tenure(house) is None
    await resolve.reopen(house.ports, incident=ONE, by=BOB, reason="again")
    await house.pass_time(minutes=11)
    assert await tenure(house) == (GUS, Seating.ACTING)


@ON_SQLITE
async def test_a_doubled_and_a_late_alarm_ask_nobody_twice(house: House) -> None:
    ladder = await asked(house)
    await command.ask_next(house.ports, ladder=ladder)
    assert (await house.kinds()).count("CommandAsked") == 1
    house.clock.advance(timedelta(minutes=30))
    await command.ask_next(house.ports, ladder=ladder)
    await command.ask_next(house.ports, ladder=ladder)
    assert (await house.kinds()).count("CommandTaken") == 1
    assert await tenure(house) == (GUS, Seating.ACTING)
