"""Every turn of a job is taken by exactly one replica."""

from __future__ import annotations

import asyncio

from storage.uow import Store
from tests.clock import START, MovableClock
from tests.storage.builders import LEASE

NEXT = START + LEASE


async def take(store: Store, clock: MovableClock, worker: str) -> bool:
    return await store.jobs.claim("repair", START, now=clock.now(), lease=LEASE, worker=worker)


async def test_of_replicas_that_want_the_same_turn_one_gets_it(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    wanted = [take(at, clock, name) for name, at in zip("abcdef", [store, replica] * 3, strict=True)]
    assert sorted(await asyncio.gather(*wanted)) == [False] * 5 + [True]


async def test_a_turn_that_is_done_is_done_for_all(store: Store, replica: Store, clock: MovableClock) -> None:
    assert await take(store, clock, "one")
    await store.jobs.done("repair", START, now=clock.now())
    clock.advance(10 * LEASE)
    assert not await take(replica, clock, "two")
    assert await store.jobs.claim("repair", NEXT, now=clock.now(), lease=LEASE, worker="two")


async def test_a_turn_that_died_with_its_replica_goes_to_the_next(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    assert await take(store, clock, "one")
    assert not await take(replica, clock, "two")
    clock.advance(LEASE)
    assert await take(replica, clock, "two")


async def test_old_turns_are_forgotten(store: Store, clock: MovableClock) -> None:
    assert await take(store, clock, "one")
    assert await store.jobs.forget(START) == 0
    assert await store.jobs.forget(NEXT) == 1
