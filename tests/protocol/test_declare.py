"""Whoever declares, the same path follows, whole or not at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from playbooks.domain.alike import LooksAlike, Nearness
from playbooks.domain.effects import Announce, Effect, Invite, OpenRoom
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import IncidentId, KnownErrorId, ServiceName, WorkaroundId
from playbooks.domain.incident import Major, RoomState, State
from playbooks.domain.review import Confidence, KnownError, Workaround, WorkaroundStatus
from playbooks.protocol import declare, find, outlook, room
from tests.clock import START
from tests.protocol.conftest import BOB, CLEO, FAY, ON_SQLITE, ROOM, House, signal

ONE = IncidentId(1)
POOL = KnownError(
    id=KnownErrorId(1),
    title="Checkout: payments time out",
    services=(ServiceName("checkout"),),
    signature=("alert:PoolTimeout",),
    symptoms=("Payments time out at checkout",),
    cause="connection pool exhausted",
    confidence=Confidence.VALIDATED,
    workarounds=(
        Workaround(
            id=WorkaroundId("w1"),
            text="Restart the pool",
            effects=(),
            status=WorkaroundStatus.VERIFIED,
            added_by=BOB,
            added_at=START,
        ),
    ),
    incidents=(),
    created_at=START,
    created_by=BOB,
)


async def by_hand(house: House, **changes: object) -> None:
    asked: dict[str, object] = {
        "title": "Payments time out",
        "service": "checkout",
        "severity": 1,
        "by": FAY,
    }
    await declare.by_hand(house.ports, **(asked | changes))  # type: ignore[arg-type]  # a builder takes any field


async def test_a_declaration_is_one_transaction_with_everything_that_follows(house: House) -> None:
    incident = await house.declared()
    assert (incident.id, incident.state, incident.major) == (ONE, State.OPEN, Major.ACCEPTED)
    assert await house.kinds() == [
        "IncidentDeclared",
        "SearchBegan",
        "ClockStarted",
        "FreezeBegan",
        "UpdatePromised",
    ]
    assert await house.owed() == [OpenRoom(incident=ONE), Announce(incident=ONE)]
    picture = await find.picture(house.ports, incident=ONE)
    assert [(r.agreement, r.deadline) for r in picture.readings] == [
        ("gold-restore", START + timedelta(hours=4))
    ]
    assert picture.due is not None
    assert (picture.due.number, picture.due.due_at) == (1, START + timedelta(minutes=5))
    assert (picture.freeze_is_on, picture.tenure) == (True, None)


async def test_people_who_declare_at_the_same_moment_get_numbers_without_gap(house: House) -> None:
    services = ("checkout", "search", "hr-portal", "reporting")
    await asyncio.gather(*(house.declared(service=service) for service in services))
    found = await house.incidents()
    assert [incident.id for incident in found] == [1, 2, 3, 4]
    assert {incident.impacted for incident in found} == {(service,) for service in services}


@ON_SQLITE
async def test_what_was_refused_takes_no_number(house: House) -> None:
    with pytest.raises(NeedsWords):
        await by_hand(house, title="  ")
    with pytest.raises(NeedsWords):
        await by_hand(house, service="warehouse")
    assert (await house.declared()).id == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"title": " "}, "what is wrong", id="without a title"),
        pytest.param({"service": "chekout"}, "Did you mean checkout", id="misspelt"),
        pytest.param({"service": "zzz"}, "It knows ads, auth", id="unlike anything"),
        pytest.param({"severity": 9}, "1 (SEV1), 2 (SEV2)", id="a severity nobody described"),
    ],
)
async def test_a_refusal_says_what_to_write(house: House, changes: dict[str, object], says: str) -> None:
    with pytest.raises(NeedsWords) as refused:
        await by_hand(house, **changes)
    assert says in str(refused.value)
    assert await house.incidents() == []


@ON_SQLITE
@pytest.mark.parametrize("word", ["checkout", "Checkout", " CHECKOUT-API "])
async def test_a_service_may_be_called_by_any_of_its_names(house: House, word: str) -> None:
    await by_hand(house, service=word)
    assert (await house.incident()).impacted == ("checkout",)


@ON_SQLITE
async def test_until_somebody_has_judged_it_an_incident_is_assumed_to_be_severe(house: House) -> None:
    await by_hand(house, severity=None)
    assert (await house.incident()).severity == 2


@ON_SQLITE
async def test_a_minor_incident_freezes_nothing_and_breaks_no_promise(house: House) -> None:
    await by_hand(house, severity=3)
    picture = await find.picture(house.ports, incident=ONE)
    assert (picture.readings, picture.freeze_is_on) == ((), False)
    assert "FreezeBegan" not in await house.kinds()


@ON_SQLITE
async def test_office_hours_decide_when_a_promise_ends(house: House) -> None:
    """Declared at 10:00 in Paris: eight hours of the office end on the next day at ten."""
    await by_hand(house, service="search")
    picture = await find.picture(house.ports, incident=ONE)
    assert [(r.agreement, r.deadline) for r in picture.readings] == [
        ("silver-restore", START + timedelta(days=1))
    ]


@ON_SQLITE
async def test_a_long_title_is_cut_to_what_a_header_holds(house: House) -> None:
    await by_hand(house, title="  " + "long " * 60)
    assert len((await house.incident()).title) == 150


@ON_SQLITE
async def test_what_was_seen_before_is_recognised_with_its_workaround(house: House) -> None:
    async with house.store.units() as unit:
        await unit.known_errors.add(POOL)
        await unit.commit()
    await house.declared()
    seen = await house.entry("KnownErrorRecognised")
    assert (seen["known_error"], seen["workaround"]) == (1, "Restart the pool")
    picture = await find.picture(house.ports, incident=ONE)
    assert [known.id for known, _ in picture.known_errors] == [1]


@ON_SQLITE
async def test_an_incident_elsewhere_recognises_nothing(house: House) -> None:
    async with house.store.units() as unit:
        await unit.known_errors.add(POOL)
        await unit.commit()
    await house.declared(service="hr-portal", title="Nobody can log in")
    assert "KnownErrorRecognised" not in await house.kinds()


async def test_declaring_what_monitoring_asks_about_answers_its_question(house: House) -> None:
    """Otherwise the candidate is declared by silence, and one outage has two incidents."""
    await house.hears(signal("checkout", at=START))
    await house.pass_time(minutes=10)
    assert (await house.incident()).major is Major.PROPOSED
    await house.owed()
    await by_hand(house, title="Nobody can pay", by=CLEO)
    (incident,) = await house.incidents()
    assert (incident.title, incident.severity, incident.declared_by) == ("Nobody can pay", 1, CLEO)
    assert (incident.major, incident.room_state) == (Major.ACCEPTED, RoomState.WANTED)
    await house.pass_time(minutes=30)
    assert len(await house.incidents()) == 1
    owed: list[Effect] = await house.owed()
    assert owed.count(OpenRoom(incident=ONE)) == 1


@ON_SQLITE
async def test_a_candidate_in_another_environment_is_another_question(house: House) -> None:
    await house.hears(signal("checkout", at=START, env="staging"))
    await house.pass_time(minutes=10)
    await by_hand(house)
    assert [(i.env, i.major) for i in await house.incidents()] == [
        ("staging", Major.PROPOSED),
        ("production", Major.ACCEPTED),
    ]


@ON_SQLITE
async def test_alerts_that_stand_already_belong_to_what_a_person_declares(house: House) -> None:
    """They were too few for any rule; now they are evidence, and their silence will be noticed."""
    await house.hears(signal("checkout", at=START, severity=3), signal("payments", at=START, severity=3))
    house.clock.advance(timedelta(minutes=1))
    await by_hand(house)
    await house.pass_time(seconds=0)
    picture = await find.picture(house.ports, incident=ONE)
    assert sorted(str(e.service) for e in picture.episodes) == ["checkout", "payments"]
    assert picture.incident.impacted == ("checkout", "payments")
    assert (await house.entry("AlertsAttached"))["new_services"] == ["payments"]


async def test_a_second_incident_about_the_same_thing_is_asked_about_first(house: House) -> None:
    await house.declared()
    house.clock.advance(timedelta(minutes=10))
    with pytest.raises(LooksAlike) as shown:
        await by_hand(house, service="payments", title="Cards are refused", by=CLEO)
    assert [(a.incident.id, a.nearness) for a in shown.value.alike] == [(1, Nearness.NEEDING)]
    assert len(await house.incidents()) == 1
    await by_hand(house, service="payments", title="Cards are refused", by=CLEO, despite=(ONE,))
    assert [incident.impacted for incident in await house.incidents()] == [("checkout",), ("payments",)]


async def test_two_people_who_declare_the_same_thing_at_once_get_one_incident(house: House) -> None:
    outcomes = await asyncio.gather(
        by_hand(house), by_hand(house, title="Nobody can pay", by=CLEO), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes].count(LooksAlike) == 1
    assert len(await house.incidents()) == 1


@ON_SQLITE
async def test_what_declaring_would_do_is_known_beforehand(house: House) -> None:
    foreseen = await outlook.declaring(house.ports, service="Checkout", severity=1)
    assert (foreseen.alike, foreseen.first_update) == ((), timedelta(minutes=5))
    incident = await house.declared()
    freeze = await house.entry("FreezeBegan")
    assert {*freeze["ring0"], *freeze["ring1"]} <= set(foreseen.held)
    async with house.store.units() as unit:
        await room.opened(unit, house.ports, incident=incident.id, room=ROOM, name="inc-1-checkout")
        await unit.commit()
    (invited,) = [effect.users for effect in await house.owed() if isinstance(effect, Invite)]
    assert {*foreseen.leads, *foreseen.on_shift, *foreseen.comms} | {FAY} == set(invited)


@ON_SQLITE
async def test_a_minor_or_unnamed_outage_foresees_no_freeze(house: House) -> None:
    assert (await outlook.declaring(house.ports, service="checkout", severity=3)).held == ()
    nothing = await outlook.declaring(house.ports, service="", severity=None)
    assert (nothing.service, nothing.severity, nothing.held, nothing.leads) == (None, 2, (), ())


@ON_SQLITE
async def test_the_log_leads_back_to_the_message_it_was_declared_from(house: House) -> None:
    await by_hand(house, source_link="https://acme.slack.example/archives/C1/p1")
    assert (await house.entry("IncidentDeclared"))["source_link"].endswith("/C1/p1")
    assert (await house.incident()).source_link.endswith("/C1/p1")
