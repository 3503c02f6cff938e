"""The log of an incident: appended, never changed.

Two writers cannot both append the next link: (incident, seq) is the key, and a natural
key is recorded once, so a redelivered fact cannot enter twice even in a race.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.entry import GENESIS, Anchor, Entry
from playbooks.domain.ids import ChannelId, IncidentId, Ts
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRecords, insert_into

_ENTRIES = Codec(Entry, tables.entries)
ANCHORS = Codec(Anchor, tables.chains)


class SqlEntries(SqlRecords[Entry]):
    """``ports.Entries``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _ENTRIES)

    async def append(self, entry: Entry) -> None:
        """Write the next link. Raises StaleWrite if the log went on, or the fact is in it already."""
        await self.add(entry)
        anchor = Anchor(incident=entry.incident, length=entry.seq, head=entry.hash)
        ended = insert_into(self._connection, tables.chains).values(ANCHORS.row(anchor))
        moved = {"length": ended.excluded.length, "head": ended.excluded.head}
        await self._connection.execute(ended.on_conflict_do_update(index_elements=["incident"], set_=moved))

    async def head(self, incident: IncidentId) -> tuple[int, str]:
        mine = sa.select(tables.chains).where(tables.chains.c.incident == incident)
        row = (await self._connection.execute(mine)).first()
        return (0, GENESIS) if row is None else (row.length, row.head)

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

    async def at(self, incident: IncidentId, seq: int) -> Entry | None:
        return await self._first(self._columns.incident == incident, self._columns.seq == seq)

    async def latest(self, incident: IncidentId, kind: str) -> Entry | None:
        mine = self._columns.incident == incident, self._columns.kind == kind
        return await self._first(*mine, order=(self._columns.seq.desc(),))

    async def of_message(self, incident: IncidentId, channel: ChannelId, ts: Ts) -> Sequence[Entry]:
        key, place = self._columns.key, f"{channel}:{ts}"
        about = key.in_((f"said:{place}", f"marked:{place}")) | key.startswith(
            f"edited:{place}:", autoescape=True
        )
        return await self._all(self._columns.incident == incident, about, order=(self._columns.seq,))

    async def blank(self, incident: IncidentId, seqs: Sequence[int]) -> None:
        """The one change that the log allows; the digest stays, so that the chain still verifies."""
        these = self._columns.incident == incident, self._columns.seq.in_(seqs)
        await self._connection.execute(sa.update(tables.entries).where(*these).values(body=None))
