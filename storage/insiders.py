"""Who may know of which private incident."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId, UserId
from storage.records import insert_into
from storage.tables import insiders


class SqlInsiders:
    """``ports.Insiders``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, incident: IncidentId) -> frozenset[UserId]:
        query = sa.select(insiders.c.person).where(insiders.c.incident == incident)
        return frozenset(UserId(person) for person in (await self._connection.execute(query)).scalars())

    async def add(self, incident: IncidentId, people: Collection[UserId]) -> None:
        if not people:
            return
        rows = [{"incident": incident, "person": person} for person in dict.fromkeys(people)]
        new = insert_into(self._connection, insiders).on_conflict_do_nothing()
        await self._connection.execute(new, rows)

    async def remove(self, incident: IncidentId, person: UserId) -> None:
        mine = (insiders.c.incident == incident) & (insiders.c.person == person)
        await self._connection.execute(sa.delete(insiders).where(mine))
