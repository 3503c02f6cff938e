"""People beside the commander: who leads which service, and who is told what it means."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE
from tests.scenarios.conftest import on_both
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded


@on_both
async def test_a_lead_that_nobody_takes_is_decreed(cast: Cast, record: Record) -> None:
    """T-b 17: the database says network, the network says database; no third bounce."""
    await commanded(cast)
    await cast.whispered("bob", "You lead the work on *Checkout*")
    await cast.card("Leads* Checkout @bob")

    answer = await cast.command("bob", "lead checkout <@U0CLEO>")
    assert "is asked to lead the work on" in answer
    asked = await cast.whispered("cleo", "offered the lead of Checkout")
    assert asked.buttons == ["Accept the lead", "Decline"]
    await asked.button("Decline").press(as_="cleo")
    await cast.whispered("bob", "@cleo declined the lead of *Checkout*")
    await cast.command("bob", "lead checkout <@U0DEV>")
    await cast.house.advance(5 * MINUTE + 1)

    duty = await cast.whispered("ada", "It is on you now.")
    assert "turned down too often" in await cast.command("bob", "lead checkout <@U0CLEO>")
    await duty.button("Name a lead…").press(as_="ada")
    form = await cast.person("ada").modal()
    await form.submit({"person": "U0CLEO"})
    await cast.said("The commander decided: @cleo leads *Checkout*")
    await cast.whispered("cleo", "You lead the work on *Checkout*")
    await cast.card("Leads* Checkout @cleo")
    assert [entry.actor for entry in await record.log("LeadSeated")] == ["protocol", "U0ADA"]


@on_both
async def test_whoever_gets_a_role_is_told_once_what_it_means(cast: Cast) -> None:
    await commanded(cast)
    told = await cast.whispered("ada", "You command")
    assert "First of all" in told.text
    assert "3. Send the first update to stakeholders: `/incident update`" in told.text
    await cast.whispered("bob", "You look after one service")
    for person, role, first in (
        ("cleo", "deputy", "Read where it stands"),
        ("dev", "scribe", "Write down what was decided so far"),
        ("fay", "comms", "release what readers need"),
    ):
        await cast.command("ada", f"{role} <@U0{person.upper()}>")
        message = await cast.whispered(person, "First of all")
        assert f"1. {first}" in message.text or first in message.text
        assert message.buttons == ["I cannot"]
    await cast.card("Comms lead* @fay")
    await cast.command("bob", "impact nobody can pay by card")
    answer = await cast.command("fay", "release 1")
    assert "Only" not in answer
    private = await cast.house.workspace.dm("fay", cast.house.app)
    assert len([m for m in await private.messages(as_="fay") if "First of all" in m.text]) == 1


@on_both
async def test_a_team_answers_through_its_leader(cast: Cast, record: Record) -> None:
    await commanded(cast)
    form = await cast.form("ada", "team new")
    await form.submit({"name": "network", "person": "U0DEV", "text": "Find the broken link", "box": "30m"})
    told = await cast.whispered("dev", "You lead team *network*")
    assert told.buttons == ["Done", "15 minutes more"]
    await cast.card("Teams* network @dev")
    assert "Only its leader" in await cast.command("ada", "team network add <@U0FAY>")
    await cast.command("dev", "team network add <@U0FAY>")
    await cast.whispered("fay", "You are in team *network* of @dev")

    await cast.house.advance(30 * MINUTE + 1)
    asked = await cast.whispered("dev", "is up. How did it go?")
    await asked.button("15 minutes more").press(as_="dev")
    await record.logged("TeamExtended", "network")
    await cast.house.advance(15 * MINUTE + 1)
    await record.logged("TeamOverdue", "'raised': False")
    await cast.whispered("dev", "is up. How did it go?")
    await cast.house.advance(10 * MINUTE + 1)
    await cast.whispered("ada", "has not said how it went")
    await (await cast.whispered("dev", "is up. How did it go?")).button("Done").press(as_="dev")
    await cast.whispered("ada", "Team *network* has ended")
