"""Instants in sentences: in Slack as Slack's dates, outside as UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.views.answers import refused, refused_plainly
from handlers.views.text import dated
from playbooks.domain.errors import SeatTaken
from playbooks.domain.ids import UserId
from playbooks.domain.instants import day_and_time_of, plainly, time_of, time_to_the_second
from playbooks.loader import load
from tests.clock import START
from tests.library import CATALOGUE, PLAYBOOK

PARIS = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("said", "outside"),
    [
        pytest.param(time_of(datetime(2026, 3, 2, 14, 3, tzinfo=PARIS)), "12:03 UTC", id="time"),
        pytest.param(
            time_to_the_second(datetime(2026, 3, 2, 14, 3, 9, tzinfo=PARIS)), "12:03:09 UTC", id="secs"
        ),
        pytest.param(
            day_and_time_of(datetime(2026, 3, 2, 14, 3, tzinfo=PARIS)), "2026-03-02 12:03 UTC", id="day"
        ),
    ],
)
def test_an_instant_is_slacks_date_with_utc_for_everybody_else(said: str, outside: str) -> None:
    assert said.startswith(("<!date^1772452980^", "<!date^1772452989^"))
    assert plainly(f"It ended at {said}.") == f"It ended at {outside}."
    assert dated(f"by {said}") == f"by {said}"


def test_a_refusal_shows_its_instant_in_the_readers_zone_and_utc_elsewhere() -> None:
    no = SeatTaken(UserId("U0ADA"), START)
    assert f"<!date^{int(START.timestamp())}^{{time}}|" in refused(no.in_slack).text
    assert f"took command at {START:%H:%M} UTC" in str(no)
    below = refused_plainly(no.in_slack, load(PLAYBOOK, CATALOGUE))
    assert f"Ada took command at {START:%H:%M} UTC" in below
    assert "<" not in below


@given(st.text(alphabet="<>!@#^|{}&acehlmnt019:U "))
def test_nothing_but_dates_keeps_its_power(words: str) -> None:
    shown = dated(words)
    assert "<!channel" not in shown
    assert "<" not in shown.replace("<!date^", "")
