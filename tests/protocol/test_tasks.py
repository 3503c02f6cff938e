"""Giving tasks, and what their silence, a merger, a handover and the end of the incident make of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playbooks.domain.effects import Invite, TellPerson, TellRoom
from playbooks.domain.errors import CannotCommand, IncidentOver, NotWelcome, NotYourRole
from playbooks.domain.events import Event
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.instants import plainly
from playbooks.domain.person import Member
from playbooks.domain.task import Task, TaskState
from playbooks.protocol import command, find, merge, people, resolve, tasks
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, House

ONE, TWO = IncidentId(1), IncidentId(2)


async def commanded(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()


async def asked(house: House, to: UserId = DEV, by: UserId = ADA, text: str = "read the log") -> Task:
    return await tasks.assign(house.ports, incident=ONE, to=to, by=by, text=text)


async def letters(house: House) -> list[tuple[str, UserId]]:
    """What is said privately about tasks now, and to whom; nothing may be said to the room."""
    owed = await house.owed()
    assert not [e for e in owed if isinstance(e, TellRoom) and _name(e).startswith("Task")]
    return [(_name(e), e.user) for e in owed if isinstance(e, TellPerson) and _name(e).startswith("Task")]


def _name(effect: TellRoom | TellPerson) -> str:
    return type(effect.about).__name__


async def now(house: House, task: Task) -> Task:
    return await tasks.find(house.ports, task=task.id)


async def test_silence_goes_to_its_person_first_then_up_and_never_to_the_room(house: House) -> None:
    await commanded(house)
    task = await asked(house)
    owed = await house.owed()
    assert Invite(incident=ONE, users=(DEV,)) in owed
    assert [e.user for e in owed if isinstance(e, TellPerson)] == [DEV]
    await house.pass_time(minutes=5)
    assert await letters(house) == [("TaskReminded", DEV)]
    await house.pass_time(minutes=5)
    assert await letters(house) == [("TaskEscalated", ADA), ("TaskEscalated", BOB)]
    await house.pass_time(hours=2)
    assert await letters(house) == []
    taken = await tasks.accept(house.ports, task=task.id, by=DEV)
    assert taken.due_at == house.clock.now() + timedelta(minutes=20)
    await house.pass_time(minutes=20)
    assert await letters(house) == [("TaskReminded", DEV)]
    await house.pass_time(minutes=5)
    assert await letters(house) == [("TaskEscalated", ADA), ("TaskEscalated", BOB)]
    await tasks.done(house.ports, task=task.id, by=DEV, note="nothing in it")
    assert await letters(house) == [("TaskDone", ADA)]
    await house.pass_time(hours=1)
    assert await letters(house) == []


async def test_open_tasks_are_in_the_brief_and_in_the_post_mortem(house: House) -> None:
    await commanded(house)
    first, second = await asked(house), await asked(house, to=FAY, text="call the vendor")
    await tasks.decline(house.ports, task=second.id, by=FAY, reason="no number")
    await tasks.accept(house.ports, task=first.id, by=DEV)
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    assert tuple((who, plainly(what)) for who, what in offered.brief.open_tasks) == (
        (FAY, "2 call the vendor: cannot, so nobody has it"),
        (DEV, "1 read the log: by 09:20 UTC"),
    )
    await house.owed()
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="rolled back"
    )
    assert await letters(house) == [("TasksLeft", BOB)]
    review = (await find.picture(house.ports, incident=ONE)).review
    assert review is not None
    actions = review.body.partition("## Actions")[2]
    assert "call the vendor (task 2, not done when it was over) | @fay" in actions
    await house.pass_time(hours=3)
    assert "TaskReminded" not in await house.kinds(), "nobody is reminded of what is over"
    await tasks.done(house.ports, task=first.id, by=DEV)
    with pytest.raises(IncidentOver):
        await asked(house)


@ON_SQLITE
async def test_when_it_comes_back_what_is_not_done_is_waited_for_again(house: House) -> None:
    await commanded(house)
    await asked(house)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="rolled back"
    )
    await house.pass_time(minutes=30)
    await resolve.reopen(house.ports, incident=ONE, by=FAY, reason="it fails again")
    await house.owed()
    await house.pass_time(minutes=1)
    assert await letters(house) == [("TaskReminded", DEV)]


async def test_tasks_go_along_when_an_incident_is_merged(house: House) -> None:
    await commanded(house)
    await house.declared(service="payments", title="Cards are refused", severity=2)
    await tasks.assign(house.ports, incident=TWO, to=CLEO, by=GUS, text="ask the bank")
    moving = await asked(house)
    await house.owed()
    asked_to = await merge.merge(house.ports, incident=ONE, into=TWO, by=BOB)
    assert asked_to is not None
    await merge.agree(house.ports, merger=asked_to.id, by=GUS)
    moved = await now(house, moving)
    assert (moved.incident, moved.number) == (TWO, 2)
    assert (await house.entry("TasksTakenOver", 2))["tasks"] == ["1 → 2: read the log"]
    await house.owed()
    await house.pass_time(minutes=5)
    assert ("TaskReminded", DEV) in await letters(house), "it is still waited for"
    await tasks.accept(house.ports, task=moving.id, by=DEV)
    assert "TaskAccepted" in await house.kinds(2)


@ON_SQLITE
async def test_words_that_are_typed_again_are_one_task(house: House) -> None:
    await commanded(house)
    first = await asked(house)
    assert (await asked(house)).id == first.id
    house.clock.advance(timedelta(minutes=3))
    assert (await asked(house)).number == 2


@ON_SQLITE
async def test_a_task_is_refused_with_the_reason(house: House) -> None:
    await commanded(house)
    task = await asked(house)
    for user, kind in ((CLEO, {"is_active": False}), (FAY, {"is_stranger": True})):
        plain = {"is_active": True, "is_bot": False, "is_guest": False, "is_stranger": False}
        await people.heard(house.ports, Member(id=user, seen_at=START, **(plain | kind)))
    with pytest.raises(CannotCommand):
        await asked(house, to=CLEO)
    with pytest.raises(NotWelcome):
        await asked(house, by=FAY)
    with pytest.raises(NotYourRole, match="<@U0ADA>, <@U0BOB> or <@U0GUS> can end"):
        await tasks.drop(house.ports, task=task.id, by=DEV)
    assert (await now(house, task)).state is TaskState.ASKED
    events: list[type[Event]] = [type(e) for e in await house.owed()]  # type: ignore[misc]  # only counted
    assert len(events) == 3, "one invitation, one letter, one card"


@ON_SQLITE
async def test_what_somebody_had_whose_account_is_gone_needs_somebody_else(house: House) -> None:
    await commanded(house)
    task = await asked(house)
    await tasks.accept(house.ports, task=task.id, by=DEV)
    await house.owed()
    left = Member(id=DEV, is_active=False, is_bot=False, is_guest=False, is_stranger=False, seen_at=START)
    await people.heard(house.ports, left)
    assert await letters(house) == [("TaskDeclined", ADA), ("TaskDeclined", BOB)]
    assert (await now(house, task)).state is TaskState.DECLINED
    taken = await tasks.give(house.ports, task=task.id, to=FAY, by=FAY)
    assert taken.state is TaskState.ACCEPTED
