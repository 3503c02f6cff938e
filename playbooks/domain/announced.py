"""Maintenance that another tool announced: the same rule as for the catalogue's, kept in the record.

A window counts only if it was announced before it starts, or every outage could be renamed. It is
never moved: whoever needs another time cancels it and announces anew, with a new notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.errors import NeedsWords, NotNeeded
from playbooks.domain.ids import ServiceName, UserId, WindowId
from playbooks.domain.instants import day_and_time_of
from playbooks.monitored import Maintenance

LONGEST = timedelta(days=7)
"""Alerts that nobody hears for longer are not maintained but given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Announced work, half-open: [start, end). All instants are aware UTC."""

    id: WindowId
    key: str
    """What the tool that announced it calls its request."""
    title: str
    services: tuple[ServiceName, ...]
    env: str
    announced_by: UserId
    announced_at: datetime
    start: datetime
    end: datetime
    cancelled_at: datetime | None = None
    version: int = 0


def require_notice(start: datetime, end: datetime, *, at: datetime) -> None:
    """Raises NeedsWords."""
    if start <= at:
        raise NeedsWords(
            "start: maintenance is announced before it starts; afterwards it is an outage.", about="start"
        )
    if end <= start:
        raise NeedsWords("end: it must end after its start.", about="end")
    if end - start > LONGEST:
        raise NeedsWords(f"end: at most {LONGEST.days} days at once.", about="end")


def require_open(window: Window, *, at: datetime) -> None:
    """Raises NotNeeded for a window that is over."""
    if window.end <= at:
        raise NotNeeded(f"“{window.title}” ended at {day_and_time_of(window.end)}.")


def heard_windows(windows: Iterable[Window]) -> tuple[Maintenance, ...]:
    """The windows as the rules know them; one that was cancelled ends there, or never was."""
    found = []
    for window in windows:
        end = min(window.end, window.cancelled_at or window.end)
        if end > window.start:
            found.append(
                Maintenance(
                    title=window.title,
                    services=window.services,
                    env=window.env,
                    announced=window.announced_at,
                    start=window.start,
                    end=end,
                )
            )
    return tuple(found)
