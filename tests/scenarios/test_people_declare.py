"""People declare, report and merge: one outage keeps one room, as Slack plays it."""

from __future__ import annotations

from bot.demo.cast import Cast
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, declared


@on_both
async def test_the_form_follows_what_is_chosen_and_leads_into_the_room_that_is_open(
    cast: Cast, record: Record
) -> None:
    await declared(cast)
    cleo = cast.person("cleo")
    await cleo.shortcut("declare_incident")
    form = await cleo.modal(title="Declare an incident")
    assert "depends on the service" in form.text
    await form.element("service").choose("payments")

    async def followed() -> bool:
        return "This may be open already" in (await form.refresh()).text

    await cast.until(followed, "a form that shows what is open")
    assert "Join INC-1" in form.buttons
    assert "for Payments" in form.text
    await form.button("Join INC-1").press(as_="cleo")

    async def inside() -> bool:
        return "cleo" in await cast.channel().members()

    await cast.until(inside, "Cleo in the room")
    assert len(await record.incidents()) == 1


@once
async def test_a_message_is_reported_and_counted_on_the_card(cast: Cast) -> None:
    await declared(cast)
    said = await cast.person("dev").say("general", "my card is refused")
    await cast.person("dev").message_action(said, "report_message")
    form = await cast.person("dev").modal(title="Report as incident")
    await form.submit({"service": "checkout"})
    card = await cast.card("1 user report")
    assert "my card is refused" in card.text


@on_both
async def test_a_drill_is_marked_heard_by_nobody_else_and_becomes_real(cast: Cast, record: Record) -> None:
    await cast.command("fay", "declare drill checkout payments time out", room="incidents")
    cast.room = "drill-inc-1-checkout"
    card = await cast.card("a drill: nobody else is called")
    assert "🎓 DRILL" in card.text
    await cast.said("🎓 DRILL", "incidents")
    await cast.command("fay", "take")
    assert set(await cast.channel().members()) == {"fay", "tocsin"}
    assert "in earnest now" in await cast.command("cleo", "drill real cards really fail")
    cast.room = "inc-1-checkout"
    await cast.said("This is no drill any more")
    await cast.whispered("bob", "This is no drill any more")

    async def plain() -> bool:
        return "DRILL" not in (await cast.card()).text

    await cast.until(plain, "a card that speaks of no drill")
    assert [incident.drill for incident in await record.incidents()] == [None]


@once
async def test_two_incidents_become_one_when_both_commanders_agree(cast: Cast, record: Record) -> None:
    await commanded(cast, "ada")
    await declared(cast, by="bob", service="payments", title="cards are refused", number=2)
    await cast.command("bob", "take")
    answer = await cast.command("bob", "merge INC-1 one pool of workers")
    assert "Both commanders are asked" in answer
    question = await cast.whispered("ada", "and this one are the same")
    await question.button("Agree").press(as_="ada")
    await cast.said("This is part of")
    cast.room = "inc-1-checkout"
    await cast.said("is part of this one now")
    states = {incident.id: str(incident.state) for incident in await record.incidents()}
    assert states == {1: "open", 2: "merged"}
