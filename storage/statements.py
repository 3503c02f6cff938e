"""What people stand for, and the updates that may be made of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId, StatementId, UpdateId
from playbooks.domain.statement import Statement
from playbooks.domain.update import Update, UpdateState
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository

_STATEMENTS = Codec(Statement, tables.statements)
_UPDATES = Codec(Update, tables.updates)


class SqlStatements(SqlRepository[StatementId, Statement]):
    """``ports.Statements``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _STATEMENTS)

    async def of(self, incident: IncidentId) -> Sequence[Statement]:
        return await self._all_with("asserted_at id", incident=incident)


class SqlUpdates(SqlRepository[UpdateId, Update]):
    """``ports.Updates``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _UPDATES)

    async def of(self, incident: IncidentId) -> Sequence[Update]:
        return await self._all_with("number", incident=incident)

    async def due(self, incident: IncidentId) -> Update | None:
        """The first update that is promised and neither sent nor skipped."""
        return await self._first_with("number", incident=incident, state=UpdateState.DUE.value)
