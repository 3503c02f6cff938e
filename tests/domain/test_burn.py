"""Error budgets are read exactly: a rate that is the factor does not exceed it, on any machine."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.burn import burns, factor, rate, understood
from playbooks.domain.signal import Measured, Signal, SignalKind, SignalStatus
from playbooks.monitored import Objective
from playbooks.schema import BurnWindow
from tests.domain.outages import HANDBOOK, at

BURN = HANDBOOK.playbook.burn
[OBJECTIVE] = HANDBOOK.catalogue.services["checkout"].objectives
FAST = BURN.windows[0]
HOUR, FIVE_MINUTES = timedelta(hours=1), timedelta(minutes=5)


def objective(days: int) -> Objective:
    return Objective.model_validate({"name": "x", "target": "99.9%", "period": timedelta(days=days)})


def counted(**bad_of: tuple[int, int]) -> dict[timedelta, Measured]:
    """``h1=(bad, total)`` over one hour, ``m5`` over five minutes."""
    windows = {"h1": HOUR, "m5": FIVE_MINUTES}
    return {
        windows[name]: Measured(window=windows[name], bad=bad, total=total)
        for name, (bad, total) in bad_of.items()
    }


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(30, ["14.4", "6", "3", "1"], id="thirty days"),
        pytest.param(28, ["13.44", "5.6", "2.8", Fraction(14, 15)], id="four weeks"),
    ],
)
def test_the_factors_of_the_shipped_windows(days: int, expected: list[str]) -> None:
    assert [factor(window, objective(days)) for window in BURN.windows] == [Fraction(e) for e in expected]


@pytest.mark.parametrize(
    ("counts", "fires"),
    [
        pytest.param(counted(h1=(150, 10_000), m5=(16, 1000)), True, id="15 and 16 are above 14.4"),
        pytest.param(counted(h1=(144, 10_000), m5=(16, 1000)), False, id="exactly the factor"),
        pytest.param(counted(h1=(145, 10_000), m5=(16, 1000)), True, id="one event more is"),
        pytest.param(counted(h1=(150, 10_000), m5=(0, 1000)), False, id="it is over"),
        pytest.param(counted(h1=(0, 10_000), m5=(500, 1000)), False, id="too short to matter"),
        pytest.param(counted(h1=(99, 10_000), m5=(99, 99)), None, id="too few events to tell"),
        pytest.param(counted(h1=(100, 10_000), m5=(100, 100)), False, id="just enough to tell"),
        pytest.param(counted(h1=(0, 0), m5=(0, 0)), None, id="nothing happened"),
        pytest.param(counted(h1=(150, 10_000)), None, id="the short window was not counted"),
    ],
)
def test_a_pair_of_windows(counts: dict[timedelta, Measured], *, fires: bool | None) -> None:
    assert burns(FAST, counts, OBJECTIVE, min_events=BURN.min_events) is fires


def test_an_exact_rate_is_exact() -> None:
    """In floating point this is 14.999…"""
    assert rate(Measured(window=HOUR, bad=15, total=1000), OBJECTIVE) == 15


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 9999), st.integers(1, 100))
def test_the_rate_is_the_one_of_whole_numbers(total: int, bad: int, target: int, percent: int) -> None:
    """The same question asked without any fraction: cross-multiplied integers."""
    bad = min(bad, total)
    goal = Objective.model_validate({"name": "x", "target": f"{target}/10000", "period": timedelta(days=30)})
    pair = BurnWindow(name="page", budget=Fraction(percent, 100), long=HOUR, short=FIVE_MINUTES)
    both = {w: Measured(window=w, bad=bad, total=total) for w in (HOUR, FIVE_MINUTES)}
    by_hand = bad * 10_000 * 100 > percent * 720 * (10_000 - target) * total
    assert burns(pair, both, goal, min_events=1) is by_hand


# ------------------------------------------------------------------ counts become alerts
def counts(service: str = "checkout", name: str = "availability", **bad_of: tuple[int, int]) -> Signal:
    return Signal(
        source="sli",
        dedup_key="checkout/availability/production",
        origin="ledger",
        status=SignalStatus.NODATA,
        kind=SignalKind.SLO_BURN,
        severity=3,
        service_hint=service,
        env="production",
        title="Budget",
        link="",
        occurred_at=at(0),
        starts_at=None,
        ends_at=None,
        objective=name,
        measured=tuple(counted(**bad_of).values()),
    )


def test_counts_that_burn_are_an_alert_of_their_window() -> None:
    [alert] = understood([counts(h1=(150, 10_000), m5=(16, 1000))], HANDBOOK)
    assert (alert.status, alert.kind, alert.severity) == (SignalStatus.FIRING, SignalKind.SLO_BURN, 2)
    assert alert.labels == {"window": "page", "objective": "availability", "burn_rate": "15"}
    assert alert.dedup_key.endswith(":page")


def test_counts_that_do_not_burn_end_it() -> None:
    [alert] = understood([counts(h1=(150, 10_000), m5=(0, 1000))], HANDBOOK)
    assert (alert.status, alert.ends_at) == (SignalStatus.RESOLVED, at(0))


def test_too_few_events_say_nothing_not_even_that_it_is_over() -> None:
    assert list(understood([counts(h1=(1, 5), m5=(0, 1))], HANDBOOK)) == []


@pytest.mark.parametrize(
    "unknown",
    [counts(service="nobody", h1=(1, 1)), counts(name="latency", h1=(1, 1))],
    ids=["service", "name"],
)
def test_counts_for_an_unknown_objective_are_listed_and_place_nowhere(unknown: Signal) -> None:
    [alert] = understood([unknown], HANDBOOK)
    assert alert.kind is SignalKind.NODATA
    assert HANDBOOK.place(alert.service_hint, alert.labels) is None
