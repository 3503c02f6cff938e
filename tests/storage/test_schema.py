"""The database has exactly the shape this code was written for, or nobody starts."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import queues, schema
from storage.engine import Database, make_engine
from storage.schema import SchemaMismatch
from storage.uow import Store
from tests.clock import CountingIds, MovableClock
from tests.databases import PostgresTemplate


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing has happened yet."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'er' / 'tocsin.db'}"
        return
    template: PostgresTemplate = request.getfixturevalue("postgresql_template")
    url = template.empty()
    yield url
    template.drop(url)


async def _stamp(url: str, revision: str) -> None:
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    await engine.dispose()


async def test_the_migrations_make_what_the_code_describes(database_url: str) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        # SQLite has no identities to compare: every integer key is one.
        defaults = connection.dialect.name == "postgresql"
        context = MigrationContext.configure(connection, opts={"compare_server_default": defaults})
        found: list[object] = compare_metadata(context, queues.metadata)
        return found

    engine = make_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_partial_indexes_are_partial_on_both_databases(database_url: str) -> None:
    """Autogenerate compares their names only; without their condition they would forbid too much."""

    def conditions(connection: sa.Connection) -> dict[str, str | None]:
        inspector = sa.inspect(connection)
        return {
            str(index["name"]): index["dialect_options"].get(f"{connection.dialect.name}_where")
            for table in inspector.get_table_names()
            for index in inspector.get_indexes(table)
            if index["unique"] and "duplicates_constraint" not in index
        }

    engine = make_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(conditions)
    await engine.dispose()
    assert {name for name, condition in found.items() if condition is not None} == {
        "uq_clearances_one_asked",
        "uq_assignments_one_each",
        "uq_contests_one_open",
        "uq_episodes_one_open",
        "uq_holds_one_open",
        "uq_ladders_one_open",
        "uq_teams_one_name",
        "uq_workstreams_one_each",
        "uq_outbox_coalesces",
        "uq_tenures_one_seat",
    }


async def test_an_empty_database_is_refused_until_it_is_upgraded(
    empty_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    with pytest.raises(SchemaMismatch, match="is empty"):
        await Store.open(empty_url, clock=clock, ids=ids)
    assert await schema.revision(empty_url) is None
    await schema.upgrade(empty_url)
    assert await schema.revision(empty_url) == schema.head()
    await schema.check(empty_url)
    store = await Store.open(empty_url, clock=clock, ids=ids)
    await store.ping()
    await store.close()


async def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    await schema.upgrade(database_url)
    assert await schema.revision(database_url) == schema.head()


async def test_replicas_that_start_together_upgrade_once(empty_url: str) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(schema.upgrade(empty_url))
    await schema.check(empty_url)


async def test_a_newer_database_is_refused_and_left_alone(
    database_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    await _stamp(database_url, "9999")
    with pytest.raises(SchemaMismatch, match="does not know"):
        await Store.open(database_url, clock=clock, ids=ids)
    with pytest.raises(SchemaMismatch, match="does not know"):
        await schema.upgrade(database_url)
    assert await schema.revision(database_url) == "9999"


def test_a_database_behind_this_code_says_what_to_do() -> None:
    with pytest.raises(SchemaMismatch, match="tocsin db upgrade"):
        schema.compare(None)
    schema.compare(schema.head())


# ------------------------------------------------------------------ SQLite's file
async def test_the_file_and_its_journals_are_private(
    sqlite_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    file = Path(sa.make_url(sqlite_url).database or "")
    store = await Store.open(sqlite_url, clock=clock, ids=ids)
    async with store.units() as unit:
        await unit.incidents.next_number()
        await unit.commit()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.glob("tocsin.db*")}
    await store.close()
    assert modes == dict.fromkeys(["tocsin.db", "tocsin.db-wal", "tocsin.db-shm"], 0o600)


async def test_a_new_file_is_made_private_in_a_private_folder(tmp_path: Path) -> None:
    file = tmp_path / "var" / "tocsin.db"
    await schema.upgrade(f"sqlite+aiosqlite:///{file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("pragma", "writer", "reader"),
    [
        pytest.param("journal_mode", "wal", "wal", id="readers go on while one writes"),
        pytest.param("synchronous", 2, 2, id="a commit survives a power cut"),
        pytest.param("foreign_keys", 1, 1, id="nothing points nowhere"),
        pytest.param("busy_timeout", 0, 0, id="SQLite does not sleep on the event loop"),
        pytest.param("query_only", 0, 1, id="readers do not write"),
    ],
)
async def test_every_connection_is_set_up(
    sqlite_url: str, pragma: str, writer: object, reader: object
) -> None:
    database = Database(sqlite_url)
    query = sa.text(f"PRAGMA {pragma}")
    async with database.writing() as connection:
        assert (await connection.execute(query)).scalar_one() == writer
    async with database.reading() as connection:
        assert (await connection.execute(query)).scalar_one() == reader
    await database.close()


def test_the_head_that_the_code_names_is_the_newest_migration() -> None:
    migrations = Path(schema.__file__).parent / "migrations"
    assert ScriptDirectory(str(migrations)).get_current_head() == schema.HEAD


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite+aiosqlite://", id="memory"),
        pytest.param("sqlite+aiosqlite:///:memory:", id="memory by name"),
        pytest.param("mysql://localhost/tocsin", id="another engine"),
    ],
)
def test_databases_that_cannot_keep_the_promises_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"needs a file|neither"):
        make_engine(url)


@pytest.mark.postgresql
async def test_postgresql_waits_have_an_end(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.writing() as connection:
        for setting, expected in (
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "1min"),
            ("transaction_isolation", "read committed"),
        ):
            assert (await connection.execute(sa.text(f"SHOW {setting}"))).scalar_one() == expected
    async with database.reading() as connection:
        shown = (await connection.execute(sa.text("SHOW transaction_read_only"))).scalar_one()
        isolation = (await connection.execute(sa.text("SHOW transaction_isolation"))).scalar_one()
    assert (shown, isolation) == ("on", "repeatable read")
    await database.close()
