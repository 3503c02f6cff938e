"""Decisions as people type and press them."""

from __future__ import annotations

import pytest

from playbooks.domain.decision import DecisionState, Proposal
from playbooks.domain.ids import IncidentId
from playbooks.protocol import command, find
from tests.handlers.judging import labels, words
from tests.handlers.slack.conftest import LOBBY, Office, labelled

ONE = IncidentId(1)


def said(answer: object) -> str:
    return words(answer["blocks"]) if answer else ""  # type: ignore[index]  # an acknowledgement's body


async def proposal(office: Office, number: int = 1) -> Proposal:
    return (await find.picture(office.ports, incident=ONE)).decisions[number - 1]


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        pytest.param("decide roll back 4.12", (), id="plain words"),
        pytest.param("decide roll back / fail over", ("roll back", "fail over"), id="options"),
        pytest.param("propose how: wait / act / ask", ("wait", "act", "ask"), id="a question"),
        pytest.param("decide switch eu/us off: read/write too", (), id="a slash in a word"),
    ],
)
async def test_it_is_proposed_by_command(office: Office, typed: str, options: tuple[str, ...]) -> None:
    await office.in_room()
    answer = await office.slash(typed, by="U0DEV")
    assert "is shown to the room" in said(answer)
    assert (await proposal(office)).options == options


async def test_it_is_proposed_objected_to_and_decided_in_forms(office: Office) -> None:
    await office.in_room()
    await command.take(office.ports, incident=ONE, by="U0BOB")  # type: ignore[arg-type]  # an id in a test
    listed = await office.slash("decide", by="U0DEV")
    assert "0 decisions pending" in said(listed)
    await office.press(labelled(listed, "Propose a decision…"), by="U0DEV")
    await office.submit(
        office.slack.view(), {"text": "What now?", "choice": "roll back\nfail over"}, by="U0DEV"
    )
    mine = await office.slash("decisions", by="U0DEV")
    assert "Object…" not in labels(mine["blocks"])
    theirs = await office.slash("decisions", by="U0FAY")
    assert {"Withdraw", "Decide now…"}.isdisjoint(labels(theirs["blocks"]))
    object_to = labelled(theirs, "Object…")
    assert "you proposed it" in said(await office.press(object_to, by="U0DEV"))
    await office.press(object_to, by="U0FAY")
    await office.submit(office.slack.view(), {"reason": "it loses orders"}, by="U0FAY")
    leads = await office.slash("decisions", by="U0BOB")
    assert "it loses orders" in said(leads)
    decide = labelled(leads, "Decide…")
    assert "Only the commander or a duty manager" in said(await office.press(decide, by="U0FAY"))
    await office.press(decide, by="U0BOB")
    form = office.slack.view()
    sent_back = await office.submit(form, {"choice": "1", "reason": " "}, by="U0BOB")
    assert sent_back["errors"] == {"reason": "Somebody objected: say why you decide so."}
    await office.submit(form, {"choice": "1", "reason": "no order is lost"}, by="U0BOB")
    decided = await proposal(office)
    assert (decided.state, decided.choice, decided.ended_by) == (DecisionState.DECIDED, "fail over", "U0BOB")
    assert "already decided by <@U0BOB>" in said(await office.press(object_to, by="U0CLEO"))
    assert "decided by <@U0BOB>" in said(await office.slash("decide", by="U0CLEO"))


async def test_it_is_withdrawn_by_who_proposed_it(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("decide roll back", by="U0DEV")
    back = labelled(answer, "Withdraw")
    assert "Only <@U0DEV>" in said(await office.press(back, by="U0FAY"))
    assert "withdrawn by <@U0DEV>" in said(await office.press(back, by="U0DEV"))
    listed = await office.slash("decide", channel=LOBBY)
    assert "Which incident is it about" in said(listed)
