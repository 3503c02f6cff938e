"""What is asked without SQLAlchemy is answered as by SQLAlchemy."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from playbooks.domain.errors import StaleWrite
from storage import tables
from storage.asking import ask, ask_all
from storage.engine import Database
from storage.uow import Store
from tests.storage import records

BEGUN = sa.select(tables.counters.c.name)
TAKEN = sa.insert(tables.posts)
PLACES = sa.select(tables.posts).order_by(tables.posts.c.subject).limit(2)
POST = {"subject": "card:1", "channel": "C1", "ts": "1.0"}


async def test_both_ways_find_the_same(database_url: str) -> None:
    database = Database(database_url)
    async with database.writing() as connection:
        await connection.execute(TAKEN, [POST | {"subject": f"card:{n}"} for n in range(3)])
        theirs = [dict(row) for row in (await connection.execute(PLACES)).mappings()]
        assert (await ask(connection, PLACES)).rows == theirs
    await database.close()


async def test_what_is_changed_is_counted(database_url: str) -> None:
    moved = sa.update(tables.posts).where(tables.posts.c.subject == sa.bindparam("of")).values(channel="C2")
    database = Database(database_url)
    async with database.writing() as connection:
        await connection.execute(BEGUN)
        rows = [POST | {"subject": f"card:{n}"} for n in range(3)]
        await ask_all(connection, TAKEN, rows)
        assert (await ask_all(connection, moved, [{"of": "card:0"}, {"of": "none"}])).changed == 1
    await database.close()


async def test_a_key_that_is_taken_is_refused_in_sqlalchemys_words(database_url: str) -> None:
    database = Database(database_url)
    async with database.writing() as connection:
        await connection.execute(TAKEN, POST)
        with pytest.raises(IntegrityError):
            await ask(connection, TAKEN, POST)
    await database.close()


async def test_a_lost_race_is_one_error_also_in_a_unit_that_has_begun(store: Store) -> None:
    async with store.units() as unit:
        await unit.incidents.next_number()
        await unit.incidents.add(records.INCIDENT)
        with pytest.raises(StaleWrite):
            await unit.incidents.save(replace(records.INCIDENT, version=7))


async def test_a_row_is_read_anew_when_it_says_something_else(store: Store) -> None:
    async with store.units() as unit:
        number = await unit.incidents.next_number()
        await unit.incidents.add(replace(records.INCIDENT, id=number))
        first = await unit.incidents.find(number)
        await unit.incidents.save(replace(records.INCIDENT, id=number, title="Never kept"))
        assert (await unit.incidents.find(number)) != first
    async with store.units() as unit:
        await unit.incidents.next_number()
        assert await unit.incidents.find(number) is None
        await unit.incidents.add(replace(records.INCIDENT, id=number))
        await unit.incidents.save(replace(records.INCIDENT, id=number, title="Kept"))
        again = await unit.incidents.find(number)
        assert again == replace(records.INCIDENT, id=number, title="Kept", version=1)


async def test_words_that_depend_on_values_are_refused(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.writing() as connection:
        await connection.execute(BEGUN)
        with pytest.raises(TypeError, match="depend on its values"):
            await ask(connection, sa.select(tables.posts).where(tables.posts.c.subject.in_(["a", "b"])))
    await database.close()
