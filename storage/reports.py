"""What users reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId, ReportId
from playbooks.domain.report import UserReport
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository

_REPORTS = Codec(UserReport, tables.user_reports)


class SqlReports(SqlRepository[ReportId, UserReport]):
    """``ports.Reports``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _REPORTS)

    async def of(self, incident: IncidentId) -> Sequence[UserReport]:
        return await self._all_with("at id", incident=incident)

    async def since(self, at: datetime) -> Sequence[UserReport]:
        return await self._all(self._columns.at >= at, order=(self._columns.at, self._columns.id))
