"""How many calls Slack lets through, per method, app and workspace.

Slack publishes only the least that each tier allows per minute. Three profiles:
``documented`` lets that many through in any sixty seconds; ``strict`` in addition
spaces them evenly, so that every burst is refused; ``off``. Where Slack gives words
instead of numbers, the numbers are ours and say so.

Source: Slack docs, "Rate limits".
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Literal

from sandbox.errors import Limited

Tier = Literal[1, 2, 3, 4, "posting", "special"]

WINDOW_SECONDS = 60.0
PER_MINUTE: dict[Tier, int] = {
    1: 1,
    2: 20,
    3: 50,
    4: 100,
    "posting": 300,  # ours for "several hundred per minute" and workspace
    "special": 300,  # ours for "hundreds of requests per minute"
}
TIER_1_BURST = 5  # ours: Slack says "allowed at times to burst"; a bot may reconnect more than once a minute
POSTS_PER_SECOND = 1.0  # Slack docs, "Rate limits": one message per second per channel
POSTING_BURST = 5  # ours for "short bursts of >1 allowed"


@dataclass(slots=True)
class _Window:
    """The last calls let through; a call waits until the oldest of them is a minute old."""

    passed: deque[float] = field(default_factory=deque)

    def wait(self, at: float, most: int) -> float:
        while self.passed and self.passed[0] <= at - WINDOW_SECONDS:
            self.passed.popleft()
        if len(self.passed) < most:
            return 0.0
        return self.passed[len(self.passed) - most] + WINDOW_SECONDS - at


@dataclass(slots=True)
class _Drip:
    """The generic cell rate algorithm: one call per ``interval``, ``burst`` of them at once."""

    next_at: float = 0.0

    def wait(self, at: float, interval: float, burst: int) -> float:
        return max(0.0, self.next_at - (burst - 1) * interval - at)

    def take(self, at: float, interval: float) -> None:
        self.next_at = max(self.next_at, at) + interval


class Limits:
    """The counters of one workspace."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], _Window] = {}
        self._drips: dict[tuple[str, str], _Drip] = {}
        self.rejected: Counter[str] = Counter()

    def admit(
        self,
        profile: str,
        app: str,
        method: str,
        tier: Tier,
        at: float,
        *,
        channel: str = "",
        halved: bool = False,
    ) -> None:
        """Let a call through or raise Limited.

        ``halved`` is for calls to paged methods that ask for no page: Slack limits those
        more strictly, by an amount that is ours. ``channel`` is where a message goes.
        """
        if profile == "off":
            return
        most = max(1, PER_MINUTE[tier] // (2 if halved else 1))
        pace = WINDOW_SECONDS / most
        window = self._windows.setdefault((app, method), _Window())
        even = self._drips.setdefault((app, method), _Drip())
        room = self._drips.setdefault((app, f"post:{channel}"), _Drip())
        strict = profile == "strict"
        tier_1 = tier == 1 and not strict
        waits = [even.wait(at, pace, TIER_1_BURST) if tier_1 else window.wait(at, most)]
        if strict:
            waits.append(even.wait(at, pace, 1))
        if channel:
            waits.append(room.wait(at, 1 / POSTS_PER_SECOND, 1 if strict else POSTING_BURST))
        if (wait := max(waits)) > 0:
            self.rejected[method] += 1
            raise Limited(max(1, math.ceil(wait)))
        window.passed.append(at)
        even.take(at, pace)
        if channel:
            room.take(at, 1 / POSTS_PER_SECOND)
