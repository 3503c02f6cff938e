"""What people proposed to decide."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.decision import Proposal
from playbooks.domain.ids import DecisionId, IncidentId
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository

_DECISIONS = Codec(Proposal, tables.decisions)


class SqlDecisions(SqlRepository[DecisionId, Proposal]):
    """``ports.Decisions``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _DECISIONS)

    async def of(self, incident: IncidentId) -> Sequence[Proposal]:
        return await self._all(self._columns.incident == incident, order=(self._columns.number,))
