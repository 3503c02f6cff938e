"""The store: opens units, holds the queues, and refuses a database of another shape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.errors import Repeated
from playbooks.ports import Clock, Ids
from storage import schema
from storage.alarms import Alarms
from storage.engine import WRITER_PATIENCE, Database, is_sqlite
from storage.episodes import Remembered
from storage.inbox import Inbox
from storage.jobs import Jobs
from storage.ledger import Ledger
from storage.outbox import OutboxQueue
from storage.replicas import Replicas
from storage.seen import Seen
from storage.unit import SqlUnit
from storage.wake import OnCommit, Wake

if TYPE_CHECKING:
    from storage.presence import Presence

__all__ = ["OnCommit", "SqlUnit", "Store"]


def _nobody_listens(topics: frozenset[str]) -> None:
    """Queues are looked at when their next row is due, at the latest."""


def _presence(url: str, name: str, heard_of: OnCommit) -> Presence:
    from storage.presence import Presence  # noqa: PLC0415 - who is alone starts without PostgreSQL's driver

    return Presence(url, name=name, heard_of=heard_of)


class Store:
    """Everything that outlives the process."""

    def __init__(
        self, database: Database, url: str, *, name: str, clock: Clock, ids: Ids, on_commit: OnCommit
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._wake = Wake(on_commit, name=name, replicas=not is_sqlite(url))
        self.outbox = OutboxQueue(database, self._unit_on)
        self._remembered = Remembered()
        self.inbox = Inbox(database, ids, self._wake)
        self.ledger = Ledger(database)
        self.alarms = Alarms(database)
        self.seen = Seen(database)
        self.jobs = Jobs(database)
        self.replicas = Replicas(database, url)
        self.presence = None if is_sqlite(url) else _presence(url, name, self._wake.here)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        clock: Clock,
        ids: Ids,
        name: str = "",
        on_commit: OnCommit | None = None,
        patience: timedelta = WRITER_PATIENCE,
        after_commit: Callable[[], None] | None = None,
    ) -> Self:
        """Open the database at ``url``. Raises SchemaMismatch if it does not fit this code.

        ``name`` is this process among its replicas, without blanks. ``on_commit`` is told,
        right after a commit, which of ``outbox``, ``inbox`` and ``timers`` may have work; it
        must not block. With ``presence`` running it hears of the others' commits too. A unit
        that waits longer than ``patience`` for others fails with TimeoutError. ``after_commit``
        is for rehearsals: it is called between a commit and everything that follows from it.
        """
        database = Database(url, patience=patience, after_commit=after_commit)
        try:
            async with database.reading() as connection:
                schema.compare(await schema.revision_of(connection))
        except BaseException:
            await database.close()
            raise
        return cls(database, url, name=name, clock=clock, ids=ids, on_commit=on_commit or _nobody_listens)

    @asynccontextmanager
    async def units(self) -> AsyncIterator[SqlUnit]:
        """A unit that is undone unless committed; writers take their turn, and people go first."""
        async with self._database.writing() as connection:
            yield self._unit_on(connection)

    @asynccontextmanager
    async def for_people(self) -> AsyncIterator[SqlUnit]:
        """A unit for which somebody waits who typed or clicked."""
        async with self._database.writing(people=True) as connection:
            yield self._unit_on(connection)

    def met(self) -> int:
        """How many people so far found background work under way when they wanted to write."""
        return self._database.turns.met

    def once(self, key: str, *, at: datetime) -> Callable[[], AbstractAsyncContextManager[SqlUnit]]:
        """Units of one request of a person: what is committed first also remembers the request.

        So a request that died half way is done when it comes again, and one that is done is
        not. Opening a unit raises Repeated then.
        """
        mine = self._ids.new()

        @asynccontextmanager
        async def units() -> AsyncIterator[SqlUnit]:
            async with self.for_people() as unit:
                if not await unit.seen.mine(key, by=mine, at=at):
                    raise Repeated(key)
                yield unit

        return units

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlUnit]:
        """A snapshot to read from; it never keeps a writer waiting, and cannot write."""
        async with self._database.reading() as connection:
            yield self._unit_on(connection)

    @asynccontextmanager
    async def reading_for_people(self) -> AsyncIterator[SqlUnit]:
        """The same for somebody who typed or clicked, and waits."""
        async with self._database.reading(people=True) as connection:
            yield self._unit_on(connection)

    async def ping(self) -> None:
        """Raises whatever the database raises if it does not answer."""
        async with self._database.reading(people=True) as connection:
            await connection.execute(sa.select(1))

    async def close(self) -> None:
        """Give all connections back."""
        await self._database.close()

    def _unit_on(self, connection: AsyncConnection) -> SqlUnit:
        return SqlUnit(
            connection, clock=self._clock, ids=self._ids, wake=self._wake, remembered=self._remembered
        )
