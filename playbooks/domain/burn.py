"""Error budgets: when a service fails so often that its promise will not hold.

The burn rate is the share of bad events divided by the share that the objective allows. A
pair of windows fires if the rate is above its factor over both: the long one says that it
matters, the short one that it still goes on. All in exact fractions, because a rate that is
exactly the factor must not depend on how a machine rounds.

Source: Google, The Site Reliability Workbook, chapter 5, "multiwindow, multi-burn-rate alerts".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from playbooks.domain.handbook import Handbook
from playbooks.domain.signal import Measured, Signal, SignalKind, SignalStatus
from playbooks.monitored import Objective
from playbooks.schema import Burn, BurnWindow

WINDOW_LABEL = "window"
"""The label in which a burn rate says which windows it was read over."""
_PAGE = "page"
_PAGED, _NOTED = 2, 3
"""Alert severities: what pages is serious, the rest is a warning until a rule says more."""


def factor(window: BurnWindow, objective: Objective) -> Fraction:
    """The rate at which a window's share of the whole budget is spent within its long window."""
    return window.budget * _seconds(objective.period) / _seconds(window.long)


def rate(counted: Measured, objective: Objective) -> Fraction:
    """How many times faster than allowed the budget is spent. ``counted.total`` is not zero."""
    return Fraction(counted.bad, counted.total) / (1 - objective.target)


def burns(
    window: BurnWindow, counted: Mapping[timedelta, Measured], objective: Objective, *, min_events: int
) -> bool | None:
    """Whether a pair of windows fires; None if too little was counted to tell."""
    long, short = counted.get(window.long), counted.get(window.short)
    if long is None or short is None or min(short.total, long.total) < min_events:
        return None
    limit = factor(window, objective)
    return rate(long, objective) > limit and rate(short, objective) > limit


def understood(signals: Iterable[Signal], handbook: Handbook) -> Iterator[Signal]:
    """The signals, with counts of good and bad events turned into alerts on burn rates.

    Each name among the windows is an alert of its own. Counts that no objective is known for
    become missing data on a service that nobody knows, so that operators see them listed.
    """
    for signal in signals:
        if not signal.measured:
            yield signal
            continue
        objective = _objective(signal, handbook)
        if objective is None:
            yield _unknown(signal)
        else:
            yield from _told(signal, objective, handbook.playbook.burn)


def _told(signal: Signal, objective: Objective, burn: Burn) -> Iterator[Signal]:
    counted = {each.window: each for each in signal.measured}
    for name in dict.fromkeys(window.name for window in burn.windows):
        pairs = [window for window in burn.windows if window.name == name]
        said = [burns(pair, counted, objective, min_events=burn.min_events) for pair in pairs]
        if any(answer is not None for answer in said):
            yield _alert(signal, objective, name, worst=_worst(pairs, counted, objective), fires=any(said))


def _alert(signal: Signal, objective: Objective, name: str, *, worst: Fraction, fires: bool) -> Signal:
    return replace(
        signal,
        dedup_key=f"{signal.dedup_key}:{name}",
        status=SignalStatus.FIRING if fires else SignalStatus.RESOLVED,
        kind=SignalKind.SLO_BURN,
        severity=_PAGED if name == _PAGE else _NOTED,
        labels={
            **signal.labels,
            WINDOW_LABEL: name,
            "objective": objective.name,
            "burn_rate": f"{float(worst):.4g}",
        },
        ends_at=None if fires else signal.occurred_at,
        measured=(),
    )


def _worst(
    pairs: Sequence[BurnWindow], counted: Mapping[timedelta, Measured], objective: Objective
) -> Fraction:
    """The highest rate over the long windows that were counted."""
    seen = [counted[pair.long] for pair in pairs if pair.long in counted]
    return max((rate(each, objective) for each in seen if each.total), default=Fraction(0))


def _unknown(signal: Signal) -> Signal:
    return replace(
        signal,
        status=SignalStatus.NODATA,
        kind=SignalKind.NODATA,
        service_hint=f"{signal.service_hint} ({signal.objective})",
        title="Counts for an objective that the catalogue does not know",
        measured=(),
    )


def _objective(signal: Signal, handbook: Handbook) -> Objective | None:
    service = handbook.service_named(signal.service_hint)
    known = handbook.catalogue.services[service].objectives if service is not None else ()
    return next((objective for objective in known if objective.name == signal.objective), None)


def _seconds(duration: timedelta) -> Fraction:
    return Fraction(duration // timedelta(microseconds=1), 1_000_000)
