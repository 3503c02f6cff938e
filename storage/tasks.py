"""What people were asked to do."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId, TaskId
from playbooks.domain.task import Task
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository

_TASKS = Codec(Task, tables.tasks)


class SqlTasks(SqlRepository[TaskId, Task]):
    """``ports.Tasks``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _TASKS)

    async def of(self, incident: IncidentId) -> Sequence[Task]:
        return await self._all(self._columns.incident == incident, order=(self._columns.number,))
