"""Whoever waits for a shared commit waits no longer than it said, and stops nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from storage.together import Together


class Disk:
    """Commits when it is let, and notes what was committed together."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.commits: list[list[int]] = []

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[str]:
        await self.free.wait()
        yield "a turn"

    async def work(self, turn: str, items: Sequence[int]) -> Sequence[int]:
        assert turn == "a turn"
        if -1 in items:
            raise UnicodeError("the database cannot hold it")
        self.commits.append(list(items))
        return [item * 2 for item in items]


async def test_nobody_waits_longer_than_it_said() -> None:
    disk = Disk()
    together = Together(disk.turn, disk.work)
    waiting = [asyncio.create_task(together.add(n, within=0.0)) for n in range(3)]
    patient = asyncio.create_task(together.add(9))
    for one in waiting:
        with pytest.raises(TimeoutError):
            await one
    disk.free.set()
    assert await patient == 18
    assert disk.commits == [[9]]


async def test_whoever_comes_until_the_turn_comes_takes_part() -> None:
    disk = Disk()
    together = Together(disk.turn, disk.work)
    first = asyncio.create_task(together.add(1))
    await asyncio.sleep(0)
    later = [asyncio.create_task(together.add(n)) for n in (2, 3)]
    await asyncio.sleep(0)
    disk.free.set()
    assert [await first, *[await one for one in later]] == [2, 4, 6]
    assert disk.commits == [[1, 2, 3]]


async def test_one_that_cannot_be_done_takes_nobody_with_it() -> None:
    disk = Disk()
    disk.free.set()
    together = Together(disk.turn, disk.work)
    tasks = [asyncio.create_task(together.add(n, within=60.0)) for n in (-1, 4, 5)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], UnicodeError)
    assert results[1:] == [8, 10]
