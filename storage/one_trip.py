"""SQLite from an event loop with one trip to its thread for each statement.

SQLAlchemy asks aiosqlite for a cursor, executes, fetches and closes, and each of these is a
trip to the connection's thread and back: four for a statement that takes SQLite a few
microseconds. Here a cursor is a value, and whatever it finds comes back with the execution.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite


class OneTrip(aiosqlite.Connection):
    """A connection as SQLAlchemy's adapter uses it."""

    def __init__(self, path: str, **options: Any) -> None:
        """``options`` are those of ``sqlite3.connect``."""
        super().__init__(partial(sqlite3.connect, path, **options), iter_chunk_size=1)
        self._thread.daemon = True  # as with SQLAlchemy's own: an abandoned one ends with the process

    def cursor(self) -> _Cursor:  # type: ignore[override] # no trip, so nothing to wait for
        return _Cursor(self)

    async def in_its_thread(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do something where the connection lives. Raises what it raises."""
        await self._execute(work, self._conn)  # type: ignore[no-untyped-call] # aiosqlite's own way there


class _Cursor:
    """What one statement found; all of it was fetched when it was executed."""

    def __init__(self, connection: OneTrip) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        await self._connection.in_its_thread(lambda there: self._keep(there.execute(statement, parameters)))
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Self:
        await self._connection.in_its_thread(
            lambda there: self._keep(there.executemany(statement, parameters))
        )
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """It was closed when it had been executed."""

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        """In the connection's thread."""
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        if cursor.description is not None:
            self._rows = cursor.fetchall()
        self.rowcount = cursor.rowcount
        cursor.close()
