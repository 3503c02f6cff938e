"""Acts that wait for somebody else's word."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId, SignatureId
from playbooks.domain.signature import Signature
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository

_SIGNATURES = Codec(Signature, tables.signatures)


class SqlSignatures(SqlRepository[SignatureId, Signature]):
    """``ports.Signatures``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _SIGNATURES)

    async def of(self, incident: IncidentId) -> Sequence[Signature]:
        return await self._all(
            self._columns.incident == incident, order=(self._columns.asked_at, self._columns.id)
        )
