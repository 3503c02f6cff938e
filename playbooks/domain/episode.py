"""The life of one alert: what its sender said, in whatever order it arrived.

Deliveries are repeated, delayed and reordered, so nothing here depends on when they come:
a signal speaks about the sender's instants, and an older one never overrules a newer one.
Silence is not recovery: only ``resolved`` ends a firing interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.ids import EpisodeId, ServiceName
from playbooks.domain.signal import Acknowledgement, Episode, Interval, Signal, SignalKind, SignalStatus
from playbooks.schema import Alerts

_REMEMBERED_WINDOWS = 4
"""How many flap windows of single intervals are kept; older ones are joined or dropped."""
_SEEN_BY = 8
"""How many acknowledgements of an alert are kept, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A signal's instants, made usable: none missing, none in the future."""

    occurred_at: datetime
    starts_at: datetime
    ends_at: datetime


def absorb(
    existing: Episode | None,
    signal: Signal,
    *,
    received_at: datetime,
    id: EpisodeId,  # noqa: A002 - the word of every record
    service: ServiceName | None,
    alerts: Alerts,
) -> Episode | None:
    """The episode after a signal; None if the signal changes nothing.

    ``existing`` is the newest episode of the signal's source and key, open or not. The
    answer carries ``id`` if the signal begins an episode of its own: the first of its key, or
    the first after a silence of at least a flap window. At equal times ``resolved`` wins.
    """
    said = _understood(signal, received_at)
    if signal.status is SignalStatus.ACKNOWLEDGED:
        return _acknowledged(existing, signal, said.occurred_at)
    if signal.status is SignalStatus.RESOLVED:
        after = existing and _resolved(existing, signal, said, received_at=received_at, alerts=alerts)
    elif existing is None or _begins_anew(existing, signal, said, alerts):
        return _begun(signal, said, received_at=received_at, id=id, service=service)
    elif _is_old_news(existing, said):
        return None
    else:
        after = _fired(existing, signal, said, received_at=received_at, service=service, alerts=alerts)
    return None if after == existing else after


def _acknowledged(existing: Episode | None, signal: Signal, at: datetime) -> Episode | None:
    """The episode with who saw it, and nothing else changed; None if that is known or of no episode."""
    seen = Acknowledgement(by=signal.by, where=signal.source, at=at)
    if existing is None or at < existing.intervals[0].start or seen in existing.acknowledged:
        return None
    by_time = sorted((*existing.acknowledged, seen), key=lambda a: (a.at, a.by))
    if (kept := tuple(by_time[-_SEEN_BY:])) == existing.acknowledged:
        return None
    return replace(existing, acknowledged=kept)


def _understood(signal: Signal, received_at: datetime) -> _Said:
    """Nothing happens after it was received (the sender's clock is ahead); year 1 means absent."""
    occurred_at = min(_given(signal.occurred_at) or received_at, received_at)
    starts_at = min(_given(signal.starts_at) or occurred_at, received_at)
    ends_at = min(_given(signal.ends_at) or occurred_at, received_at)
    return _Said(occurred_at=occurred_at, starts_at=starts_at, ends_at=ends_at)


def _given(instant: datetime | None) -> datetime | None:
    """Go programs, Alertmanager among them, write the zero time for an instant they do not have."""
    return None if instant is None or instant.year == 1 else instant


def _begins_anew(existing: Episode, signal: Signal, said: _Said, alerts: Alerts) -> bool:
    """Whether a firing belongs to an episode of its own.

    Missing data and an alert are different stories, unless one is still open: at most one
    episode of a key may be.
    """
    end = existing.intervals[-1].end
    if end is None or said.occurred_at <= existing.last_event_at:
        return False
    other_story = (existing.kind is SignalKind.NODATA) is not (signal.status is SignalStatus.NODATA)
    return other_story or said.starts_at - end >= max(alerts.keep, alerts.flap_window)


def _begun(
    signal: Signal,
    said: _Said,
    *,
    received_at: datetime,
    id: EpisodeId,  # noqa: A002 - the word of every record
    service: ServiceName | None,
) -> Episode:
    return Episode(
        id=id,
        source=signal.source,
        dedup_key=signal.dedup_key,
        origin=signal.origin,
        kind=_kind(signal),
        severity=signal.severity,
        service=service,
        service_hint=signal.service_hint,
        env=signal.env,
        title=signal.title,
        link=signal.link,
        intervals=(Interval(start=said.starts_at, end=None),),
        last_event_at=said.occurred_at,
        received_at=received_at,
        labels=signal.labels,
    )


def _kind(signal: Signal) -> SignalKind:
    return SignalKind.NODATA if signal.status is SignalStatus.NODATA else signal.kind


def _is_old_news(existing: Episode, said: _Said) -> bool:
    if existing.is_open:
        return said.occurred_at < existing.last_event_at
    return said.occurred_at <= existing.last_event_at


def _fired(
    existing: Episode,
    signal: Signal,
    said: _Said,
    *,
    received_at: datetime,
    service: ServiceName | None,
    alerts: Alerts,
) -> Episode:
    """A firing of an episode that goes on: told again, come back, or begun again unnoticed."""
    heard = replace(
        existing,
        last_event_at=said.occurred_at,
        received_at=max(existing.received_at, received_at),
    )
    if signal.status is SignalStatus.NODATA and existing.kind is not SignalKind.NODATA and existing.is_open:
        # Missing data is no recovery, so the alert still stands, and it is no alert either.
        return heard
    told = replace(
        heard,
        kind=_kind(signal),
        origin=signal.origin,
        severity=signal.severity,
        service=service,
        service_hint=signal.service_hint,
        env=signal.env,
        title=signal.title,
        link=signal.link,
        labels=signal.labels,
    )
    if existing.kind is not told.kind and SignalKind.NODATA in (existing.kind, told.kind):
        return replace(told, intervals=(Interval(start=said.starts_at, end=None),))
    return replace(told, intervals=_with_start(existing, signal, said, alerts))


def _with_start(existing: Episode, signal: Signal, said: _Said, alerts: Alerts) -> tuple[Interval, ...]:
    """The intervals with a firing that begins at an instant.

    If the newest interval is open and the sender names a later start, its ``resolved`` was
    lost; then the interval is known to have lasted until it was last heard of, and no longer.
    A difference too short to be a gap is two clocks, not two firings.
    """
    *before, newest = existing.intervals
    if newest.end is None:
        heard_until = min(existing.received_at, said.starts_at)
        if _given(signal.starts_at) is None or said.starts_at - heard_until < alerts.keep:
            return existing.intervals
        newest = Interval(start=newest.start, end=max(heard_until, newest.start))
    end = newest.end if newest.end is not None else newest.start
    begun = Interval(start=max(said.starts_at, end), end=None)
    return (*_joined((*before, newest), begun.start, alerts), begun)


def _joined(intervals: tuple[Interval, ...], at: datetime, alerts: Alerts) -> tuple[Interval, ...]:
    """Intervals with the long past made small, so that a record cannot grow for ever.

    What ended before the remembered windows is joined with what follows it if the gap was
    noise, and dropped if it was not: no answer about the present depends on it.
    """
    horizon = at - _REMEMBERED_WINDOWS * max(alerts.flap_window, alerts.keep)
    kept: list[Interval] = []
    for interval in intervals:
        previous = kept[-1].end if kept else None
        if previous is not None and previous < horizon:
            start = kept.pop().start
            joins = interval.start - previous < alerts.keep
            kept.append(Interval(start=start if joins else interval.start, end=interval.end))
        else:
            kept.append(interval)
    return tuple(kept)


def _resolved(
    existing: Episode, signal: Signal, said: _Said, *, received_at: datetime, alerts: Alerts
) -> Episode:
    newest = existing.intervals[-1]
    if newest.end is not None or said.ends_at < newest.start or said.occurred_at < existing.last_event_at:
        return _amended(existing, signal, said)
    *before, newest = _with_start(existing, signal, said, alerts)
    closed = Interval(start=newest.start, end=max(newest.start, said.ends_at))
    return replace(
        existing,
        intervals=(*before, closed),
        last_event_at=said.occurred_at,
        received_at=max(existing.received_at, received_at),
    )


def _amended(existing: Episode, signal: Signal, said: _Said) -> Episode:
    """A late ``resolved`` of an interval that is already past: its true end, told afterwards.

    The start that the sender names selects the interval; without one nothing is selected.
    """
    if _given(signal.starts_at) is None:
        return existing
    intervals = list(existing.intervals)
    for position, interval in enumerate(intervals[:-1]):
        if interval.start == said.starts_at and interval.end is not None:
            end = min(max(interval.end, said.ends_at), intervals[position + 1].start)
            intervals[position] = Interval(start=interval.start, end=end)
    return replace(existing, intervals=tuple(intervals))
