"""Whoever commands appoints a deputy and a scribe; the deputy succeeds a commander who cannot be found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playbooks.domain.command import Seating
from playbooks.domain.effects import Invite, TellPerson
from playbooks.domain.errors import CannotCommand, NeedsWords, NotNeeded, NotYourRole
from playbooks.domain.ids import PROTOCOL, IncidentId, UserId
from playbooks.domain.person import Member
from playbooks.domain.role import Role
from playbooks.domain.statement import Audience, StatementClass
from playbooks.protocol import beforehand, command, communicate, find, people
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, House

ONE = IncidentId(1)


async def commanded(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()


async def appointed(house: House) -> dict[Role, UserId]:
    picture = await find.picture(house.ports, incident=ONE)
    return {held.role: held.user for held in picture.roles}


async def test_the_commander_appoints_and_whoever_it_is_comes_and_is_told(house: House) -> None:
    await commanded(house)
    given = await command.appoint(house.ports, incident=ONE, role=Role.DEPUTY, to=CLEO, by=BOB)
    owed = await house.owed()
    assert Invite(incident=ONE, users=(CLEO,)) in owed
    assert TellPerson(incident=ONE, user=CLEO, about=given) in owed
    await command.appoint(house.ports, incident=ONE, role=Role.SCRIBE, to=DEV, by=BOB)
    assert await appointed(house) == {Role.DEPUTY: CLEO, Role.SCRIBE: DEV}
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    assert offered.brief.roles == ((Role.DEPUTY, CLEO), (Role.SCRIBE, DEV))


async def test_the_deputy_commands_when_the_commander_does_not_answer(house: House) -> None:
    """T-b 13: an offer expired because nobody was there to answer it; then the recall."""
    await commanded(house)
    await command.appoint(house.ports, incident=ONE, role=Role.DEPUTY, to=CLEO, by=BOB)
    await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    await house.pass_time(minutes=5)
    await command.recall(house.ports, incident=ONE, by=FAY)
    await house.pass_time(minutes=3)
    async with house.store.reading() as unit:
        tenure = await unit.tenures.current(ONE)
    assert tenure is not None
    assert (tenure.user, tenure.how) == (CLEO, Seating.DEPUTY)
    assert await appointed(house) == {}, "nobody is their own deputy"
    assert "CommandAsked" not in await house.kinds()


@ON_SQLITE
async def test_another_appointment_ends_the_first(house: House) -> None:
    await commanded(house)
    await command.appoint(house.ports, incident=ONE, role=Role.SCRIBE, to=DEV, by=BOB)
    given = await command.appoint(house.ports, incident=ONE, role=Role.SCRIBE, to=FAY, by=GUS)
    assert given.before == DEV
    assert await appointed(house) == {Role.SCRIBE: FAY}
    with pytest.raises(NotYourRole):
        await command.lay_down(house.ports, incident=ONE, role=Role.SCRIBE, by=DEV)


@ON_SQLITE
async def test_whoever_cannot_says_so_and_the_commander_hears_of_it(house: House) -> None:
    await commanded(house)
    await command.appoint(house.ports, incident=ONE, role=Role.SCRIBE, to=DEV, by=BOB)
    await house.owed()
    await command.lay_down(house.ports, incident=ONE, role=Role.SCRIBE, by=DEV)
    assert [e.user for e in await house.owed() if isinstance(e, TellPerson)] == [BOB]
    assert await appointed(house) == {}


@ON_SQLITE
async def test_an_appointment_is_refused(house: House) -> None:
    await commanded(house)
    await command.appoint(house.ports, incident=ONE, role=Role.DEPUTY, to=CLEO, by=BOB)
    left = Member(id=ADA, is_active=False, is_bot=False, is_guest=False, is_stranger=False, seen_at=START)
    await people.heard(house.ports, left)
    for refusal, to, by in (
        (NotYourRole, DEV, CLEO),
        (NotNeeded, BOB, BOB),
        (NotNeeded, CLEO, BOB),
        (NeedsWords, PROTOCOL, BOB),
        (CannotCommand, ADA, BOB),
    ):
        with pytest.raises(refusal):
            await command.appoint(house.ports, incident=ONE, role=Role.DEPUTY, to=to, by=by)


@ON_SQLITE
async def test_a_deputy_whose_account_is_gone_succeeds_nobody(house: House) -> None:
    await commanded(house)
    await command.appoint(house.ports, incident=ONE, role=Role.DEPUTY, to=CLEO, by=BOB)
    left = Member(id=CLEO, is_active=False, is_bot=False, is_guest=False, is_stranger=False, seen_at=START)
    await house.owed()
    await people.heard(house.ports, left)
    assert await appointed(house) == {}
    assert [e.user for e in await house.owed() if isinstance(e, TellPerson)] == [BOB], (
        "somebody else is needed"
    )
    house.clock.advance(timedelta(minutes=6))
    await command.recall(house.ports, incident=ONE, by=FAY)
    await house.pass_time(minutes=3)
    assert (await house.entry("CommandAsked"))["person"] == ADA


async def test_a_comms_lead_of_the_incident_may_release_and_send(house: House) -> None:
    await commanded(house)
    made = await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.IMPACT, text="Cards are refused", by=ADA
    )
    for refused in (
        communicate.release(house.ports, statement=made.id, by=DEV),
        communicate.send(house.ports, incident=ONE, by=DEV),
    ):
        with pytest.raises(NotYourRole, match="comms lead"):
            await refused
    await command.appoint(house.ports, incident=ONE, role=Role.COMMS, to=DEV, by=BOB)
    picture = await find.picture(house.ports, incident=ONE)
    beforehand.send_update(picture, DEV, house.ports.handbook())
    released = await communicate.release(house.ports, statement=made.id, by=DEV)
    assert released.reach is Audience.STAKEHOLDER
    await communicate.send(house.ports, incident=ONE, by=DEV)
    await house.owed()
    await communicate.refute(house.ports, statement=made.id, by=ADA)
    assert DEV in {e.user for e in await house.owed() if isinstance(e, TellPerson)}, "a correction is due"
    await command.lay_down(house.ports, incident=ONE, role=Role.COMMS, by=DEV)
    with pytest.raises(NotYourRole):
        await communicate.send(house.ports, incident=ONE, by=DEV)


@ON_SQLITE
async def test_the_two_words_about_a_cause_are_two_peoples(house: House) -> None:
    """A commander is no comms lead, and whoever takes command is one no more."""
    await commanded(house)
    with pytest.raises(NotNeeded):
        await command.appoint(house.ports, incident=ONE, role=Role.COMMS, to=BOB, by=BOB)
    await command.appoint(house.ports, incident=ONE, role=Role.COMMS, to=CLEO, by=BOB)
    offered = await command.offer(house.ports, incident=ONE, to=CLEO, by=BOB)
    await command.accept(house.ports, handover=offered.id, by=CLEO)
    assert await appointed(house) == {}
