"""The log of an incident: appended, never changed.

Two writers cannot both append the next link: (incident, seq) is the key, and a natural
key is recorded once, so a redelivered fact cannot enter twice even in a race.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.entry import GENESIS, Anchor, Entry
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from storage import tables
from storage.asking import NOTHING, ask
from storage.mapping import Codec
from storage.records import SqlRecords, asked, insert_all, replace

_ENTRIES = Codec(Entry, tables.entries)
ANCHORS = Codec(Anchor, tables.chains)
_END = asked(tables.chains, ("incident",), frozenset(), "")


class SqlEntries(SqlRecords[Entry]):
    """``ports.Entries``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _ENTRIES)
        self._new: list[Entry] = []
        self._ends: dict[IncidentId, Anchor] = {}

    async def append(self, entry: Entry) -> None:
        """The next link; it is written with its neighbours, at the latest when the unit commits.

        Then StaleWrite says that the log went on, or that the fact is in it already.
        """
        self._new.append(entry)
        self._ends[entry.incident] = Anchor(incident=entry.incident, length=entry.seq, head=entry.hash)

    async def write(self) -> None:
        """All links so far, in one statement. Raises StaleWrite."""
        new, self._new = self._new, []
        if new:
            await insert_all(self._connection, tables.entries, [_ENTRIES.row(entry) for entry in new])
            moved = [ANCHORS.row(self._ends[incident]) for incident in sorted({e.incident for e in new})]
            await replace(self._connection, tables.chains, *moved, key="incident")

    async def _once(self, query: sa.Select[Any]) -> Sequence[Entry]:
        await self.write()
        return await super()._once(query)

    async def _every(self, query: sa.Select[Any], given: Mapping[str, object] = NOTHING) -> Sequence[Entry]:
        """A log is long and read once: nothing of it is kept in memory."""
        await self.write()
        return [self._codec.value(row) for row in (await ask(self._connection, query, given)).rows]

    async def _one(self, query: sa.Select[Any], given: Mapping[str, object] = NOTHING) -> Entry | None:
        found = await self._every(query, given)
        return found[0] if found else None

    async def head(self, incident: IncidentId) -> tuple[int, str]:
        if (end := self._ends.get(incident)) is not None:
            return end.length, end.head
        row = (await ask(self._connection, _END, {"incident": incident})).first
        return (0, GENESIS) if row is None else (row["length"], row["head"])

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

    async def heard_at(self, incident: IncidentId, by: UserId | None = None) -> datetime | None:
        """When a person was last heard of; bots and the machinery are no signs of life."""
        anybody = sa.or_(self._columns.actor.startswith("U"), self._columns.actor.startswith("W"))
        mine = sa.and_(
            self._columns.incident == incident, anybody if by is None else self._columns.actor == by
        )
        newest = sa.select(self._columns.at).where(mine).order_by(self._columns.seq.desc()).limit(1)
        found: datetime | None = (await self._connection.execute(newest)).scalar_one_or_none()
        return found

    async def latest(self, incident: IncidentId, kind: str) -> Entry | None:
        return await self._first_with("-seq", incident=incident, kind=kind)

    async def of_message(self, incident: IncidentId, channel: ChannelId, ts: Ts) -> Sequence[Entry]:
        key, place = self._columns.key, f"{channel}:{ts}"
        # A range, because an index cannot answer LIKE everywhere; ";" is the character after ":".
        edited = sa.and_(key >= f"edited:{place}:", key < f"edited:{place};")
        about = key.in_((f"said:{place}", f"marked:{place}")) | edited
        return await self._all(self._columns.incident == incident, about, order=(self._columns.seq,))

    async def newest(self, incident: IncidentId, kind: str, limit: int) -> Sequence[Entry]:
        of_kind = sa.and_(self._columns.incident == incident, self._columns.kind == kind)
        query = sa.select(tables.entries).where(of_kind).order_by(self._columns.seq.desc()).limit(limit)
        return list(reversed(await self._once(query)))

    async def newest_of(self, incident: IncidentId, kinds: Collection[str], limit: int) -> Sequence[Entry]:
        of_kinds = sa.and_(self._columns.incident == incident, self._columns.kind.in_(sorted(kinds)))
        query = sa.select(tables.entries).where(of_kinds).order_by(self._columns.seq.desc()).limit(limit)
        return list(reversed(await self._once(query)))

    async def last_of(self, incident: IncidentId, by: UserId) -> Entry | None:
        return await self._first_with("-seq", incident=incident, actor=by)

    async def before(self, incident: IncidentId, seq: int, limit: int) -> Sequence[Entry]:
        earlier = sa.and_(self._columns.incident == incident, self._columns.seq < seq)
        query = sa.select(tables.entries).where(earlier).order_by(self._columns.seq.desc()).limit(limit)
        return await self._once(query)

    async def blank(self, incident: IncidentId, seqs: Sequence[int]) -> None:
        """The one change that the log allows; the digest stays, so that the chain still verifies."""
        await self.write()
        these = self._columns.incident == incident, self._columns.seq.in_(seqs)
        await self._connection.execute(sa.update(tables.entries).where(*these).values(body=None))
