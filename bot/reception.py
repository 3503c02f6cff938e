"""Webhooks at the door: who is let in, and what is counted of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.buckets import Buckets
from bot.pressure import Pressure
from bot.workers.arrivals import HOOKS
from handlers.deps import Fate, Headers, Unavailable

Store = Callable[[str, str, Headers, bytes], Awaitable[bool]]
"""Keeps a delivery (source, key, headers, body) durably; False if it was there already."""


class Reception:
    """What the edge of webhooks asks of this process."""

    def __init__(self, buckets: Buckets, pressure: Pressure, store: Store) -> None:
        self._buckets = buckets
        self._pressure = pressure
        self._store = store

    def admit(self, source: str) -> timedelta | None:
        """Whether one more delivery of a source may come; else how long its sender has to wait."""
        return self._buckets.take(source)

    async def accept(self, source: str, key: str, headers: Headers, body: bytes) -> bool:
        """Store a delivery when there is room; False if it was there already. Raises Unavailable."""
        name, size = f"{HOOKS}{source}", len(body)
        if not await self._pressure.enter(name, size):
            raise Unavailable("more waits than can be understood in time", fate=Fate.NOTHING)
        fresh = False
        try:
            fresh = await self._store(name, key, headers, body)
        finally:
            if not fresh:
                self._pressure.gone(name, size)
        return fresh
