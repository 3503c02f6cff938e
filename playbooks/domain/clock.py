"""Reading a service-level clock: what it says at one instant, from its history alone.

Nothing is counted up anywhere. A clock stores what moved it, and elapsed time, deadline and
breach follow from that, the target and the calendar, so they survive restarts and can be
recomputed years later. Exactly on target is met; a breach is never undone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from playbooks.catalogue import Calendar
from playbooks.domain.calendar import Span, working_time
from playbooks.domain.calendar import deadline as deadline_of
from playbooks.domain.sla import ClockEventKind, ClockReading, ClockState, ServiceClock


def read(clock: ServiceClock, calendar: Calendar, *, at: datetime) -> ClockReading:
    """What the clock says at ``at``; events after that instant have not happened yet."""
    runs, last = _history(clock, at=at)
    elapsed = sum((working_time(start, end, calendar) for start, end in runs), timedelta(0))
    running = last in (ClockEventKind.START, ClockEventKind.RESUME)
    return ClockReading(
        agreement=clock.agreement,
        metric=clock.metric,
        state=_state(last, breached=elapsed > clock.target),
        target=clock.target,
        elapsed=elapsed,
        deadline=_deadline(clock.target, runs, calendar) if running else None,
        margin=clock.target - elapsed,
    )


def percent_used(reading: ClockReading) -> int:
    """Whole percent of the target that is used, rounded down: 99.951 % never reads as 100."""
    return int(reading.elapsed * 100 // reading.target) if reading.target else 100


def _history(clock: ServiceClock, *, at: datetime) -> tuple[list[Span], ClockEventKind]:
    """When the clock ran until ``at``, and what moved it last.

    Stopping a clock that stands and starting one that runs change nothing. A clock that has
    not started stands at its beginning.
    """
    runs: list[Span] = []
    since: datetime | None = None
    last = ClockEventKind.START
    for event in sorted(clock.events, key=lambda event: event.at):
        if event.at > at or last is ClockEventKind.CANCEL:
            break
        last = event.kind
        if event.kind in (ClockEventKind.START, ClockEventKind.RESUME):
            since = since or event.at
        elif since is not None:
            runs.append((since, event.at))
            since = None
    if since is not None:
        runs.append((since, at))
    return runs, last


def _state(last: ClockEventKind, *, breached: bool) -> ClockState:
    if breached:
        return ClockState.BREACHED
    match last:
        case ClockEventKind.START | ClockEventKind.RESUME:
            return ClockState.RUNNING
        case ClockEventKind.STOP:
            return ClockState.MET
        case ClockEventKind.CANCEL:
            return ClockState.CANCELED


def _deadline(target: timedelta, runs: list[Span], calendar: Calendar) -> datetime | None:
    """The instant at which the target is used up if the clock runs on; in the past once it was."""
    left = target
    for start, end in runs[:-1]:
        worked = working_time(start, end, calendar)
        if worked >= left:
            return deadline_of(start, left, calendar)
        left -= worked
    return deadline_of(runs[-1][0], left, calendar) if runs else None
