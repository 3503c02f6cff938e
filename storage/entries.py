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
from storage.records import SqlRecords, asked, replace

_ENTRIES = Codec(Entry, tables.entries)
ANCHORS = Codec(Anchor, tables.chains)
_END = asked(tables.chains, ("incident",), frozenset(), "")


class SqlEntries(SqlRecords[Entry]):
    """``ports.Entries``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _ENTRIES)

    async def append(self, entry: Entry) -> None:
        """Write the next link. Raises StaleWrite if the log went on, or the fact is in it already."""
        await self.add(entry)
        anchor = Anchor(incident=entry.incident, length=entry.seq, head=entry.hash)
        await replace(self._connection, tables.chains, ANCHORS.row(anchor), key="incident")

    async def head(self, incident: IncidentId) -> tuple[int, str]:
        row = (await self._connection.execute(_END, {"incident": incident})).first()
        return (0, GENESIS) if row is None else (row.length, row.head)

    async def has(self, incident: IncidentId, key: str) -> bool:
        return await self.find(incident, key) is not None

    async def find(self, incident: IncidentId, key: str) -> Entry | None:
        """The entry with this natural key."""
        return await self._first_with(incident=incident, key=key)

    async def of(self, incident: IncidentId) -> Sequence[Entry]:
        return await self._all_with("seq", incident=incident)

    async def since(self, incident: IncidentId, at: datetime) -> Sequence[Entry]:
        mine = self._columns.incident == incident
        return await self._all(mine, self._columns.at >= at, order=(self._columns.seq,))

    async def at(self, incident: IncidentId, seq: int) -> Entry | None:
        return await self._first_with(incident=incident, seq=seq)

    async def latest(self, incident: IncidentId, kind: str) -> Entry | None:
        return await self._first_with("-seq", incident=incident, kind=kind)

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
