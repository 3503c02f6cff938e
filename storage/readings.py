"""How far each room was read for what had been missed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import ChannelId, Ts
from storage.queues import readings
from storage.records import insert_into


class SqlReadings:
    """``ports.Readings``. Timestamps of Slack have one width, so they sort as text."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def until(self, channel: ChannelId) -> Ts | None:
        """The newest message up to which everything was read; None if nobody ever did."""
        query = sa.select(readings.c.until).where(readings.c.channel == channel)
        found: str | None = (await self._connection.execute(query)).scalar_one_or_none()
        return None if found is None else Ts(found)

    async def reached(self, channel: ChannelId, ts: Ts) -> None:
        new = insert_into(self._connection, readings).values({"channel": channel, "until": ts})
        further = new.on_conflict_do_update(
            index_elements=["channel"], set_={"until": ts}, where=readings.c.until < ts
        )
        await self._connection.execute(further)
