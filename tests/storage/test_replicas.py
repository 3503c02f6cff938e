"""Replicas hear of each other's commits at once, and take over what a dead one had begun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from playbooks.domain.timers import Timer, TimerKind
from storage.replicas import GONE_AFTER, number_of
from storage.uow import Store
from storage.wake import TOPICS, heard, spoken
from tests.clock import START, CountingIds, MovableClock
from tests.storage.builders import ANNOUNCE, LEASE, claim, owe
from tests.storage.records import SEVEN

MOMENT = timedelta(milliseconds=1)


class Ear:
    """Notes what a replica hears, and lets a test wait for it."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[frozenset[str]] = asyncio.Queue()

    def __call__(self, topics: frozenset[str]) -> None:
        self._heard.put_nowait(topics)

    async def next(self) -> frozenset[str]:
        async with asyncio.timeout(5):
            return await self._heard.get()


class Replica:
    """A store, its connection and what it heard."""

    def __init__(self, store: Store, ear: Ear, presence: asyncio.Task[None] | None, lost: list[str]) -> None:
        self.store, self.ear, self.presence, self.lost = store, ear, presence, lost

    async def die(self) -> None:
        """The server notices that the process is gone."""
        assert self.presence is not None
        self.presence.cancel()
        await asyncio.wait([self.presence])


@asynccontextmanager
async def running_replica(url: str, name: str, clock: MovableClock) -> AsyncIterator[Replica]:
    ear, lost = Ear(), list[str]()
    store = await Store.open(url, clock=clock, ids=CountingIds(name), name=name, on_commit=ear)
    async with asyncio.TaskGroup() as tasks:
        presence = None
        if store.presence is not None:
            presence = tasks.create_task(store.presence.run(lost.append))
            assert await ear.next() == TOPICS
        yield Replica(store, ear, presence, lost)
        if presence is not None:
            presence.cancel()
    await store.close()


async def lease_everything(replica: Replica, clock: MovableClock, worker: str) -> None:
    """One row of every queue, begun by this worker."""
    store, now = replica.store, clock.now()
    await owe(store, ANNOUNCE)
    await store.inbox.put(source="s", key="k", headers={}, body=b"", received_at=now)
    async with store.units() as unit:
        await unit.timers.set(Timer(kind=TimerKind.QUIET, subject="7", incident=SEVEN, due_at=now))
        await unit.commit()
    assert await claim(store, clock, worker=worker)
    assert await store.inbox.claim(now=now, limit=9, lease=LEASE, worker=worker)
    assert await store.alarms.claim(now=now, limit=9, lease=LEASE, worker=worker)
    assert await store.jobs.claim("forget", START, now=now, lease=LEASE, worker=worker)


async def can_begin(store: Store, clock: MovableClock) -> list[bool]:
    """Whether there is work in each queue that nobody is at."""
    now = clock.now()
    return [
        bool(await claim(store, clock)),
        bool(await store.inbox.claim(now=now, limit=9, lease=LEASE)),
        bool(await store.alarms.claim(now=now, limit=9, lease=LEASE)),
        await store.jobs.claim("forget", START, now=now, lease=LEASE, worker="me"),
    ]


async def test_a_process_that_starts_alone_takes_over_at_once(sqlite_url: str, clock: MovableClock) -> None:
    async with running_replica(sqlite_url, "before", clock) as before:
        await lease_everything(before, clock, "before")
    async with running_replica(sqlite_url, "after", clock) as after:
        assert await can_begin(after.store, clock) == [False] * 4
        assert await after.store.replicas.inherit(now=clock.now()) == 4
        assert await can_begin(after.store, clock) == [True] * 4


async def test_what_was_taken_over_is_known_to_have_been_tried(sqlite_url: str, clock: MovableClock) -> None:
    async with running_replica(sqlite_url, "one", clock) as replica:
        await owe(replica.store, ANNOUNCE)
        (first,) = await claim(replica.store, clock)
        await replica.store.replicas.inherit(now=clock.now())
        (second,) = await claim(replica.store, clock)
    assert (first.first_tried_at, second.first_tried_at) == (None, clock.now())


async def test_another_replica_hears_of_a_commit_and_of_nothing_else(
    postgresql_url: str, clock: MovableClock
) -> None:
    async with (
        running_replica(postgresql_url, "one", clock) as one,
        running_replica(postgresql_url, "two", clock) as two,
    ):
        async with one.store.units() as undone:
            await undone.outbox.put(ANNOUNCE)
        await owe(one.store, ANNOUNCE)
        assert await two.ear.next() == {"outbox"}
        await one.store.inbox.put(source="s", key="k", headers={}, body=b"", received_at=START)
        assert await two.ear.next() == {"inbox"}
        assert [await one.ear.next(), await one.ear.next()] == [{"outbox"}, {"inbox"}], "each once: its own"


async def test_work_of_a_replica_that_is_gone_is_taken_over(postgresql_url: str, clock: MovableClock) -> None:
    async with (
        running_replica(postgresql_url, "one", clock) as one,
        running_replica(postgresql_url, "two", clock) as two,
    ):
        await lease_everything(one, clock, "one")
        release = two.store.replicas.release_gone
        assert await release(now=clock.now()) == ()
        clock.advance(GONE_AFTER)
        assert await release(now=clock.now()) == (), "it is alive, however long it takes"
        await one.die()
        while await two.store.replicas.living() > 1:
            await asyncio.sleep(0.01)
        assert await release(now=clock.now()) == (), "it may come back"
        assert await release(now=clock.advance(GONE_AFTER - MOMENT)) == ()
        assert await release(now=clock.advance(MOMENT)) == ("one",)
        assert await release(now=clock.advance(GONE_AFTER)) == (), "it has been freed, though nobody took it"
        assert await can_begin(two.store, clock) == [True] * 4


async def test_a_replica_whose_connection_broke_comes_back_and_keeps_its_work(
    postgresql_url: str, clock: MovableClock
) -> None:
    async with (
        running_replica(postgresql_url, "one", clock) as one,
        running_replica(postgresql_url, "two", clock) as two,
    ):
        await lease_everything(one, clock, "one")
        address = (
            sa.make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
        )
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s",
                (number_of("one"),),
            )
        while (topics := await one.ear.next()) != TOPICS:
            assert topics
        assert one.lost
        assert await two.store.replicas.living() == 2
        assert await two.store.replicas.release_gone(now=clock.now()) == ()
        clock.advance(GONE_AFTER)
        assert await two.store.replicas.release_gone(now=clock.now()) == ()


@pytest.mark.parametrize(
    ("words", "topics"),
    [
        pytest.param(spoken("two", frozenset({"outbox", "inbox"})), {"outbox", "inbox"}, id="another"),
        pytest.param(spoken("one", frozenset({"outbox"})), set[str](), id="itself"),
        pytest.param("three outbox,horses", {"outbox"}, id="a newer version"),
        pytest.param("", set[str](), id="somebody else's channel"),
    ],
)
def test_what_is_heard(words: str, topics: set[str]) -> None:
    assert heard(words, by="one") == topics
