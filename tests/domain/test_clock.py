"""Service-level clocks: derived from their events, exact to the instant, never counted up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.catalogue import Calendar, Segment
from playbooks.domain.clock import percent_used, read
from playbooks.domain.ids import ClockId, IncidentId
from playbooks.domain.sla import ClockEvent, ClockEventKind, ClockReading, ClockState, ServiceClock

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
ALWAYS = Calendar(zone="UTC")
OFFICE = Calendar(
    zone="Europe/Paris",
    week=tuple(Segment(day=d, open="08:00", close="17:00") for d in ("mon", "tue", "wed", "thu", "fri")),
)
START, STOP, RESUME, CANCEL = ClockEventKind


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def clock(*events: tuple[ClockEventKind, float], target: float = 240) -> ServiceClock:
    """A clock with events at so many minutes after T0 and a target in minutes."""
    return ServiceClock(
        id=ClockId("k1"),
        incident=IncidentId(7),
        agreement="gold-restore",
        metric="restore",
        target=minutes(target),
        calendar="always",
        events=tuple(ClockEvent(kind=kind, at=T0 + minutes(at), reason="because") for kind, at in events),
    )


def at(after: float, *events: tuple[ClockEventKind, float], target: float = 240) -> ClockReading:
    return read(clock(*events, target=target), ALWAYS, at=T0 + minutes(after))


@pytest.mark.parametrize(
    ("events", "after", "state", "elapsed", "deadline"),
    [
        pytest.param([(START, 0)], 60, ClockState.RUNNING, 60, 240, id="running"),
        pytest.param([(START, 0)], 240, ClockState.RUNNING, 240, 240, id="exactly on target"),
        pytest.param([(START, 0)], 241, ClockState.BREACHED, 241, 240, id="one minute over"),
        pytest.param([(START, 0), (STOP, 240)], 500, ClockState.MET, 240, None, id="stopped on target"),
        pytest.param([(START, 0), (STOP, 241)], 500, ClockState.BREACHED, 241, None, id="stopped too late"),
        pytest.param([(START, 0), (STOP, 30)], 20, ClockState.RUNNING, 20, 240, id="before it was stopped"),
        pytest.param(
            [(START, 0), (STOP, 60), (RESUME, 120)], 180, ClockState.RUNNING, 120, 300, id="reopened"
        ),
        pytest.param(
            [(START, 0), (STOP, 250), (RESUME, 300)],
            310,
            ClockState.BREACHED,
            260,
            240,
            id="breach is sticky",
        ),
        pytest.param(
            [(START, 0), (STOP, 240), (RESUME, 300)],
            310,
            ClockState.BREACHED,
            250,
            240,
            id="used up to the last minute, then reopened",
        ),
        pytest.param([(START, 0), (CANCEL, 60)], 180, ClockState.CANCELED, 60, None, id="cancelled"),
        pytest.param(
            [(START, 0), (CANCEL, 300)], 400, ClockState.BREACHED, 300, None, id="cancelling undoes no breach"
        ),
        pytest.param(
            [(START, 0), (CANCEL, 60), (RESUME, 90)],
            180,
            ClockState.CANCELED,
            60,
            None,
            id="cancelled for good",
        ),
        pytest.param(
            [(START, -180)], 60, ClockState.RUNNING, 240, 60, id="attached late, counts from detection"
        ),
        pytest.param([(START, 0), (START, 30)], 60, ClockState.RUNNING, 60, 240, id="started twice"),
        pytest.param([(START, 0), (STOP, 30), (STOP, 40)], 60, ClockState.MET, 30, None, id="stopped twice"),
        pytest.param([(STOP, 30), (START, 0)], 60, ClockState.MET, 30, None, id="events in the wrong order"),
        pytest.param([(START, 30)], 0, ClockState.RUNNING, 0, None, id="not started yet"),
    ],
)
def test_a_clock_says_what_its_events_say(
    events: list[tuple[ClockEventKind, float]],
    after: float,
    state: ClockState,
    elapsed: float,
    deadline: float | None,
) -> None:
    reading = at(after, *events)
    assert (reading.state, reading.elapsed) == (state, minutes(elapsed))
    assert reading.deadline == (None if deadline is None else T0 + minutes(deadline))
    assert reading.margin == minutes(240 - elapsed)


def test_a_clock_of_office_hours_stands_at_night() -> None:
    """Friday 21:00 to Monday 09:30 with an eight-hour target: 1 h 30 worked, 18 % used."""
    paris = ZoneInfo("Europe/Paris")
    start = datetime(2025, 12, 12, 21, tzinfo=paris)
    running = clock((START, (start - T0) / minutes(1)), target=480)
    reading = read(running, OFFICE, at=datetime(2025, 12, 15, 9, 30, tzinfo=paris))
    assert reading.elapsed == minutes(90)
    assert reading.deadline == datetime(2025, 12, 15, 16, tzinfo=paris)
    assert percent_used(reading) == 18


@pytest.mark.parametrize(
    ("elapsed", "percent"),
    [(0, 0), (0.99951, 99), (1, 100), (1.00001, 100), (7.56, 756)],
)
def test_a_share_is_rounded_down_so_that_nearly_is_not_yet(elapsed: float, percent: int) -> None:
    assert percent_used(at(100_000 * elapsed, (START, 0), target=100_000)) == percent


histories = st.lists(
    st.tuples(st.sampled_from([STOP, RESUME]), st.integers(1, 400).map(float)),
    max_size=5,
    unique_by=lambda e: e[1],
)


@settings(max_examples=100)
@given(history=histories, after=st.integers(0, 500))
def test_while_it_runs_a_clock_breaches_right_after_its_deadline(
    history: list[tuple[ClockEventKind, float]], after: int
) -> None:
    reading = at(after, (START, 0), *history)
    assert (reading.state is ClockState.BREACHED) is (reading.elapsed > reading.target)
    if reading.deadline is not None:
        over = reading.deadline < T0 + minutes(after)
        assert over is (reading.state is ClockState.BREACHED)


@settings(max_examples=100)
@given(history=histories, first=st.integers(0, 500), second=st.integers(0, 500))
def test_a_breach_is_never_undone_by_time(
    history: list[tuple[ClockEventKind, float]], first: int, second: int
) -> None:
    early, late = sorted((first, second))
    if at(early, (START, 0), *history).state is ClockState.BREACHED:
        assert at(late, (START, 0), *history).state is ClockState.BREACHED
