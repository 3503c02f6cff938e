"""Questions whether two incidents are one."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId, MergeId
from playbooks.domain.merging import MergeProposal
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository

_MERGERS = Codec(MergeProposal, tables.mergers)


class SqlMergers(SqlRepository[MergeId, MergeProposal]):
    """``ports.Mergers``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _MERGERS)

    async def between(self, one: IncidentId, other: IncidentId) -> MergeProposal | None:
        ends, goes_on = self._columns.incident, self._columns["into"]
        either_way = sa.or_(
            sa.and_(ends == one, goes_on == other),
            sa.and_(ends == other, goes_on == one),
        )
        return await self._first(either_way, order=(self._columns.proposed_at.desc(),))
