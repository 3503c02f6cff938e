"""Time and identifiers under a test's control."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning: business hours almost everywhere in Europe."""


class MovableClock:
    """``ports.Clock`` that only a test moves."""

    def __init__(self, at: datetime = START) -> None:
        self._now = at

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Let time pass; returns the new instant."""
        self._now += by
        return self._now

    def set(self, at: datetime) -> None:
        self._now = at


class CountingIds:
    """``ports.Ids`` that can be read in a failing assertion, and sort by the order of their making."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._made = 0

    def new(self) -> str:
        self._made += 1
        return f"{self._prefix}-{self._made:06d}"
