"""Changes, the gate's answers, the commander's word on them, and the holds of a freeze.

A hold belongs to one change and one incident: lifting the freeze of one incident never
releases what another still keeps back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.change import Change, Clearance, Hold, Verdict
from playbooks.domain.ids import ChangeId, ClearanceId, IncidentId
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRecords, SqlRepository, insert, insert_into

_CHANGES = Codec(Change, tables.changes)
_CLEARANCES = Codec(Clearance, tables.clearances)
_HOLDS = Codec(Hold, tables.holds)
_VERDICTS = Codec(Verdict, tables.verdicts)


class SqlChanges(SqlRepository[ChangeId, Change]):
    """``ports.Changes``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _CHANGES)

    async def with_ref(self, ref: str) -> Change | None:
        """The change that its pipeline calls ``ref``."""
        return await self._first_with(ref=ref)


class SqlClearances(SqlRepository[ClearanceId, Clearance]):
    """``ports.Clearances``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _CLEARANCES)

    async def of_change(self, change: ChangeId) -> Sequence[Clearance]:
        """In the order in which they were asked for."""
        return await self._all_with("asked_at id", change=change)

    async def of(self, incident: IncidentId) -> Sequence[Clearance]:
        """In the order in which they were asked for."""
        return await self._all_with("asked_at id", incident=incident)


class SqlHolds(SqlRecords[Hold]):
    """``ports.Holds``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _HOLDS)

    async def put(self, hold: Hold) -> bool:
        row = insert_into(self._connection, tables.holds).values(_HOLDS.row(hold))
        unheld = row.on_conflict_do_nothing(
            index_elements=["change", "incident"],
            index_where=sa.text("released_at IS NULL"),
        )
        kept = await self._connection.execute(unheld.returning(tables.holds.c.position))
        return kept.first() is not None

    async def open_for(self, incident: IncidentId) -> Sequence[Hold]:
        """The holds that are not released, oldest first."""
        return await self._all_with("position", incident=incident, released_at=None)

    async def of(self, incident: IncidentId) -> Sequence[Hold]:
        return await self._all_with("position", incident=incident)

    async def release(self, hold: Hold, at: datetime) -> None:
        """Let the change go. Raises StaleWrite if it is not held any more."""
        await self._change(
            {"released_at": at},
            self._columns.change == hold.change,
            self._columns.incident == hold.incident,
            self._columns.released_at.is_(None),
        )


class SqlVerdicts:
    """``ports.Verdicts``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, verdict_id: str, change: ChangeId, verdict: Verdict) -> None:
        """Keep an answer of the gate, to be shown to whoever asks why."""
        row = _VERDICTS.row(verdict) | {"id": verdict_id, "change": change}
        await insert(self._connection, tables.verdicts, row)

    async def of(self, change: ChangeId) -> Sequence[Verdict]:
        columns = tables.verdicts.c
        query = sa.select(tables.verdicts).where(columns.change == change).order_by(columns.position)
        return [_VERDICTS.value(row) for row in (await self._connection.execute(query)).mappings()]
