"""Whoever sees that two incidents are one says so, and those who lead them decide."""

from __future__ import annotations

from handlers.views.notices import private_notice
from playbooks.domain import events as e
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import State
from playbooks.protocol import command, declare
from tests.handlers.judging import labels, words
from tests.handlers.scenes import ADA, BOB
from tests.handlers.slack.conftest import ROOM, Office, labelled
from tests.handlers.slack.test_commands import said

ONE, TWO = IncidentId(1), IncidentId(2)


async def two(office: Office) -> None:
    """Ada commands the first, whose room this is; Bob commands another one."""
    await office.in_room()
    await declare.by_hand(
        office.ports, title="Cards are refused", service="payments", severity=2, by=BOB, despite=(ONE,)
    )
    await command.take(office.ports, incident=ONE, by=ADA)
    await command.take(office.ports, incident=TWO, by=BOB)


async def test_the_number_names_the_other_incident(office: Office) -> None:
    await two(office)
    answer = await office.slash("merge INC-2 one pool", by="U0ADA", channel=ROOM)
    assert "Both commanders are asked whether *INC-1* is part of *INC-2*" in said(answer)


async def test_the_other_commander_agrees_with_a_press(office: Office) -> None:
    await two(office)
    await office.slash("INC-2 merge INC-1", by="U0BOB")
    async with office.store.reading() as unit:
        asked = await unit.mergers.between(ONE, TWO)
    assert asked is not None
    question = e.MergeProposed(
        incident=ONE,
        by=BOB,
        at=asked.proposed_at,
        other=TWO,
        other_title="Cards are refused",
        survives=ONE,
        merger=asked.id,
        reason="",
        expires_at=asked.expires_at,
    )
    letter = private_notice(question, await office.picture(), office.ports.handbook(), ADA)
    assert letter is not None
    assert labels(letter.blocks) == ["Agree: they are one", "Keep apart"]
    done = await office.press(labelled(letter, "Agree"), by="U0ADA")
    assert "*INC-2* is part of *INC-1* now" in words(done)
    assert (await office.picture(2)).incident.state is State.MERGED
    late = await office.press(labelled(letter, "Keep apart"), by="U0ADA")
    assert "already decided" in words(late)


async def test_without_a_number_the_form_lists_what_is_open(office: Office) -> None:
    await two(office)
    await office.slash("merge", by="U0ADA", channel=ROOM)
    view = office.slack.view()
    assert "INC-2" in words(view)
    assert view["submit"]["text"] == "Ask both commanders"
    answer = await office.submit(view, {"choice": "2", "reason": "one pool"}, by="U0ADA")
    assert "Both commanders are asked" in words(answer["view"])


async def test_alone_there_is_nothing_to_merge_into(office: Office) -> None:
    await office.in_room()
    await office.slash("merge", channel=ROOM)
    assert "No other incident is open" in words(office.slack.view())


async def test_an_incident_is_made_a_part_of_another_by_command(office: Office) -> None:
    """The card of each shows the other; without a number a form asks for it."""
    await two(office)
    assert await office.slash("INC-2 child", by="U0BOB") == {}
    assert "INC-3" in str(office.slack.view())
    done = said(await office.slash("INC-2 child of INC-1 same data centre", by="U0BOB"))
    assert "*INC-2* is a part of *INC-1* Payments time out now." in done
    assert "Part of *INC-1*" in said(await office.slash("INC-2 status", by="U0BOB"))
    assert "*Parts* INC-2 open" in said(await office.slash("INC-1 status", by="U0BOB"))
    alone = said(await office.slash("INC-2 child of none it was not", by="U0BOB"))
    assert "*INC-2* stands alone now." in alone
