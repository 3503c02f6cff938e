"""Alarms ring once they are due, until somebody answers; moving one silences its old ring."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from playbooks.domain.ids import IncidentId
from playbooks.domain.timers import Timer, TimerKind
from storage.alarms import Ringing
from storage.engine import make_engine
from storage.queues import timers
from storage.uow import Store
from tests.clock import START, MovableClock
from tests.storage.builders import LEASE
from tests.storage.records import SEVEN

MINUTE = timedelta(minutes=1)
UPDATE = Timer(kind=TimerKind.UPDATE_DUE, subject="7", incident=SEVEN, due_at=START + MINUTE)
EVALUATE = Timer(kind=TimerKind.EVALUATE, subject="all", incident=None, due_at=START + 2 * MINUTE)


async def set_(store: Store, *timers_: Timer) -> None:
    async with store.units() as unit:
        for timer in timers_:
            await unit.timers.set(timer)
        await unit.commit()


async def ring(store: Store, clock: MovableClock) -> Sequence[Ringing]:
    return await store.alarms.claim(now=clock.now(), limit=10, lease=LEASE)


async def test_an_alarm_rings_when_it_is_due_and_not_before(store: Store, clock: MovableClock) -> None:
    await set_(store, EVALUATE, UPDATE)
    assert await store.alarms.next_due() == UPDATE.due_at
    clock.set(UPDATE.due_at - timedelta(microseconds=1))
    assert await ring(store, clock) == []
    clock.set(UPDATE.due_at)
    assert [ringing.timer for ringing in await ring(store, clock)] == [UPDATE]


async def test_the_earliest_rings_first_and_no_more_than_asked_for(store: Store, clock: MovableClock) -> None:
    await set_(store, EVALUATE, UPDATE)
    clock.set(START + 5 * MINUTE)
    (first,) = await store.alarms.claim(now=clock.now(), limit=1, lease=LEASE)
    (second,) = await store.alarms.claim(now=clock.now(), limit=1, lease=LEASE)
    assert [first.timer, second.timer] == [UPDATE, EVALUATE]


async def test_an_answered_alarm_is_gone(store: Store, clock: MovableClock) -> None:
    await set_(store, UPDATE)
    clock.set(UPDATE.due_at)
    (ringing,) = await ring(store, clock)
    await store.alarms.done(ringing)
    clock.advance(LEASE)
    assert await ring(store, clock) == []
    assert await store.alarms.next_due() is None


async def test_an_alarm_that_nobody_answers_rings_again(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    await set_(store, UPDATE)
    clock.set(UPDATE.due_at)
    (unanswered,) = await ring(store, clock)
    assert await ring(replica, clock) == []
    assert await store.alarms.next_due() == clock.now() + LEASE
    clock.advance(LEASE)
    (again,) = await ring(replica, clock)
    await store.alarms.done(unanswered)
    assert await store.alarms.next_due() == clock.now() + LEASE
    await replica.alarms.done(again)
    assert await store.alarms.next_due() is None


@pytest.mark.parametrize(
    "moved_by", [timedelta(0), LEASE / 3, -MINUTE], ids=["same instant", "later", "earlier"]
)
async def test_an_alarm_that_is_set_anew_while_it_rings_is_kept(
    store: Store, clock: MovableClock, moved_by: timedelta
) -> None:
    await set_(store, UPDATE)
    clock.set(UPDATE.due_at)
    (ringing,) = await ring(store, clock)
    moved = replace(UPDATE, due_at=UPDATE.due_at + moved_by)
    await set_(store, moved)
    await store.alarms.done(ringing)
    clock.set(max(UPDATE.due_at, moved.due_at))
    assert [again.timer for again in await ring(store, clock)] == [moved]


async def test_there_is_one_alarm_per_kind_and_subject(store: Store, clock: MovableClock) -> None:
    moved = replace(UPDATE, due_at=START + 9 * MINUTE)
    await set_(store, UPDATE, moved, replace(UPDATE, subject="8", incident=IncidentId(8)))
    clock.set(START + 5 * MINUTE)
    assert [ringing.timer.subject for ringing in await ring(store, clock)] == ["8"]
    assert await store.alarms.overdue(clock.now()) == 1
    clock.set(moved.due_at)
    assert moved in [ringing.timer for ringing in await ring(store, clock)]


async def test_a_cancelled_alarm_does_not_ring(store: Store, clock: MovableClock) -> None:
    other = replace(UPDATE, subject="8", incident=IncidentId(8))
    await set_(store, UPDATE, replace(UPDATE, kind=TimerKind.QUIET), other, EVALUATE)
    async with store.units() as unit:
        await unit.timers.cancel(TimerKind.EVALUATE, "all")
        await unit.timers.cancel(TimerKind.THAW, "nothing")
        await unit.timers.cancel_all(SEVEN)
        await unit.commit()
    clock.set(START + 5 * MINUTE)
    assert [ringing.timer for ringing in await ring(store, clock)] == [other]


async def test_an_alarm_is_set_only_if_its_unit_commits(store: Store) -> None:
    async with store.units() as unit:
        await unit.timers.set(UPDATE)
    assert await store.alarms.next_due() is None


async def test_overdue_counts_what_should_have_rung(store: Store, clock: MovableClock) -> None:
    await set_(store, UPDATE, EVALUATE)
    assert await store.alarms.overdue(UPDATE.due_at) == 0
    assert await store.alarms.overdue(START + 5 * MINUTE) == 2


async def test_replicas_do_not_ring_the_same_alarm(store: Store, replica: Store, clock: MovableClock) -> None:
    await set_(store, *[replace(UPDATE, subject=str(n)) for n in range(30)])
    clock.set(UPDATE.due_at)
    rung: list[str] = []

    async def answer(mine: Store) -> None:
        while found := await mine.alarms.claim(now=clock.now(), limit=2, lease=LEASE):
            for ringing in found:
                rung.append(ringing.timer.subject)
                await mine.alarms.done(ringing)

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for mine in (store, replica, store, replica):
            tasks.create_task(answer(mine))
    await answer(store)
    assert sorted(rung, key=int) == [str(n) for n in range(30)]


async def test_an_alarm_of_another_version_waits_for_it(
    database_url: str, store: Store, clock: MovableClock
) -> None:
    await set_(store, UPDATE, EVALUATE)
    engine = make_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(sa.update(timers).where(timers.c.subject == "7").values(kind="teleport"))
    await engine.dispose()
    clock.set(START + 5 * MINUTE)
    assert [ringing.timer for ringing in await ring(store, clock)] == [EVALUATE]
