"""What all repositories share: find, add, save with a version, and inserts that may conflict.

A lost race is one error everywhere: ``StaleWrite`` says that somebody was quicker, whether
the database noticed by a version, by a unique key or by a row that is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.errors import StaleWrite
from storage import tables
from storage.asking import NOTHING, ask, ask_all, ask_for
from storage.mapping import Codec

K = TypeVar("K")
V = TypeVar("V")


def insert_into(connection: AsyncConnection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what happens on conflict; both databases speak the same words."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """``insert_into`` by the name of the database's dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


async def insert(connection: AsyncConnection, table: sa.Table, row: Mapping[str, object]) -> None:
    """Write a new row. Raises StaleWrite if its key, or a seat it would take, is taken already."""
    try:
        await ask(connection, _inserted(table), row)
    except IntegrityError as taken:
        raise StaleWrite(f"{table.name}: somebody else wrote this first") from taken


async def replace(
    connection: AsyncConnection, table: sa.Table, *rows: Mapping[str, object], key: str
) -> None:
    """Write rows of the same columns, each in the place of the one with the same key if there is one."""
    statement = _replaced(connection.dialect.name, table, key, tuple(rows[0]))
    await ask_all(connection, statement, rows)


@cache
def _inserted(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


@cache
def _replaced(dialect: str, table: sa.Table, key: str, names: tuple[str, ...]) -> sa.Insert:
    new = insert_for(dialect, table)
    rest = {name: new.excluded[name] for name in names if name != key}
    return new.on_conflict_do_update(index_elements=[key], set_=rest)


async def insert_all(
    connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """``insert`` for many rows in one statement."""
    try:
        await ask_all(connection, _inserted(table), rows)
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


@cache
def asked(
    table: sa.Table, equal: tuple[str, ...], absent: frozenset[str], order: str, *, first: bool = False
) -> sa.Select[Any]:
    """A question by columns, built once: to build one costs more than to ask it.

    Columns in ``absent`` are NULL, the others in ``equal`` are parameters of their names.
    """
    columns = table.c
    where = [
        columns[name].is_(None) if name in absent else columns[name] == sa.bindparam(name) for name in equal
    ]
    turns = [columns[n[1:]].desc() if n.startswith("-") else columns[n] for n in order.split()]
    query = sa.select(table).where(*where).order_by(*turns)
    return query.limit(1) if first else query


def _absent(equal: Mapping[str, object]) -> frozenset[str]:
    return frozenset(name for name, value in equal.items() if value is None)


@cache
def _saved(table: sa.Table, names: tuple[str, ...]) -> sa.Update:
    """An update of these columns that raises the version, of one row or of many."""
    mine = (table.c.id == sa.bindparam("of_id")) & (table.c.version == sa.bindparam("of_version"))
    values: dict[str, Any] = {name: sa.bindparam(f"to_{name}", type_=table.c[name].type) for name in names}
    return sa.update(table).where(mine).values(values | {"version": table.c.version + 1})


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
        return await self._once(sa.select(self._codec.table).where(*where).order_by(*order))

    async def _first(self, *where: sa.ColumnElement[bool], order: Sequence[Any] = ()) -> V | None:
        found = await self._once(sa.select(self._codec.table).where(*where).order_by(*order).limit(1))
        return found[0] if found else None

    async def _all_with(self, order: str = "", /, **equal: object) -> Sequence[V]:
        """Records whose columns are as given; ``order`` names columns, ``-`` before one turns it round."""
        query = asked(self._codec.table, tuple(equal), _absent(equal), order)
        return await self._every(query, equal)

    async def _first_with(self, order: str = "", /, **equal: object) -> V | None:
        """The first of ``_all_with``."""
        query = asked(self._codec.table, tuple(equal), _absent(equal), order, first=True)
        return await self._one(query, equal)

    async def _once(self, query: sa.Select[Any]) -> Sequence[V]:
        """What a question finds that was built for this one time."""
        rows = (await self._connection.execute(query)).mappings()
        return [self._codec.value(row) for row in rows]

    async def _every(self, query: sa.Select[Any], given: Mapping[str, object] = NOTHING) -> Sequence[V]:
        return await ask_for(self._connection, self._codec, query, given)

    async def _one(self, query: sa.Select[Any], given: Mapping[str, object] = NOTHING) -> V | None:
        found = await ask_for(self._connection, self._codec, query, given)
        return found[0] if found else None

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
        return await self._first_with(id=key)

    async def save(self, value: V) -> None:
        """Write a changed record and raise its version by one.

        ``value.version`` is the version that was read. Raises StaleWrite if it is no longer stored.
        """
        await self._change_all([self._codec.row(value)])

    async def _change_all(self, rows: Sequence[Mapping[str, object]]) -> None:
        """``save`` for many rows in one statement. Raises StaleWrite."""
        if not rows:
            return
        table = self._codec.table
        names = tuple(name for name in rows[0] if name not in ("id", "version"))
        given = [
            {f"to_{name}": row[name] for name in names} | {"of_id": row["id"], "of_version": row["version"]}
            for row in rows
        ]
        try:
            done = await ask_all(self._connection, _saved(table, names), given)
        except IntegrityError as taken:
            raise StaleWrite(f"{table.name}: somebody else wrote this first") from taken
        if done.changed != len(given):
            raise StaleWrite(f"{table.name}: a record was changed since it was read")
