"""A storm is welcome; whoever never stops is told when to come back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.buckets import Buckets


def test_a_burst_is_let_in_and_the_rest_is_told_when() -> None:
    time = [0.0]
    buckets = Buckets(rate=0.5, burst=3, now=lambda: time[0])
    assert [buckets.take("a") for _ in range(4)] == [None, None, None, timedelta(seconds=2)]
    assert buckets.take("b") is None, "another source has a bucket of its own"
    time[0] = 1.0
    assert buckets.take("a") == timedelta(seconds=1)
    time[0] = 2.0
    assert [buckets.take("a"), buckets.take("a")] == [None, timedelta(seconds=2)]


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 5), st.integers(1, 10))
def test_nobody_gets_more_than_the_burst_and_what_flowed_in(
    pauses: list[float], rate: int, burst: int
) -> None:
    time = [0.0]
    buckets = Buckets(rate=rate, burst=burst, now=lambda: time[0])
    admitted = 0
    for pause in pauses:
        time[0] += pause
        wait = buckets.take("a")
        admitted += wait is None
        if wait is not None:
            now, time[0] = time[0], time[0] + wait.total_seconds() + 1e-6
            assert buckets.take("a") is None, "whoever waits as told is let in"
            admitted += 1
            assert time[0] > now
    assert admitted <= burst + time[0] * rate + 1
