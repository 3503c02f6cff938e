"""A silent incident is asked about, then passed up, once each for one silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.stale import Rung, silence
from playbooks.schema import Stale
from tests.clock import START

AFTER = timedelta(minutes=30)
POLICY = Stale(after={1: AFTER}, escalate_after=timedelta(minutes=15))


@pytest.mark.parametrize(
    ("silent_for", "rung", "look_in"),
    [
        pytest.param(0, Rung.NONE, 30, id="somebody has just spoken"),
        pytest.param(29, Rung.NONE, 1, id="not yet"),
        pytest.param(30, Rung.COMMANDER, 15, id="exactly on the half hour"),
        pytest.param(44, Rung.COMMANDER, 1, id="asked, and not passed up yet"),
        pytest.param(45, Rung.DUTY, 30, id="passed up"),
        pytest.param(600, Rung.DUTY, 30, id="whoever should know does"),
    ],
)
def test_how_far_up_a_silence_goes(silent_for: int, rung: Rung, look_in: int) -> None:
    at = START + timedelta(minutes=silent_for)
    found = silence(START, at=at, after=AFTER, policy=POLICY)
    assert (found.rung, found.look_at - at) == (rung, timedelta(minutes=look_in))


@given(st.timedeltas(timedelta(0), timedelta(days=3)), st.timedeltas(timedelta(minutes=1), timedelta(days=1)))
def test_it_is_always_looked_at_again(silent_for: timedelta, after: timedelta) -> None:
    at = START + silent_for
    assert silence(START, at=at, after=after, policy=POLICY).look_at > at
