"""One process on one SQLite file, and no second one by mistake.

A process that starts takes over what its predecessor had begun. That is right only if the
predecessor is gone, so the file is held for as long as the process lives; the kernel lets
go of it, however the process ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from storage.engine import is_sqlite


class Occupied(OSError):
    """Another process works on this file; the text says what to do."""


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold a SQLite database for one process; PostgreSQL is for many. Raises Occupied."""
    if not is_sqlite(url):
        yield
        return
    database = Path(sa.make_url(url).database or "")
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Not the database itself: closing it would drop SQLite's own locks (POSIX, fcntl).
    held = os.open(f"{database}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(
                f"Another process runs on {database}. Stop it first, or use PostgreSQL for several."
            ) from None
        yield
    finally:
        os.close(held)
