"""Chores are done by one replica a turn, on time, and when somebody asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.bells import Bell
from bot.workers.chores import SOON, Chore, Chores, turn
from storage.uow import Store
from tests.clock import START, MovableClock

HOUR = timedelta(hours=1)
Make = Callable[[str], Chores]


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def make(store: Store, clock: MovableClock, done: list[str]) -> Make:
    """A replica with one chore an hour."""

    def chores(name: str) -> Chores:
        async def sweep() -> None:
            done.append(name)

        chore = Chore(name="sweep", every=HOUR, work=sweep)
        return Chores((chore,), store.jobs, bell=Bell(), worker=name, poll=SOON, clock=clock.now)

    return chores


async def look(*replicas: Chores) -> None:
    async with asyncio.TaskGroup() as begun:
        for replica in replicas:
            await replica.look(begun)


async def test_each_turn_is_taken_by_one_replica(make: Make, clock: MovableClock, done: list[str]) -> None:
    one, two = make("one"), make("two")
    await look(one, two)
    await look(two, one)
    assert done == ["one"]
    clock.advance(HOUR)
    await look(two, one)
    assert done == ["one", "two"]


async def test_whoever_starts_in_the_middle_of_a_turn_leaves_it(make: Make, done: list[str]) -> None:
    await look(make("one"))
    await look(make("two"))
    assert done == ["one"]


async def test_what_several_ask_for_at_once_is_done_once_and_soon(
    make: Make, clock: MovableClock, done: list[str]
) -> None:
    replicas = make("one"), make("two")
    await look(*replicas)
    for replica in replicas:
        replica.ask("sweep")
        replica.ask("sweep")
    await look(*replicas)
    assert done == ["one"]
    clock.advance(SOON)
    await look(*reversed(replicas))
    await look(*replicas)
    assert done == ["one", "two"]


async def test_a_chore_that_fails_ends_nothing(store: Store, clock: MovableClock) -> None:
    tries: list[int] = []

    async def fail() -> None:
        tries.append(1)
        raise RuntimeError("the broom is broken")

    chore = Chore(name="sweep", every=HOUR, work=fail)
    one = Chores((chore,), store.jobs, bell=Bell(), worker="one", poll=SOON, clock=clock.now)
    await look(one)
    clock.advance(HOUR)
    await look(one)
    assert len(tries) == 2


async def test_a_stop_breaks_off_a_long_chore(store: Store, clock: MovableClock) -> None:
    begun = asyncio.Event()

    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    chore = Chore(name="sweep", every=HOUR, work=forever)
    one = Chores((chore,), store.jobs, bell=Bell(), worker="one", poll=SOON, clock=clock.now)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(one.run())
        await begun.wait()
        one.stop()


def test_turns_are_the_same_for_all() -> None:
    assert {turn(START + timedelta(minutes=m), HOUR) for m in range(60)} == {START}
    assert turn(START + HOUR, HOUR) == START + HOUR
