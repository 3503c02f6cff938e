"""How much one sender may send: a bucket of tokens for each source, filled at a steady rate.

A storm of alerts is welcome, a loop that sends for ever is not. Whoever finds the bucket empty is
told when to come back; every sender that matters tries again then, so nothing is lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta


class Buckets:
    """One bucket for each source."""

    def __init__(self, *, rate: float, burst: int, now: Callable[[], float]) -> None:
        """``rate`` is tokens a second, ``burst`` the most that a bucket holds; ``now`` in seconds."""
        self._rate = rate
        self._burst = burst
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, source: str) -> timedelta | None:
        """Take a token; if there is none, how long to wait for the next, in whole seconds."""
        now = self._now()
        left, since = self._left.get(source, (float(self._burst), now))
        left = min(float(self._burst), left + (now - since) * self._rate)
        if left >= 1:
            self._left[source] = (left - 1, now)
            return None
        self._left[source] = (left, now)
        return timedelta(seconds=max(1, math.ceil((1 - left) / self._rate)))
