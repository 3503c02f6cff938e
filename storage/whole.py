"""All rows of one incident, as the database keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId
from storage import queues, tables

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by table, column by column; instants aware, JSON read."""
OWNED: tuple[sa.Table, ...] = tuple(
    table for table in queues.outbox.metadata.tables.values() if "incident" in table.c
)
"""Every table whose rows say to which incident they belong."""


async def rows_of(connection: AsyncConnection, incident: IncidentId, *, but: frozenset[str]) -> Rows:
    """The rows of an incident, ``but`` those of some tables."""
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for table in (tables.incidents, *OWNED):
        if table.name not in but:
            key = table.c.id if table is tables.incidents else table.c.incident
            rows = await connection.execute(sa.select(table).where(key == incident))
            found[table.name] = [dict(row) for row in rows.mappings()]
    return found
