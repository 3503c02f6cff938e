"""Statements that never change, asked with values that do.

SQLAlchemy looks at a statement, its values and its result anew each time, which takes fifty times as
long as SQLite takes to answer. For SQLite that is done once for each statement: its words, how each
value is written, how each column is read. PostgreSQL is asked through SQLAlchemy as ever: there the
way to the server and back is what takes time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage.engine import json_text
from storage.mapping import Codec
from storage.one_trip import OneTrip

Given = Mapping[str, object]
Row = Mapping[str, Any]
Statement = sa.Select[Any] | sa.UpdateBase
NOTHING: Given = {}
V = TypeVar("V")
_SQLITE = aiosqlite.dialect(json_serializer=json_text, paramstyle="qmark")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement found, by the names of the columns, and how many rows an update changed."""

    rows: Sequence[Row]
    changed: int

    @property
    def first(self) -> Row | None:
        return self.rows[0] if self.rows else None


async def ask(connection: AsyncConnection, statement: Statement, given: Given = NOTHING) -> Answer:
    """Ask with one set of values. Raises what SQLAlchemy raises.

    ``statement`` has to be one of a limited number of objects: what is known of each is kept.
    """
    if (trip := _trip(connection)) is None:
        return _answer(await connection.execute(statement, given))
    plan = _plan(statement, tuple(given))
    return plan.answer(*await plan.once(trip, given))


async def ask_for(
    connection: AsyncConnection, codec: Codec[V], statement: sa.Select[Any], given: Given = NOTHING
) -> Sequence[V]:
    """The records that a question finds; the same row is the same record, made once and kept a while."""
    if (trip := _trip(connection)) is None:
        return [codec.value(row) for row in (await connection.execute(statement, given)).mappings()]
    plan = _plan(statement, tuple(given))
    found, _ = await plan.once(trip, given)
    return [_record(plan, codec, row) for row in found]


async def ask_all(connection: AsyncConnection, statement: Statement, given: Sequence[Given]) -> Answer:
    """Ask once for each set of values, all of the same names; only what changes rows is asked so."""
    if (trip := _trip(connection)) is None:
        return _answer(await connection.execute(statement, given))
    plan = _plan(statement, tuple(given[0]))
    values = [plan.values(each) for each in given]
    return plan.answer(*await plan.done(trip, lambda there: there.executemany(plan.words, values)))


def _trip(connection: AsyncConnection) -> OneTrip | None:
    """SQLite's own connection; None if there is none, or if the unit has not begun on it."""
    sync = connection.sync_connection
    if sync is None or not sync.in_transaction():
        return None
    driver = sync.connection.driver_connection
    return driver if isinstance(driver, OneTrip) else None


def _answer(result: sa.CursorResult[Any]) -> Answer:
    return Answer([dict(row) for row in result.mappings()] if result.returns_rows else (), result.rowcount)


_Change = Callable[[Any], Any] | None
_Found = tuple[Any, ...]
"""A row as SQLite tells it."""
_KEPT: Final = 2_000
"""Records of about a kilobyte or two each."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A place in a statement: the value of this name, or one that is always the same."""

    name: str | None
    always: object
    write: _Change

    def of(self, given: Given) -> object:
        value = self.always if self.name is None else given[self.name]
        return value if self.write is None else self.write(value)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    words: str
    places: tuple[_Value, ...]
    columns: tuple[tuple[str, _Change], ...]

    def values(self, given: Given) -> list[object]:
        return [place.of(given) for place in self.places]

    def row(self, found: _Found) -> Row:
        return {
            name: value if read is None else read(value)
            for (name, read), value in zip(self.columns, found, strict=True)
        }

    def answer(self, found: Sequence[_Found], changed: int) -> Answer:
        return Answer([self.row(each) for each in found], changed)

    async def once(self, trip: OneTrip, given: Given) -> tuple[Sequence[_Found], int]:
        values = self.values(given)
        return await self.done(trip, lambda there: there.execute(self.words, values))

    async def done(
        self, trip: OneTrip, execute: Callable[[sqlite3.Connection], sqlite3.Cursor]
    ) -> tuple[Sequence[_Found], int]:
        """The rows as SQLite tells them, and how many were changed."""
        heard: list[tuple[list[_Found], int]] = []

        def work(there: sqlite3.Connection) -> None:
            cursor = execute(there)
            heard.append((cursor.fetchall() if self.columns else [], cursor.rowcount))
            cursor.close()

        try:
            await trip.run(self.words, work)
        except sqlite3.Error as refused:
            raise DBAPIError.instance(self.words, None, refused, sqlite3.Error) from refused
        return heard[0]


@lru_cache(maxsize=_KEPT)
def _record(plan: _Plan, codec: Codec[V], found: _Found) -> V:
    return codec.value(plan.row(found))


@cache
def _plan(statement: Statement, names: tuple[str, ...]) -> _Plan:
    is_question = isinstance(statement, sa.Select)
    compiled = statement.compile(dialect=_SQLITE, column_keys=None if is_question else list(names))
    if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params:
        raise TypeError(f"the words of this statement depend on its values: {statement}")
    bound = {name: bind for bind, name in compiled.bind_names.items()}
    places = tuple(_place(bound[name], names) for name in compiled.positiontup or ())
    columns = tuple((str(column.key), _read(column.type)) for column in statement.exported_columns)
    return _Plan(str(compiled), places, columns)


def _place(bind: sa.BindParameter[Any], names: tuple[str, ...]) -> _Value:
    write = bind.type.dialect_impl(_SQLITE).bind_processor(_SQLITE)
    if bind.key in names:
        return _Value(bind.key, None, write)
    return _Value(None, bind.effective_value, write)


def _read(kind: TypeEngine[Any]) -> _Change:
    return kind.dialect_impl(_SQLITE).result_processor(_SQLITE, None)
