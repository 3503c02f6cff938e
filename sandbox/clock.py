"""The one clock of the sandbox.

Every timer (trigger, response URL, rate limit, retry, schedule) reads this clock,
so a test moves time instead of waiting for it. Three modes: ``real`` follows the
machine, ``scaled`` runs ``factor`` times as fast, ``manual`` stands still until
advanced. Advancing is allowed in every mode.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Literal

Mode = Literal["real", "manual", "scaled"]
LAST_INSTANT = 1e10  # Slack's timestamps have ten digits before the point
MOST_FACTOR = 1e6


class Clock:
    """Seconds since the epoch, as the workspace sees them."""

    def __init__(self, mode: Mode = "real", *, factor: float = 1.0, start: float | None = None) -> None:
        self._source: Callable[[], float] = time.time
        self._mode: Mode = mode
        self._factor = factor
        self._virtual = self._source() if start is None else start
        self._origin = self._source()
        self._sleepers: set[asyncio.Event] = set()

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def factor(self) -> float:
        """Virtual seconds per real second; 0 when time stands still."""
        return {"real": 1.0, "manual": 0.0, "scaled": self._factor}[self._mode]

    def now(self) -> float:
        return self._virtual + (self._source() - self._origin) * self.factor

    def advance(self, seconds: float) -> None:
        """Jump forward; whoever sleeps past the new instant wakes up.

        Raises ValueError for a negative jump: timestamps must keep increasing. And for one
        beyond the year 2286, where they would no longer sort as text.
        """
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        if not self.now() + seconds < LAST_INSTANT:
            raise ValueError("The clock ends in the year 2286.")
        self._virtual += seconds
        self._wake()

    def set_mode(self, mode: Mode, factor: float = 1.0) -> None:
        """Change how time flows from this instant on; the instant itself is kept.

        Raises ValueError for a factor that would turn time back or leave its end behind at once.
        """
        if not 0 < factor <= MOST_FACTOR:
            raise ValueError(f"factor is more than 0 and at most {MOST_FACTOR:g}.")
        self._virtual = self.now()
        self._origin = self._source()
        self._mode = mode
        self._factor = factor
        self._wake()

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now() + seconds)

    async def sleep_until(self, at: float) -> None:
        """Return once the clock shows ``at``, however it gets there."""
        while (left := at - self.now()) > 0:
            moved = asyncio.Event()
            self._sleepers.add(moved)
            try:
                async with asyncio.timeout(left / self.factor if self.factor else None):
                    await moved.wait()
            except TimeoutError:
                continue
            finally:
                self._sleepers.discard(moved)

    def _wake(self) -> None:
        for sleeper in self._sleepers:
            sleeper.set()
