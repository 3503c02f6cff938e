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

from playbooks.domain.ids import ChannelId, IncidentId, UserId
from playbooks.domain.incident import Incident
from storage import tables
from storage.mapping import Codec
from storage.memory import Memory
from storage.records import SqlRepository, asked, next_value

_INCIDENTS = Codec(Incident, tables.incidents)

# Not FOR UPDATE: rows elsewhere that point here must not wait for it.
_HELD = asked(tables.incidents, ("id",), frozenset(), "").with_for_update(key_share=True)
_LIVE = sa.select(tables.incidents).where(sa.text(tables.IS_LIVE)).order_by(tables.incidents.c.id.desc())
_LIVE_ONES = "live"


def _taking_part(user: UserId, live: Sequence[IncidentId]) -> sa.ColumnElement[bool]:
    """Whether somebody has, or is asked for, anything in a live incident, or said anything.

    Each part asks for one row by the index on ``incident``: the years behind cost nothing.
    """
    t, number = tables, tables.incidents.c.id

    def some(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(table.c.incident == number, *conditions)

    def named_in(column: sa.Column[object]) -> sa.ColumnElement[bool]:
        return sa.cast(column, sa.Text).like(f'%"{user}"%')

    teams, signatures = t.teams.c, t.signatures.c
    parts = sa.or_(
        t.incidents.c.declared_by == user,
        some(t.tenures, t.tenures.c.user == user, t.tenures.c.until.is_(None)),
        some(t.assignments, t.assignments.c.user == user, t.assignments.c.until.is_(None)),
        some(t.workstreams, t.workstreams.c.lead == user, t.workstreams.c.until.is_(None)),
        some(t.handovers, t.handovers.c.taker == user, t.handovers.c.state == "offered"),
        some(t.ladders, t.ladders.c.ended_at.is_(None), named_in(t.ladders.c.asks)),
        some(t.teams, teams.ended_at.is_(None), sa.or_(teams.leader == user, named_in(teams.members))),
        some(t.tasks, t.tasks.c.assignee == user, t.tasks.c.state.in_(("asked", "accepted"))),
        some(t.signatures, signatures.state == "asked", named_in(signatures.signers)),
        some(t.entries, t.entries.c.actor == user),
    )
    return sa.and_(number.in_(live), parts)


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

    async def involving(self, user: UserId, limit: int) -> Sequence[Incident]:
        live = {incident.id: incident for incident in await self.live()}
        if not live:
            return []
        found = sa.select(tables.incidents.c.id).where(_taking_part(user, list(live)))
        theirs = (await self._connection.execute(found)).scalars()
        return [live[number] for number in sorted(theirs, reverse=True)[:limit]]

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
