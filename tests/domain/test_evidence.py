"""The strip of alerts: what it shows, in a picture and in words, and how large it may become."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from handlers.chart import WIDTH, png
from playbooks.domain.evidence import MAX_LANES, MAX_WORDS, Strip, in_words, strip
from playbooks.domain.signal import Episode, Interval
from tests.domain.test_episode import alert, at, spans

DECLARED = at(300)


def seen(*pairs: tuple[int, int | None], title: str = "High errors", now: int = 600) -> Strip:
    found = strip([replace(alert(*pairs), title=title)], declared_at=DECLARED, at=at(now))
    assert found is not None
    return found


def test_it_says_the_same_in_words() -> None:
    assert in_words(seen((0, 120), (180, None))) == (
        "Alerts from 09:58 to 10:12 UTC; declared at 10:05. "
        "High errors (prometheus) fired from 10:00 to 10:02, from 10:03 on."
    )


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([(-30_000, -29_000), (0, None)], spans((0, None)), id="long over before"),
        pytest.param([(-30_000, 60)], spans((-21_300, 60)), id="cut to six hours"),
        pytest.param([(0, 900)], spans((0, None)), id="its end lies ahead"),
    ],
)
def test_only_the_time_around_the_declaration_is_shown(
    pairs: list[tuple[int, int | None]], expected: tuple[Interval, ...]
) -> None:
    assert seen(*pairs).lanes[0].spans == expected


def test_without_an_alert_in_its_time_there_is_no_strip() -> None:
    old = alert((-40_000, -39_000))
    assert strip([old], declared_at=DECLARED, at=at(600)) is None
    assert strip([], declared_at=DECLARED, at=at(600)) is None


@given(
    st.lists(
        st.tuples(st.integers(-30_000, 600), st.integers(0, 30_000) | st.none(), st.text(max_size=300)),
        max_size=12,
    ),
    st.integers(0, 90_000),
)
@settings(max_examples=25, deadline=None)
def test_whatever_fired_the_picture_is_small_and_the_words_fit(
    fired: list[tuple[int, int | None, str]], now: int
) -> None:
    episodes: list[Episode] = [
        replace(alert((start, None if lasts is None else start + lasts)), title=title)
        for start, lasts, title in fired
    ]
    drawn = strip(episodes, declared_at=DECLARED, at=at(max(now, 300)))
    if drawn is None:
        return
    assert len(in_words(drawn)) <= MAX_WORDS
    assert len(drawn.lanes) + drawn.more <= len(episodes)
    picture = Image.open(io.BytesIO(png(drawn)))
    assert picture.width == WIDTH
    assert picture.height < 110 + 60 * MAX_LANES


def test_what_fires_is_red_from_its_beginning_to_its_end() -> None:
    drawn = seen((0, 300), now=600)
    picture = Image.open(io.BytesIO(png(drawn))).convert("RGB")
    middle = 64 + 26

    def colour(moment: datetime) -> tuple[int, ...]:
        share = (moment - drawn.since) / (drawn.until - drawn.since)
        found = picture.getpixel((round(420 + share * (WIDTH - 36 - 420)), middle))
        assert isinstance(found, tuple)
        return found

    assert colour(at(150)) == (0xC4, 0x31, 0x4B)
    assert colour(at(-60)) != (0xC4, 0x31, 0x4B)
    assert colour(at(450) + timedelta(seconds=30)) != (0xC4, 0x31, 0x4B)


def test_a_title_that_the_font_cannot_draw_is_told_by_its_service() -> None:
    """Which service it is can be seen, and not one letter of it is an empty box."""
    strange = seen((0, None), title="支払いエラー")
    (lane,) = strange.lanes
    said = replace(strange, lanes=(replace(lane, title="Alert 1 on checkout"),))
    assert png(strange) == png(said)
    unknown = replace(strange, lanes=(replace(lane, service=""),))
    assert png(unknown) == png(replace(strange, lanes=(replace(lane, title="Alert 1"),)))
