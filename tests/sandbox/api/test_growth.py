"""What is asked of a large workspace costs no more than in a small one.

Counted in calls of the sandbox's own functions, which are the same on every machine;
``make bench`` measures the time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

import pytest

from bench.sandbox import GROWING, OPERATIONS, Operation, measure, place_of

SOURCES = str(Path(__file__).parents[3] / "sandbox")
SMALL, LARGE = (300, 5), (3_000, 200)


async def calls(operation: Operation, size: tuple[int, int]) -> int:
    """How many functions of the sandbox run for one request."""
    counted = 0

    def count(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call" and frame.f_code.co_filename.startswith(SOURCES)

    async with place_of(*size) as place:
        await operation(place)
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            await operation(place)
        finally:
            sys.setprofile(before)
    return counted


@pytest.mark.parametrize("name", OPERATIONS)
async def test_it_costs_the_same_in_a_large_workspace(name: str) -> None:
    small, large = await calls(OPERATIONS[name], SMALL), await calls(OPERATIONS[name], LARGE)

    assert 0 < large <= small * 1.05


async def test_only_the_list_of_channels_is_as_long_as_there_are_channels() -> None:
    (listing,) = GROWING.values()

    assert await calls(listing, (1, 200)) > 4 * await calls(listing, (1, 5))


async def test_the_bench_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SMALL": (10, 2), "LARGE": (20, 4), "ROUNDS": 20}.items():
        monkeypatch.setattr(f"bench.sandbox.{name}", value)

    report = await measure(quick=False)

    assert len(report.lines) == 1 + len(OPERATIONS) + len(GROWING)
