"""Looking things up decides nothing and writes nothing."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

import pytest

from playbooks.domain.errors import IncidentNotFound, NeedsWords, ProtocolError
from playbooks.domain.ids import (
    ChannelId,
    ClearanceId,
    ContestId,
    HandoverId,
    IncidentId,
    KnownErrorId,
    ReviewId,
    ServiceName,
    WorkaroundId,
)
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.instants import plainly
from playbooks.domain.review import Confidence, KnownError, Workaround, WorkaroundStatus
from playbooks.domain.statement import StatementClass
from playbooks.protocol import command, communicate, find, resolve
from playbooks.protocol.brief import brief
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, GUS, ON_SQLITE, ROOM, House, signal

ONE = IncidentId(1)


def known(number: int, title: str, *, cause: str = "", workaround: str = "") -> KnownError:
    way = Workaround(
        id=WorkaroundId(f"w{number}"),
        text=workaround,
        effects=(),
        status=WorkaroundStatus.PROPOSED,
        added_by=ADA,
        added_at=START,
    )
    return KnownError(
        id=KnownErrorId(number),
        title=title,
        services=(ServiceName("checkout"),),
        signature=("alert:PoolTimeout",),
        symptoms=(title,),
        cause=cause,
        confidence=Confidence.VALIDATED,
        workarounds=(way,) if workaround else (),
        incidents=(),
        created_at=START,
        created_by=ADA,
    )


async def test_incidents_are_found_by_number_by_room_and_by_age(house: House) -> None:
    await house.in_room()
    await house.declared(service="dns")
    await house.declared(service="san")
    await resolve.resolve(
        house.ports, incident=IncidentId(2), by=GUS, code=ResolutionCode.DUPLICATE, note="same as 1"
    )
    assert (await find.incident(house.ports, number=ONE)).id == 1
    in_room = await find.in_room(house.ports, channel=ROOM)
    assert in_room is not None
    assert in_room.id == 1
    assert await find.in_room(house.ports, channel=ChannelId("C0LUNCH")) is None
    assert [i.id for i in await find.live(house.ports)] == [3, 1]
    assert [i.id for i in await find.recent(house.ports, limit=2)] == [3, 2]


@ON_SQLITE
async def test_what_does_not_exist_is_an_answer(house: House) -> None:
    asked: list[tuple[Awaitable[object], type[ProtocolError]]] = [
        (find.incident(house.ports, number=IncidentId(9)), IncidentNotFound),
        (find.picture(house.ports, incident=IncidentId(9)), IncidentNotFound),
        (find.contest(house.ports, contest=ContestId("gone")), NeedsWords),
        (find.handover(house.ports, handover=HandoverId("gone")), NeedsWords),
        (find.clearance(house.ports, clearance=ClearanceId("gone")), NeedsWords),
        (find.review(house.ports, review=ReviewId("gone")), NeedsWords),
        (communicate.draft(house.ports, incident=IncidentId(9)), IncidentNotFound),
    ]
    for answer, refusal in asked:
        with pytest.raises(refusal):
            await answer


async def test_a_picture_holds_what_is_true_now(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    contested = await command.take(house.ports, incident=ONE, by=CLEO, reason="payments is mine")
    for kind in (StatementClass.IMPACT, StatementClass.CAUSE):
        await communicate.state(house.ports, incident=ONE, kind=kind, text=f"some {kind}", by=DEV)
    house.clock.advance(timedelta(minutes=1))
    picture = await find.picture(house.ports, incident=ONE)
    assert (picture.at, picture.severity_name, picture.service_titles) == (
        house.clock.now(),
        "SEV1",
        ("Checkout",),
    )
    assert picture.tenure is not None
    assert picture.tenure.user == BOB
    assert picture.contest is not None
    assert picture.contest.id == getattr(contested, "contest", None)
    assert [s.text for s in picture.hypotheses] == ["some cause"]
    assert (picture.impact, picture.facts, picture.pending) == ((), (), ())
    assert [picture.number_of(s.id) for s in picture.statements] == [1, 2]
    assert picture.log_head == (len(await house.log()), (await house.log())[-1].hash)


@ON_SQLITE
async def test_impact_is_shown_newest_first_once_somebody_stands_for_it(house: House) -> None:
    await house.in_room()
    for text in ("30 % of users", "50 % of users", "nobody knows"):
        said = await communicate.state(
            house.ports, incident=ONE, kind=StatementClass.IMPACT, text=text, by=DEV
        )
        if text != "nobody knows":
            await communicate.verify(house.ports, statement=said.id, by=CLEO)
        house.clock.advance(timedelta(minutes=1))
    picture = await find.picture(house.ports, incident=ONE)
    assert [s.text for s in picture.impact] == ["50 % of users", "30 % of users"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        pytest.param("", [2, 1], id="all, newest first"),
        pytest.param("checkout", [2, 1], id="by service"),
        pytest.param("POOL restart", [1], id="every word, anywhere, in any case"),
        pytest.param("KE-2", [2], id="by number"),
        pytest.param("nothing like it", [], id="none"),
    ],
)
async def test_known_errors_are_found_by_every_word(house: House, words: str, numbers: list[int]) -> None:
    async with house.store.units() as unit:
        await unit.known_errors.add(known(1, "Payments time out", cause="pool", workaround="Restart it"))
        await unit.known_errors.add(known(2, "Certificates expire", cause="forgotten"))
        await unit.commit()
    assert [k.id for k in await find.known_errors(house.ports, words=words)] == numbers


@ON_SQLITE
async def test_alerts_on_unknown_services_are_listed_newest_first_for_a_day(house: House) -> None:
    await house.hears(*(signal(f"box{n}", at=START) for n in range(3)))
    for n in range(3, 14):
        house.clock.advance(timedelta(minutes=1))
        await house.hears(signal(f"box{n}", at=house.clock.now()))
    shown = await find.unmapped(house.ports)
    assert [e.service_hint for e in shown] == [f"box{n}" for n in range(13, 3, -1)]


@ON_SQLITE
async def test_a_brief_tells_the_next_commander_what_the_record_holds(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    said = await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.IMPACT, text="30 % of users", by=DEV
    )
    await communicate.verify(house.ports, statement=said.id, by=CLEO)
    await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.CAUSE, text="the pool is full", by=DEV
    )
    async with house.store.reading() as unit:
        told = await brief(unit, house.ports, await house.incident())
    assert told.situation == "SEV1 Payments time out, open"
    assert (told.impact, told.open_hypotheses) == (("30 % of users",), ("the pool is full",))
    assert [plainly(clock) for clock in told.running_clocks] == [
        "gold-restore: restore by 2026-03-02 13:00 UTC"
    ]
    assert told.next_update_due == START + timedelta(minutes=5)


@ON_SQLITE
async def test_looking_writes_nothing(house: House) -> None:
    await house.in_room()
    before = (await house.incident(), await house.log())
    await find.picture(house.ports, incident=ONE)
    await find.live(house.ports)
    await find.known_errors(house.ports)
    await communicate.draft(house.ports, incident=ONE)
    assert (await house.incident(), await house.log()) == before
    assert await house.owed() == []
