"""SQLite from an event loop: what takes microseconds is done on the spot, what may take long in a thread.

SQLAlchemy asks aiosqlite for a cursor, executes, fetches and closes. Each of these is a trip to
the connection's thread and back, which costs more than the statement, and on the way back one
waits behind everything else that the loop has to do. Here a cursor is a value, whatever it finds
comes back with the execution, and it is executed on the spot. Three things go to the thread:
commits, because they wait for the disk; statements that were seen to take long; and whatever
comes while the thread may still be at work for somebody who gave up waiting.

While another process writes, SQLite would sleep, and the event loop with it. So SQLite says at
once that it is busy, and is asked again a little later.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any, Final, Self

import aiosqlite

LONG: Final = 0.005
"""Seconds; a statement that took longer is done in the thread."""
_FADES: Final = 0.9
"""What is left of what is known of a statement each time that it is quicker."""
_QUICK: Final = 0.001
_STRETCH: Final = 0.01
"""Seconds of one unit after which everybody else has a turn of the loop."""
_PAUSES: Final = (0.001, 0.05)
"""Seconds before a busy SQLite is asked again, the first time and at most."""

Work = Callable[[sqlite3.Connection], None]


class Haste:
    """How long statements take, by their words, as far as they are not quick."""

    def __init__(self) -> None:
        self._slow: dict[str, float] = {}

    def is_long(self, statement: str) -> bool:
        """Whether it belongs into a thread."""
        return self._slow.get(statement, 0.0) > LONG

    def took(self, statement: str, seconds: float) -> None:
        """The slowest time is forgotten slowly: the same words may ask for much or for little."""
        known = max(seconds, self._slow.get(statement, 0.0) * _FADES)
        if known > _QUICK:
            self._slow[statement] = known
        else:
            self._slow.pop(statement, None)


class OneTrip(aiosqlite.Connection):
    """A connection as SQLAlchemy's adapter uses it, for one task at a time."""

    def __init__(self, path: str, *, patience: timedelta, haste: Haste) -> None:
        """``patience`` is for other processes; ``haste`` is what all connections to this file know."""
        # Without a level of None the driver begins transactions by itself, and later than we do.
        connect = partial(sqlite3.connect, path, timeout=0, isolation_level=None, check_same_thread=False)
        super().__init__(connect, iter_chunk_size=1)
        self._thread.daemon = True  # as with SQLAlchemy's own: an abandoned one ends with the process
        self._patience = patience.total_seconds()
        self._haste = haste
        self._given_up = False
        """Whether somebody stopped waiting for the thread, which may be at work still."""
        self._since = 0.0

    def cursor(self) -> _Cursor:  # type: ignore[override] # no trip, so nothing to wait for
        return _Cursor(self)

    async def run(self, statement: str, work: Work) -> None:
        """Do a statement; its words are for knowing it again. Raises what it raises."""
        await self._let_others(statement)
        await self._insist(lambda: self._do(statement, work))

    async def at_once(self, work: Work) -> None:
        """Do a statement that commits itself; it waits for the disk. Raises what it raises."""
        await self._insist(lambda: self._trip(work))

    async def commit(self) -> None:
        """Keep what was done; it waits for the disk."""
        if _is_cancelled():
            await asyncio.sleep(0)
        await self._insist(lambda: self._trip(sqlite3.Connection.commit))

    async def rollback(self) -> None:
        """Undo what was not kept; SQLite has only to forget it."""
        if self._given_up:
            await self._trip(sqlite3.Connection.rollback)
        else:
            self._conn.rollback()

    async def _let_others(self, statement: str) -> None:
        now = perf_counter()
        if statement.startswith("BEGIN"):
            self._since = now
        if now - self._since > _STRETCH or _is_cancelled():
            await asyncio.sleep(0)
            self._since = perf_counter()

    async def _insist(self, step: Callable[[], Awaitable[None]]) -> None:
        """Try again while another process is in the way: a busy SQLite has done nothing."""
        pause, until = _PAUSES[0], perf_counter() + self._patience
        while True:
            try:
                return await step()
            except sqlite3.OperationalError as refused:
                if refused.sqlite_errorcode != sqlite3.SQLITE_BUSY or perf_counter() > until:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, _PAUSES[1])

    async def _do(self, statement: str, work: Work) -> None:
        def timed(there: sqlite3.Connection) -> None:
            began = perf_counter()
            work(there)
            self._haste.took(statement, perf_counter() - began)

        if self._given_up or self._haste.is_long(statement):
            await self._trip(timed)
        else:
            timed(self._conn)

    async def _trip(self, work: Work) -> None:
        """The thread does one thing after the other: when this is done, so is what was given up."""
        try:
            await self._execute(work, self._conn)  # type: ignore[no-untyped-call] # aiosqlite's own way there
        except asyncio.CancelledError:
            self._given_up = True
            raise
        self._given_up = False


def _is_cancelled() -> bool:
    """Whether somebody asked this task to end. It learns of it where it waits, and it seldom waits here."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


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
        await self._connection.run(statement, lambda there: self._keep(there.execute(statement, parameters)))
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Self:
        await self._connection.run(
            statement, lambda there: self._keep(there.executemany(statement, parameters))
        )
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """It was closed when it had been executed."""

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        if cursor.description is not None:
            self._rows = cursor.fetchall()
        self.rowcount = cursor.rowcount
        cursor.close()
