"""Sub-teams, and the commander to whom too many people answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playbooks.domain.effects import Invite, TellPerson
from playbooks.domain.errors import CannotCommand, NeedsWords, NotYourRole
from playbooks.domain.events import SpanExceeded
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.instants import plainly
from playbooks.domain.person import Member
from playbooks.domain.role import Role
from playbooks.protocol import command, find, merge, people
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, House

ONE, TWO = IncidentId(1), IncidentId(2)


async def commanded(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=ADA)
    await house.owed()


async def form(house: House, name: str, leader: UserId, by: UserId = ADA) -> None:
    await command.form_team(
        house.ports, incident=ONE, name=name, leader=leader, task="Find the broken link", by=by
    )


async def told(house: House) -> list[UserId]:
    return [effect.user for effect in await house.owed() if isinstance(effect, TellPerson)]


async def test_a_team_is_formed_changed_by_its_leader_asked_and_ended(house: House) -> None:
    await commanded(house)
    with pytest.raises(NotYourRole):
        await form(house, "network", DEV, by=BOB)
    await form(house, "Network", DEV)
    assert await told(house) == [DEV]
    with pytest.raises(NotYourRole, match="its leader"):
        await command.change_members(house.ports, incident=ONE, name="network", by=ADA, come=(EVE,))
    await command.change_members(house.ports, incident=ONE, name="network", by=DEV, come=(EVE, FAY))
    assert await told(house) == [EVE, FAY]
    await house.pass_time(minutes=30)
    assert DEV in await told(house)
    await house.pass_time(minutes=10)
    assert ADA in await told(house), "the leader did not answer"
    assert (await house.kinds()).count("TeamOverdue") == 2
    await command.extend_team(house.ports, incident=ONE, name="network", box=timedelta(minutes=15), by=DEV)
    await house.pass_time(minutes=15)
    assert (await house.kinds()).count("TeamOverdue") == 3
    await command.end_team(house.ports, incident=ONE, name="network", by=DEV, note="it was a cable")
    await house.pass_time(hours=2)
    assert (await house.kinds()).count("TeamOverdue") == 3
    assert (await find.picture(house.ports, incident=ONE)).teams == ()
    with pytest.raises(NeedsWords, match="none yet"):
        await command.end_team(house.ports, incident=ONE, name="network", by=DEV)


@ON_SQLITE
async def test_nobody_whose_account_is_gone_is_in_a_team(house: House) -> None:
    await commanded(house)
    left = Member(id=EVE, is_active=False, is_bot=False, is_guest=False, is_stranger=False, seen_at=START)
    await people.heard(house.ports, left)
    with pytest.raises(CannotCommand):
        await form(house, "network", EVE)
    await form(house, "network", DEV)
    with pytest.raises(CannotCommand):
        await command.change_members(house.ports, incident=ONE, name="network", by=DEV, come=(EVE,))


async def test_a_commander_to_whom_too_many_answer_is_told_once(house: House) -> None:
    """Bob leads checkout; with the deputy, the scribe, the comms lead and four teams they are eight."""
    await commanded(house)
    for role, person in ((Role.DEPUTY, CLEO), (Role.SCRIBE, DEV), (Role.COMMS, EVE)):
        await command.appoint(house.ports, incident=ONE, role=role, to=person, by=ADA)
    for number in range(3):
        await form(house, f"team-{number}", UserId(f"U0LEADER{number}"))
    assert "SpanExceeded" not in await house.kinds(), "seven are not too many"
    await house.owed()
    await form(house, "team-3", UserId("U0LEADER3"))
    letters = [effect for effect in await house.owed() if isinstance(effect, TellPerson)]
    warned = [effect for effect in letters if isinstance(effect.about, SpanExceeded)]
    assert [effect.user for effect in warned] == [ADA]
    assert len((await house.entry("SpanExceeded"))["reports"]) == 8
    await form(house, "team-4", FAY)
    assert (await house.kinds()).count("SpanExceeded") == 1
    await command.take_over(house.ports, incident=ONE, by=GUS, reason="I take it from here")
    assert (await house.entry("SpanExceeded"))["commander"] == GUS, "another commander does not know it yet"


async def test_teams_go_on_in_the_incident_that_takes_over_and_nobody_is_in_two(house: House) -> None:
    await commanded(house)
    await house.declared(service="search", title="Search is slow")
    await command.take(house.ports, incident=TWO, by=ADA)
    await form(house, "network", DEV)
    for name, leader, come in (("network", EVE, ()), ("disks", DEV, (FAY,)), ("mail", EVE, ())):
        if name == "mail":
            await command.end_team(house.ports, incident=TWO, name="network", by=EVE)
        await command.form_team(
            house.ports, incident=TWO, name=name, leader=leader, task=f"mend the {name}", by=ADA
        )
        if come:
            await command.change_members(house.ports, incident=TWO, name=name, by=leader, come=come)
    await command.form_team(
        house.ports, incident=TWO, name="network", leader=GUS, task="look at the cables", by=ADA
    )
    await command.change_members(house.ports, incident=ONE, name="network", by=DEV, come=(EVE,))
    await house.owed()
    await merge.merge(house.ports, incident=TWO, into=ONE, by=ADA, reason="one disk")
    teams = (await find.picture(house.ports, incident=ONE)).teams
    assert [(team.name, team.leader, team.members) for team in teams] == [
        ("network", DEV, (EVE,)),
        ("disks", FAY, ()),
        ("network-2", GUS, ()),
    ]
    assert (await house.entry("TeamEnded", 2))["note"] == "its people are in teams of INC-1"
    invited = {user for effect in await house.owed() if isinstance(effect, Invite) for user in effect.users}
    assert {FAY, GUS} <= invited
    offered = await command.offer(house.ports, incident=ONE, to=BOB, by=ADA)
    assert [(leader, members) for leader, members, _ in offered.brief.teams] == [
        (DEV, (EVE,)),
        (FAY, ()),
        (GUS, ()),
    ]
    assert plainly(offered.brief.teams[1][2]) == "disks: mend the disks, until 09:30 UTC"
    await house.pass_time(minutes=30)
    assert (await house.entry("TeamOverdue"))["incident"] == 1, "its alarm rings there"
