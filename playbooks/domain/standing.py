"""Whether an alert stands: not what its sender said last, but what can be believed of it.

Alerts come and go around a threshold. A short gap is noise, a short burst is no outage yet,
and an alert that changes all the time says only that something is restless.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.signal import Episode, Interval
from playbooks.schema import Alerts


def stitched(episode: Episode, keep: timedelta) -> tuple[Interval, ...]:
    """Firing intervals with the short gaps between them closed: a gap shorter than ``keep`` is noise."""
    if len(episode.intervals) == 1:
        return episode.intervals
    runs = [episode.intervals[0]]
    for interval in episode.intervals[1:]:
        end = runs[-1].end
        if end is None or interval.start - end < keep:
            runs[-1] = Interval(start=runs[-1].start, end=interval.end)
        else:
            runs.append(interval)
    return tuple(runs)


def active(episode: Episode, at: datetime, keep: timedelta) -> bool:
    """Whether the alert stands at an instant; it stands until it has been quiet for ``keep``."""
    return _run_at(episode, at, keep) is not None


def qualified_since(episode: Episode, at: datetime, alerts: Alerts) -> datetime | None:
    """When the run that stands at an instant began; None if the alert does not stand.

    A flapping alert always stands, since its newest run: its silence cannot be trusted.
    """
    run = _run_at(episode, at, alerts.keep)
    if run is None and flapping(episode, at, alerts):
        run = stitched(episode, alerts.keep)[-1]
    return run.start if run else None


def qualified(episode: Episode, at: datetime, alerts: Alerts, sustained: timedelta) -> bool:
    """Whether the alert has stood for long enough to count. Flapping counts at once."""
    since = qualified_since(episode, at, alerts)
    return since is not None and (at - since >= sustained or flapping(episode, at, alerts))


def flapping(episode: Episode, at: datetime, alerts: Alerts) -> bool:
    """Whether the alert changes too often to be believed.

    It starts at ``flap_enter`` changes within the window before an instant and lasts until
    they have become as few as ``flap_leave``: two marks, so that the answer itself does not flap.
    """
    if 2 * len(episode.intervals) < alerts.flap_enter:
        return False  # it has not changed so often in all its life
    changes = [change for change in _changes(episode) if change <= at]

    def count(instant: datetime) -> int:
        return sum(instant - alerts.flap_window < change <= instant for change in changes)

    entered = [change for change in changes if count(change) >= alerts.flap_enter]
    if not entered:
        return False
    fading = [change + alerts.flap_window for change in changes]
    judged = [at, *(instant for instant in fading if entered[-1] < instant < at)]
    return all(count(instant) > alerts.flap_leave for instant in judged)


def next_change(episode: Episode, at: datetime, alerts: Alerts, sustained: timedelta) -> datetime | None:
    """The first instant after ``at`` at which an answer about the episode may change by itself.

    None if only another signal can change anything. Used to set a timer, so an instant too
    many is harmless and one too few is not.
    """
    instants = [change + alerts.flap_window for change in _changes(episode)]
    for run in stitched(episode, alerts.keep):
        instants.append(run.start + sustained)
        if run.end is not None:
            instants.append(run.end + alerts.keep)
    return min((instant for instant in instants if instant > at), default=None)


def quiet_since(episodes: Iterable[Episode], at: datetime, keep: timedelta) -> datetime | None:
    """Since when none of the alerts has stood; None while one does, or if there are none.

    The commander is asked about mitigation after long enough a quiet; nothing resolves by itself.
    """
    ends = [stitched(episode, keep)[-1].end for episode in episodes]
    quiet = [end + keep for end in ends if end is not None]
    if not quiet or len(quiet) < len(ends) or max(quiet) > at:
        return None
    return max(quiet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrest:
    """Why monitoring does not yet say that it is over."""

    standing: tuple[Episode, ...]
    """Alerts that stand now."""
    quiet_since: datetime | None
    """Since when none has, if none does; not for long enough."""


def unrest(episodes: Sequence[Episode], at: datetime, alerts: Alerts) -> Unrest | None:
    """What speaks against calling it over; None if monitoring was quiet for long enough, or never spoke."""
    standing = tuple(episode for episode in episodes if _run_at(episode, at, alerts.keep) is not None)
    since = quiet_since(episodes, at, alerts.keep)
    if standing:
        return Unrest(standing=standing, quiet_since=None)
    if since is not None and at < since + alerts.clear_for:
        return Unrest(standing=(), quiet_since=since)
    return None


def _run_at(episode: Episode, at: datetime, keep: timedelta) -> Interval | None:
    for run in stitched(episode, keep):
        if run.start <= at and (run.end is None or at < run.end + keep):
            return run
    return None


def _changes(episode: Episode) -> list[datetime]:
    """Every instant at which the alert came or went, oldest first."""
    return [
        instant
        for interval in episode.intervals
        for instant in (interval.start, interval.end)
        if instant is not None
    ]
