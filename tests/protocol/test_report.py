"""Users report: one outage keeps one room, and no word is lost."""

from __future__ import annotations

import asyncio

import pytest

from playbooks.domain.effects import Invite, TellRoom
from playbooks.domain.errors import IncidentOver, NeedsWords
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import ResolutionCode
from playbooks.protocol import command, find, report, resolve
from tests.clock import START
from tests.protocol.conftest import BOB, CLEO, DEV, FAY, ON_SQLITE, House, signal

ONE = IncidentId(1)


async def tell(house: House, text: str = "My card is refused", **changes: object) -> report.Filed:
    asked: dict[str, object] = {"service": "checkout", "text": text, "by": CLEO}
    return await report.file(house.ports, **(asked | changes))  # type: ignore[arg-type]  # any field


async def counted(house: House) -> int:
    return len((await find.picture(house.ports, incident=ONE)).reports)


async def test_a_report_on_a_service_of_an_open_incident_joins_it(house: House) -> None:
    """Four alerts in a cascade are one incident, and a user who reports one of its services adds to it."""
    for service in ("orders-db", "checkout", "web", "payments"):
        await house.hears(signal(service, at=START, origin="prometheus-eu"))
        await house.hears(signal(service, at=START, origin="probe-eu"))
    await house.pass_time(minutes=10)
    assert [i.id for i in await house.incidents()] == [1]
    filed = await tell(house)
    assert filed.incident is not None
    assert (filed.incident.id, filed.number) == (1, 1)
    assert [i.id for i in await house.incidents()] == [1]
    said = await house.entry("UserReported")
    assert (said["by"], said["text"]) == (CLEO, "My card is refused")


@ON_SQLITE
async def test_reports_are_counted_in_silence(house: House) -> None:
    await house.in_room()
    await tell(house)
    await tell(house, "Mine too", by=DEV)
    assert await counted(house) == 2
    assert set(await house.told()) == {"RefreshCard"}


async def test_a_report_that_is_sent_again_is_one(house: House) -> None:
    await house.declared()
    await asyncio.gather(tell(house), tell(house))
    assert (await counted(house), (await house.kinds()).count("UserReported")) == (1, 1)


@ON_SQLITE
async def test_the_same_words_an_hour_later_are_news(house: House) -> None:
    await house.declared()
    await tell(house)
    await house.pass_time(hours=1)
    await tell(house)
    assert await counted(house) == 2


@ON_SQLITE
async def test_where_nobody_works_yet_it_waits_for_the_incident(house: House) -> None:
    assert (await tell(house)).incident is None
    assert await house.incidents() == []
    await house.pass_time(minutes=10)
    await house.declared()
    said = await house.entry("UserReported")
    assert (said["text"], await counted(house)) == ("My card is refused", 1)


@ON_SQLITE
async def test_what_was_said_long_before_belongs_to_something_else(house: House) -> None:
    await tell(house)
    await tell(house, service="hr-portal")
    await house.pass_time(minutes=16)
    await house.declared()
    assert await counted(house) == 0


@ON_SQLITE
async def test_who_thought_that_it_was_over_hears_of_it(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    await house.owed()
    await tell(house)
    assert any(isinstance(effect, TellRoom) for effect in await house.owed())
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="Rolled back"
    )
    await house.owed()
    filed = await tell(house, "Still broken")
    assert filed.incident is not None
    assert filed.incident.id == 1
    assert any(isinstance(effect, TellRoom) for effect in await house.owed())


@ON_SQLITE
async def test_after_the_reopening_window_it_is_not_about_the_old_incident(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="Rolled back"
    )
    await house.pass_time(hours=2, minutes=1)
    assert (await tell(house)).incident is None


@ON_SQLITE
async def test_joining_instead_of_declaring_leaves_ones_words_there(house: House) -> None:
    await house.in_room()
    await report.join(house.ports, incident=ONE, service="payments", text="Cards are refused", by=CLEO)
    assert (await house.entry("UserReported"))["service"] == "payments"
    assert Invite(incident=ONE, users=(CLEO,)) in await house.owed()
    await report.join(house.ports, incident=ONE, service="payments", text=" ", by=DEV)
    assert await counted(house) == 1


@ON_SQLITE
async def test_nobody_joins_what_is_over(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="Rolled back"
    )
    with pytest.raises(IncidentOver):
        await report.join(house.ports, incident=ONE, service="checkout", text="Broken", by=CLEO)


@ON_SQLITE
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"text": "  "}, id="without words"),
        pytest.param({"service": "warehouse"}, id="a service nobody knows"),
    ],
)
async def test_a_report_says_what_and_where(house: House, changes: dict[str, object]) -> None:
    with pytest.raises(NeedsWords):
        await tell(house, **changes)  # type: ignore[arg-type]  # a row changes any field


@ON_SQLITE
async def test_where_a_report_would_go_is_known_beforehand(house: House) -> None:
    assert await report.destination(house.ports, service="checkout") is None
    await house.declared()
    there = await report.destination(house.ports, service="Checkout")
    assert there is not None
    assert (there.id, await report.destination(house.ports, service="nothing")) == (1, None)
    assert there.declared_by == FAY
