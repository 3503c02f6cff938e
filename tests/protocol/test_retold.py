"""The state of an incident can be told from its log alone, and every change in it has one entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random

import pytest

from playbooks.domain.errors import ProtocolError
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.retold import Change, Told, recorded, retell
from playbooks.protocol import command, freeze, resolve
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, House, signal

ONE = IncidentId(1)
PEOPLE = (ADA, BOB, CLEO, DEV, EVE, FAY, GUS)
Step = Callable[[House, Random], Awaitable[object]]


async def as_recorded(house: House) -> Told:
    """The same state, read from the records."""
    async with house.store.reading() as unit:
        return recorded(await house.incident(), await unit.tenures.current(ONE))


async def take(house: House, chance: Random) -> None:
    await command.take(house.ports, incident=ONE, by=chance.choice(PEOPLE), reason="it is my service")


async def offer(house: House, chance: Random) -> None:
    offered = await command.offer(
        house.ports, incident=ONE, to=chance.choice(PEOPLE), by=chance.choice(PEOPLE)
    )
    answer = chance.choice((command.accept, command.decline))
    await answer(house.ports, handover=offered.id, by=offered.taker)


async def severity(house: House, chance: Random) -> None:
    await resolve.severity(
        house.ports,
        incident=ONE,
        by=chance.choice(PEOPLE),
        severity=chance.randint(1, 4),
        reason="it changed",
    )


async def mitigate(house: House, chance: Random) -> None:
    await resolve.mitigate(house.ports, incident=ONE, by=chance.choice(PEOPLE), note="failed over")


async def finish(house: House, chance: Random) -> None:
    code = chance.choice(tuple(ResolutionCode))
    await resolve.resolve(house.ports, incident=ONE, by=chance.choice(PEOPLE), code=code, note="rolled back")


async def reopen(house: House, chance: Random) -> None:
    await resolve.reopen(house.ports, incident=ONE, by=chance.choice(PEOPLE), reason="it is back")


async def thaw(house: House, chance: Random) -> None:
    await freeze.thaw(house.ports, incident=ONE, by=chance.choice(PEOPLE), reason="the fix must go out")


async def alert(house: House, chance: Random) -> None:
    service = chance.choice(("checkout", "payments", "login"))
    await house.hears(signal(service, at=house.clock.now()))


async def time(house: House, chance: Random) -> None:
    await house.pass_time(minutes=chance.choice((1, 3, 6, 31)))


STEPS: tuple[Step, ...] = (take, take, offer, severity, mitigate, finish, reopen, thaw, alert, time)


@ON_SQLITE
@pytest.mark.parametrize("seed", range(6))
async def test_whatever_people_do_the_log_tells_the_state_and_who_changed_it(house: House, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a story, not a secret
    await house.in_room()
    known = 0
    for _ in range(30):
        before, _changes = retell((await house.log())[:known])
        with suppress(ProtocolError):
            await chance.choice(STEPS)(house, chance)
        log = await house.log()
        told, changes = retell(log)
        assert told == await as_recorded(house), [entry.kind for entry in log[known:]]
        new = [change for change in changes if change.seq > known]
        _each_change_has_one_entry(before, told, new)
        known = len(log)


def _each_change_has_one_entry(before: Told, after: Told, changes: list[Change]) -> None:
    """The changes lead from what was to what is, one entry at a time, each with actor and reason."""
    assert all(change.by and change.reason for change in changes)
    assert len({(change.what, change.seq) for change in changes}) == len(changes)
    for name in Told.__slots__:
        steps = [change for change in changes if change.what == name]
        ways = [getattr(before, name), *(change.after for change in steps)]
        assert ways[-1] == getattr(after, name)
        assert [change.before for change in steps] == ways[:-1]


async def test_a_change_names_what_was_and_what_is(house: House) -> None:
    await house.in_room()
    await resolve.severity(house.ports, incident=ONE, by=GUS, severity=3, reason="one region only")
    _, changes = retell(await house.log())
    (lowered,) = (change for change in changes if change.what == "severity" and change.before)
    assert (lowered.before, lowered.after, lowered.by, lowered.reason) == (1, 3, GUS, "one region only")
