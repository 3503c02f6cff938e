"""A replica's own connection to PostgreSQL: its sign of life, and its ear. On SQLite nobody needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from storage.engine import CONNECT_WITHIN
from storage.replicas import PRESENCE, number_of
from storage.wake import CHANNEL, TOPICS, OnCommit, heard

_BACK_WITHIN: Final = timedelta(seconds=0.2)
_ASK_EVERY: Final = timedelta(seconds=30)
# A host that vanished without a word is noticed after about 20 s (libpq, "keepalives").
_KEEPALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}


class Presence:
    """A replica's own connection to PostgreSQL: its sign of life, and its ear."""

    def __init__(self, url: str, *, name: str, heard_of: OnCommit) -> None:
        address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._address = make_conninfo(
            address, connect_timeout=int(CONNECT_WITHIN.total_seconds()), **_KEEPALIVE
        )
        self._name = name
        self._heard_of = heard_of
        self.here = asyncio.Event()
        """Set while the connection stands."""

    async def run(self, lost: Callable[[str], None]) -> None:
        """Be there until cancelled; a connection that breaks is told with its reason, and made again."""
        while True:
            try:
                await self._listen()
            except psycopg.Error as broken:
                if self.here.is_set():
                    lost(str(broken).strip())
            finally:
                self.here.clear()
            await asyncio.sleep(_BACK_WITHIN.total_seconds())

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection:
            # Shared, so that two names with the same number do not keep each other out.
            await connection.execute(
                "SELECT pg_advisory_lock_shared(%s, %s)", (PRESENCE, number_of(self._name))
            )
            await connection.execute(f"LISTEN {CHANNEL}")
            self.here.set()
            self._heard_of(TOPICS)  # nobody knows what was said meanwhile
            while True:
                async for notification in connection.notifies(timeout=_ASK_EVERY.total_seconds()):
                    if topics := heard(notification.payload, by=self._name):
                        self._heard_of(topics)
                await connection.execute("SELECT 1")  # a firewall that forgot us would say nothing
