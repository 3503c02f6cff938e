"""When the bot last said something to a whole room for which nobody had asked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId
from storage.queues import voices
from storage.records import insert_into


class SqlVoices:
    """``ports.Voices``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def spoke_at(self, incident: IncidentId) -> datetime | None:
        """The last time; None if it never did."""
        query = sa.select(voices.c.at).where(voices.c.incident == incident)
        found: datetime | None = (await self._connection.execute(query)).scalar_one_or_none()
        return found

    async def spoke(self, incident: IncidentId, at: datetime) -> None:
        new = insert_into(self._connection, voices).values({"incident": incident, "at": at})
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=["incident"], set_={"at": at})
        )
