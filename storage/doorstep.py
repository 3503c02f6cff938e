"""How deliveries get into the inbox, with as little between them and the disk as can be.

A storm brings thousands of them a second, and every step that each one takes is missed by
people who type meanwhile. So a batch is one statement that commits itself, written out here
once for each database: one visit to the thread of SQLite, one round trip to PostgreSQL.
It is as durable as any other commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Final, NamedTuple, cast

from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database, json_text
from storage.one_trip import OneTrip
from storage.types import instant_text
from storage.wake import CHANNEL, Wake

_NEWS: Final = frozenset({"inbox"})


class Arrival(NamedTuple):
    """A row that is not there yet."""

    id: str
    source: str
    key: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


_INTO_SQLITE: Final = """
    INSERT INTO inbox (id, source, key, headers, body, received_at, due_at, state, attempts, fence)
    VALUES {rows} ON CONFLICT DO NOTHING
"""
_COLUMNS: Final = 6
_IS_THERE: Final = "SELECT 1 FROM inbox WHERE id = ?"
# Columns travel as binary arrays (%b): as text every byte of a body would be looked at and quoted.
_FOR_POSTGRESQL: Final = """
    WITH fresh AS (
        INSERT INTO inbox (id, source, key, headers, body, received_at, due_at, state, attempts, fence)
        SELECT id, source, key, headers::json, body, at, at, 'waiting', 0, 0
        FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::timestamptz[])
            AS arrived (id, source, key, headers, body, at)
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT id, pg_notify(%s, %s) FROM fresh
"""


class Doorstep:
    """Where deliveries wait for the next commit."""

    def __init__(self, database: Database, wake: Wake) -> None:
        self._database = database
        self._wake = wake

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AsyncConnection]:
        """A connection that has not begun anything. Raises what ``Database.writing`` raises."""
        async with self._database.writing() as connection:
            yield connection

    async def take_in(self, connection: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[bool]:
        """Keep them durably; for each whether it is new. Raises StatementError, UnicodeError."""
        write = self._to_sqlite if connection.dialect.name == "sqlite" else self._to_postgresql
        new = await write(connection, arrivals)
        self._database.kept()
        self._wake.here(_NEWS if new else frozenset())
        return [arrival.id in new for arrival in arrivals]

    async def _to_sqlite(self, connection: AsyncConnection, arrivals: Sequence[Arrival]) -> frozenset[str]:
        statement, values = _into_sqlite(len(arrivals)), tuple(chain.from_iterable(map(_values, arrivals)))
        new: list[str] = []

        def write(there: sqlite3.Connection) -> None:
            count = there.execute(statement, values).rowcount
            ids = (one.id for one in arrivals)
            new.extend(ids if count == len(arrivals) else (id_ for id_ in ids if _is_there(there, id_)))

        raw = await connection.get_raw_connection()
        try:
            await cast("OneTrip", raw.driver_connection).at_once(write)
        except sqlite3.Error as refused:
            raise _as_known(refused, statement) from refused
        return frozenset(new)

    async def _to_postgresql(
        self, connection: AsyncConnection, arrivals: Sequence[Arrival]
    ) -> frozenset[str]:
        ids, sources, keys, headers, bodies, times = zip(*arrivals, strict=True)
        columns = (ids, sources, keys, [json_text(each) for each in headers], bodies, times)
        given = (*map(list, columns), CHANNEL, self._wake.words(_NEWS))
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        return frozenset(row[0] for row in await connection.exec_driver_sql(_FOR_POSTGRESQL, given))


@cache
def _into_sqlite(count: int) -> str:
    """One statement for so many rows: Python's threads pass the word to each other twice, not twice a row."""
    columns = [", ".join(f"?{n * _COLUMNS + one}" for one in (1, 2, 3, 4, 5, 6, 6)) for n in range(count)]
    return _INTO_SQLITE.format(rows=", ".join(f"({one}, 'waiting', 0, 0)" for one in columns))


def _values(arrival: Arrival) -> tuple[object, ...]:
    at = instant_text(arrival.received_at)
    return (arrival.id, arrival.source, arrival.key, json_text(arrival.headers), arrival.body, at)


def _is_there(there: sqlite3.Connection, id_: str) -> bool:
    return there.execute(_IS_THERE, (id_,)).fetchone() is not None


def _as_known(refused: sqlite3.Error, statement: str) -> Exception:
    """The error as SQLAlchemy would have raised it."""
    return DBAPIError.instance(statement, None, refused, sqlite3.Error, dialect=sqlite.dialect())
