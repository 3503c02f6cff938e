"""Business hours, and time counted inside them.

Hours are written in local wall time and counted in elapsed time, so the night on which
clocks change is an hour longer or shorter than the others. Each local date is expanded by
itself and each end converted by itself: adding 24 hours, or subtracting two local times,
is how such code goes wrong twice a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playbooks.catalogue import Calendar, Segment

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = "24:00"
_ALWAYS = tuple(Segment(day=day, open="00:00", close=MIDNIGHT) for day in WEEK)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)

Span = tuple[datetime, datetime]
"""Two UTC instants, half-open."""


class NeverOpen(ValueError):
    """The calendar has no hours left, so no deadline exists."""


def working_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Time between two instants that falls inside the calendar's hours.

    Both instants are aware. Zero if ``end`` is not after ``start``. Half-open: [start, end).
    """
    if end <= start:
        return timedelta(0)
    if _is_always(calendar):
        return end.astimezone(UTC) - start.astimezone(UTC)
    spans = _spans(start, calendar, until=end)
    return sum((closed - opened for opened, closed in spans), timedelta(0))


def deadline(start: datetime, target: timedelta, calendar: Calendar) -> datetime:
    """The first instant, in UTC, at which ``target`` of working time has passed since ``start``.

    A target that is used up at closing time ends there and not at the next opening.
    Raises NeverOpen if the calendar does not hold that much time.
    """
    start = start.astimezone(UTC)
    if target <= timedelta(0) or _is_always(calendar):
        return start + max(target, timedelta(0))
    left = target
    for opened, closed in _spans(start, calendar):
        if closed - opened >= left:
            return opened + left
        left -= closed - opened
    message = f"the calendar is not open for {left} more after {start:%Y-%m-%d}"
    raise NeverOpen(message)


def _is_always(calendar: Calendar) -> bool:
    return not calendar.week and not calendar.holidays


def _spans(start: datetime, calendar: Calendar, until: datetime | None = None) -> Iterator[Span]:
    """Hours between two instants in order, without overlap and never empty."""
    begin = start.astimezone(UTC)
    reached = begin
    for opened, closed in _opening_hours(begin, calendar):
        if until is not None and opened >= until:
            return
        span_end = closed if until is None else min(closed, until)
        span_start = max(opened, reached)
        if span_end > span_start:
            yield span_start, span_end.astimezone(UTC)
            reached = span_end


def _opening_hours(start: datetime, calendar: Calendar) -> Iterator[Span]:
    """Each segment of each local date, from the date before ``start`` on, in UTC."""
    zone = ZoneInfo(calendar.zone)
    segments = [segment for segment in calendar.week or _ALWAYS if segment.open < segment.close]
    if not segments:
        return
    today = start.astimezone(zone).date() - _DAY
    while today < date.max - _DAY:
        if today not in calendar.holidays:
            spans = (_span(today, segment, zone) for segment in segments if _is_on(segment, today))
            yield from sorted(spans)
        today += _DAY


def _is_on(segment: Segment, day: date) -> bool:
    return WEEK.index(segment.day) == day.weekday()


def _span(day: date, segment: Segment, zone: ZoneInfo) -> Span:
    """Opening takes the first of two equal wall times, closing the second."""
    opened = datetime.combine(day, time.fromisoformat(segment.open))
    if segment.close == MIDNIGHT:
        closed = datetime.combine(day + _DAY, time.min)
    else:
        closed = datetime.combine(day, time.fromisoformat(segment.close))
    return _instant(opened, zone, fold=0), _instant(closed, zone, fold=1)


def _instant(wall: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    """The UTC instant of a wall time; for one that clocks skip, the instant at which they skip it."""
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _jump(wall, zone)


def _jump(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which clocks jump over a wall time, found by halving.

    The zone's two readings of a skipped time lie on either side of the jump (PEP 495).
    """
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    before = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late
