"""The record of an incident can be told from its log alone, and every change in it has one entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from playbooks.domain.command import Handover
from playbooks.domain.errors import ProtocolError
from playbooks.domain.ids import IncidentId, ServiceName, Ts, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.retold import Change, Told, retell
from playbooks.domain.role import Role
from playbooks.domain.statement import StatementClass
from playbooks.protocol import (
    command,
    communicate,
    decisions,
    family,
    freeze,
    gate,
    glass,
    merge,
    resolve,
    review,
    tasks,
)
from tests.clock import MovableClock
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, ROOM, House, signal
from tests.protocol.test_freeze import ROUTINE
from tests.replays import in_short, misremembered

ONE = IncidentId(1)
PEOPLE = (ADA, BOB, CLEO, DEV, EVE, FAY, GUS)
Step = Callable[[House, Random], Awaitable[object]]


async def as_recorded(house: House) -> Told:
    """The same state, read from the records."""
    async with house.store.reading() as unit:
        return in_short(await house.incident(), await unit.tenures.current(ONE))


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


def somebody(chance: Random) -> UserId:
    """Whoever has commanded first, half of the time."""
    return BOB if chance.random() < 0.5 else chance.choice(PEOPLE)


async def assign(house: House, chance: Random) -> None:
    words = chance.choice(("read the log", "call the vendor", "count the refused cards"))
    asked = await tasks.assign(
        house.ports, incident=ONE, to=chance.choice(PEOPLE), by=somebody(chance), text=words
    )
    answer = chance.choice((tasks.accept, tasks.decline, tasks.done, tasks.drop, None))
    if answer is not None:
        await answer(house.ports, task=asked.id, by=chance.choice((asked.assignee, asked.assigner)))


async def decide(house: House, chance: Random) -> None:
    proposal = await decisions.propose(
        house.ports, incident=ONE, by=somebody(chance), text="roll back 4.12", options=("yes", "no")
    )
    async with house.store.units() as unit:
        await decisions.posted(unit, house.ports, decision=proposal.id, channel=ROOM, ts=Ts("9.000001"))
        await unit.commit()
    by = chance.choice(PEOPLE)
    if chance.random() < 0.6:
        await decisions.object_to(house.ports, decision=proposal.id, by=by, reason="it is not 4.12")
    if chance.random() < 0.5:
        await decisions.decide(house.ports, decision=proposal.id, by=by, choice="no", reason="too slow")


async def state(house: House, chance: Random) -> None:
    kind = chance.choice((StatementClass.IMPACT, StatementClass.CAUSE, StatementClass.WORKAROUND))
    said = await communicate.state(
        house.ports, incident=ONE, kind=kind, text=f"30 % fail, {chance.random()}", by=somebody(chance)
    )
    link = ("https://graphs.example.com/2",)
    await communicate.verify(house.ports, statement=said.id, by=somebody(chance), evidence=link)
    await communicate.release(house.ports, statement=said.id, by=chance.choice((BOB, EVE, FAY)))
    if chance.random() < 0.4:
        await communicate.refute(house.ports, statement=said.id, by=somebody(chance))


async def tell(house: House, chance: Random) -> None:
    await communicate.send(house.ports, incident=ONE, by=chance.choice((BOB, EVE, FAY, GUS)))


async def team(house: House, chance: Random) -> None:
    by, leader = chance.choice(PEOPLE), chance.choice(PEOPLE)
    await command.form_team(
        house.ports, incident=ONE, name="network", leader=leader, task="find the link", by=by
    )
    await command.change_members(
        house.ports, incident=ONE, name="network", by=leader, come=(chance.choice(PEOPLE),)
    )
    if chance.random() < 0.5:
        await command.end_team(house.ports, incident=ONE, name="network", by=leader)


async def appoint(house: House, chance: Random) -> None:
    to = chance.choice(PEOPLE)
    role = chance.choice(tuple(Role))
    await command.appoint(house.ports, incident=ONE, role=role, to=to, by=somebody(chance))
    if chance.random() < 0.3:
        await command.lay_down(house.ports, incident=ONE, role=role, by=to)


async def lead(house: House, chance: Random) -> None:
    named = await command.name(
        house.ports,
        incident=ONE,
        service=ServiceName("checkout"),
        to=chance.choice(PEOPLE),
        by=somebody(chance),
    )
    if isinstance(named, Handover):
        answer = chance.choice((command.accept, command.decline))
        await answer(house.ports, handover=named.id, by=named.taker)


async def recall(house: House, chance: Random) -> None:
    await command.recall(house.ports, incident=ONE, by=somebody(chance), reason="silent")


async def gone(house: House, chance: Random) -> None:
    await command.stand_in(house.ports, gone=chance.choice(PEOPLE), why="the account was deactivated")


async def dispute(house: House, chance: Random) -> None:
    async with house.store.reading() as unit:
        found = await unit.contests.open_for(ONE)
    if found is not None:
        answer = chance.choice((command.withdraw, command.give_way, command.keep))
        by = chance.choice((found.incumbent, found.challengers[0].user))
        await answer(house.ports, contest=found.id, by=by)


async def ask_gate(house: House, chance: Random) -> None:
    kind = chance.choice((ROUTINE, replace(ROUTINE, ref="CHG-2", remedies=ONE)))
    await gate.ask(house.ports, question=kind)
    async with house.store.reading() as unit:
        asked = [one for one in await unit.clearances.of(ONE) if one.decided_at is None]
    if asked:
        answer = chance.choice((freeze.approve, freeze.deny))
        await answer(house.ports, clearance=asked[0].id, by=somebody(chance))
        await gate.ask(house.ports, question=kind)


async def other(house: House, chance: Random) -> None:
    """Another incident, which becomes part of this one or the other way round, or belongs to it."""
    second = await house.declared(service="login", title=f"Nobody can log in {chance.random()}")
    await command.take(house.ports, incident=second.id, by=GUS)
    await tasks.assign(house.ports, incident=second.id, to=ADA, by=GUS, text="read the log")
    if chance.random() < 0.5:
        await family.adopt(house.ports, incident=second.id, parent=ONE, by=GUS)
    asked = await merge.merge(house.ports, incident=second.id, into=ONE, by=GUS, reason="one outage")
    if asked is not None:
        await merge.agree(house.ports, merger=asked.id, by=somebody(chance))


async def shatter(house: House, chance: Random) -> None:
    await glass.shatter(house.ports, incident=ONE, by=somebody(chance), reason="nobody answers")


async def write(house: House, chance: Random) -> None:
    async with house.store.reading() as unit:
        found = await unit.reviews.of(ONE)
    if found is not None:
        await review.edit(house.ports, review=found.id, by=somebody(chance), body="What we learned")


STEPS: tuple[Step, ...] = (take, take, offer, severity, mitigate, finish, reopen, thaw, alert, time)
MORE: tuple[Step, ...] = (
    assign,
    decide,
    state,
    tell,
    team,
    appoint,
    lead,
    recall,
    gone,
    dispute,
    ask_gate,
    other,
    shatter,
    write,
    alert,
    time,
)


@ON_SQLITE
@pytest.mark.parametrize("seed", range(4))
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


@pytest.mark.parametrize("seed", [4, 10])
async def test_whatever_people_do_the_log_tells_the_whole_record(house: House, seed: int) -> None:
    """On a clock that moves whenever somebody looks at it, as clocks do."""
    chance = Random(seed)  # noqa: S311 - a story, not a secret
    house = replace(house, ports=replace(house.ports, clock=Ticking(house.clock)))
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    for _ in range(60):
        with suppress(ProtocolError):
            await chance.choice((*MORE, *MORE, *STEPS))(house, chance)
    assert len(await house.log()) > 60, "hardly anything was allowed"
    assert await misremembered(house.store) == []


class Ticking:
    """``ports.Clock`` that never gives one instant twice."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.advance(timedelta(microseconds=1))


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
