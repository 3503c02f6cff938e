"""No byte of a stored log can change without ``audit`` finding it, on either database."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain.audit import Finding
from playbooks.domain.entry import entry_for
from playbooks.domain.events import Event, KnownErrorRecognised, MessageSaid, WordsRemoved
from playbooks.domain.ids import ChannelId, IncidentId, KnownErrorId, Ts, UserId
from storage.uow import Store
from tests.clock import START, CountingIds, MovableClock
from tests.storage import records

SIX, SEVEN = IncidentId(6), IncidentId(7)
COLUMNS = [
    *(("entries", name) for name in ("incident", "seq", "at", "recorded_at", "actor", "kind", "key")),
    *(("entries", name) for name in ("body", "body_digest", "prev_hash", "hash")),
    *(("chains", name) for name in ("incident", "length", "head")),
]
LENGTH = 5
WHERE = {"entries": "incident = ? AND seq = ?", "chains": "incident = ?"}


def facts(incident: IncidentId) -> list[Event]:
    said = MessageSaid(
        incident=incident,
        by=UserId("U0ADA"),
        at=START,
        channel=ChannelId("C7"),
        ts=Ts("1.000001"),
        thread=None,
        text="“down”, ☠ \\u0041",
        app="",
        files=("a.png",),
    )
    known = KnownErrorRecognised(
        incident=incident,
        by=UserId("monitoring"),
        at=START,
        known_error=KnownErrorId(3),
        title="slow",
        workaround="restart",
        score=1e22,
    )
    gone = WordsRemoved(incident=incident, by=UserId("U0BOB"), at=START, entries=(2,), reason="a password")
    return [
        said,
        replace(said, ts=Ts("2.000002"), text="hunter2"),
        known,
        gone,
        replace(said, ts=Ts("3.000003")),
    ]


async def written(store: Store) -> None:
    """Two logs of five entries; in each the second has lost its words, lawfully."""
    async with store.units() as unit:
        for incident in (SIX, SEVEN):
            await unit.incidents.add(replace(records.INCIDENT, id=incident))
            for event in facts(incident):
                seq, prev_hash = await unit.entries.head(incident)
                late = START + timedelta(seconds=seq)
                await unit.entries.append(
                    entry_for(event, seq=seq + 1, prev_hash=prev_hash, recorded_at=late)
                )
            await unit.entries.blank(incident, (2,))
        await unit.commit()


@dataclass
class Logs:
    """A database with two logs, and a hand that changes what is stored behind everybody's back."""

    raw: Any
    store: Store
    runner: asyncio.Runner

    def audited(self) -> list[Finding]:
        async def audit() -> list[Finding]:
            return [await self.store.ledger.audit(n) for n in await self.store.ledger.incidents()]

        return self.runner.run(audit())

    def run(self, statement: str, given: tuple[Any, ...] = ()) -> bool:
        """Whether the database took this statement; ``?`` stands for a value."""
        try:
            self.raw.execute(self._spoken(statement), given)
            self.raw.commit()
        except (sqlite3.IntegrityError, psycopg.Error):
            self.raw.rollback()
            return False
        return True

    def stored(self, table: str, column: str, row: tuple[int, int]) -> Any:
        """The value of a column: bytes of a text, or what the database has instead."""
        kind = "::text" if column == "body" and self.is_postgresql else ""
        query = f'SELECT "{column}"{kind}, {self._bytes(column)} FROM {table} WHERE {WHERE[table]}'  # noqa: S608
        value, raw = self.raw.execute(self._spoken(query), row[: len(WHERE[table].split("AND"))]).fetchone()
        self.raw.rollback()
        if not isinstance(value, str):
            return value
        return value.encode() if self.is_postgresql else raw

    @property
    def is_postgresql(self) -> bool:
        return isinstance(self.raw, psycopg.Connection)

    def _bytes(self, column: str) -> str:
        return "0" if self.is_postgresql else f"CAST({column} AS BLOB)"

    def _spoken(self, statement: str) -> str:
        return statement.replace("?", "%s") if self.is_postgresql else statement


@pytest.fixture
def logs(database_url: str) -> Iterator[Logs]:
    with asyncio.Runner() as runner:
        store = runner.run(Store.open(database_url, clock=MovableClock(), ids=CountingIds()))
        runner.run(written(store))
        with closing(opened(database_url)) as raw:
            yield Logs(raw=raw, store=store, runner=runner)
        runner.run(store.close())


def opened(url: str) -> Any:
    """A connection that knows nothing of this house."""
    where = sa.make_url(url)
    if where.get_backend_name() == "sqlite":
        return sqlite3.connect(str(where.database))
    return psycopg.connect(where.set(drivername="postgresql").render_as_string(hide_password=False))


def flipped(value: Any, position: int, bit: int) -> Any:
    """The value with one bit of it turned round."""
    if isinstance(value, bytes):
        place = position % len(value)
        return value[:place] + bytes([value[place] ^ (1 << bit)]) + value[place + 1 :]
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1 << (position % 40))
    return value ^ (1 << (position % 31))


def update(logs: Logs, table: str, column: str, row: tuple[int, int], value: Any) -> bool:
    """Put a value in the place of another; whether the database took it."""
    words = "?"
    if isinstance(value, bytes):
        kind = "::json" if column == "body" else ""
        words = f"convert_from(?, 'UTF8'){kind}" if logs.is_postgresql else "CAST(? AS TEXT)"
    key = row[: len(WHERE[table].split("AND"))]
    return logs.run(f'UPDATE {table} SET "{column}" = {words} WHERE {WHERE[table]}', (value, *key))  # noqa: S608


def test_any_flipped_bit_is_found(logs: Logs) -> None:
    """What the database itself refuses to store needs no auditor."""
    whole = logs.audited()
    assert [(f.incident, f.entries, f.gaps, f.broken) for f in whole] == [
        (SIX, LENGTH, (2,), None),
        (SEVEN, LENGTH, (2,), None),
    ]

    @settings(max_examples=150)
    @given(
        where=st.sampled_from(COLUMNS),
        row=st.tuples(st.sampled_from((SIX, SEVEN)), st.integers(1, LENGTH)),
        position=st.integers(0, 400),
        bit=st.integers(0, 7),
    )
    def flip(where: tuple[str, str], row: tuple[int, int], position: int, bit: int) -> None:
        table, column = where
        before = logs.stored(table, column, row)
        if before is None:
            return
        after = flipped(before, position, bit)
        if not update(logs, table, column, row, after):
            return
        assert any(finding.broken for finding in logs.audited()), (where, row, before, after)
        assert update(logs, table, column, there(column, row, after), before)

    flip()
    assert logs.audited() == whole


def there(column: str, row: tuple[int, int], after: Any) -> tuple[int, int]:
    """Where the row is found after its key was changed."""
    if column == "incident":
        return after, row[1]
    return (row[0], after) if column == "seq" else row


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        pytest.param("DELETE FROM entries WHERE incident = 7 AND seq = 3", 4, "missing", id="one is gone"),
        pytest.param("DELETE FROM entries WHERE incident = 7 AND seq = 5", 5, "last are gone", id="the end"),
        pytest.param("DELETE FROM entries WHERE incident = 7", 1, "last are gone", id="all of it"),
        pytest.param("UPDATE entries SET body = NULL WHERE incident = 7 AND seq = 3", 3, "no entry says"),
        pytest.param("UPDATE entries SET body = NULL WHERE incident = 7 AND seq = 4", 2, "no entry says"),
        pytest.param(
            "DELETE FROM chains WHERE incident = 7", 1, "too many", id="what is kept beside it is gone"
        ),
    ],
)
def test_the_first_broken_entry_is_named_with_the_reason(
    logs: Logs, statement: str, seq: int, why: str
) -> None:
    assert logs.run(statement)
    six, seven = logs.audited()
    assert six.broken is None
    assert seven.broken is not None
    assert (seven.broken.seq, why in seven.broken.why) == (seq, True), seven.broken


def test_a_log_that_was_written_anew_does_not_hold_the_hash_that_was_noted(logs: Logs) -> None:
    async def holds(head: str) -> bool:
        return (await logs.store.ledger.audit(SEVEN, head=head)).has_wanted

    noted = logs.audited()[1].head
    assert logs.runner.run(holds(noted[:8]))
    assert not logs.runner.run(holds("00000000"))
