"""What all repositories share: find, add, save with a version, and inserts that may conflict.

A lost race is one error everywhere: ``StaleWrite`` says that somebody was quicker, whether
the database noticed by a version, by a unique key or by a row that is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.errors import StaleWrite
from storage import tables
from storage.mapping import Codec

K = TypeVar("K")
V = TypeVar("V")


def insert_into(connection: AsyncConnection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what happens on conflict; both databases speak the same words."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


async def insert(connection: AsyncConnection, table: sa.Table, row: Mapping[str, object]) -> None:
    """Write a new row. Raises StaleWrite if its key, or a seat it would take, is taken already."""
    try:
        await connection.execute(sa.insert(table), dict(row))
    except IntegrityError as taken:
        raise StaleWrite(f"{table.name}: somebody else wrote this first") from taken


async def insert_all(
    connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """``insert`` for many rows in one statement."""
    try:
        await connection.execute(sa.insert(table), [dict(row) for row in rows])
    except IntegrityError as taken:
        raise StaleWrite(f"{table.name}: somebody else wrote this first") from taken


def members(connection: AsyncConnection, words: Collection[str]) -> sa.TableValuedAlias:
    """Words as a table with one column, ``value``: one parameter, so the statement stays the same."""
    if connection.dialect.name == "postgresql":
        listed = sa.func.unnest(sa.bindparam(None, sorted(words), postgresql.ARRAY(sa.Text)))
        return listed.table_valued("value").render_derived()
    return sa.func.json_each(sa.bindparam(None, json.dumps(sorted(words)))).table_valued("value")


async def next_value(connection: AsyncConnection, counter: str) -> int:
    """The next number, gapless: the counter is held until this unit ends."""
    mine = tables.counters.c.name == counter
    raised = sa.update(tables.counters).where(mine).values(value=tables.counters.c.value + 1)
    number: int = (await connection.execute(raised.returning(tables.counters.c.value))).scalar_one()
    return number


async def hold(connection: AsyncConnection, counter: str) -> None:
    """Be alone with whatever this counter stands for until this unit ends."""
    mine = tables.counters.c.name == counter
    await connection.execute(sa.select(tables.counters.c.value).where(mine).with_for_update())


class SqlRecords(Generic[V]):
    """Records of one kind, read through their codec."""

    def __init__(self, connection: AsyncConnection, codec: Codec[V]) -> None:
        self._connection = connection
        self._codec = codec
        self._columns = codec.table.c

    async def add(self, value: V) -> None:
        """Write a new record. Raises StaleWrite if somebody else wrote it first."""
        await insert(self._connection, self._codec.table, self._codec.row(value))

    async def _all(self, *where: sa.ColumnElement[bool], order: Sequence[Any]) -> Sequence[V]:
        query = sa.select(self._codec.table).where(*where).order_by(*order)
        rows = (await self._connection.execute(query)).mappings()
        return [self._codec.value(row) for row in rows]

    async def _first(self, *where: sa.ColumnElement[bool], order: Sequence[Any] = ()) -> V | None:
        return await self._one(sa.select(self._codec.table).where(*where).order_by(*order).limit(1))

    async def _one(self, query: sa.Select[Any]) -> V | None:
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else self._codec.value(row)

    async def _change(self, values: Mapping[str, object], *where: sa.ColumnElement[bool]) -> None:
        """Change exactly one row. Raises StaleWrite if it is not there as ``where`` says."""
        table = self._codec.table
        try:
            done = await self._connection.execute(sa.update(table).where(*where).values(values))
        except IntegrityError as taken:
            raise StaleWrite(f"{table.name}: somebody else wrote this first") from taken
        if done.rowcount != 1:
            raise StaleWrite(f"{table.name}: this record was changed since it was read")


class SqlRepository(SqlRecords[V], Generic[K, V]):
    """Records with an ``id`` and a ``version``."""

    async def find(self, key: K) -> V | None:
        """The record with this key, as it is now."""
        return await self._first(self._columns.id == key)

    async def save(self, value: V) -> None:
        """Write a changed record and raise its version by one.

        ``value.version`` is the version that was read. Raises StaleWrite if it is no longer stored.
        """
        row = self._codec.row(value)
        version = self._columns.version
        await self._change(
            row | {"version": version + 1},
            self._columns.id == row["id"],
            version == row["version"],
        )

    async def _change_all(self, rows: Sequence[Mapping[str, object]]) -> None:
        """``save`` for many rows in one statement. Raises StaleWrite."""
        if not rows:
            return
        table = self._codec.table
        names = [name for name in rows[0] if name not in ("id", "version")]
        mine = (self._columns.id == sa.bindparam("of_id")) & (
            self._columns.version == sa.bindparam("of_version")
        )
        change = sa.update(table).where(mine)
        change = change.values(
            {name: sa.bindparam(f"to_{name}", type_=table.c[name].type) for name in names}
            | {"version": self._columns.version + 1}
        )
        given = [
            {f"to_{name}": row[name] for name in names} | {"of_id": row["id"], "of_version": row["version"]}
            for row in rows
        ]
        try:
            done = await self._connection.execute(change, given)
        except IntegrityError as taken:
            raise StaleWrite(f"{table.name}: somebody else wrote this first") from taken
        if done.rowcount != len(given):
            raise StaleWrite(f"{table.name}: a record was changed since it was read")
