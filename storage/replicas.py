"""Who else is alive, and whose work is to be taken over.

On SQLite there is one process: whatever was leased when it starts was leased by its
predecessor, which is gone. On PostgreSQL each replica holds one connection of its own,
with a lock on its name: the server lets go of the lock the moment the process ends, so
nobody has to write heartbeats, compare clocks or wait for a lease to run out. The same
connection hears of the other replicas' commits.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database, is_sqlite
from storage.queues import inbox, jobs, outbox, timers
from storage.types import Instant

PRESENCE: Final = 0x70C52
"""First half of the advisory locks that mean "I am here"; the second half is the replica's name."""
GONE_AFTER: Final = timedelta(seconds=1)
"""A replica whose connection broke has this long to come back before its work is taken over."""
_LEASED: Final = (outbox, inbox, timers, jobs)


class Replicas:
    """The worker's side: gives work of dead processes back before its lease runs out."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._alone = is_sqlite(url)
        self._missed_since: dict[str, datetime] = {}

    async def inherit(self, *, now: datetime) -> int:
        """Free what a predecessor had leased; only where no other process can be alive."""
        if not self._alone:
            return 0
        async with self._database.writing() as connection:
            freed = await _free(connection, sa.true(), now)
            if freed:
                await connection.commit()
        return freed

    async def release_gone(self, *, now: datetime) -> tuple[str, ...]:
        """Free what replicas have leased that were gone at two looks; their names.

        Two looks, because a living replica whose connection broke needs a moment to come
        back. Whoever is freed by mistake loses its claim, not its message: settling is fenced.
        """
        if self._alone:
            return ()
        gone = tuple(name for name in await self._missing(now) if self._gone_for_long(name, now))
        if gone:
            async with self._database.writing() as connection:
                await _free(connection, sa.column("worker").in_(gone), now)
                await connection.commit()
        return gone

    async def living(self) -> int:
        """How many replicas there are, this one included."""
        if self._alone:
            return 1
        async with self._database.reading() as connection:
            return max(len(await _present(connection)), 1)

    async def _missing(self, now: datetime) -> Collection[str]:
        """Names that hold leases and are not there."""
        async with self._database.reading() as connection:
            holders = await _holders(connection, now)
            present = await _present(connection) if holders else frozenset()
        missing = {name for name in holders if number_of(name) not in present}
        self._missed_since = {name: at for name, at in self._missed_since.items() if name in missing}
        return missing

    def _gone_for_long(self, name: str, now: datetime) -> bool:
        return now - self._missed_since.setdefault(name, now) >= GONE_AFTER


def number_of(name: str) -> int:
    """The name as an advisory lock can carry it: 31 bits."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


async def _holders(connection: AsyncConnection, now: datetime) -> frozenset[str]:
    """Who holds leases. One without a name runs out by itself; one that has ended keeps nobody waiting."""
    held = [
        sa.select(table.c.worker).where(
            table.c.leased_until > sa.literal(now, Instant), table.c.worker.is_not(None)
        )
        for table in _LEASED
    ]
    return frozenset((await connection.execute(sa.union(*held))).scalars())


async def _present(connection: AsyncConnection) -> frozenset[int]:
    """Numbers of the names that hold their lock (PostgreSQL docs, "pg_locks": objsubid 2 is a pair)."""
    query = sa.text(
        "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
        " AND classid = :presence"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return frozenset((await connection.execute(query, {"presence": PRESENCE})).scalars())


async def _free(connection: AsyncConnection, whose: sa.ColumnElement[bool], now: datetime) -> int:
    """End leases now; the rows stay as they are, so that whoever takes them knows they were tried."""
    freed = 0
    for table in _LEASED:
        leased = table.c.leased_until > sa.literal(now, Instant)
        done = await connection.execute(sa.update(table).where(leased, whose).values(leased_until=now))
        freed += done.rowcount
    return freed
