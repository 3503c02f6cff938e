"""Connections: one writer at a time on SQLite, as many as PostgreSQL will have.

SQLite takes its write lock at the start of a unit (``BEGIN IMMEDIATE``) so that a unit
never reads what it will not be allowed to change. Writers of this process take turns
(``storage.turns``), because SQLite lets waiting connections race.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from playbooks.domain.errors import StaleWrite
from storage.one_trip import Haste, OneTrip
from storage.turns import Turns

WRITER_PATIENCE = timedelta(seconds=10)
"""How long a unit waits for its turn. A unit takes milliseconds; longer means that one is stuck."""
CONNECT_WITHIN = timedelta(seconds=3)
"""A PostgreSQL that is there lets us in at once; a person who waits for an answer has three seconds."""
READERS = 5
REPLICA_CONNECTIONS = 10

IDLE_PATIENCE = timedelta(minutes=1)
"""How long PostgreSQL lets a unit hold its locks without a word; one that thinks for so long is lost."""
_DEADLOCK, _LOCK_TIMEOUT = "40P01", "55P03"
_AWAY = ("08", "53", "57P")
"""PostgreSQL docs, "Error codes": no connection, no resources left, shut down or starting."""
_NO_FILE = ("unable to open", "disk I/O error", "disk is full")
"""What SQLite says when its file is out of reach."""


class Unreachable(Exception):
    """The database does not answer. What was under way may or may not have been kept."""


def out_of_reach(trouble: Exception) -> BaseException | None:
    """What was said by a database that does not answer; None if the trouble is something else."""
    if isinstance(trouble, Unreachable):
        return trouble
    return trouble.orig if isinstance(trouble, OperationalError) else None


def is_sqlite(url: str) -> bool:
    """Whether the database is a file of ours. Raises ValueError for engines we do not know."""
    backend = sa.make_url(url).get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"{backend!r} is neither sqlite nor postgresql")
    return backend == "sqlite"


def exists(url: str) -> bool:
    """Whether there is a database to look at; of a server's only the server knows."""
    return not is_sqlite(url) or Path(sa.make_url(url).database or "").exists()


def make_engine(
    url: str,
    *,
    reads_only: bool = False,
    patience: timedelta = WRITER_PATIENCE,
) -> AsyncEngine:
    """An engine whose transactions begin as this house wants them; creates a SQLite file, private to us."""
    make = _sqlite if is_sqlite(url) else _postgresql
    return make(url, reads_only=reads_only, patience=patience)


def _sqlite(url: str, *, reads_only: bool, patience: timedelta) -> AsyncEngine:
    path = Path(sa.make_url(url).database or "")
    _create_private(path)
    connect = partial(OneTrip, str(path), patience=patience, haste=Haste())
    engine = create_async_engine(
        url,
        json_serializer=json_text,
        async_creator=connect,
        pool_size=READERS if reads_only else 1,
        max_overflow=0,
        pool_timeout=patience.total_seconds(),
        pool_reset_on_return=None,  # whatever was begun was undone by then: no further trip to find that out
    )
    pragmas = (
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
        f"PRAGMA query_only={reads_only:d}",
    )
    begin = "BEGIN" if reads_only else "BEGIN IMMEDIATE"

    @sa.event.listens_for(engine.sync_engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    @sa.event.listens_for(engine.sync_engine, "invalidate")
    def undo(connection: DBAPIConnection, _entry: ConnectionPoolEntry, _why: BaseException | None) -> None:
        # A unit was cancelled within a statement. SQLite lets a closed connection keep its locks
        # for as long as one of its cursors lives, which here means until some garbage collection.
        connection.rollback()

    return engine


_AS_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def json_text(value: object) -> str:
    """JSON as text that must be valid UTF-8, so that what cannot be read back is refused when written."""
    return _AS_TEXT.encode(value)


def _create_private(path: Path) -> None:
    """An empty file that only its owner reads; SQLite gives its journals the same mode."""
    if str(path) in ("", ".", ":memory:"):
        raise ValueError("the database needs a file: memory would be forgotten with the process")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _milliseconds(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)


def _postgresql(url: str, *, reads_only: bool, patience: timedelta) -> AsyncEngine:
    waits = (
        f"-c lock_timeout={_milliseconds(patience)}"
        f" -c idle_in_transaction_session_timeout={_milliseconds(IDLE_PATIENCE)}"
    )
    engine = create_async_engine(
        url,
        json_serializer=json_text,
        connect_args=_given(url, options=waits, connect_timeout=int(CONNECT_WITHIN.total_seconds())),
        pool_size=READERS if reads_only else REPLICA_CONNECTIONS,
        max_overflow=0,
        pool_timeout=patience.total_seconds(),
        pool_pre_ping=True,
    )
    if reads_only:
        # One snapshot for the whole unit, so that a page never shows halves of two states.
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def _given(url: str, **ours: object) -> dict[str, object]:
    """What we say to the driver, unless the address says it otherwise."""
    said = sa.make_url(url).query
    return {name: value for name, value in ours.items() if name not in said}


def _follow_commits(engine: AsyncEngine, call: Callable[[], None]) -> None:
    """Call after every commit, before anybody learns of it. SQLAlchemy's own event comes before it."""
    dialect = engine.sync_engine.dialect
    commit = dialect.do_commit

    def follow(dbapi_connection: PoolProxiedConnection) -> None:
        commit(dbapi_connection)
        call()

    dialect.do_commit = follow  # type: ignore[method-assign] # the one place that all commits pass


@contextmanager
def _translating() -> Iterator[None]:
    """What passes by itself becomes an error of ours; what is wrong for good stays as it is."""
    try:
        yield
    except PoolTimeout as busy:
        raise TimeoutError("every connection to the database is in use") from busy
    except DBAPIError as refused:
        if (known := _translated(refused)) is None:
            raise
        raise known from refused


def _translated(refused: DBAPIError) -> Exception | None:
    """What a refusal means for a use case; None if it is none of the kind that passes."""
    says, state = str(refused.orig), getattr(refused.orig, "sqlstate", None)
    if state == _DEADLOCK:
        return StaleWrite("two units waited for each other, and this one gave way")
    if state == _LOCK_TIMEOUT or "database is locked" in says:
        return TimeoutError("somebody else holds what this unit needs for too long")
    if refused.connection_invalidated or _is_away(refused, says, state):
        return Unreachable(says.strip().partition("\n")[0])
    return None


def _is_away(refused: DBAPIError, says: str, state: str | None) -> bool:
    if not isinstance(refused, OperationalError):
        return False
    if hasattr(refused.orig, "sqlstate"):  # psycopg's own; None if the server said nothing
        return state is None or state.startswith(_AWAY)
    return any(words in says for words in _NO_FILE)


class Database:
    """Both roads to one database: units that write and units that only read."""

    def __init__(
        self,
        url: str,
        *,
        patience: timedelta = WRITER_PATIENCE,
        after_commit: Callable[[], None] | None = None,
    ) -> None:
        """``patience`` is how long a unit waits for its turn, or for a row that another one holds."""
        self._patience = patience
        self._writer = make_engine(url, patience=patience)
        self._after_commit = after_commit
        if after_commit is not None:
            _follow_commits(self._writer, after_commit)
        self._reader = make_engine(url, reads_only=True, patience=patience)
        self.turns = Turns(1 if is_sqlite(url) else REPLICA_CONNECTIONS)
        self._looks = Turns(READERS)

    @asynccontextmanager
    async def writing(self, *, people: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection whose work is undone unless committed; ``people`` says that somebody waits for it.

        Raises TimeoutError if no turn comes, StaleWrite if two units waited for each other,
        Unreachable if the database is away.
        """
        with _translating():  # around the end of the connection too: undoing fails like all the rest
            async with self._seat(self.turns, people=people), self._writer.connect() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self, *, people: bool = False) -> AsyncIterator[AsyncConnection]:
        """A snapshot; the database itself refuses to write through it. Raises TimeoutError, Unreachable."""
        with _translating():
            async with self._seat(self._looks, people=people), self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def _seat(self, turns: Turns, *, people: bool) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(self._patience.total_seconds()):
                await stack.enter_async_context(turns.taken(people=people))
            yield

    def kept(self) -> None:
        """Something was committed without SQLAlchemy's help: a rehearsal follows that too."""
        if self._after_commit is not None:
            self._after_commit()

    async def close(self) -> None:
        """Give every connection back."""
        await self._reader.dispose()
        await self._writer.dispose()
