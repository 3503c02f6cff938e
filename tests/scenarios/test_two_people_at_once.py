"""Two people at the same moment, one person twice, one delivery twice: the effect is that of one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.demo.cast import Cast
from bot.demo.recovery import IMPACT, ROLLBACK
from playbooks.domain.incident import State
from sandbox.testing import Message, Modal
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, declared

ON_CHECKOUT = ROLLBACK | {"services": ["checkout"]}


async def pressed_at_once(message: Message, label: str, people: Sequence[str]) -> None:
    """Everybody presses the same button before anybody has seen an answer."""
    button = message.button(label)
    outcomes = await asyncio.gather(*[button.press(as_=person) for person in people])
    assert all(outcome.delivered for outcome in outcomes)


async def whispers(cast: Cast, person: str) -> str:
    """What one person alone has been told in the room."""
    messages = await cast.channel().messages(as_=person)
    return "\n".join(message.text for message in messages if message.ephemeral)


async def submitted_at_once(*forms: Modal) -> list[str]:
    """How each form went."""
    results = await asyncio.gather(*[form.submit({}) for form in forms])
    return sorted(result.kind for result in results)


@on_both
async def test_of_those_who_take_command_at_once_one_has_it_and_the_others_are_told(
    cast: Cast, record: Record
) -> None:
    """T-b 1: one tenure, one announcement."""
    card = await declared(cast)
    people = ("ada", "bob", "dev")
    await pressed_at_once(card, "Take command", people)
    (tenure,) = await record.tenures()
    (winner,) = [person for person in people if f"U0{person.upper()}" == tenure.user]
    for person in people:
        expected = "You have command" if person == winner else f"@{winner} has command"

        async def told(person: str = person, expected: str = expected) -> bool:
            return expected in await whispers(cast, person) or "joined the dispute" in await whispers(
                cast, person
            )

        assert await cast.until(told, f"{expected} to {person}")
    assert len(await record.log("CommandTaken")) == 1
    await cast.said(f"@{winner} has command.")


@on_both
async def test_a_double_click_is_one_click(cast: Cast, record: Record) -> None:
    card = await declared(cast)
    await pressed_at_once(card, "Take command", ["bob", "bob", "bob"])
    await cast.card("Commander* @bob")
    assert len(await record.tenures()) == 1
    assert [entry.kind for entry in await record.log("CommandTaken", "CommandContested")] == ["CommandTaken"]


@on_both
@pytest.mark.parametrize("trouble", ["duplicate", "lost_ack"])
async def test_what_slack_delivers_twice_happens_once(cast: Cast, record: Record, trouble: str) -> None:
    """Commands, clicks and forms carry a trigger of their own; a second delivery is answered and ignored."""
    faults = cast.house.workspace.faults
    await faults.add(trouble, where="command")
    await faults.add(trouble, where="interaction")
    await cast.person("ada").slash("incidents", "/incident", "declare checkout customers cannot pay")
    card = await cast.card("INC-1")
    await card.button("Add to log").press(as_="dev")
    form = await cast.person("dev").modal()
    await form.submit({"text": "saw it on the graphs"})
    await card.button("Take command").press(as_="ada")
    await cast.card("Commander* @ada")
    await record.logged("KeyEventMarked", "saw it on the graphs")
    await faults.clear()
    assert "In the log" in await cast.command("dev", "log and that was all")

    assert [incident.id for incident in await record.incidents()] == [1]
    kinds = ("IncidentDeclared", "CommandTaken", "CommandContested", "KeyEventMarked")
    assert [len(await record.log(kind)) for kind in kinds] == [1, 1, 0, 2]


@once
async def test_a_declaration_typed_again_after_a_silence_is_the_same_one(cast: Cast, record: Record) -> None:
    await cast.house.workspace.faults.add("lost_ack", where="command", count=1)
    words = "declare checkout customers cannot pay"
    unheard = await cast.person("ada").slash("incidents", "/incident", words)
    assert not unheard.delivered
    assert "INC-1" in await cast.command("ada", words, room="incidents")
    assert len(await record.incidents()) == 1


@on_both
async def test_approved_and_denied_at_once_is_decided_once(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await cast.machines.gate(ON_CHECKOUT)
    card = await cast.said("asks to pass the freeze")
    await card.button("Deny").press(as_="ada")
    form = await cast.person("ada").modal()
    await asyncio.gather(card.button("Approve").press(as_="ada"), form.submit({"reason": "no"}))
    decided = await record.log("ChangeApproved", "ChangeDenied")
    assert len(decided) == 1
    verdict = (await cast.machines.gate(ON_CHECKOUT))["verdict"]
    assert verdict == ("allow" if decided[0].kind == "ChangeApproved" else "hold")


@on_both
async def test_two_who_send_the_same_update_send_it_once(cast: Cast, record: Record) -> None:
    await commanded(cast)
    forms = [await cast.form(person, "update") for person in ("eve", "ada")]
    assert await submitted_at_once(*forms) == ["closed", "errors"]
    await record.delivered()
    sent = [m for m in await cast.channel("stakeholders").messages() if "update 1" in m.text]
    assert len(sent) == 1
    assert len(await record.log("UpdateSent")) == 1


@once
async def test_two_who_verify_the_same_words_verify_them_once(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await cast.command("bob", f"impact {IMPACT}")
    answers = await asyncio.gather(*[cast.command(person, "verify 1") for person in ("ada", "dev", "eve")])
    assert sum("verified by" in answer for answer in answers) >= 1
    assert len(await record.log("StatementVerified")) == 1


@on_both
async def test_yielding_and_withdrawing_at_once_settles_once(cast: Cast, record: Record) -> None:
    await commanded(cast, "bob")
    await cast.command("cleo", "contest it is my service")
    incumbent = await cast.whispered("bob", "disputes command")
    challenger = await cast.whispered("cleo", "disputes command")
    await asyncio.gather(
        incumbent.button("Yield").press(as_="bob"), challenger.button("Withdraw").press(as_="cleo")
    )
    await cast.said("Settled")
    (decided,) = await record.bodies("ContestDecided")
    assert decided["settlement"] in ("yield", "withdraw")
    winner = "U0CLEO" if decided["settlement"] == "yield" else "U0BOB"
    assert (await record.tenures())[-1].user == winner


@once
async def test_accepting_and_declining_at_once_is_one_answer(cast: Cast, record: Record) -> None:
    await commanded(cast, "bob")
    await cast.command("bob", "handover <@U0ADA>")
    brief = await cast.whispered("ada", "offers you command")
    await asyncio.gather(
        brief.button("Accept").press(as_="ada"),
        brief.button("Accept").press(as_="ada"),
        brief.button("Decline").press(as_="ada"),
    )
    answers = await record.until(
        lambda: record.log("HandoverAccepted", "HandoverDeclined"), "an answer to the offer"
    )
    assert len(answers) == 1
    seats = [tenure.user for tenure in await record.tenures()]
    assert seats == (["U0BOB", "U0ADA"] if answers[0].kind == "HandoverAccepted" else ["U0BOB"])


@on_both
async def test_resolved_by_two_at_once_ends_once(cast: Cast, record: Record) -> None:
    await commanded(cast)
    forms = [await cast.form(person, "resolve") for person in ("ada", "gus")]
    results = await asyncio.gather(
        *[form.submit({"code": "solution provided", "note": "rolled back"}) for form in forms]
    )
    assert sorted(result.kind for result in results) == ["closed", "errors"]
    assert [len(await record.log(kind)) for kind in ("IncidentResolved", "ReviewDrafted")] == [1, 1]
    (incident,) = await record.incidents()
    assert incident.state is State.RESOLVED


@once
async def test_many_declare_different_things_at_once_and_each_has_a_number(
    cast: Cast, record: Record
) -> None:
    services = ("checkout", "ads", "batch", "cart-admin", "hr-portal")
    people = ("ada", "bob", "cleo", "dev", "fay")
    answers = await asyncio.gather(
        *[
            cast.command(person, f"declare {service} it is broken", room="incidents")
            for person, service in zip(people, services, strict=True)
        ]
    )
    assert all("is declared" in answer for answer in answers)
    assert [incident.id for incident in await record.incidents()] == [1, 2, 3, 4, 5]
    for incident in await record.incidents():
        cast.room = f"inc-{incident.id}-{incident.impacted[0]}"
        await cast.card(f"INC-{incident.id}")
