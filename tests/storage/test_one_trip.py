"""SQLite on the event loop: quick things on the spot, the others in a thread."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from storage.one_trip import LONG, Haste, OneTrip

ASKED = "SELECT 1"


@pytest.fixture
def haste() -> Haste:
    return Haste()


@pytest.fixture
async def connection(tmp_path: Path, haste: Haste) -> AsyncIterator[OneTrip]:
    connection = OneTrip(str(tmp_path / "file.db"), patience=timedelta(seconds=10), haste=haste)
    async with connection:
        await connection.cursor().execute("CREATE TABLE said (word TEXT)")
        yield connection


async def _thread_of(connection: OneTrip) -> int:
    where: list[int] = []
    await connection.run(ASKED, lambda _: where.append(threading.get_ident()))
    return where[0]


async def _said(connection: OneTrip) -> list[tuple[str]]:
    return await (await connection.cursor().execute("SELECT word FROM said")).fetchall()


async def test_what_is_quick_is_done_on_the_spot(connection: OneTrip) -> None:
    assert await _thread_of(connection) == threading.get_ident()


async def test_what_took_long_goes_to_the_thread(connection: OneTrip, haste: Haste) -> None:
    haste.took(ASKED, LONG * 2)
    assert await _thread_of(connection) != threading.get_ident()


def test_what_is_quick_again_comes_back_slowly(haste: Haste) -> None:
    haste.took(ASKED, LONG * 2)
    haste.took(ASKED, 0.0)
    assert haste.is_long(ASKED)
    for _ in range(10):
        haste.took(ASKED, 0.0)
    assert not haste.is_long(ASKED)


async def test_another_process_is_waited_for_without_stopping_the_loop(
    connection: OneTrip, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begins = asyncio.ensure_future(connection.cursor().execute("BEGIN IMMEDIATE"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not begins.done()
    other.execute("INSERT INTO said VALUES ('first')")
    other.execute("COMMIT")
    other.close()
    await begins
    await connection.cursor().execute("INSERT INTO said VALUES (?)", ["second"])
    await connection.commit()
    assert await _said(connection) == [("first",), ("second",)]


async def test_patience_ends(tmp_path: Path, haste: Haste) -> None:
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hasty = OneTrip(str(tmp_path / "file.db"), patience=timedelta(), haste=haste)
    async with hasty:
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            await hasty.cursor().execute("BEGIN IMMEDIATE")
    other.close()


async def test_what_somebody_gave_up_is_over_before_anything_else_is_done(
    connection: OneTrip, haste: Haste
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(there: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(10)
        there.execute("INSERT INTO said VALUES ('late')").close()

    await connection.cursor().execute("BEGIN IMMEDIATE")
    haste.took(ASKED, LONG * 2)
    waiting = asyncio.ensure_future(connection.run(ASKED, work))
    await asyncio.to_thread(begun.wait, 10)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    undone = asyncio.ensure_future(connection.rollback())
    await asyncio.sleep(0)
    assert not undone.done()
    go_on.set()
    await undone
    assert await _said(connection) == []
    assert await _thread_of(connection) != threading.get_ident(), "it is still known to take long"
