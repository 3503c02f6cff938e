"""A commander who is silent, gone, or overruled: there is one commander at every moment all the same."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from playbooks.domain.command import Seating
from playbooks.domain.effects import TellPerson
from playbooks.domain.errors import AlreadyDecided, ContestPending, NeedsWords, NotNeeded, NotYourRole
from playbooks.domain.events import CommandContested
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.person import Member
from playbooks.protocol import command, people, timeline
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, House

ONE = IncidentId(1)


async def tenures(house: House) -> list[tuple[UserId, Seating]]:
    """Who sat, in order; every moment since the first belongs to exactly one of them."""
    async with house.store.reading() as unit:
        held = list(await unit.tenures.of(ONE))
    assert all(a.until == b.since for a, b in pairwise(held))
    assert [t.fence for t in held] == list(range(1, len(held) + 1))
    assert held[-1].until is None
    return [(t.user, t.how) for t in held]


async def silent(house: House, *, minutes: int = 10) -> None:
    """Bob commands and says nothing."""
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.pass_time(minutes=minutes)
    await house.owed()


def gone(user: UserId) -> Member:
    return Member(id=user, is_active=False, is_bot=False, is_guest=False, is_stranger=False, seen_at=START)


async def test_a_silent_commander_is_replaced_in_bounded_time(house: House) -> None:
    await silent(house)
    begun = await command.recall(house.ports, incident=ONE, by=FAY, reason="the vendor waits")
    (asked,) = [e.user for e in await house.owed() if isinstance(e, TellPerson)]
    assert asked == BOB
    await house.pass_time(minutes=3)
    assert (await house.entry("CommandAsked"))["person"] == ADA
    assert await tenures(house) == [(BOB, Seating.CLAIM)], "kept until somebody is found"
    await command.accept_ask(house.ports, ladder=begun.id, by=ADA)
    assert await tenures(house) == [(BOB, Seating.CLAIM), (ADA, Seating.ASKED)]
    assert (await house.entry("CommandTaken"))["before"] == BOB
    with pytest.raises(AlreadyDecided):
        await command.answer_recall(house.ports, ladder=begun.id, by=BOB)


async def test_nobody_answers_so_the_duty_manager_acts(house: House) -> None:
    await silent(house)
    await command.recall(house.ports, incident=ONE, by=FAY)
    await house.pass_time(minutes=12)
    assert await tenures(house) == [(BOB, Seating.CLAIM), (GUS, Seating.ACTING)]


async def test_a_commander_who_answers_keeps_command(house: House) -> None:
    await silent(house)
    begun = await command.recall(house.ports, incident=ONE, by=FAY)
    with pytest.raises(NotYourRole):
        await command.answer_recall(house.ports, ladder=begun.id, by=FAY)
    await command.answer_recall(house.ports, ladder=begun.id, by=BOB)
    await house.pass_time(minutes=30)
    assert await tenures(house) == [(BOB, Seating.CLAIM)]
    assert (await house.kinds()).count("CommanderAnswered") == 1


@ON_SQLITE
async def test_any_word_of_the_commander_is_an_answer(house: House) -> None:
    await silent(house)
    await command.recall(house.ports, incident=ONE, by=FAY)
    await timeline.note(house.ports, incident=ONE, text="rolling back", by=BOB)
    await house.pass_time(minutes=30)
    assert await tenures(house) == [(BOB, Seating.CLAIM)]
    assert "CommandAsked" not in await house.kinds()


@ON_SQLITE
async def test_a_commander_who_has_just_spoken_is_not_recalled(house: House) -> None:
    await silent(house)
    await timeline.note(house.ports, incident=ONE, text="rolling back", by=BOB)
    with pytest.raises(NotNeeded, match="was heard of"):
        await command.recall(house.ports, incident=ONE, by=FAY)


@ON_SQLITE
async def test_while_somebody_is_searched_for_a_claim_takes_effect_at_once(house: House) -> None:
    await silent(house)
    await command.recall(house.ports, incident=ONE, by=FAY)
    await house.pass_time(minutes=4)
    taken = await command.take(house.ports, incident=ONE, by=DEV)
    assert type(taken).__name__ == "CommandTaken"
    assert await tenures(house) == [(BOB, Seating.CLAIM), (DEV, Seating.CLAIM)]


@ON_SQLITE
async def test_nobody_is_recalled_in_the_middle_of_a_dispute_and_nobody_twice(house: House) -> None:
    await silent(house, minutes=1)
    await command.take(house.ports, incident=ONE, by=CLEO)
    house.clock.advance(timedelta(minutes=2))
    with pytest.raises(ContestPending):
        await command.recall(house.ports, incident=ONE, by=FAY)
    await house.pass_time(minutes=20)
    await command.recall(house.ports, incident=ONE, by=FAY)
    with pytest.raises(NotNeeded, match="already"):
        await command.recall(house.ports, incident=ONE, by=DEV)


async def test_a_commander_whose_account_is_deactivated_is_replaced_and_the_room_told(house: House) -> None:
    await silent(house)
    assert await people.heard(house.ports, gone(BOB))
    await people.learn(house.ports, gone(BOB))
    assert (await house.kinds()).count("CommanderGone") == 1, "once, however often Slack says so"
    assert (await house.entry("CommanderGone"))["reason"] == "their account is deactivated"
    assert (await house.entry("CommandAsked"))["person"] == ADA
    await house.pass_time(minutes=9)
    assert await tenures(house) == [(BOB, Seating.CLAIM), (GUS, Seating.ACTING)]


@ON_SQLITE
async def test_a_dispute_with_somebody_whose_account_is_gone_is_over(house: House) -> None:
    await silent(house, minutes=1)
    await command.take(house.ports, incident=ONE, by=CLEO)
    await people.heard(house.ports, gone(BOB))
    assert await tenures(house) == [(BOB, Seating.CLAIM), (CLEO, Seating.AWARD)]
    assert "CommanderGone" not in await house.kinds()


@ON_SQLITE
async def test_an_awarded_commander_whose_account_goes_is_replaced_too(house: House) -> None:
    await silent(house, minutes=1)
    await command.take(house.ports, incident=ONE, by=CLEO)
    await house.pass_time(minutes=3)
    ((_, _), *_, (winner, _)) = [(None, None), *await tenures(house)]
    await people.heard(house.ports, gone(winner))
    await house.pass_time(minutes=9)
    assert (await tenures(house))[-1] == (GUS, Seating.ACTING)
    async with house.store.reading() as unit:
        assert await unit.contests.open_for(ONE) is None


@pytest.mark.parametrize("by", [GUS, FAY], ids=["duty manager", "executive"])
@ON_SQLITE
async def test_whoever_overrules_the_commander_commands(house: House, by: UserId) -> None:
    await silent(house)
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    with pytest.raises(NeedsWords):
        await command.take_over(house.ports, incident=ONE, by=by, reason=" ")
    taken = await command.take_over(house.ports, incident=ONE, by=by, reason="the board asks me")
    assert (taken.how, taken.before, taken.reason) == (Seating.OVERRIDE, BOB, "the board asks me")
    assert await tenures(house) == [(BOB, Seating.CLAIM), (by, Seating.OVERRIDE)]
    assert (await command.offer(house.ports, incident=ONE, to=CLEO, by=by)).id != offered.id


@ON_SQLITE
async def test_nobody_else_overrules_the_commander(house: House) -> None:
    await silent(house)
    with pytest.raises(NotYourRole, match="a duty manager or an executive"):
        await command.take_over(house.ports, incident=ONE, by=CLEO, reason="mine")


@pytest.mark.parametrize("minutes", [0, 4, 20], ids=["settling", "awarded", "over, and no alarm rang"])
@ON_SQLITE
async def test_overruling_ends_a_dispute(house: House, minutes: int) -> None:
    await silent(house, minutes=1)
    opened = await command.take(house.ports, incident=ONE, by=CLEO)
    assert isinstance(opened, CommandContested)
    if minutes == 4:
        await house.pass_time(minutes=4)
    house.clock.advance(timedelta(minutes=minutes))
    await command.take_over(house.ports, incident=ONE, by=GUS, reason="enough")
    assert (await tenures(house))[-1] == (GUS, Seating.OVERRIDE)
    await house.pass_time(minutes=30)
    assert (await tenures(house))[-1] == (GUS, Seating.OVERRIDE)
    assert (await house.kinds()).count("ContestDecided") == 1
