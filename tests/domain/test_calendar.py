"""Working time and deadlines, on ordinary days and on the nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.catalogue import Calendar, Segment
from playbooks.domain.calendar import WEEK, NeverOpen, deadline, working_time

PARIS = ZoneInfo("Europe/Paris")
WORKDAYS = WEEK[:5]


def week(opens: str, closes: str, days: tuple[str, ...] = WEEK) -> tuple[Segment, ...]:
    return tuple(Segment(day=day, open=opens, close=closes) for day in days)


ALWAYS = Calendar(zone="UTC")
OFFICE = Calendar(zone="Europe/Paris", week=week("09:00", "17:00", WORKDAYS))
EARLY_OFFICE = Calendar(zone="Europe/Paris", week=week("08:00", "17:00", WORKDAYS))
NIGHT = Calendar(zone="Europe/Paris", week=week("00:00", "06:00"))
NEW_YORK = Calendar(zone="America/New_York", week=week("09:00", "17:00", WORKDAYS))


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "worked"),
    [
        pytest.param(OFFICE, paris(2026, 6, 2, 14), paris(2026, 6, 3, 9), 3, id="overnight"),
        pytest.param(
            EARLY_OFFICE, paris(2025, 12, 12, 21), paris(2025, 12, 15, 9, 30), 1.5, id="over a weekend"
        ),
        pytest.param(NIGHT, paris(2026, 3, 28), paris(2026, 3, 28, 12), 6, id="an ordinary night"),
        pytest.param(NIGHT, paris(2026, 3, 29), paris(2026, 3, 29, 12), 5, id="the night clocks go forward"),
        pytest.param(NIGHT, paris(2026, 10, 25), paris(2026, 10, 25, 12), 7, id="the night clocks go back"),
        pytest.param(
            Calendar(zone="Europe/Paris", week=week("01:00", "02:30")),
            paris(2026, 10, 25),
            paris(2026, 10, 25, 12),
            2.5,
            id="closing inside the repeated hour takes its second half too",
        ),
        pytest.param(
            Calendar(zone="Europe/Paris", week=week("02:00", "03:00")),
            paris(2026, 3, 29),
            paris(2026, 3, 29, 12),
            0,
            id="hours that the clocks skip are empty",
        ),
        pytest.param(
            Calendar(zone="Europe/Paris", week=week("02:30", "06:00")),
            paris(2026, 3, 29),
            paris(2026, 3, 29, 12),
            3,
            id="opening inside the skipped hour opens when it ends",
        ),
        pytest.param(
            Calendar(zone="Pacific/Apia", week=week("09:00", "17:00")),
            datetime(2011, 12, 29, tzinfo=UTC),
            datetime(2012, 1, 1, tzinfo=UTC),
            24,
            id="the day Samoa skipped",
        ),
        pytest.param(ALWAYS, paris(2026, 3, 28), paris(2026, 3, 30), 47, id="around the clock"),
        pytest.param(OFFICE, paris(2026, 6, 3), paris(2026, 6, 2), 0, id="backwards is nothing"),
        pytest.param(
            OFFICE, paris(2026, 6, 2, 17), paris(2026, 6, 3, 9), 0, id="from closing to opening, half-open"
        ),
        pytest.param(
            Calendar(zone="Europe/Paris", week=OFFICE.week, holidays=(date(2026, 6, 2),)),
            paris(2026, 6, 1),
            paris(2026, 6, 4),
            16,
            id="a holiday does not count",
        ),
        pytest.param(
            Calendar(zone="Europe/Paris", holidays=(date(2026, 6, 2),)),
            paris(2026, 6, 1),
            paris(2026, 6, 4),
            48,
            id="a holiday without opening hours does not count either",
        ),
        pytest.param(
            Calendar(zone="UTC", week=(*week("09:00", "13:00"), *week("12:00", "14:00"))),
            datetime(2026, 6, 2, tzinfo=UTC),
            datetime(2026, 6, 3, tzinfo=UTC),
            5,
            id="overlapping hours count once",
        ),
        pytest.param(
            Calendar(zone="UTC", week=week("18:00", "24:00")),
            datetime(2026, 6, 2, tzinfo=UTC),
            datetime(2026, 6, 4, tzinfo=UTC),
            12,
            id="until midnight",
        ),
    ],
)
def test_time_counts_while_it_is_open(
    calendar: Calendar, start: datetime, end: datetime, worked: float
) -> None:
    assert working_time(start, end, calendar) == hours(worked)


@pytest.mark.parametrize(
    ("calendar", "start", "target", "due"),
    [
        pytest.param(
            OFFICE, paris(2026, 6, 2, 9), 8, paris(2026, 6, 2, 17), id="closing time, not the next morning"
        ),
        pytest.param(OFFICE, paris(2026, 6, 5, 16), 4, paris(2026, 6, 8, 12), id="over a weekend"),
        pytest.param(
            ALWAYS, paris(2026, 3, 28, 23), 4, paris(2026, 3, 29, 4), id="around the clock, into summer time"
        ),
        pytest.param(
            NEW_YORK,
            paris(2026, 3, 10, 10),
            4,
            paris(2026, 3, 10, 18),
            id="America is in summer time already",
        ),
        pytest.param(NEW_YORK, paris(2026, 6, 2, 10), 4, paris(2026, 6, 2, 19), id="both in summer time"),
        pytest.param(
            EARLY_OFFICE, paris(2026, 6, 2, 20), 0.5, paris(2026, 6, 3, 8, 30), id="begun after hours"
        ),
        pytest.param(OFFICE, paris(2026, 6, 6, 12), 0, paris(2026, 6, 6, 12), id="no target is due at once"),
    ],
)
def test_a_deadline_is_the_first_instant_at_which_the_target_is_used_up(
    calendar: Calendar, start: datetime, target: float, due: datetime
) -> None:
    assert deadline(start, hours(target), calendar) == due


def test_a_deadline_is_given_in_utc() -> None:
    assert deadline(paris(2026, 6, 2, 9), hours(1), OFFICE).tzinfo is UTC
    assert deadline(paris(2026, 6, 2, 9), hours(1), ALWAYS).tzinfo is UTC


def test_a_calendar_that_never_opens_has_no_deadline() -> None:
    shut = Calendar(zone="UTC", week=week("09:00", "09:00"))
    with pytest.raises(NeverOpen):
        deadline(paris(2026, 6, 2), hours(1), shut)


# ------------------------------------------------------------------ properties
ends = st.sampled_from([("00:00", "06:00"), ("06:00", "12:00"), ("09:00", "17:00"), ("12:00", "24:00")])
calendars = st.builds(
    lambda zone, spans, days: Calendar(
        zone=zone, week=tuple(Segment(day=day, open=o, close=c) for day in days for o, c in spans)
    ),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.lists(ends, min_size=1, max_size=2, unique=True),
    st.sets(st.sampled_from(WEEK), min_size=1),
)
# Around the nights on which clocks change in Europe, America and Australia.
instants = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 7, tzinfo=UTC),
            datetime(2026, 3, 28, tzinfo=UTC),
            datetime(2026, 4, 3, tzinfo=UTC),
            datetime(2026, 10, 24, tzinfo=UTC),
        ]
    ),
    st.integers(0, 3 * 24 * 60),
)
targets = st.integers(1, 30 * 60).map(lambda minutes: timedelta(minutes=minutes))


@settings(max_examples=60, deadline=None)
@given(calendar=calendars, start=instants, target=targets)
def test_at_the_deadline_the_target_is_used_up_and_a_second_earlier_it_is_not(
    calendar: Calendar, start: datetime, target: timedelta
) -> None:
    due = deadline(start, target, calendar)
    assert working_time(start, due, calendar) == target
    assert working_time(start, due - timedelta(seconds=1), calendar) < target


@settings(max_examples=60, deadline=None)
@given(calendar=calendars, at=instants, first=targets, second=targets)
def test_working_time_adds_up(calendar: Calendar, at: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = at + first, at + first + second
    whole = working_time(at, end, calendar)
    assert working_time(at, middle, calendar) + working_time(middle, end, calendar) == whole


@settings(max_examples=25, deadline=None)
@given(calendar=calendars, start=instants)
def test_working_time_agrees_with_looking_at_the_wall_clock_every_half_hour(
    calendar: Calendar, start: datetime
) -> None:
    step = timedelta(minutes=30)
    start = start.replace(minute=0)
    zone = ZoneInfo(calendar.zone)

    def opens(at: datetime) -> bool:
        wall = at.astimezone(zone)
        day, now = WEEK[wall.weekday()], f"{wall:%H:%M}"
        return any(s.day == day and s.open <= now < s.close for s in calendar.week)

    looks = sum((step for n in range(96) if opens(start + n * step)), timedelta(0))
    assert working_time(start, start + 96 * step, calendar) == looks
