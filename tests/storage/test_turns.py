"""Who writes next: people first, the others in between, and whoever gives up is passed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.turns import PASSED, Pace, Turns
from storage.uow import Store

SOME_STEPS = 5
"""Turns of the loop until everybody who can go on has gone on."""


async def settle() -> None:
    for _ in range(SOME_STEPS):
        await asyncio.sleep(0)


class Queue:
    """Who came, who was let in, in which order."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.order: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, name: str) -> None:
        """``p…`` is a person, everything else is not."""
        self.tasks[name] = asyncio.create_task(self._sit(name))
        await settle()

    async def _sit(self, name: str) -> None:
        async with self.turns.taken(people=name.startswith("p")):
            self.order.append(name)

    async def give_up(self, name: str) -> None:
        self.tasks[name].cancel()
        await asyncio.wait([self.tasks[name]])


@asynccontextmanager
async def behind_one(turns: Turns) -> AsyncIterator[Queue]:
    """Everybody comes while somebody sits, and the order is theirs when this is over."""
    queue = Queue(turns)
    async with turns.taken(people=False):
        yield queue
    await asyncio.wait(queue.tasks.values())


async def came(*names: str) -> Sequence[str]:
    async with behind_one(Turns(1)) as queue:
        for name in names:
            await queue.come(name)
    return queue.order


async def test_people_go_before_what_came_earlier_and_equals_in_their_order() -> None:
    assert await came("b1", "p1", "b2", "p2") == ["p1", "p2", "b1", "b2"]


async def test_after_so_many_people_somebody_of_the_others_is_let_in() -> None:
    people = [f"p{n:02}" for n in range(2 * PASSED + 1)]
    expected = [*people[:PASSED], "b1", *people[PASSED : 2 * PASSED], "b2", *people[2 * PASSED :]]
    assert await came("b1", "b2", *people) == expected


async def test_people_among_themselves_use_up_nobodys_patience() -> None:
    people = [f"p{n:02}" for n in range(PASSED)]
    async with behind_one(Turns(1)) as queue:
        for name in people:
            await queue.come(name)
    async with behind_one(queue.turns) as later:
        for name in ("b1", *people):
            await later.come(name)
    assert later.order == [*people, "b1"]


async def test_whoever_gives_up_is_passed_over() -> None:
    async with behind_one(Turns(1)) as queue:
        for name in ("p1", "p2", "b1", "b2"):
            await queue.come(name)
        for name in ("p1", "b1"):
            await queue.give_up(name)
    assert queue.order == ["p2", "b2"]


async def test_a_turn_that_comes_as_its_owner_gives_up_is_handed_on() -> None:
    turns = Turns(1)
    queue = Queue(turns)
    async with turns.taken(people=True):
        await queue.come("p1")
        await queue.come("b1")
    queue.tasks["p1"].cancel()  # it was let in, and has not gone on yet
    await asyncio.wait(queue.tasks.values())
    assert queue.order == ["b1"]
    async with turns.taken(people=True):
        assert queue.order == ["b1"]


async def test_as_many_as_there_are_seats_come_in_at_once() -> None:
    turns = Turns(2)
    queue = Queue(turns)
    async with turns.taken(people=False):
        await queue.come("b1")
        assert queue.order == ["b1"]
        async with turns.taken(people=False):
            await queue.come("b2")
            assert queue.order == ["b1"]
        await settle()
        assert queue.order == ["b1", "b2"]


@given(st.lists(st.sampled_from("pbx"), max_size=60))
async def test_everybody_is_let_in_once_and_nobody_is_passed_for_ever(coming: list[str]) -> None:
    """``x`` came as background work and gave up."""
    names = [f"{kind}{n:02}" for n, kind in enumerate(coming)]
    async with behind_one(Turns(1)) as queue:
        queue.tasks["b"] = asyncio.create_task(queue._sit("b"))
        for name in names:
            queue.tasks[name] = asyncio.create_task(queue._sit(name))
        await settle()
        for name in names:
            if name.startswith("x"):
                queue.tasks[name].cancel()
    order = queue.order
    assert sorted(order) == sorted(["b", *(name for name in names if not name.startswith("x"))])
    for kind in "pb":
        ours = [name for name in order if name.startswith(kind)]
        assert ours == sorted(ours)
    since = 0
    for n, name in enumerate(order):
        since = since + 1 if name.startswith("p") else 0
        waits = any(later.startswith("b") for later in order[n:])
        assert since <= PASSED or not waits


def test_background_turns_shrink_while_people_are_about_and_grow_in_peace() -> None:
    met = [0]
    pace = Pace(least=20, most=150, met=lambda: met[0])
    sizes = []
    for people in (0, 3, 1, 1, 1, 0, 0, 0):
        met[0] += people
        pace.turned()
        sizes.append(pace.size)
    assert sizes == [150, 75, 37, 20, 20, 40, 80, 150]


async def test_only_people_who_come_during_background_work_are_counted() -> None:
    turns = Turns(1)
    async with turns.taken(people=True):
        pass
    assert turns.met == 0
    async with turns.taken(people=False):
        queue = Queue(turns)
        await queue.come("b1")
        await queue.come("p1")
        assert turns.met == 1
    await asyncio.wait(queue.tasks.values())
    assert turns.met == 1


@pytest.mark.parametrize("how", ["command", "request"])
async def test_a_unit_of_a_person_goes_before_the_bots_own(store: Store, how: str) -> None:
    """On PostgreSQL both may write at once, and it is only seen that the person came."""
    before, order = store.met(), []

    async def background() -> None:
        async with store.units():
            order.append("bot")

    async def person() -> None:
        units = store.for_people if how == "command" else store.once("key", at=store._clock.now())
        async with units():
            order.append("person")

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks, store.units():
        tasks.create_task(background())
        await settle()
        tasks.create_task(person())
        await settle()
    assert store.met() == before + 1
    if store.presence is None:
        assert order == ["person", "bot"]
