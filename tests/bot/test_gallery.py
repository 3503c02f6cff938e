"""A picture is shared with whoever asked before it was taken, and with nobody who asked later."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery.gallery import Gallery
from playbooks.domain.ids import IncidentId

SEVEN, EIGHT = IncidentId(7), IncidentId(8)


class Painter:
    """Paints its own count, slowly; the first attempt may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.painted: list[IncidentId] = []
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.fails = fails

    async def paint(self, number: IncidentId) -> tuple[IncidentId, int]:
        self.painted.append(number)
        self.begun.set()
        await self.go_on.wait()
        if self.fails and len(self.painted) == 1:
            raise ValueError(number)
        return number, len(self.painted)


async def test_who_asks_together_shares_and_incidents_are_kept_apart() -> None:
    painter = Painter()
    painter.go_on.set()
    gallery = Gallery(painter.paint)  # type: ignore[arg-type] # its pictures are as simple as can be
    first, second, other = await asyncio.gather(*(gallery.picture(n) for n in (SEVEN, SEVEN, EIGHT)))
    assert first is second
    assert painter.painted == [SEVEN, EIGHT]
    assert other[0] == EIGHT  # type: ignore[index] # as above


async def test_who_asks_while_it_is_drawn_gets_a_newer_one() -> None:
    """What that one wants to see may have happened after the snapshot."""
    painter = Painter()
    gallery = Gallery(painter.paint)  # type: ignore[arg-type] # as above
    async with asyncio.TaskGroup() as tasks:
        early = tasks.create_task(gallery.picture(SEVEN))
        await painter.begun.wait()
        late = tasks.create_task(gallery.picture(SEVEN))
        while len(painter.painted) < 2:
            await asyncio.sleep(0)
        painter.go_on.set()
    assert early.result() is not late.result()


async def test_a_failure_belongs_to_who_drew_and_the_next_one_draws_again() -> None:
    painter = Painter(fails=True)
    painter.go_on.set()
    gallery = Gallery(painter.paint)  # type: ignore[arg-type] # as above
    failed, drawn = await asyncio.gather(
        gallery.picture(SEVEN), gallery.picture(SEVEN), return_exceptions=True
    )
    assert isinstance(failed, ValueError)
    assert drawn == (SEVEN, 2)


async def test_whoever_is_cancelled_takes_nobody_along() -> None:
    painter = Painter()
    gallery = Gallery(painter.paint)  # type: ignore[arg-type] # as above
    leader = asyncio.ensure_future(gallery.picture(SEVEN))
    follower = asyncio.ensure_future(gallery.picture(SEVEN))
    await painter.begun.wait()
    leader.cancel()
    painter.go_on.set()
    assert await follower == (SEVEN, 2)  # type: ignore[comparison-overlap] # as above
    with pytest.raises(asyncio.CancelledError):
        await leader
