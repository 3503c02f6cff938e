"""What people stand for, and the updates that may be made of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId, StatementId, UpdateId
from playbooks.domain.statement import Statement
from playbooks.domain.update import Update, UpdateState
from storage import tables
from storage.mapping import Codec
from storage.memory import Memory
from storage.records import SqlRepository

_STATEMENTS = Codec(Statement, tables.statements)
_UPDATES_OF = "updates"
_UPDATES = Codec(Update, tables.updates)


class SqlStatements(SqlRepository[StatementId, Statement]):
    """``ports.Statements``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _STATEMENTS)

    async def of(self, incident: IncidentId) -> Sequence[Statement]:
        return await self._all_with("asserted_at id", incident=incident)


class SqlUpdates(SqlRepository[UpdateId, Update]):
    """``ports.Updates``."""

    def __init__(self, connection: AsyncConnection, memory: Memory) -> None:
        super().__init__(connection, _UPDATES)
        self._memory = memory

    async def of(self, incident: IncidentId) -> Sequence[Update]:
        return await self._memory.recall(
            (_UPDATES_OF, incident), lambda: self._all_with("number", incident=incident)
        )

    async def add(self, value: Update) -> None:
        await super().add(value)
        self._memory.forget(_UPDATES_OF)

    async def save(self, value: Update) -> None:
        await super().save(value)
        self._memory.forget(_UPDATES_OF)

    async def due(self, incident: IncidentId) -> Update | None:
        """The first update that is promised and neither sent nor skipped."""
        return await self._first_with("number", incident=incident, state=UpdateState.DUE.value)
