"""Announced work is heard by no rule, and counts only if it was announced before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.announced import Window, heard_windows
from playbooks.domain.errors import NeedsWords, NotNeeded
from playbooks.domain.ids import UserId, WindowId
from playbooks.domain.incident import Major
from playbooks.protocol import maintenance
from playbooks.protocol.maintenance import Announcement
from tests.clock import START
from tests.protocol.conftest import ADA, ON_SQLITE, House, signal

HOUR = timedelta(hours=1)
WORK = Announcement(
    key="CHG-1",
    title="New disks",
    services=("orders-postgres",),
    env="production",
    start=START + HOUR,
    end=START + 2 * HOUR,
    by=ADA,
)


async def two_systems_alert(house: House, service: str = "orders-db") -> None:
    now = house.clock.now()
    await house.hears(*(signal(service, at=now, severity=2, origin=o) for o in ("prometheus-eu", "probe")))


async def majors(house: House) -> list[Major]:
    return [incident.major for incident in await house.incidents()]


async def test_no_rule_listens_while_it_lasts_and_counts_anew_afterwards(house: House) -> None:
    await maintenance.announce(house.ports, asked=WORK)
    await house.pass_time(hours=1)
    await two_systems_alert(house)
    await house.pass_time(minutes=59)
    assert await majors(house) == []
    await house.pass_time(minutes=5, seconds=59)
    assert await majors(house) == [], "five minutes from its end are not over"
    await house.pass_time(minutes=1)
    assert await majors(house) == [Major.ACCEPTED], "what still stands then is an outage"


@ON_SQLITE
async def test_other_services_and_other_environments_are_heard(house: House) -> None:
    await maintenance.announce(house.ports, asked=replace(WORK, env="staging"))
    await house.pass_time(hours=1)
    await two_systems_alert(house)
    await house.pass_time(minutes=5)
    assert await majors(house) == [Major.ACCEPTED]


@ON_SQLITE
async def test_what_is_cancelled_hides_nothing_from_then_on(house: House) -> None:
    window, _ = await maintenance.announce(house.ports, asked=WORK)
    await house.pass_time(hours=1)
    await two_systems_alert(house)
    await house.pass_time(minutes=10)
    cancelled = await maintenance.cancel(house.ports, window=window.id)
    assert cancelled is not None
    assert await maintenance.cancel(house.ports, window=window.id) is not None, "again is no mistake"
    assert await maintenance.cancel(house.ports, window=WindowId("nothing")) is None
    await house.pass_time(minutes=5)
    assert await majors(house) == [Major.ACCEPTED]


async def test_one_key_announces_one_window(house: House) -> None:
    first, is_new = await maintenance.announce(house.ports, asked=WORK)
    assert is_new
    house.clock.advance(HOUR)
    assert await maintenance.announce(house.ports, asked=WORK) == (first, False), "also when it has begun"
    with pytest.raises(NeedsWords, match="something else"):
        await maintenance.announce(house.ports, asked=replace(WORK, end=WORK.end + HOUR))
    house.clock.advance(2 * HOUR)
    with pytest.raises(NotNeeded):
        await maintenance.cancel(house.ports, window=first.id)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"start": START}, "before it starts", id="no notice"),
        pytest.param({"end": START + HOUR}, "end after", id="without length"),
        pytest.param({"end": START + timedelta(days=9)}, "7 days", id="without end"),
        pytest.param({"services": ("nothing",)}, "knows no service", id="a service nobody knows"),
    ],
)
@ON_SQLITE
async def test_what_cannot_be_announced_says_why(house: House, changes: dict[str, object], says: str) -> None:
    with pytest.raises(NeedsWords, match=says):
        await maintenance.announce(house.ports, asked=replace(WORK, **changes))  # type: ignore[arg-type]  # fields as given


def test_a_window_that_never_began_is_none() -> None:
    window = Window(
        id=WindowId("w"),
        key="k",
        title="t",
        services=(),
        env="production",
        announced_by=UserId("U0ADA"),
        announced_at=START - HOUR,
        start=START,
        end=START + HOUR,
        cancelled_at=START - timedelta(minutes=1),
    )
    assert heard_windows([window]) == ()
