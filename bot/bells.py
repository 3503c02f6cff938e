"""Bells: whoever commits work rings, whoever works wakes up at once instead of polling."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta


class Bell:
    """Wakes one sleeper; ringing while nobody sleeps is not lost."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def heard(self, within: timedelta) -> None:
        """Return when it rings, or after a while without."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()


class Bells:
    """One bell for each worker, by the topic of the work."""

    def __init__(self) -> None:
        self._bells: dict[str, list[Bell]] = {}

    def bell(self, topic: str) -> Bell:
        """A new bell that rings for this topic."""
        bell = Bell()
        self._bells.setdefault(topic, []).append(bell)
        return bell

    def ring(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for bell in self._bells.get(topic, ()):
                bell.ring()

    def ring_all(self) -> None:
        self.ring(self._bells)
