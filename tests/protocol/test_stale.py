"""Nobody says or does anything in an incident: whoever commands hears of it, then who is above."""

from __future__ import annotations

from datetime import timedelta

from playbooks.domain.effects import TellPerson, TellRoom
from playbooks.domain.events import IncidentStale, MessageSaid
from playbooks.domain.ids import IncidentId, Ts, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.protocol import command, resolve
from playbooks.protocol.recording import locked, record
from tests.protocol.conftest import BOB, GUS, ON_SQLITE, ROOM, House

ONE = IncidentId(1)


async def told(house: House) -> list[UserId]:
    """Who hears now that it is forgotten."""
    owed = await house.owed()
    assert not any(isinstance(e, TellRoom) and isinstance(e.about, IncidentStale) for e in owed)
    return [e.user for e in owed if isinstance(e, TellPerson) and isinstance(e.about, IncidentStale)]


async def says(house: House, actor: str) -> None:
    at = house.clock.now()
    ts = Ts(f"{at.timestamp():.6f}")
    async with house.store.units() as unit:
        said = MessageSaid(
            incident=ONE, by=UserId(actor), at=at, channel=ROOM, ts=ts, thread=None, text="hello", app=""
        )
        await record(unit, house.ports, await locked(unit, ONE), said)
        await unit.commit()


async def test_a_forgotten_incident_is_passed_up_once_and_never_told_to_the_room(house: House) -> None:
    await house.in_room(severity=1)
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()
    await house.pass_time(minutes=20)
    await says(house, "B0DEPLOYBOT")
    assert await told(house) == []
    await house.pass_time(minutes=11)
    assert await told(house) == [BOB], "a bot is no sign of life"
    await house.pass_time(minutes=15)
    assert await told(house) == [GUS]
    await house.pass_time(hours=3)
    assert await told(house) == [], "whoever should know does"

    await says(house, BOB)
    await house.pass_time(minutes=61)
    assert await told(house) == [BOB, GUS], "a sign of life, and silence again"
    assert [e["rung"] for e in await bodies(house)] == [1, 2, 1, 2]


async def bodies(house: House) -> list[dict[str, object]]:
    return [dict(entry.body or {}) for entry in await house.log() if entry.kind == "IncidentStale"]


@ON_SQLITE
async def test_a_worse_severity_is_looked_at_sooner_and_what_is_over_never(house: House) -> None:
    await house.in_room(severity=3)
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.pass_time(minutes=5)
    await resolve.severity(house.ports, incident=ONE, by=BOB, severity=1, reason="all of Europe")
    await house.owed()
    await house.pass_time(minutes=31)
    assert await told(house) == [BOB]
    code = ResolutionCode.SOLUTION_PROVIDED
    await resolve.resolve(house.ports, incident=ONE, by=BOB, code=code, note="rolled back")
    await house.owed()
    await house.pass_time(hours=30)
    assert await told(house) == []
    assert house.clock.now() - (await house.incident()).declared_at > timedelta(days=1)
