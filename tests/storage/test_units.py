"""One unit is one transaction; writers take turns, readers never wait, nothing is half done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from playbooks import ports
from playbooks.domain.errors import StaleWrite
from playbooks.domain.ids import IncidentId, ServiceName
from playbooks.domain.incident import AffectedService, ServiceRole, State
from playbooks.domain.timers import Timer, TimerKind
from storage.engine import Unreachable
from storage.one_trip import OneTrip, Work
from storage.uow import Store
from tests.clock import START, CountingIds, MovableClock
from tests.databases import PostgresTemplate
from tests.storage import records
from tests.storage.builders import ANNOUNCE, CARD, owe
from tests.storage.records import SEVEN

MOMENT = 0.15
"""Seconds that a unit is watched for not moving. Longer proves no more; it is real time."""


@pytest.fixture
async def seven(store: Store) -> None:
    async with store.units() as unit:
        await unit.incidents.add(records.INCIDENT)
        await unit.commit()


async def rename(store: Store, title: str, *, reached: asyncio.Event, go: asyncio.Event) -> None:
    """Decide about INC-7: read it under its lock, think, write."""
    async with store.units() as unit:
        found = await unit.incidents.lock(SEVEN)
        assert found is not None
        reached.set()
        await go.wait()
        await unit.incidents.save(replace(found, title=f"{found.title}+{title}"))
        await unit.commit()


def test_a_unit_is_what_use_cases_need(store: Store) -> None:
    """Checked by mypy, not at run time: the assignments are the test."""
    units: ports.Units = store.units
    reading: ports.Units = store.reading
    assert units is not reading


@pytest.mark.parametrize("second", ["same process", "replica"])
async def test_two_units_decide_about_one_incident_one_after_the_other(
    store: Store, replica: Store, seven: None, second: str
) -> None:
    other = store if second == "same process" else replica
    go, first_in, second_in = asyncio.Event(), asyncio.Event(), asyncio.Event()
    async with asyncio.timeout(5), asyncio.TaskGroup() as both:
        both.create_task(rename(store, "one", reached=first_in, go=go))
        await first_in.wait()
        both.create_task(rename(other, "two", reached=second_in, go=go))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(second_in.wait(), MOMENT)
        go.set()
    async with store.reading() as unit:
        found = await unit.incidents.find(SEVEN)
    assert found is not None
    assert found.title == f"{records.INCIDENT.title}+one+two"


async def test_who_waited_for_a_lock_sees_what_changed_meanwhile(
    store: Store, replica: Store, seven: None
) -> None:
    """A unit remembers what it read, and forgets it when it begins to hold an incident."""
    if store.presence is None:
        return  # on SQLite a unit waits before it reads anything
    async with store.units() as waiting:
        assert await waiting.tenures.current(SEVEN) is None
        assert len(await waiting.incidents.live()) == 1
        async with replica.units() as quicker:
            await quicker.tenures.add(records.TENURE)
            await quicker.incidents.save(replace(records.INCIDENT, state=State.CLOSED))
            await quicker.commit()
        assert await waiting.tenures.current(SEVEN) is None
        await waiting.incidents.lock(SEVEN)
        assert await waiting.tenures.current(SEVEN) == records.TENURE
        assert await waiting.incidents.live() == []


async def test_a_unit_sees_what_it_wrote_itself(store: Store, seven: None) -> None:
    async with store.units() as unit:
        incident = await unit.incidents.lock(SEVEN)
        assert incident is not None
        assert (await unit.tenures.current(SEVEN), await unit.updates.of(SEVEN)) == (None, [])
        await unit.tenures.add(records.TENURE)
        await unit.updates.add(records.UPDATE)
        await unit.incidents.save(replace(incident, state=State.CLOSED))
        assert await unit.tenures.current(SEVEN) == records.TENURE
        assert await unit.updates.of(SEVEN) == [records.UPDATE]
        assert await unit.incidents.live() == []


async def test_intake_is_one_at_a_time(store: Store, replica: Store) -> None:
    inside = asyncio.Event()

    async def take_in() -> None:
        async with replica.units() as unit:
            await unit.episodes.lock_intake()
            inside.set()

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        async with store.units() as unit:
            await unit.episodes.lock_intake()
            tasks.create_task(take_in())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(inside.wait(), MOMENT)
        await inside.wait()


async def test_a_reader_goes_on_while_a_unit_writes_and_sees_what_was_committed(
    store: Store, replica: Store, seven: None
) -> None:
    async with asyncio.timeout(5), store.units() as writer:
        found = await writer.incidents.lock(SEVEN)
        assert found is not None
        await writer.incidents.save(replace(found, title="Not yet"))
        for other in (store, replica):
            async with other.reading() as reader:
                assert await reader.incidents.find(SEVEN) == records.INCIDENT
        await writer.commit()
    async with store.reading() as reader:
        assert (await reader.incidents.recent(1))[0].title == "Not yet"


async def test_a_reader_sees_one_moment_however_long_it_looks(store: Store, seven: None) -> None:
    async with asyncio.timeout(5), store.reading() as reader:
        assert await reader.incidents.find(SEVEN) == records.INCIDENT
        async with store.units() as writer:
            await writer.incidents.save(replace(records.INCIDENT, title="Changed meanwhile"))
            await writer.commit()
        assert await reader.incidents.find(SEVEN) == records.INCIDENT


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError):
        async with store.reading() as reader:
            await reader.incidents.add(records.INCIDENT)
    async with store.reading() as reader:
        assert await reader.incidents.find(SEVEN) is None


async def test_writers_take_turns_in_the_order_in_which_they_came(store: Store, database_url: str) -> None:
    """On SQLite, where there is one; on PostgreSQL they run side by side and order means nothing."""
    done: list[int] = []

    async def write(number: int) -> None:
        async with store.units() as unit:
            await unit.outbox.put(ANNOUNCE)
            await unit.commit()
            done.append(number)

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        for number in range(20):
            tasks.create_task(write(number))
    assert sorted(done) == list(range(20))
    if "sqlite" in database_url:
        assert done == list(range(20))


async def test_what_fails_in_the_middle_leaves_nothing_behind(store: Store) -> None:
    class Interrupted(Exception):
        """Something unforeseen."""

    async def fail() -> None:
        async with store.units() as unit:
            await unit.incidents.add(records.INCIDENT)
            await unit.outbox.put(ANNOUNCE)
            raise Interrupted

    with pytest.raises(Interrupted):
        await fail()
    async with store.reading() as reader:
        assert await reader.incidents.find(SEVEN) is None
    assert (await store.outbox.counts())["waiting"] == 0


async def test_a_cancelled_unit_leaves_nothing_behind_and_nobody_waiting(store: Store) -> None:
    async def slow() -> None:
        async with store.units() as unit:
            await unit.incidents.add(records.INCIDENT)
            await asyncio.sleep(60)
            await unit.commit()

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(slow())
        await asyncio.sleep(MOMENT)
        task.cancel()
    async with asyncio.timeout(5), store.units() as unit:
        assert await unit.incidents.find(SEVEN) is None
        await unit.incidents.add(records.INCIDENT)
        await unit.commit()


@contextmanager
def cancelling(statement: str) -> Iterator[None]:
    """Cancel whichever task is about to run a statement that begins like this."""

    def cancel(words: object) -> None:
        task = asyncio.current_task()
        if str(words).startswith(statement) and task is not None:
            task.cancel()

    def heard(*event: object) -> None:
        cancel(event[2])

    async def run(trip: OneTrip, words: str, work: Work) -> None:
        cancel(words)
        await on_its_way(trip, words, work)

    on_its_way = OneTrip.run
    sa.event.listen(sa.Engine, "before_cursor_execute", heard)
    OneTrip.run = run  # type: ignore[method-assign] # SQLite is also asked without SQLAlchemy
    try:
        yield
    finally:
        OneTrip.run = on_its_way  # type: ignore[method-assign] # as it was
        sa.event.remove(sa.Engine, "before_cursor_execute", heard)


@pytest.mark.parametrize("statement", ["UPDATE counters", "INSERT INTO outbox", "SELECT"])
async def test_a_unit_that_is_cancelled_within_a_statement_gives_up_its_locks_at_once(
    database_url: str, clock: MovableClock, ids: CountingIds, statement: str
) -> None:
    store = await Store.open(database_url, clock=clock, ids=ids, patience=timedelta(seconds=1))

    async def write() -> IncidentId:
        async with store.units() as unit:
            number = await unit.incidents.next_number()
            await unit.outbox.put(ANNOUNCE)
            await unit.incidents.lock(SEVEN)
            await unit.commit()
        return number

    with cancelling(statement):
        # The task is kept, and with it its traceback, its frames and the cursor in one of them.
        cancelled = asyncio.ensure_future(write())
        await asyncio.wait([cancelled], timeout=5)
    assert cancelled.cancelled()
    assert await write() == 1
    await store.close()


async def test_a_unit_that_never_gets_its_turn_says_so(
    database_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    patience = timedelta(seconds=MOMENT)
    impatient = await Store.open(database_url, clock=clock, ids=ids, patience=patience)
    async with asyncio.timeout(5), impatient.units() as unit:
        await unit.episodes.lock_intake()
        with pytest.raises(TimeoutError):
            async with impatient.units() as other:
                await other.episodes.lock_intake()
    await impatient.close()


async def test_units_that_wait_for_each_other_are_told_to_decide_again(
    store: Store, replica: Store, seven: None, database_url: str
) -> None:
    """Only PostgreSQL can get there; on SQLite the second unit does not begin before the first ends."""
    eight = IncidentId(8)
    async with store.units() as unit:
        await unit.incidents.add(replace(records.INCIDENT, id=eight))
        await unit.commit()
    gave_way: list[int] = []

    async def both(mine: Store, one: IncidentId, other: IncidentId) -> None:
        try:
            async with mine.units() as unit:
                await unit.incidents.lock(one)
                await asyncio.sleep(MOMENT)
                await unit.incidents.lock(other)
        except StaleWrite:
            gave_way.append(one)

    async with asyncio.timeout(8), asyncio.TaskGroup() as tasks:
        tasks.create_task(both(store, SEVEN, eight))
        tasks.create_task(both(replica, eight, SEVEN))
    assert len(gave_way) == (0 if "sqlite" in database_url else 1)


async def test_what_points_nowhere_is_refused_at_commit(store: Store) -> None:
    async with store.units() as unit:
        await unit.tenures.add(records.TENURE)
        with pytest.raises(IntegrityError):
            await unit.commit()


async def test_within_a_unit_the_order_of_writing_is_free(store: Store) -> None:
    async with store.units() as unit:
        await unit.tenures.add(records.TENURE)
        await unit.incidents.add(records.INCIDENT)
        await unit.commit()


async def test_a_commit_says_which_queues_have_something_new(
    database_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    heard: list[frozenset[str]] = []
    store = await Store.open(database_url, clock=clock, ids=ids, on_commit=heard.append)
    timer = Timer(kind=TimerKind.QUIET, subject="7", incident=SEVEN, due_at=START)
    async with store.units() as unit:
        await unit.outbox.put(ANNOUNCE)
        await unit.timers.set(timer)
        assert heard == []
        await unit.commit()
    async with store.units() as unit:
        await unit.outbox.put(ANNOUNCE)
    async with store.units() as unit:
        await unit.incidents.add(records.INCIDENT)
        await unit.commit()
    await store.inbox.put(source="s", key="k", headers={}, body=b"", received_at=START)
    await store.inbox.put(source="s", key="k", headers={}, body=b"", received_at=START)
    assert heard == [frozenset({"outbox", "timers"}), frozenset({"inbox"})]
    await store.close()


async def test_what_cannot_be_read_back_is_not_written(store: Store) -> None:
    """A lone surrogate is no text; found out when reading, it would stop every reader."""
    nameless = AffectedService(service=ServiceName("\ud83d"), role=ServiceRole.IMPACTED)
    broken = replace(records.INCIDENT, services=(nameless,))
    async with store.units() as unit:
        with pytest.raises(UnicodeEncodeError):
            await unit.incidents.add(broken)


async def test_a_store_answers_a_ping(store: Store) -> None:
    await store.ping()
    await owe(store, CARD)


async def test_a_unit_whose_connection_broke_while_it_rested_says_that_the_database_is_away(
    postgresql_url: str, postgresql_template: PostgresTemplate, clock: MovableClock, ids: CountingIds
) -> None:
    opened = await Store.open(postgresql_url, clock=clock, ids=ids)

    async def rested() -> None:
        async with opened.units() as unit:
            assert await unit.incidents.find(IncidentId(1)) is None
            postgresql_template.away(postgresql_url, gone=True)

    try:
        with pytest.raises(Unreachable):
            await rested()
    finally:
        postgresql_template.away(postgresql_url, gone=False)
        await opened.close()
