"""What arrives is kept word for word, once, and thought about until somebody is done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.exc import StatementError

from storage.inbox import Received
from storage.uow import Store
from tests.clock import START, CountingIds, MovableClock
from tests.storage.builders import LEASE, PAUSE


async def arrive(store: Store, key: str, *, source: str = "alertmanager", body: bytes = b"{}") -> bool:
    return await store.inbox.put(source=source, key=key, headers={"x": "y"}, body=body, received_at=START)


async def claim(store: Store, clock: MovableClock, **more: object) -> Sequence[Received]:
    prefix = more.get("source_prefix")
    assert prefix is None or isinstance(prefix, str)
    return await store.inbox.claim(now=clock.now(), limit=10, lease=LEASE, source_prefix=prefix)


async def test_a_delivery_is_kept_as_it_came(store: Store, clock: MovableClock) -> None:
    body = bytes(range(256))
    headers = {"Content-Type": "application/json", "X-Odd": "ü☠\x00"}
    assert await store.inbox.put(
        source="grafana", key="k\N{SNOWMAN}", headers=headers, body=body, received_at=START
    )
    clock.advance(PAUSE)
    (received,) = await claim(store, clock)
    assert (received.source, received.key, received.body) == ("grafana", "k☃", body)
    assert (received.headers, received.received_at, received.attempts) == (headers, START, 1)


async def test_the_same_delivery_is_kept_once_and_says_so(store: Store, clock: MovableClock) -> None:
    assert await arrive(store, "1", body=b"first")
    assert not await arrive(store, "1", body=b"again")
    assert await arrive(store, "1", source="grafana", body=b"somebody else's 1")
    assert [received.body for received in await claim(store, clock)] == [b"first", b"somebody else's 1"]


async def test_a_delivery_that_was_understood_is_still_known(store: Store, clock: MovableClock) -> None:
    await arrive(store, "1")
    await store.inbox.done(*await claim(store, clock))
    assert not await arrive(store, "1")
    assert await claim(store, clock) == []


async def test_whoever_arrives_in_the_same_moment_shares_a_commit(
    database_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    commits: list[frozenset[str]] = []
    store = await Store.open(database_url, clock=clock, ids=ids, on_commit=commits.append)
    async with asyncio.TaskGroup() as tasks:
        answers = [tasks.create_task(arrive(store, str(n % 90))) for n in range(100)]
    assert sum(answer.result() for answer in answers) == 90
    assert [answer.result() for answer in answers[:90]] == [True] * 90
    assert len(commits) < 10
    assert (await store.inbox.counts())["waiting"] == 90
    await store.close()


async def test_more_than_one_batch_is_all_kept_in_order(store: Store, clock: MovableClock) -> None:
    async with asyncio.TaskGroup() as tasks:
        for n in range(450):
            tasks.create_task(arrive(store, f"{n:03d}"))
    found = await store.inbox.claim(now=clock.now(), limit=500, lease=LEASE)
    assert [received.key for received in found] == [f"{n:03d}" for n in range(450)]


async def test_replicas_agree_on_who_was_first(store: Store, replica: Store) -> None:
    async with asyncio.TaskGroup() as tasks:
        answers = [tasks.create_task(arrive(mine, str(n))) for n in range(30) for mine in (store, replica)]
    assert sum(answer.result() for answer in answers) == 30


async def test_a_delivery_that_cannot_be_kept_takes_nobody_with_it(store: Store) -> None:
    async with asyncio.TaskGroup() as tasks:
        good = [tasks.create_task(arrive(store, str(n))) for n in range(3)]
        bad = tasks.create_task(_refused(arrive(store, "\ud83d")))
        more = [tasks.create_task(arrive(store, str(n))) for n in range(3, 6)]
    assert bad.result()
    assert all(answer.result() for answer in (*good, *more))
    assert (await store.inbox.counts())["waiting"] == 6


async def _refused(arrival: object) -> bool:
    assert asyncio.iscoroutine(arrival)
    try:
        await arrival
    except (StatementError, UnicodeError):
        return True
    return False


async def test_whoever_gives_up_waiting_does_not_stop_the_others(store: Store) -> None:
    async with asyncio.timeout(10):
        for steps in range(30):
            async with asyncio.TaskGroup() as tasks:
                leader = tasks.create_task(arrive(store, f"leader {steps}"))
                followers = [tasks.create_task(arrive(store, f"{steps}.{n}")) for n in range(3)]
                for _ in range(steps):
                    await asyncio.sleep(0)
                leader.cancel()
                followers[1].cancel()
            assert followers[0].done()
            assert await arrive(store, f"{steps}.0") is False
            assert await arrive(store, f"{steps}.2") is False


# ------------------------------------------------------------------ thinking
async def test_a_claim_is_in_order_of_arrival_and_may_look_at_some_sources_only(
    store: Store, clock: MovableClock
) -> None:
    for key, source in (("1", "alerts/grafana"), ("2", "slack"), ("3", "alerts/prom"), ("4", "alertsX")):
        await arrive(store, key, source=source)
    assert [r.key for r in await claim(store, clock, source_prefix="alerts/")] == ["1", "3"]
    assert [r.key for r in await claim(store, clock)] == ["2", "4"]


async def test_a_prefix_is_no_pattern(store: Store, clock: MovableClock) -> None:
    await arrive(store, "1", source="alerts")
    assert await claim(store, clock, source_prefix="%") == []


async def test_a_lease_that_runs_out_is_taken_over_and_the_first_hand_ends_nothing(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    await arrive(store, "1")
    (lost,) = await claim(store, clock)
    assert await claim(replica, clock) == []
    clock.advance(LEASE)
    (taken,) = await claim(replica, clock)
    assert (taken.id, taken.attempts) == (lost.id, 2)
    await store.inbox.done(lost)
    await store.inbox.quarantine(lost, "late")
    await store.inbox.postpone(lost, clock.now(), "late")
    assert (await store.inbox.counts())["leased"] == 1
    await replica.inbox.done(taken)
    assert await store.inbox.counts() == {"waiting": 0, "leased": 0, "done": 1, "quarantined": 0}


async def test_what_is_postponed_comes_back_and_blocks_nobody(store: Store, clock: MovableClock) -> None:
    await arrive(store, "1")
    await arrive(store, "2")
    first, second = await claim(store, clock)
    await store.inbox.postpone(first, clock.now() + PAUSE, "the database was busy")
    await store.inbox.done(second)
    assert await claim(store, clock) == []
    assert await store.inbox.next_due() == clock.now() + PAUSE
    clock.advance(PAUSE)
    (again,) = await claim(store, clock)
    assert (again.key, again.attempts) == ("1", 2)


async def test_what_nobody_understands_is_put_aside_and_replayed_by_hand(
    store: Store, clock: MovableClock
) -> None:
    await arrive(store, "1")
    (received,) = await claim(store, clock)
    await store.inbox.quarantine(received, "no alerts in it")
    clock.advance(10 * LEASE)
    assert await claim(store, clock) == []
    assert (await store.inbox.counts())["quarantined"] == 1
    assert (await store.inbox.standing())["quarantined"] == 1

    assert await store.inbox.replay(received.id, now=clock.now())
    assert not await store.inbox.replay(received.id, now=clock.now())
    assert not await store.inbox.replay("nothing", now=clock.now())
    (again,) = await claim(store, clock)
    assert (again.id, again.attempts) == (received.id, 1)


async def test_what_was_understood_long_ago_is_forgotten(store: Store, clock: MovableClock) -> None:
    await arrive(store, "done")
    await store.inbox.done(*await claim(store, clock))
    await arrive(store, "waiting")
    assert await store.inbox.forget(START) == 0
    assert await store.inbox.forget(START + PAUSE) == 1
    assert [received.key for received in await claim(store, clock)] == ["waiting"]
    assert await arrive(store, "done")


async def test_the_next_look_is_when_a_claim_may_find_something(store: Store, clock: MovableClock) -> None:
    assert await store.inbox.next_due() is None
    await arrive(store, "1")
    assert await store.inbox.next_due() == START
    (received,) = await claim(store, clock)
    assert await store.inbox.next_due() == START + LEASE
    await store.inbox.done(received)
    assert await store.inbox.next_due() is None


async def test_replicas_that_claim_at_once_never_get_the_same_delivery(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    for n in range(40):
        await arrive(store, str(n))
    seen: list[str] = []

    async def think(mine: Store) -> None:
        while found := await mine.inbox.claim(now=clock.now(), limit=3, lease=timedelta(hours=1)):
            seen.extend(received.key for received in found)
            await mine.inbox.done(*found)

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for mine in (store, replica, store, replica):
            tasks.create_task(think(mine))
    await think(store)
    assert sorted(seen, key=int) == [str(n) for n in range(40)]
