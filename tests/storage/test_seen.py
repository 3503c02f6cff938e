"""A doubled click or command has the effect of one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from playbooks.domain.errors import Repeated
from storage.uow import Store
from tests.clock import START


async def test_a_key_is_first_once(store: Store) -> None:
    async with store.units() as unit:
        assert await unit.seen.first("click:1", at=START)
        assert not await unit.seen.first("click:1", at=START)
        assert await unit.seen.first("click:2", at=START)
        await unit.commit()
    assert not await store.seen.first("click:1", at=START)
    assert await store.seen.first("click:3", at=START)
    assert not await store.seen.first("click:3", at=START)


async def test_a_key_of_a_unit_that_gave_up_is_still_first(store: Store) -> None:
    async with store.units() as unit:
        assert await unit.seen.first("click:1", at=START)
    assert await store.seen.first("click:1", at=START)


@pytest.mark.parametrize(("commits", "second_is_first"), [(True, False), (False, True)])
async def test_of_two_at_once_the_second_waits_for_the_first(
    store: Store, replica: Store, commits: bool, second_is_first: bool
) -> None:
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks, store.units() as unit:
        assert await unit.seen.first("click:1", at=START)
        second = tasks.create_task(replica.seen.first("click:1", at=START))
        await asyncio.sleep(0.1)
        assert not second.done()
        if commits:
            await unit.commit()
    assert second.result() is second_is_first


async def test_an_answer_is_kept_for_whoever_asks_again(store: Store) -> None:
    async with store.units() as unit:
        assert await unit.seen.answered("request:1") is None
        await unit.seen.first("request:1", at=START)
        assert await unit.seen.answered("request:1") is None
        await unit.seen.answer("request:1", {"incident": 7, "words": "Declared."})
        await unit.commit()
    async with store.reading() as unit:
        assert await unit.seen.answered("request:1") == {"incident": 7, "words": "Declared."}


async def test_old_keys_are_forgotten(store: Store) -> None:
    await store.seen.first("old", at=START - timedelta(days=1))
    await store.seen.first("new", at=START)
    assert await store.seen.forget(START) == 1
    assert await store.seen.first("old", at=START)
    assert not await store.seen.first("new", at=START)


async def test_a_request_that_died_half_way_is_done_when_it_comes_again(store: Store) -> None:
    for _ in range(2):
        async with store.once("form:1", at=START)() as unit:
            assert unit
    async with store.once("form:1", at=START)() as unit:
        await unit.commit()
    with pytest.raises(Repeated):
        async with store.once("form:1", at=START)():
            pass


async def test_one_request_may_have_several_units(store: Store) -> None:
    units = store.once("form:1", at=START)
    for _ in range(3):
        async with units() as unit:
            await unit.commit()


async def test_of_two_deliveries_at_the_same_moment_one_is_done(store: Store, replica: Store) -> None:
    async def deliver(to: Store) -> bool:
        try:
            async with to.once("form:1", at=START)() as unit:
                await unit.commit()
        except Repeated:
            return False
        return True

    async with asyncio.timeout(5):
        done = await asyncio.gather(*[deliver(each) for each in (store, replica, store, replica)])
    assert sorted(done) == [False, False, False, True]
