"""Incidents.

The lock on one is the row itself on PostgreSQL, and the unit's own write lock on SQLite.
Intake has a row of its own to hold (see ``episodes``), because an alert may open an incident
that does not exist yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import ChannelId, IncidentId
from playbooks.domain.incident import Incident, State
from storage import tables
from storage.mapping import Codec
from storage.memory import Memory
from storage.records import SqlRepository, asked, next_value

_INCIDENTS = Codec(Incident, tables.incidents)

# Not FOR UPDATE: rows elsewhere that point here must not wait for it.
_HELD = asked(tables.incidents, ("id",), frozenset(), "").with_for_update(key_share=True)
_LIVE = (
    sa.select(tables.incidents)
    .where(sa.or_(*(tables.incidents.c.state == state.value for state in (State.OPEN, State.MITIGATED))))
    .order_by(tables.incidents.c.id.desc())
)
_LIVE_ONES = "live"


class SqlIncidents(SqlRepository[IncidentId, Incident]):
    """``ports.Incidents``."""

    def __init__(self, connection: AsyncConnection, memory: Memory) -> None:
        super().__init__(connection, _INCIDENTS)
        self._newest_first = (self._columns.id.desc(),)
        self._memory = memory

    async def add(self, value: Incident) -> None:
        await super().add(value)
        self._memory.forget(_LIVE_ONES)

    async def save(self, value: Incident) -> None:
        await super().save(value)
        self._memory.forget(_LIVE_ONES)

    async def next_number(self) -> IncidentId:
        return IncidentId(await next_value(self._connection, "incident"))

    async def lock(self, incident: IncidentId) -> Incident | None:
        held = await self._one(_HELD, {"id": incident})
        self._memory.forget()
        return held

    async def with_key(self, key: str) -> Incident | None:
        return await self._first_with(request_key=key)

    async def in_room(self, room: ChannelId) -> Incident | None:
        return await self._first_with("-id", room=room)

    async def children_of(self, parent: IncidentId) -> Sequence[Incident]:
        return await self._all(self._columns.parent == parent, order=(self._columns.id,))

    async def live(self) -> Sequence[Incident]:
        return await self._memory.recall((_LIVE_ONES,), lambda: self._every(_LIVE))

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
