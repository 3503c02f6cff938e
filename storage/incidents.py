"""Incidents and the alert episodes that speak for them.

The lock on an incident is the row itself on PostgreSQL, and the unit's own write lock on
SQLite. Intake has a row of its own to hold, because an episode may open an incident that
does not exist yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import ChannelId, EpisodeId, IncidentId
from playbooks.domain.incident import Incident, State
from playbooks.domain.signal import Episode
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository, hold, next_value

_INCIDENTS = Codec(Incident, tables.incidents)
_EPISODES = Codec(
    Episode,
    tables.episodes,
    is_open=lambda episode: episode.is_open,
    began_at=lambda episode: episode.intervals[0].start,
)


class SqlIncidents(SqlRepository[IncidentId, Incident]):
    """``ports.Incidents``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _INCIDENTS)
        self._newest_first = (self._columns.id.desc(),)

    async def next_number(self) -> IncidentId:
        return IncidentId(await next_value(self._connection, "incident"))

    async def lock(self, incident: IncidentId) -> Incident | None:
        mine = sa.select(tables.incidents).where(self._columns.id == incident)
        # Not FOR UPDATE: rows elsewhere that point here must not wait for it.
        return await self._one(mine.with_for_update(key_share=True))

    async def in_room(self, room: ChannelId) -> Incident | None:
        return await self._first(self._columns.room == room, order=self._newest_first)

    async def live(self) -> Sequence[Incident]:
        live = self._columns.state.in_([State.OPEN.value, State.MITIGATED.value])
        return await self._all(live, order=self._newest_first)

    async def recent(self, limit: int) -> Sequence[Incident]:
        query = sa.select(tables.incidents).order_by(*self._newest_first).limit(limit)
        return [_INCIDENTS.value(row) for row in (await self._connection.execute(query)).mappings()]

    async def frozen(self) -> Sequence[Incident]:
        return await self._all(
            self._columns.freeze_since.is_not(None),
            self._columns.thawed_at.is_(None),
            order=(self._columns.id,),
        )

    async def ended_since(self, since: datetime) -> Sequence[Incident]:
        """Incidents resolved at or after ``since``, the first to end first."""
        return await self._all(
            self._columns.resolved_at >= since,
            order=(self._columns.resolved_at, self._columns.id),
        )


class SqlEpisodes(SqlRepository[EpisodeId, Episode]):
    """``ports.Episodes``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _EPISODES)
        self._oldest_first = (self._columns.began_at, self._columns.id)

    async def lock_intake(self) -> None:
        await hold(self._connection, "intake")

    async def latest(self, source: str, dedup_key: str) -> Episode | None:
        return await self._first(
            self._columns.source == source,
            self._columns.dedup_key == dedup_key,
            order=(self._columns.received_at.desc(), self._columns.id.desc()),
        )

    async def around(self, since: datetime) -> Sequence[Episode]:
        return await self._all(self._touches(since), order=self._oldest_first)

    async def of(self, incident: IncidentId) -> Sequence[Episode]:
        """Oldest first."""
        return await self._all(self._columns.incident == incident, order=self._oldest_first)

    async def unmapped(self, since: datetime) -> Sequence[Episode]:
        """Episodes around ``since`` whose service the catalogue does not know, oldest first."""
        return await self._all(
            self._columns.service.is_(None),
            self._touches(since),
            order=self._oldest_first,
        )

    def _touches(self, since: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(self._columns.is_open, self._columns.last_event_at >= since)
