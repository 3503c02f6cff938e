"""The log of an incident: appended, never changed.

Two writers cannot both append the next link: (incident, seq) is the key, and a natural
key is recorded once, so a redelivered fact cannot enter twice even in a race.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.entry import GENESIS, Entry
from playbooks.domain.ids import IncidentId
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRecords

_ENTRIES = Codec(Entry, tables.entries)


class SqlEntries(SqlRecords[Entry]):
    """``ports.Entries``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _ENTRIES)

    async def append(self, entry: Entry) -> None:
        """Write the next link. Raises StaleWrite if the log went on, or the fact is in it already."""
        await self.add(entry)

    async def head(self, incident: IncidentId) -> tuple[int, str]:
        newest = (
            sa.select(self._columns.seq, self._columns.hash)
            .where(self._columns.incident == incident)
            .order_by(self._columns.seq.desc())
            .limit(1)
        )
        row = (await self._connection.execute(newest)).first()
        return (0, GENESIS) if row is None else (row.seq, row.hash)

    async def has(self, incident: IncidentId, key: str) -> bool:
        return await self.find(incident, key) is not None

    async def find(self, incident: IncidentId, key: str) -> Entry | None:
        """The entry with this natural key."""
        return await self._first(self._columns.incident == incident, self._columns.key == key)

    async def of(self, incident: IncidentId) -> Sequence[Entry]:
        return await self._all(self._columns.incident == incident, order=(self._columns.seq,))

    async def since(self, incident: IncidentId, at: datetime) -> Sequence[Entry]:
        mine = self._columns.incident == incident
        return await self._all(mine, self._columns.at >= at, order=(self._columns.seq,))
