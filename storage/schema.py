"""Which shape the database has, and how it gets the shape this code was written for.

Replicas start together, so the upgrade runs behind a lock that only one of them gets. A
database that is newer than the code is never touched: somebody rolled back too little.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import is_sqlite, make_engine

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

HEAD: Final = "0001"
"""The newest revision in ``migrations``, said here so that only who migrates waits for Alembic's import."""
UPGRADE_LOCK = 0x70C51
"""Key of PostgreSQL's advisory lock; any number will do that nobody else in this database uses."""


_VERSION = sa.table("alembic_version", sa.column("version_num", sa.Text))


class SchemaMismatch(Exception):
    """The database has another shape than this code; the text says what to do."""


@cache
def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see HEAD

    return ScriptDirectory(str(Path(__file__).parent / "migrations"))


def head() -> str:
    """The revision that this code was written for."""
    return HEAD


async def upgrade(url: str) -> None:
    """Bring the database to ``head()``; harmless when it is there or when another replica is at it.

    Raises SchemaMismatch if the database is newer than this code.
    """
    engine = make_engine(url)
    try:
        if is_sqlite(url):
            await _keep_write_ahead_log(url)
        async with engine.begin() as connection:
            if not is_sqlite(url):
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: sa.Connection) -> None:
    found = _revision_of(connection)
    if found == HEAD:
        return
    if found is not None and found not in _known():
        raise _newer(found)
    from alembic import command  # noqa: PLC0415 - see HEAD
    from alembic.config import Config  # noqa: PLC0415 - see HEAD

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _keep_write_ahead_log(url: str) -> None:
    """Let readers go on while one writes. The file remembers it, so this happens before serving."""
    engine = make_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_switch_to_write_ahead_log)
    finally:
        await engine.dispose()


def _switch_to_write_ahead_log(connection: sa.Connection) -> None:
    # On the driver's own cursor, because the switch is not possible inside a transaction.
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


async def revision(url: str) -> str | None:
    """The database's revision; None if it is empty."""
    engine = make_engine(url, reads_only=True)
    try:
        async with engine.connect() as connection:
            return await revision_of(connection)
    finally:
        await engine.dispose()


async def revision_of(connection: AsyncConnection) -> str | None:
    """The revision of the database at the other end."""
    return await connection.run_sync(_revision_of)


def _revision_of(connection: sa.Connection) -> str | None:
    """What Alembic wrote down when it migrated last; None if it never did."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()


async def check(url: str) -> None:
    """Raises SchemaMismatch unless the database has exactly the shape this code knows."""
    compare(await revision(url))


def compare(found: str | None) -> None:
    """Raises SchemaMismatch unless ``found`` is ``head()``."""
    if found == head():
        return
    if found is None:
        raise SchemaMismatch("The database is empty. Run `tocsin db upgrade` first.")
    if found in _known():
        raise SchemaMismatch(f"The database is at {found}, behind {head()}. Run `tocsin db upgrade` first.")
    raise _newer(found)


def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _newer(found: str) -> SchemaMismatch:
    return SchemaMismatch(
        f"The database is at {found}, which this version does not know. Start the newer version.",
    )
