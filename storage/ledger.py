"""The log as it lies in the database, byte for byte, for those who do not trust it.

The ordinary way of reading forgives: another spelling of an instant or of JSON reads as the
same value. An auditor wants to know of it, so everything is read raw and compared with how
it would have been written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.audit import Audit, Finding, Garbled
from playbooks.domain.entry import Anchor, Entry
from playbooks.domain.ids import IncidentId, UserId
from storage import tables
from storage.engine import Database, json_text
from storage.entries import ANCHORS
from storage.types import Instant

V = TypeVar("V")

_PAGE = 500
_TEXTS = ("actor", "kind", "key", "body_digest", "prev_hash", "hash")
_INSTANTS = ("at", "recorded_at")


class Ledger:
    """Reads what is stored, whatever it has become."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def incidents(self) -> Sequence[IncidentId]:
        """Every incident of which there is a log, or should be one, by number."""
        entries, chains = tables.entries.c, tables.chains.c
        named = sa.union(sa.select(entries.incident), sa.select(chains.incident)).subquery()
        async with self._database.reading() as connection:
            found = await connection.execute(sa.select(named.c.incident).order_by(named.c.incident))
            return [IncidentId(number) for number in found.scalars()]

    async def audit(self, incident: IncidentId, *, head: str = "") -> Finding:
        """Walk the log of an incident, all of it as it is at one moment.

        ``head`` is the beginning of a hash that it should hold; empty asks for none.
        """
        async with self._database.reading() as connection:
            walk = Audit(incident, await self._anchor(connection, incident), wanted=head)
            last: int | None = None
            while page := await self._page(connection, incident, last):
                for row in page:
                    walk.read(_line(row))
                last = page[-1].seq
        return walk.finding()

    async def _anchor(self, connection: AsyncConnection, incident: IncidentId) -> Anchor | None:
        mine = sa.select(tables.chains).where(tables.chains.c.incident == incident)
        row = (await connection.execute(mine)).mappings().first()
        return None if row is None else ANCHORS.value(row)

    async def _page(
        self, connection: AsyncConnection, incident: IncidentId, last: int | None
    ) -> Sequence[sa.Row[Any]]:
        columns = tables.entries.c
        raw = _raw(connection.dialect.name)
        query = sa.select(columns.incident, columns.seq, *raw).where(columns.incident == incident)
        if last is not None:
            query = query.where(columns.seq > last)
        return (await connection.execute(query.order_by(columns.seq).limit(_PAGE))).all()


def _raw(dialect: str) -> list[sa.ColumnElement[Any]]:
    """The other columns as they are stored: bytes on SQLite, which checks nothing it is given."""
    columns = tables.entries.c
    if dialect == "postgresql":
        others = [columns[name] for name in (*_TEXTS, *_INSTANTS)]
        return [*others, sa.cast(columns.body, sa.Text).label("body")]
    return [sa.cast(columns[name], sa.LargeBinary).label(name) for name in (*_TEXTS, *_INSTANTS, "body")]


def _line(row: sa.Row[Any]) -> Entry | Garbled:
    stored = row._mapping  # noqa: SLF001 - the documented way to read a row by name
    try:
        texts = {name: _text(stored[name]) for name in _TEXTS}
        instants = {name: _instant(stored[name]) for name in _INSTANTS}
        return Entry(
            incident=IncidentId(stored["incident"]),
            seq=stored["seq"],
            body=_body(stored["body"]),
            key=texts["key"],
            actor=UserId(_there(texts, "actor")),
            kind=_there(texts, "kind"),
            body_digest=_there(texts, "body_digest"),
            prev_hash=_there(texts, "prev_hash"),
            hash=_there(texts, "hash"),
            at=instants["at"],
            recorded_at=instants["recorded_at"],
        )
    except ValueError as unreadable:
        return Garbled(seq=stored["seq"], why=f"it cannot be read: {unreadable}")


def _text(stored: bytes | str | None) -> str | None:
    return stored.decode() if isinstance(stored, bytes) else stored


def _there(texts: dict[str, str | None], name: str) -> str:
    found = texts[name]
    if found is None:
        raise ValueError(f"no {name}")
    return found


def _instant(stored: bytes | datetime | None) -> datetime:
    if isinstance(stored, datetime):
        return stored
    return _as_written(_text(stored), datetime.fromisoformat, _instant_text)


def _instant_text(at: datetime) -> str:
    written = Instant().process_bind_param(at, sa.make_url("sqlite://").get_dialect()())
    return str(written)


def _body(stored: bytes | str | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    body = _as_written(_text(stored), json.loads, json_text)
    if not isinstance(body, dict):
        raise ValueError("its body is no object")  # noqa: TRY004 - what is stored is wrong, not a type of ours
    return body


def _as_written(stored: str | None, read: Callable[[str], V], write: Callable[[V], str]) -> V:
    """The value of stored text. Raises ValueError unless it is spelled as this house spells it."""
    if stored is None:
        raise ValueError("something is missing")
    value = read(stored)
    if write(value) != stored:
        raise ValueError("it was not spelled like this")
    return value
