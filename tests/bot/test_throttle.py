"""Slack's limits are kept without asking, and Slack's own word overrules our counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.methods import METHODS
from bot.slack.outcomes import Later
from bot.slack.throttle import CHANNEL_BURST, CHANNEL_EVERY, ON_ITS_WAY, PATIENCE, Drip, Throttle, Window


class Time:
    """Sleeping is instantaneous, and takes as long as it says."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def throttle(time: Time) -> Throttle:
    return Throttle(METHODS, now=time.now, sleep=time.sleep)


async def test_a_minutes_calls_go_out_at_once(throttle: Throttle, time: Time) -> None:
    for _ in range(METHODS["conversations.create"].per_minute):
        await throttle.turn("conversations.create")
    assert time.at == 0


async def test_what_is_further_away_than_our_patience_goes_back_to_the_outbox(throttle: Throttle) -> None:
    for _ in range(METHODS["conversations.create"].per_minute):
        await throttle.turn("conversations.create")
    with pytest.raises(Later) as later:
        await throttle.turn("conversations.create")
    assert timedelta(seconds=60 - PATIENCE) <= later.value.after <= timedelta(seconds=60)


async def test_only_what_people_wait_for_is_waited_for(throttle: Throttle, time: Time) -> None:
    """A pin that waits in a slot would keep an invitation out of it."""
    for method in ("conversations.create", "pins.add"):
        for _ in range(METHODS[method].per_minute):
            await throttle.turn(method)
    time.at = 57
    with pytest.raises(Later):
        await throttle.turn("pins.add")
    assert time.at == 57
    await throttle.turn("conversations.create")
    assert time.at == 60 + ON_ITS_WAY, "Slack heard of the last one a moment after we sent it"
    await throttle.turn("pins.add")


async def test_one_method_at_its_limit_holds_up_no_other(throttle: Throttle, time: Time) -> None:
    for _ in range(METHODS["conversations.create"].per_minute):
        await throttle.turn("conversations.create")
    await throttle.turn("conversations.invite")
    assert time.at == 0


async def test_a_channel_gets_a_short_burst_and_then_a_message_a_second(
    throttle: Throttle, time: Time
) -> None:
    for _ in range(CHANNEL_BURST + 3):
        await throttle.turn("chat.postMessage", channel="C1")
    assert time.at == pytest.approx(3 * CHANNEL_EVERY)
    await throttle.turn("chat.postMessage", channel="C2")
    assert time.at == pytest.approx(3 * CHANNEL_EVERY)


async def test_a_pause_that_slack_asks_for_is_kept(throttle: Throttle, time: Time) -> None:
    throttle.pause("chat.update", timedelta(seconds=5))
    await throttle.turn("chat.update")
    assert time.at == pytest.approx(5)
    throttle.pause("chat.update", timedelta(seconds=30))
    with pytest.raises(Later):
        await throttle.turn("chat.update")


async def test_who_slept_looks_whether_slack_asked_for_a_pause_meanwhile(time: Time) -> None:
    """Otherwise everybody who waited runs into the same refusal."""
    asked = iter([3.0, 60.0])

    async def sleep(seconds: float) -> None:
        time.at += seconds
        made.pause("chat.update", timedelta(seconds=next(asked)))

    made = Throttle(METHODS, now=time.now, sleep=sleep)
    made.pause("chat.update", timedelta(seconds=2))
    with pytest.raises(Later):
        await made.turn("chat.update")
    assert time.at == pytest.approx(5)


async def test_channels_at_rest_are_forgotten(time: Time, throttle: Throttle) -> None:
    """A bot lives for months; the memory of its channels must not."""
    for number in range(6000):
        await throttle.turn("chat.postMessage", channel=f"C{number}")
        time.at += 5
    assert len(throttle._channels) <= 5002


gaps = st.lists(st.floats(min_value=0, max_value=30), max_size=120)


@given(gaps=gaps, count=st.integers(min_value=1, max_value=20))
def test_however_calls_come_no_minute_sees_more_than_the_limit(gaps: list[float], count: int) -> None:
    window, now, taken = Window(count, 60.0), 0.0, []
    for gap in gaps:
        now += gap
        at = window.earliest(now)
        window.take(at)
        taken.append(at)
    taken.sort()
    for i, first in enumerate(taken):
        assert len([at for at in taken[i:] if at < first + 60 - 1e-6]) <= count


@given(gaps=gaps, burst=st.integers(min_value=1, max_value=6))
def test_a_drip_lets_through_a_burst_and_one_a_second(gaps: list[float], burst: int) -> None:
    drip, now, taken = Drip(1.0, burst), 0.0, []
    for gap in gaps:
        now += gap
        at = drip.earliest(now)
        drip.take(at)
        taken.append(at)
    for i, first in enumerate(taken):
        for j, later in enumerate(taken[i:]):
            assert j + 1 <= burst + (later - first) + 1e-6
