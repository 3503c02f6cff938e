"""Whoever floods the bot waits at the door for what is inside; a quiet source never does."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.pressure import HELD, LATE, MOST, Pressure

WAITED = timedelta(seconds=LATE)


class House:
    """A thousand bytes a second are understood, and the oldest delivery waits."""

    def __init__(self, *, patience: float = 60.0) -> None:
        self.time = 0.0
        self.pressure = Pressure(now=lambda: self.time, patience=patience, least=1)
        self.understands("loud", 1000)
        self.pressure.looked(WAITED)

    def understands(self, source: str, size: int) -> None:
        with self.pressure.understanding([(source, size)]):
            self.time += size / 1000

    async def enters(self, source: str, size: int) -> bool:
        """Whether it is let in at once."""
        coming = asyncio.ensure_future(self.pressure.enter(source, size))
        await asyncio.sleep(0)
        if coming.done():
            return coming.result()
        coming.cancel()
        await asyncio.wait([coming])
        return False


async def test_a_storm_is_let_in_until_it_would_wait() -> None:
    house = House()
    assert await house.enters("loud", int(MOST * 1000) - 1)
    assert await house.enters("loud", 10)
    assert not await house.enters("loud", 1)


async def test_a_quiet_source_is_let_in_while_a_loud_one_waits() -> None:
    house = House()
    assert await house.enters("loud", 10_000)
    assert await house.enters("quiet", 10)
    assert await house.enters("never heard of", 1)
    assert not await house.enters("loud", 1)


async def test_whoever_waits_is_let_in_one_after_the_other_as_there_is_room() -> None:
    house = House()
    assert await house.enters("loud", 1000)
    waiting = [asyncio.ensure_future(house.pressure.enter("loud", 400)) for _ in range(3)]
    await asyncio.sleep(0)
    house.understands("loud", 600)
    await asyncio.sleep(0)
    assert [one.done() for one in waiting] == [True, False, False]
    house.understands("loud", 800)
    assert await asyncio.gather(*waiting[:2]) == [True, True]
    house.pressure.gone("loud", 400)
    assert await waiting[2]


async def test_nobody_waits_for_ever_nor_in_any_number() -> None:
    house = House(patience=0.0)
    assert await house.pressure.enter("loud", 10_000)
    assert not await house.pressure.enter("loud", 1)
    assert not await house.pressure.enter("loud", HELD + 1)


async def test_whoever_gives_up_at_the_door_is_not_counted() -> None:
    house = House()
    assert await house.enters("loud", 600)
    assert not await house.enters("loud", 10**9)
    house.understands("loud", 600)
    assert await house.enters("loud", 1)


async def test_what_was_not_understood_after_all_waits_still() -> None:
    house = House()
    assert await house.enters("loud", 1000)
    with pytest.raises(TimeoutError), house.pressure.understanding([("loud", 1000)]):
        raise TimeoutError
    assert not await house.enters("loud", 1)


async def test_an_estimate_alone_keeps_nobody_waiting() -> None:
    house = House()
    assert await house.enters("loud", 10_000)
    house.pressure.looked(WAITED / 2)
    assert await house.enters("loud", 10_000)
    house.pressure.looked(None)  # another replica did it all
    house.pressure.looked(WAITED)
    assert await house.enters("loud", 1)


async def test_nobody_waits_before_anything_was_understood() -> None:
    fresh = Pressure(now=lambda: 0.0)
    fresh.looked(WAITED)
    assert await fresh.enter("loud", 10**9)
    assert await fresh.enter("loud", 1)


async def test_what_an_earlier_process_took_in_is_not_counted_for_anybody() -> None:
    house = House()
    house.understands("loud", 5000)
    assert await house.enters("loud", 500)
    assert not await house.enters("loud", 1)
