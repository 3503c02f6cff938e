"""Instants as senders really write them: RFC 3339, ISO 8601, and epochs of every unit.

A time that makes no sense is no reason to lose an alert: it counts as not given, and the
alert is then placed at the moment in which we received it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0, 1))
"""From this many on, so many to a second: nano-, micro-, milliseconds, seconds (until 5138)."""
_LAST = 1e19
"""The last nanosecond of the year 2286."""
_FAR = 9_000
"""A year for "for ever", and near the end of the calendar no offset may be applied."""


def moment(value: object) -> datetime | None:
    """The instant in UTC; None if there is none, or none that can be true.

    A time without an offset is UTC, as the documents of all senders that omit it say.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _written(value.strip())
    if isinstance(value, int | float):
        return _epoch(value)
    return None


def _written(text: str) -> datetime | None:
    try:
        return _epoch(float(text))
    except ValueError:
        pass
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1 < read.year < _FAR:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _epoch(number: float) -> datetime | None:
    """Zero and what is before it means that the sender has no time."""
    if number <= 0 or number > _LAST or not math.isfinite(number):
        return None
    seconds = number / next(per_second for least, per_second in _UNITS if number >= least)
    return datetime.fromtimestamp(seconds, UTC)


Moment = Annotated[datetime | None, BeforeValidator(moment)]
