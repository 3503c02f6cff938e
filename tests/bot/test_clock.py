"""A rehearsal's time runs ahead by what a file says, whenever it says it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import RehearsalClock, SystemClock
from bot.ids import TimeSortedIds

SECOND = timedelta(seconds=1)


def write(file: Path, text: str, *, turn: int) -> None:
    file.write_text(text)
    os.utime(file, (turn, turn))


def ahead(clock: RehearsalClock) -> timedelta:
    return clock.now() - datetime.now(UTC)


def test_the_clock_knows_its_zone() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_the_offset_is_read_again_when_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "offset"
    write(file, "3600", turn=1)
    clock = RehearsalClock(file)
    assert abs(ahead(clock) - timedelta(hours=1)) < SECOND
    write(file, "7200.5\n", turn=2)
    assert abs(ahead(clock) - timedelta(hours=2, seconds=0.5)) < SECOND


@pytest.mark.parametrize("text", ["", "abc", "1e999", "nan"])
def test_a_half_written_file_changes_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "offset"
    write(file, "60", turn=1)
    clock = RehearsalClock(file)
    clock.now()
    write(file, text, turn=2)
    assert abs(ahead(clock) - timedelta(seconds=60)) < SECOND
    write(file, "120", turn=3)
    assert abs(ahead(clock) - timedelta(seconds=120)) < SECOND


def test_a_missing_file_means_real_time(tmp_path: Path) -> None:
    assert abs(ahead(RehearsalClock(tmp_path / "none"))) < SECOND


def test_ids_sort_by_the_order_of_their_making() -> None:
    ids = TimeSortedIds()
    made = [ids.new() for _ in range(200)]
    assert made == sorted(made)
    assert len(set(made)) == 200
