"""Instants inside sentences: each reader in Slack sees their own zone, everybody else UTC.

Slack docs, formatting message text, date formatting: ``<!date^seconds^{time}|fallback>``. A sentence
that may be shown in Slack carries its instants so; where it leaves Slack only the fallbacks stay.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DATED = re.compile(r"<!date\^\d{1,12}\^[{}a-z_ ]{1,40}\|([0-9: -]{5,25} UTC)>")


def time_of(at: datetime) -> str:
    """The time of day; 14:03 UTC outside Slack."""
    return _dated(at, "{time}", f"{at.astimezone(UTC):%H:%M}")


def time_to_the_second(at: datetime) -> str:
    """The same with seconds; 14:03:20 UTC outside Slack."""
    return _dated(at, "{time_secs}", f"{at.astimezone(UTC):%H:%M:%S}")


def day_and_time_of(at: datetime) -> str:
    """Day and time; 2026-03-02 14:03 UTC outside Slack."""
    return _dated(at, "{date_short_pretty} {time}", f"{at.astimezone(UTC):%Y-%m-%d %H:%M}")


def plainly(text: str) -> str:
    """The sentence as it reads outside Slack."""
    return _DATED.sub(r"\1", text)


def _dated(at: datetime, shape: str, fallback: str) -> str:
    return f"<!date^{int(at.timestamp())}^{shape}|{fallback} UTC>"
