"""Twenty people press at once, twice, in no order, on old cards, after the end: one of them is heard."""

from __future__ import annotations

import asyncio
from random import Random

from bot.demo.cast import Cast
from sandbox.testing import Message
from sandbox.testing.outcomes import Outcome
from tests.scenarios.conftest import once
from tests.scenarios.record import Record
from tests.scenarios.scenes import declared, resolved

CROWD = 20
OWN = ("ada", "bob", "cleo", "dev", "eve", "fay", "gus")


async def crowd(cast: Cast) -> list[str]:
    """Everybody of the house, and as many newcomers as it takes, all of them in the room."""
    people = [*OWN, *(f"new{number}" for number in range(CROWD - len(OWN)))]
    for name in people[len(OWN) :]:
        await cast.house.workspace.faults.happen("user_joined", name=name)
    await asyncio.gather(*(cast.person(name).join(cast.room) for name in people))
    return people


async def own_menu(cast: Cast, name: str) -> Message:
    """The menu that somebody called; it stays as it was drawn, however old it gets."""
    await cast.command(name, "")
    return next(m for m in await cast.channel().messages(as_=name) if m.ephemeral)


@once
async def test_twenty_people_press_and_there_is_one_commander(cast: Cast, record: Record) -> None:
    await declared(cast)
    people = await crowd(cast)
    menus = dict(zip(people, await asyncio.gather(*(own_menu(cast, name) for name in people)), strict=True))
    await cast.house.workspace.faults.add("duplicate", where="interaction", probability=0.3)
    presses = [name for name in people for _ in range(2)]
    Random(7).shuffle(presses)  # noqa: S311 - the same crowd every time
    answers = await asyncio.gather(*(take(menus, name) for name in presses))
    assert all(answer.delivered for answer in answers), "everybody is answered in time"
    await cast.said("has command")
    (taken,) = await record.log("CommandTaken")
    (seat,) = await record.tenures()
    assert taken.actor == seat.user

    await resolved(cast, "gus")
    late = await asyncio.gather(*(take(menus, name) for name in people))
    assert all(answer.delivered for answer in late)
    assert len(await record.log("CommandTaken")) == 1, "an old button of what is over changes nothing"
    assert len(await record.log("IncidentResolved")) == 1
    assert len(await record.tenures()) == 1


async def take(menus: dict[str, Message], name: str) -> Outcome:
    return await menus[name].button("Take command").press(as_=name)
