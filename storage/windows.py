"""Maintenance that was announced by other tools."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.announced import Window
from playbooks.domain.ids import WindowId
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository

_WINDOWS = Codec(Window, tables.windows)


class SqlWindows(SqlRepository[WindowId, Window]):
    """``ports.Windows``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _WINDOWS)

    async def with_key(self, key: str) -> Window | None:
        return await self._first_with(key=key)

    async def open_since(self, at: datetime) -> Sequence[Window]:
        return await self._all(self._columns.end > at, order=(self._columns.start, self._columns.id))
