"""How an app's event subscription fares: too many failures end it, too many events pause it.

Source: Slack docs, "The Events API": failure limits and rate limiting.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW_SECONDS = 3600.0  # both limits look at the last sixty minutes
MAX_FAILED_SHARE = 0.95  # of all attempts within the window
SPARED_BELOW = 1000  # events an hour: smaller apps are not switched off
MAX_EVENTS = 30_000  # deliveries per workspace and app within the window
NOTICE_SECONDS = 60  # an app over the limit is told once a minute


@dataclass(slots=True)
class Subscription:
    """The recent deliveries to one app."""

    spared_below: int = SPARED_BELOW
    max_events: int = MAX_EVENTS
    failed: int = 0
    noticed_at: float | None = None
    _attempts: deque[tuple[float, bool]] = field(default_factory=deque)

    def note(self, at: float, *, ok: bool) -> None:
        """Count one attempt."""
        self._attempts.append((at, ok))
        self.failed += not ok
        self._forget(at)

    def hopeless(self) -> bool:
        """Nearly everything failed, and there was enough of it to tell."""
        total = len(self._attempts)
        return total >= self.spared_below and self.failed > MAX_FAILED_SHARE * total

    def full(self, at: float) -> bool:
        """No further event may be delivered now."""
        self._forget(at)
        return len(self._attempts) >= self.max_events

    def notice_due(self, at: float) -> bool:
        """Whether the app is to be told that it is over the limit; True at most once a minute."""
        if self.noticed_at is not None and at - self.noticed_at < NOTICE_SECONDS:
            return False
        self.noticed_at = at
        return True

    def _forget(self, at: float) -> None:
        while self._attempts and self._attempts[0][0] <= at - WINDOW_SECONDS:
            _, ok = self._attempts.popleft()
            self.failed -= not ok
