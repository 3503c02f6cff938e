"""Step 3: one commander at any moment; disputes are fair, bounded in time and written down."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE, command_is_seated
from sandbox.testing import Message
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, declared


async def contested(cast: Cast, *, incumbent: str = "bob", challenger: str = "ada") -> Message:
    """Somebody commands and somebody disputes it; what the incumbent is asked in private."""
    await commanded(cast, incumbent)
    taken = await cast.said("has command")
    await taken.button("Contest").press(as_=challenger)
    await (await cast.person(challenger).modal()).submit({"reason": "I have led this before"})
    return await cast.whispered(incumbent, "disputes command")


async def seats(record: Record) -> list[str]:
    """Who held the seat, in order; every moment belongs to exactly one of them."""
    tenures = await record.tenures()
    assert all(a.until == b.since for a, b in pairwise(tenures)), tenures
    assert tenures[-1].until is None
    assert [tenure.fence for tenure in tenures] == sorted({tenure.fence for tenure in tenures})
    return [tenure.user for tenure in tenures]


async def test_command_is_claimed_disputed_settled_and_handed_over(cast: Cast, record: Record) -> None:
    await declared(cast)
    assert "commander wanted" in await cast.until(cast.channel().topic, "the topic")
    await command_is_seated(cast)

    assert await seats(record) == ["U0BOB", "U0CLEO", "U0ADA"]
    kinds = [entry.kind for entry in await record.log()]
    order = ["CommandTaken", "CommandContested", "ContestDecided", "HandoverOffered", "HandoverAccepted"]
    assert sorted(order, key=kinds.index) == order
    (disputed,) = await record.bodies("CommandContested")
    assert disputed["reason"] == "payments is what fails, and it is mine"
    await cast.said("Commander* @ada", "incidents")

    async def nobody_wanted() -> bool:
        return "commander wanted" not in await cast.channel().topic()

    await cast.until(nobody_wanted, "the topic of a room with a commander")


@on_both
async def test_nobody_gives_way_so_the_tie_break_decides_and_a_duty_manager_may_overrule(
    cast: Cast, record: Record
) -> None:
    asked = await contested(cast)
    assert asked.buttons == ["Yield", "Keep: decide now"]
    card = await cast.card("Disputed by @ada")
    assert "Commander* @bob" in card.text, "the incumbent stays in charge meanwhile"

    await cast.house.advance(3 * MINUTE + 1)
    awarded = await cast.said("the tie-break decides: @ada has command")
    assert "@ada before @bob: on shift, and the other is not" in awarded.text
    await cast.card("Commander* @ada")

    duty = await cast.whispered("gus", "the tie-break decides")
    assert duty.buttons == ["Decide for them", "Decide for them"]
    (row,) = [block for block in duty.blocks if "U0BOB" in str(block.get("text")) and "accessory" in block]
    await duty.button("Decide for them").press(as_="gus", value=row["accessory"]["value"])
    settled = await cast.said("Settled: @bob has command")
    assert "@gus, duty manager, decided for @bob" in settled.text
    assert await seats(record) == ["U0BOB", "U0ADA", "U0BOB"]


@on_both
async def test_a_restart_in_the_middle_changes_neither_decision_nor_time(cast: Cast, record: Record) -> None:
    """T-b 15."""
    await contested(cast)
    (disputed,) = await record.log("CommandContested")
    await record.delivered()
    await cast.house.kill_bot()
    await cast.house.advance(3 * MINUTE + 5)
    await cast.house.start_bot()
    await cast.said("the tie-break decides: @ada has command")
    await cast.house.advance(5 * MINUTE + 5)
    await record.logged("ContestDecided")
    (awarded,) = await record.log("ContestAwarded")
    assert awarded.at - disputed.at < timedelta(minutes=3, seconds=30)
    assert await seats(record) == ["U0BOB", "U0ADA"]


@once
async def test_a_third_claim_joins_and_the_clock_is_not_restarted(cast: Cast, record: Record) -> None:
    """T-b 11."""
    await contested(cast, challenger="cleo")
    await cast.house.advance(2 * MINUTE)
    answer = await cast.command("ada", "take I am on shift")
    assert "You joined the dispute" in answer
    await cast.house.advance(MINUTE + 5)
    await cast.said("the tie-break decides: @ada has command")
    assert len(await record.log("CommandContested")) == 1
    (awarded,) = await record.bodies("ContestAwarded")
    assert set(awarded["loser"]) == {"U0BOB", "U0CLEO"}


@once
async def test_whoever_disputes_may_withdraw(cast: Cast, record: Record) -> None:
    await contested(cast, challenger="cleo")
    asked = await cast.whispered("cleo", "disputes command")
    assert asked.buttons == ["Withdraw"]
    await asked.button("Withdraw").press(as_="cleo")
    settled = await cast.said("Settled: @bob has command")
    assert "withdrew" in settled.text
    assert await seats(record) == ["U0BOB"]


@once
async def test_an_incumbent_who_keeps_command_ends_the_waiting(cast: Cast, record: Record) -> None:
    asked = await contested(cast, incumbent="ada", challenger="cleo")
    await asked.button("Keep: decide now").press(as_="ada")
    await cast.said("the tie-break decides: @ada has command")
    assert await seats(record) == ["U0ADA"]


@on_both
async def test_an_offer_that_nobody_answers_changes_nothing(cast: Cast, record: Record) -> None:
    """T-b 13; and an answer that comes too late is told so."""
    await commanded(cast, "bob")
    form = await cast.form("bob", "handover")
    await form.submit({"person": "U0ADA"})
    brief = await cast.whispered("ada", "offers you command")
    assert "customers cannot pay" in brief.text
    await cast.card("Offered to @ada")
    await cast.house.advance(5 * MINUTE + 1)
    told = await cast.whispered("bob", "did not answer in time")
    assert "@bob keeps command" in told.text

    await brief.button("Accept").press(as_="ada")
    await cast.whispered("ada", "expired")
    assert await seats(record) == ["U0BOB"]
    assert len(await record.log("HandoverExpired")) == 1


@once
async def test_an_offer_may_be_declined(cast: Cast, record: Record) -> None:
    await commanded(cast, "bob")
    await cast.command("bob", "handover <@U0CLEO|cleo>")
    brief = await cast.whispered("cleo", "offers you command")
    await brief.button("Decline").press(as_="cleo")
    await cast.whispered("bob", "declined command")
    assert await seats(record) == ["U0BOB"]


@once
async def test_who_may_not_command_is_told_why(cast: Cast, record: Record) -> None:
    card = await declared(cast)
    assert "You have command" in await cast.command("bob", "take")
    assert "You already have command" in await cast.command("bob", "take")
    assert "Only people on the commander roster" in await cast.command("fay", "take it is my database")
    await cast.house.advance(5 * MINUTE + 1)
    late = await cast.command("ada", "contest I am on shift")
    assert "@bob is settled in command" in late
    assert "You disputes" not in late
    refused = await cast.command("ada", "mitigated it works again")
    assert "Only the commander or a duty manager (@bob or @gus) can say that it is mitigated" in refused
    assert await seats(record) == ["U0BOB"]
    assert card.pinned


@once
async def test_a_former_commander_who_presses_an_old_button_is_told_who_commands(cast: Cast) -> None:
    old = await commanded(cast, "bob")
    await cast.command("bob", "handover <@U0ADA>")
    brief = await cast.whispered("ada", "offers you command")
    await brief.button("Accept").press(as_="ada")
    await cast.card("Commander* @ada")
    await old.button("Mitigated").press(as_="bob")
    refused = await cast.channel().expect("Only the commander or a duty manager", as_="bob")
    assert "(@ada or @gus)" in refused.text
