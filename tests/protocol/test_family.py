"""Incidents that belong together and are worked on apart."""

from __future__ import annotations

import pytest

from playbooks.domain.effects import RefreshCard, TellPerson, TellRoom
from playbooks.domain.errors import IncidentOver, NotNeeded, NotYourRole
from playbooks.domain.events import ParentEnded, ParentUpdated
from playbooks.domain.ids import ChannelId, IncidentId
from playbooks.domain.incident import ResolutionCode
from playbooks.protocol import command, communicate, family, find, resolve, room
from tests.protocol.conftest import BOB, CLEO, EVE, FAY, GUS, ON_SQLITE, House

ONE, TWO, THREE = IncidentId(1), IncidentId(2), IncidentId(3)
SOLVED = ResolutionCode.SOLUTION_PROVIDED


async def two(house: House) -> None:
    """Bob commands the parent, Cleo the child; both have their rooms."""
    for service, by in (("checkout", BOB), ("search", CLEO)):
        incident = await house.declared(service=service, severity=2)
        async with house.store.units() as unit:
            there = ChannelId(f"C0ROOM{incident.id}")
            await room.opened(unit, house.ports, incident=incident.id, room=there, name="inc")
            await unit.commit()
        await command.take(house.ports, incident=incident.id, by=by)
    await house.owed()


async def adopted(house: House) -> None:
    await two(house)
    await family.adopt(house.ports, incident=TWO, parent=ONE, by=CLEO, reason="same data centre")
    await house.owed()


async def test_a_part_hears_what_its_parent_tells_and_is_asked_when_it_ends(house: House) -> None:
    await two(house)
    with pytest.raises(NotYourRole):
        await family.adopt(house.ports, incident=TWO, parent=ONE, by=FAY)
    await family.adopt(house.ports, incident=TWO, parent=ONE, by=CLEO, reason="same data centre")
    assert {e.incident for e in await house.owed() if isinstance(e, RefreshCard)} == {ONE, TWO}
    assert (await house.entry("BecameChild", 2))["reason"] == "same data centre"
    assert (await house.entry("ChildJoined", 1))["child"] == TWO
    assert [c.id for c in (await find.picture(house.ports, incident=ONE)).children] == [TWO]

    await communicate.send(house.ports, incident=ONE, by=EVE)
    await house.pass_time(seconds=1)
    news = [e for e in await house.owed() if isinstance(e, TellRoom) and isinstance(e.about, ParentUpdated)]
    assert [effect.incident for effect in news] == [TWO]
    await family.tell_children(house.ports, parent=ONE)
    assert (await house.kinds(2)).count("ParentUpdated") == 1, "once, however often it is looked at"

    await resolve.resolve(house.ports, incident=ONE, by=BOB, code=SOLVED, note="power is back")
    await house.pass_time(seconds=1)
    asked = [e for e in await house.owed() if isinstance(e, TellPerson) and isinstance(e.about, ParentEnded)]
    assert [effect.user for effect in asked] == [CLEO]
    assert (await house.incident(2)).is_live, "a person decides whether it is over"


@ON_SQLITE
async def test_it_can_be_undone_and_moved(house: House) -> None:
    await adopted(house)
    await house.declared(service="dns", severity=2)
    await family.adopt(house.ports, incident=TWO, parent=THREE, by=GUS)
    assert (await house.incident(2)).parent == THREE
    assert (await house.kinds(1))[-1] == "ChildLeft"
    await family.part(house.ports, incident=TWO, by=CLEO, reason="it was not")
    assert (await house.incident(2)).parent is None
    with pytest.raises(NotNeeded, match="no other incident"):
        await family.part(house.ports, incident=TWO, by=CLEO)


@ON_SQLITE
async def test_no_cycles_one_level_and_only_what_is_live(house: House) -> None:
    await adopted(house)
    await house.declared(service="dns", severity=2)
    for child, parent, why in (
        (ONE, ONE, "part of itself"),
        (TWO, ONE, "already"),
        (THREE, TWO, "Make INC-3 a part of INC-1"),
        (ONE, TWO, "part of INC-1 itself"),
        (ONE, THREE, "INC-1 has parts itself: INC-2"),
    ):
        with pytest.raises(NotNeeded, match=why):
            await family.adopt(house.ports, incident=child, parent=parent, by=GUS)
    await resolve.resolve(house.ports, incident=ONE, by=BOB, code=SOLVED, note="over")
    with pytest.raises(IncidentOver):
        await family.adopt(house.ports, incident=THREE, parent=ONE, by=GUS)
