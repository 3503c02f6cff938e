"""Slack says that a command failed when only its answer was lost, and people type it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playbooks.domain.ids import IncidentId
from playbooks.domain.statement import StatementClass
from playbooks.protocol import communicate, declare, find, timeline
from tests.protocol.conftest import ADA, BOB, DEV, House

ONE = IncidentId(1)
SECONDS, MINUTES = timedelta(seconds=1), timedelta(minutes=1)


async def notes(house: House) -> int:
    return sum(entry.kind == "KeyEventMarked" for entry in await house.log())


@pytest.mark.parametrize("began_after", [0, 60, 119], ids="{} s into the time of a key".format)
@pytest.mark.parametrize(
    ("after", "written"),
    [(0 * SECONDS, 1), (119 * SECONDS, 1), (2 * MINUTES, 2), (5 * MINUTES, 2)],
    ids=["at once", "just in time", "two minutes", "five minutes"],
)
async def test_a_note_that_is_typed_again_within_two_minutes_is_written_once(
    house: House, began_after: int, after: timedelta, written: int
) -> None:
    await house.in_room()
    house.clock.advance(began_after * SECONDS)
    await timeline.note(house.ports, incident=ONE, text="failed over to eu-west", by=ADA)
    house.clock.advance(after)
    await timeline.note(house.ports, incident=ONE, text=" failed over to eu-west ", by=ADA)
    assert await notes(house) == written


async def test_other_words_and_other_people_are_other_notes(house: House) -> None:
    await house.in_room()
    for text, by in (("failed over", ADA), ("failed over", BOB), ("failed back", ADA)):
        await timeline.note(house.ports, incident=ONE, text=text, by=by)
    assert await notes(house) == 3


async def test_a_statement_that_is_typed_again_keeps_its_number(house: House) -> None:
    await house.in_room()

    async def state(text: str = "30 % cannot pay", kind: StatementClass = StatementClass.IMPACT) -> str:
        made = await communicate.state(house.ports, incident=ONE, kind=kind, text=text, by=DEV)
        return made.id

    first = await state()
    house.clock.advance(MINUTES)
    assert await state(" 30 %  cannot pay") == first
    assert await state(kind=StatementClass.STATUS) != first
    await communicate.refute(
        house.ports, statement=(await find.picture(house.ports, incident=ONE)).statements[0].id, by=BOB
    )
    assert await state() != first
    house.clock.advance(3 * MINUTES)
    assert len({await state("something else"), await state("something else")}) == 1


async def test_a_declaration_that_is_typed_again_is_the_same_incident(house: House) -> None:
    async def declared(title: str = "Payments time out", service: str = "checkout") -> IncidentId:
        declaration = await declare.by_hand(
            house.ports, title=title, service=service, severity=None, by=BOB, despite=others
        )
        others.append(declaration.id)
        return declaration.id

    others: list[IncidentId] = []
    assert [await declared(), await declared(" Payments time out ")] == [1, 1]
    assert await declared(service="payments") == 2
    assert await declared("Refunds fail") == 3
    house.clock.advance(3 * MINUTES)
    assert await declared() == 4
