"""A drill is played like an incident, is heard by nobody else, and may turn into one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.change import Decision
from playbooks.domain.effects import Effect, Invite, PostUpdate, RenameRoom, ShowUpdate, TellPerson
from playbooks.domain.errors import NeedsWords, NotNeeded
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.incident import Incident, Major, ResolutionCode, State
from playbooks.domain.retold import retell
from playbooks.domain.statement import StatementClass
from playbooks.protocol import (
    command,
    communicate,
    declare,
    drills,
    find,
    merge,
    report,
    resolve,
    review,
    room,
)
from playbooks.protocol.gate import ask
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, House, signal
from tests.protocol.test_freeze import ROUTINE
from tests.replays import in_short

ONE, TWO = IncidentId(1), IncidentId(2)
THERE = ChannelId("C0DRILL")


async def begun(house: House, *people: UserId) -> Incident:
    """Fay rehearses with some people; the room is open."""
    incident = await declare.by_hand(
        house.ports, title="Payments time out", service="checkout", severity=1, by=FAY, drill=people
    )
    async with house.store.units() as unit:
        await room.opened(unit, house.ports, incident=ONE, room=THERE, name="drill-inc-1-checkout")
        await room.card_posted(unit, house.ports, incident=ONE, channel=THERE, ts=Ts("1.1"))
        await unit.commit()
    return incident


def reached(owed: list[Effect]) -> set[UserId]:
    users = {user for e in owed if isinstance(e, Invite) for user in e.users}
    return users | {e.user for e in owed if isinstance(e, TellPerson)}


async def test_a_whole_drill_is_heard_by_those_who_take_part_and_nobody_else(house: House) -> None:
    await begun(house, BOB)
    await command.take(house.ports, incident=ONE, by=BOB)
    made = await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.IMPACT, text="Cards are refused", by=BOB
    )
    await communicate.verify(house.ports, statement=made.id, by=FAY)
    await communicate.release(house.ports, statement=made.id, by=BOB)
    await house.pass_time(minutes=30)
    await communicate.send(house.ports, incident=ONE, by=BOB)
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="over"
    )
    await house.pass_time(hours=2)
    owed = await house.owed()
    assert reached(owed) == {BOB, FAY}
    assert any(isinstance(e, ShowUpdate) for e in owed)
    assert not any(isinstance(e, PostUpdate) for e in owed)
    picture = await find.picture(house.ports, incident=ONE)
    assert picture.readings == (), "nothing was promised about a drill"
    assert (await house.entry("IncidentDeclared"))["drill"] is True


@ON_SQLITE
async def test_if_nobody_takes_command_nobody_outside_is_asked(house: House) -> None:
    await begun(house)
    await house.pass_time(minutes=30)
    assert reached(await house.owed()) <= {FAY}
    assert (await find.picture(house.ports, incident=ONE)).tenure is None
    assert "CommandUnfilled" in await house.kinds()


@ON_SQLITE
async def test_whoever_comes_takes_part(house: House) -> None:
    await begun(house)
    await house.owed()
    await room.join(house.ports, incident=ONE, by=CLEO)
    await command.take(house.ports, incident=ONE, by=DEV)
    assert (await house.incident()).drill == (FAY, CLEO, DEV)
    assert reached(await house.owed()) == {CLEO, DEV}
    assert (await house.kinds()).count("DrillJoined") == 2


@ON_SQLITE
async def test_the_gate_holds_nothing_for_a_drill(house: House) -> None:
    await begun(house)
    answer = await ask(house.ports, question=ROUTINE)
    assert answer.verdict.decision is Decision.ALLOW
    assert answer.verdict.reasons[0].text.startswith("drill: would have been held")
    assert (await find.picture(house.ports, incident=ONE)).holds == ()


@ON_SQLITE
async def test_what_really_happens_meanwhile_has_nothing_to_do_with_it(house: House) -> None:
    await begun(house)
    filed = await report.file(house.ports, service="checkout", text="My card is refused", by=CLEO)
    assert filed.incident is None
    await house.hears(
        signal("checkout", at=START, severity=2), signal("checkout", at=START, severity=2, origin="probe")
    )
    await house.pass_time(minutes=5)
    drill, real = await house.incidents()
    assert (drill.drill, real.drill, real.major) == ((FAY,), None, Major.ACCEPTED)
    with pytest.raises(NotNeeded, match="One of them is a drill"):
        await merge.merge(house.ports, incident=ONE, into=TWO, by=ADA)


@ON_SQLITE
async def test_a_drill_is_declared_beside_what_is_open_and_hides_nothing(house: House) -> None:
    await house.declared()
    await declare.by_hand(house.ports, title="Rehearsal", service="checkout", severity=2, by=GUS, drill=())
    assert [i.drill for i in await house.incidents()] == [None, (GUS,)]


async def test_a_drill_that_becomes_real_calls_everybody(house: House) -> None:
    await begun(house, BOB)
    await command.take(house.ports, incident=ONE, by=BOB)
    await communicate.send(house.ports, incident=ONE, by=BOB)
    await house.owed()
    house.clock.advance(timedelta(minutes=10))
    with pytest.raises(NeedsWords):
        await drills.become_real(house.ports, incident=ONE, by=CLEO, reason=" ")
    await drills.become_real(house.ports, incident=ONE, by=CLEO, reason="Cards really fail")
    with pytest.raises(NotNeeded):
        await drills.become_real(house.ports, incident=ONE, by=CLEO, reason="Cards really fail")
    owed = await house.owed()
    assert reached(owed) >= {ADA, BOB, DEV, EVE}
    assert any(isinstance(e, RenameRoom) for e in owed)
    real = await house.incident()
    assert (real.drill, real.detected_at) == (None, START + timedelta(minutes=10))
    picture = await find.picture(house.ports, incident=ONE)
    assert picture.readings, "promises count from now"
    assert picture.due is not None
    assert picture.due.due_at == house.clock.now(), "stakeholders are owed the news"
    assert (await ask(house.ports, question=replace(ROUTINE, ref="CHG-2"))).verdict.decision is Decision.HOLD
    told, _ = retell(await house.log())
    assert told == in_short(real, picture.tenure)


@ON_SQLITE
async def test_a_drill_makes_no_known_error(house: House) -> None:
    await begun(house)
    await command.take(house.ports, incident=ONE, by=FAY)
    await resolve.resolve(
        house.ports, incident=ONE, by=FAY, code=ResolutionCode.SOLUTION_PROVIDED, note="over"
    )
    picture = await find.picture(house.ports, incident=ONE)
    assert picture.review is not None
    assert "This was a drill" in picture.review.body
    await review.edit(house.ports, review=picture.review.id, by=FAY, body=picture.review.body + "\nRead.")
    with pytest.raises(NotNeeded, match="drill"):
        await review.publish(house.ports, review=picture.review.id, by=FAY, choice="create")
    assert (await house.incident()).state is State.RESOLVED
