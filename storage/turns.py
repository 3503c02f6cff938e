"""Whose turn it is with the database: people before machines, and nobody is passed for ever.

There are as many seats as connections; on SQLite there is one for writers. People who type
and click are let in before the understanding of alerts and the settling of deliveries;
among equals it is first come, first served. After ``PASSED`` people somebody of the others
is let in, so that a storm of clicks does not stop the bot.

Whoever comes in the middle of a turn waits for its end, so background work cuts its turns
short while people are about (``Pace``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

PASSED = 8
"""People who may go before background work that waits already."""

_Ticket = asyncio.Future[None]


class Turns:
    """A semaphore with two queues."""

    def __init__(self, seats: int) -> None:
        self._free = seats
        self._people: deque[_Ticket] = deque()
        self._background: deque[_Ticket] = deque()
        self._passed = 0
        self._at_work = 0
        self.met = 0
        """People so far who came while background work was under way, and may have waited for it."""

    @asynccontextmanager
    async def taken(self, *, people: bool) -> AsyncIterator[None]:
        """A seat, for as long as the block lasts."""
        self.met += people and self._at_work > 0
        await self._wait(self._people if people else self._background)
        self._at_work += not people
        try:
            yield
        finally:
            self._at_work -= not people
            self._hand_on()

    async def _wait(self, queue: deque[_Ticket]) -> None:
        if self._free:
            self._free -= 1
            return
        ticket: _Ticket = asyncio.get_running_loop().create_future()
        queue.append(ticket)
        try:
            await ticket
        except asyncio.CancelledError:
            if not ticket.cancelled():
                self._hand_on()  # the seat came in the very moment of giving up
            raise

    def _hand_on(self) -> None:
        """Let the next one sit down; whoever gave up is passed over."""
        for queue in (self._people, self._background):
            while queue and queue[0].done():
                queue.popleft()
        queue = self._next()
        if queue:
            queue.popleft().set_result(None)
        else:
            self._free += 1

    def _next(self) -> deque[_Ticket]:
        """The queue whose turn it is."""
        if self._people and (not self._background or self._passed < PASSED):
            self._passed += bool(self._background)
            return self._people
        self._passed = 0
        return self._background


class Pace:
    """How much background work goes into one turn: much in peace, little while people are about.

    Whenever somebody came in the middle of a turn the next one is half as large, and when
    nobody did, twice as large: nobody has to guess what this machine does in a millisecond.
    """

    def __init__(self, *, least: int, most: int, met: Callable[[], int]) -> None:
        """``met`` counts the people who ever came while background work was under way."""
        self._least, self._most, self._met = least, most, met
        self._known = met()
        self.size = most

    def turned(self) -> None:
        """A turn is over."""
        met = self._met()
        self.size = max(self.size // 2, self._least) if met > self._known else min(self.size * 2, self._most)
        self._known = met
