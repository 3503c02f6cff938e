"""The work on each impacted service has a lead; what nobody takes, the commander decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.command import Handover
from playbooks.domain.effects import Invite, SendBrief, TellPerson, TellRoom
from playbooks.domain.errors import NotYourRole, OfferExpired
from playbooks.domain.events import LeadSeated
from playbooks.domain.ids import IncidentId, ServiceName, UserId
from playbooks.domain.incident import AffectedService, ResolutionCode, ServiceRole
from playbooks.domain.person import Member
from playbooks.domain.workstream import Led
from playbooks.protocol import command, find, merge, people, resolve
from playbooks.protocol import room as rooms
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, ROOM, House, signal

ONE, TWO = IncidentId(1), IncidentId(2)
CHECKOUT = ServiceName("checkout")
MISSED_TOO = AffectedService(service=ServiceName("search"), role=ServiceRole.IMPACTED)


async def commanded(house: House) -> None:
    """Checkout is broken, and Ada commands."""
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=ADA)
    await house.owed()


async def leads(house: House, number: IncidentId = ONE) -> dict[str, UserId | None]:
    picture = await find.picture(house.ports, incident=number)
    return {stream.service: stream.lead for stream in picture.workstreams}


async def offer(house: House, to: UserId, by: UserId) -> Handover:
    offered = await command.name(house.ports, incident=ONE, service=CHECKOUT, to=to, by=by)
    assert isinstance(offered, Handover)
    return offered


def gone(user: UserId) -> Member:
    return Member(id=user, is_active=False, is_bot=False, is_guest=False, is_stranger=False, seen_at=START)


async def test_whoever_is_on_call_leads_at_first_and_is_told_once_the_room_is_open(house: House) -> None:
    incident = await house.declared()
    assert await leads(house) == {}
    await house.owed()
    async with house.store.units() as unit:
        await rooms.opened(unit, house.ports, incident=incident.id, room=ROOM, name="inc")
        await unit.commit()
    (on_call, *_) = house.ports.handbook().on_call(CHECKOUT)
    assert await leads(house) == {CHECKOUT: on_call}
    owed = await house.owed()
    (told,) = [effect for effect in owed if isinstance(effect, TellPerson)]
    assert told.user == on_call
    assert isinstance(told.about, LeadSeated)
    assert not [effect for effect in owed if isinstance(effect, TellRoom)], "the card shows it"


async def test_the_lead_passes_when_it_is_accepted(house: House) -> None:
    await commanded(house)
    (before,) = (await leads(house)).values()
    assert before is not None
    offered = await offer(house, CLEO, before)
    owed = await house.owed()
    assert Invite(incident=ONE, users=(CLEO,)) in owed
    assert SendBrief(incident=ONE, handover=offered.id, user=CLEO) in owed
    assert offered.brief.leads == ((CHECKOUT, before),)
    assert (await find.picture(house.ports, incident=ONE)).handover is None, "command is not offered"
    with pytest.raises(NotYourRole):
        await command.accept(house.ports, handover=offered.id, by=DEV)
    seated = await command.accept(house.ports, handover=offered.id, by=CLEO)
    assert isinstance(seated, LeadSeated)
    assert (seated.lead, seated.before, seated.how) == (CLEO, before, Led.HANDOVER)
    assert await leads(house) == {CHECKOUT: CLEO}
    async with house.store.reading() as unit:
        tenure = await unit.tenures.current(ONE)
        stretches = await unit.workstreams.of(ONE)
    assert tenure is not None
    assert tenure.user == ADA, "leading a service is not commanding"
    assert [stream.until for stream in stretches] == [stretches[1].since, None]


async def test_turned_down_twice_the_commander_decides_and_there_is_no_third_bounce(house: House) -> None:
    """T-b 17: the database says network, the network says database."""
    await commanded(house)
    (database,) = (await leads(house)).values()
    assert database is not None
    first = await offer(house, CLEO, database)
    await command.decline(house.ports, handover=first.id, by=CLEO, reason="the database is slow")
    assert "LeadWanted" not in await house.kinds()
    await offer(house, DEV, database)
    await house.owed()
    await house.pass_time(minutes=5)
    assert (await house.entry("LeadWanted"))["why"] == "bounced"
    told = {e.user for e in await house.owed() if isinstance(e, TellPerson)}
    assert ADA in told, "the commander hears that it is on them"
    with pytest.raises(NotYourRole, match="turned down too often"):
        await offer(house, CLEO, database)
    decreed = await command.name(house.ports, incident=ONE, service=CHECKOUT, to=CLEO, by=ADA)
    assert isinstance(decreed, LeadSeated)
    assert decreed.how is Led.DECREE
    assert (await house.entry("LeadSeated"))["by"] == ADA
    with pytest.raises(NotYourRole, match="review"):
        await command.lay_down_lead(house.ports, incident=ONE, service=CHECKOUT, by=CLEO)
    assert await leads(house) == {CHECKOUT: CLEO}
    assert (await house.kinds()).count("LeadWanted") == 1


async def test_ten_minutes_without_a_lead_are_the_commanders_to_end(house: House) -> None:
    await commanded(house)
    (before,) = (await leads(house)).values()
    assert before is not None
    await command.lay_down_lead(house.ports, incident=ONE, service=CHECKOUT, by=before)
    assert await leads(house) == {CHECKOUT: None}
    await house.pass_time(minutes=9, seconds=59)
    assert "LeadWanted" not in await house.kinds()
    await house.pass_time(seconds=1)
    assert (await house.entry("LeadWanted"))["why"] == "vacant"
    await house.pass_time(minutes=30)
    assert (await house.kinds()).count("LeadWanted") == 1, "it is said once"
    named = await command.name(house.ports, incident=ONE, service=CHECKOUT, to=DEV, by=GUS)
    assert isinstance(named, LeadSeated)
    assert (named.lead, named.how) == (DEV, Led.DECREE), "a duty manager may decide too"


@ON_SQLITE
async def test_somebody_takes_what_nobody_leads(house: House) -> None:
    await commanded(house)
    (before,) = (await leads(house)).values()
    assert before is not None
    with pytest.raises(NotYourRole):
        await command.name(house.ports, incident=ONE, service=CHECKOUT, to=FAY, by=FAY)
    await command.lay_down_lead(house.ports, incident=ONE, service=CHECKOUT, by=before)
    offered = await offer(house, DEV, ADA)
    await command.name(house.ports, incident=ONE, service=CHECKOUT, to=FAY, by=FAY)
    assert await leads(house) == {CHECKOUT: FAY}
    with pytest.raises(OfferExpired):
        await command.accept(house.ports, handover=offered.id, by=DEV)
    await house.pass_time(minutes=20)
    assert "LeadWanted" not in await house.kinds(), "nobody is wanted any more"


@ON_SQLITE
async def test_a_lead_whose_account_is_gone_leads_no_more(house: House) -> None:
    await commanded(house)
    (before,) = (await leads(house)).values()
    assert before is not None
    await house.owed()
    await people.heard(house.ports, gone(before))
    assert await leads(house) == {CHECKOUT: None}
    assert ADA in {e.user for e in await house.owed() if isinstance(e, TellPerson)}


async def test_a_service_that_joins_gets_a_lead_and_one_that_leaves_needs_none(house: House) -> None:
    await commanded(house)
    (before,) = (await leads(house)).values()
    async with house.store.units() as unit:
        incident = await unit.incidents.lock(ONE)
        assert incident is not None
        wider = replace(incident, services=(*incident.services, MISSED_TOO))
        await unit.incidents.save(wider)
        await command.follow(unit, house.ports, wider)
        await unit.commit()
    (other,) = house.ports.handbook().on_call(MISSED_TOO.service)[:1]
    assert await leads(house) == {CHECKOUT: before, MISSED_TOO.service: other}
    async with house.store.units() as unit:
        fewer = replace(wider, services=incident.services, version=wider.version + 1)
        await unit.incidents.save(fewer)
        await command.follow(unit, house.ports, fewer)
        await unit.commit()
    assert await leads(house) == {CHECKOUT: before}
    assert (await house.entry("LeadLeft"))["reason"] == "it is not impacted any more"


async def test_alerts_of_another_service_bring_its_lead(house: House) -> None:
    await house.hears(signal("payments", at=START), signal("payments", at=START, origin="probe-eu"))
    await house.pass_time(minutes=6)
    async with house.store.units() as unit:
        await rooms.opened(unit, house.ports, incident=ONE, room=ROOM, name="inc")
        await unit.commit()
    await house.hears(signal("checkout", at=house.clock.now()), signal("web", at=house.clock.now()))
    await house.pass_time(minutes=6)
    assert set(await leads(house)) == set((await house.incident()).impacted)


async def test_when_two_incidents_become_one_its_leads_go_on_there(house: House) -> None:
    await commanded(house)
    await house.in_room(service="search", title="Search is slow")
    search = ServiceName("search")
    (lead,) = (await leads(house, TWO)).values()
    assert lead is not None
    taker = next(user for user in (BOB, CLEO, DEV) if user != lead)
    offered = await command.name(house.ports, incident=TWO, service=search, to=taker, by=lead)
    assert isinstance(offered, Handover)
    await command.accept(house.ports, handover=offered.id, by=taker)
    asked = await merge.merge(house.ports, incident=TWO, into=ONE, by=GUS, reason="one outage")
    assert asked is not None
    await merge.agree(house.ports, merger=asked.id, by=ADA)
    assert (await house.incident(2)).merged_into == ONE
    after = await leads(house)
    assert after[search] == taker, "who leads it there leads it here"
    assert await leads(house, TWO) == {}


@ON_SQLITE
async def test_the_end_of_the_incident_ends_offers_and_alarms_and_no_lead(house: House) -> None:
    await commanded(house)
    (before,) = (await leads(house)).values()
    assert before is not None
    await offer(house, CLEO, before)
    await resolve.resolve(
        house.ports, incident=ONE, by=ADA, code=ResolutionCode.SOLUTION_PROVIDED, note="Rolled back."
    )
    house.clock.advance(timedelta(minutes=6))
    await house.pass_time(minutes=30)
    assert "HandoverExpired" not in await house.kinds()
    assert await leads(house) == {CHECKOUT: before}
