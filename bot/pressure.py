"""How much of what arrived is not understood yet, and who has to wait for that.

To store a delivery takes far less than to understand it. A storm that is let in without end
would leave the alert that decides waiting behind minutes of others. So when what waits inside
takes longer than a moment, whoever sent most of it waits at the door, first come, first served;
a quiet source is let in all the same. So the queue is short, in memory and on the disk.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

MOST: Final = 0.5
"""Seconds of understanding that may wait inside: what is let in is understood within two."""
LATE: Final = 0.1
"""Seconds; the oldest delivery has to have waited that long, because the rest is an estimate."""
PATIENCE: Final = 4.0
"""Seconds at the door. The least patient senders give up after five (PagerDuty docs, "Webhooks")."""
HELD: Final = 32 * 1024 * 1024
"""Bytes that may wait at the door."""
LEAST: Final = 64 * 1024
"""Bytes that may wait inside in any case: to understand one delivery alone takes as long as ten together."""
_WEIGHT: Final = 0.3
"""Of the newest batch in the pace of understanding."""
_INSTANT: Final = 1e-6


@dataclass(slots=True, eq=False)
class _Ticket:
    source: str
    size: int
    called: asyncio.Future[None]


class Pressure:
    """The backlog of webhooks as this process knows it. Of several replicas each minds its own."""

    def __init__(self, *, now: Callable[[], float], patience: float = PATIENCE, least: int = LEAST) -> None:
        """``now`` and ``patience`` in seconds, ``least`` in bytes."""
        self._now = now
        self._patience = patience
        self._least = least
        self._inside: Counter[str] = Counter()
        self._door: dict[_Ticket, None] = {}
        self._pace = 0.0
        """Bytes a second; none before anything was understood."""
        self._late = False

    async def enter(self, source: str, size: int) -> bool:
        """Let so many bytes of a source in, at once or when there is room; False if there is none in time."""
        if not self._is_crowded_by(source):
            self._inside[source] += size
            return True
        if sum(ticket.size for ticket in self._door) + size > HELD:
            return False
        ticket = _Ticket(source, size, asyncio.get_running_loop().create_future())
        self._door[ticket] = None
        try:
            async with asyncio.timeout(self._patience):
                await ticket.called
        except TimeoutError:
            return False
        finally:
            self._door.pop(ticket, None)
        return True

    def gone(self, source: str, size: int) -> None:
        """So many bytes wait no longer. What was there before us was never counted."""
        self._inside[source] -= size
        if self._inside[source] <= 0:
            del self._inside[source]
        self._let_in()

    def looked(self, oldest_waited: timedelta | None) -> None:
        """A worker looked for deliveries; None if there are none, for nobody."""
        if oldest_waited is None:
            self._inside.clear()
        self._late = oldest_waited is not None and oldest_waited.total_seconds() >= LATE
        self._let_in()

    @contextmanager
    def understanding(self, sizes: Sequence[tuple[str, int]]) -> Iterator[None]:
        """Deliveries, by source and bytes, that are understood when the block ends without an error."""
        began = self._now()
        yield
        pace = sum(size for _, size in sizes) / max(self._now() - began, _INSTANT)
        self._pace += (_WEIGHT if self._pace else 1.0) * (pace - self._pace)
        for source, size in sizes:
            self.gone(source, size)

    def _is_crowded_by(self, source: str) -> bool:
        if not self._late or not self._pace:
            return False
        total, mine = self._inside.total(), self._inside[source]
        return total >= max(MOST * self._pace, self._least) and mine * len(self._inside) >= total

    def _let_in(self) -> None:
        for ticket in list(self._door):
            if not self._is_crowded_by(ticket.source) and not ticket.called.done():
                del self._door[ticket]
                self._inside[ticket.source] += ticket.size
                ticket.called.set_result(None)
