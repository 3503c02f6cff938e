"""The store: opens units, holds the queues, and refuses a database of another shape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Self

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.ports import Clock, Ids
from storage import schema
from storage.alarms import Alarms
from storage.engine import WRITER_PATIENCE, Database
from storage.inbox import Inbox
from storage.outbox import OutboxQueue
from storage.seen import Seen
from storage.unit import OnCommit, SqlUnit

__all__ = ["OnCommit", "SqlUnit", "Store"]


def _nobody_listens(topics: frozenset[str]) -> None:
    """Queues are looked at when their next row is due, at the latest."""


class Store:
    """Everything that outlives the process."""

    def __init__(self, database: Database, *, clock: Clock, ids: Ids, on_commit: OnCommit) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._on_commit = on_commit
        self.outbox = OutboxQueue(database, self._unit_on)
        self.inbox = Inbox(database, ids, on_commit)
        self.alarms = Alarms(database)
        self.seen = Seen(database)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        clock: Clock,
        ids: Ids,
        on_commit: OnCommit | None = None,
        patience: timedelta = WRITER_PATIENCE,
        after_commit: Callable[[], None] | None = None,
    ) -> Self:
        """Open the database at ``url``. Raises SchemaMismatch if it does not fit this code.

        ``on_commit`` is told, right after a commit, which of ``outbox``, ``inbox`` and
        ``timers`` may have work; it must not block. A unit that waits longer than ``patience``
        for others fails with TimeoutError. ``after_commit`` is for rehearsals: it is called
        between a commit and everything that follows from it.
        """
        database = Database(url, patience=patience, after_commit=after_commit)
        try:
            async with database.reading() as connection:
                schema.compare(await schema.revision_of(connection))
        except BaseException:
            await database.close()
            raise
        return cls(database, clock=clock, ids=ids, on_commit=on_commit or _nobody_listens)

    @asynccontextmanager
    async def units(self) -> AsyncIterator[SqlUnit]:
        """A unit that is undone unless committed; writers take their turn."""
        async with self._database.writing() as connection:
            yield self._unit_on(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlUnit]:
        """A snapshot to read from; it never keeps a writer waiting, and cannot write."""
        async with self._database.reading() as connection:
            yield self._unit_on(connection)

    async def ping(self) -> None:
        """Raises whatever the database raises if it does not answer."""
        async with self._database.reading() as connection:
            await connection.execute(sa.select(1))

    async def close(self) -> None:
        """Give all connections back."""
        await self._database.close()

    def _unit_on(self, connection: AsyncConnection) -> SqlUnit:
        return SqlUnit(connection, clock=self._clock, ids=self._ids, on_commit=self._on_commit)
