"""Pictures of incidents, drawn once for all deliveries that ask in the same moment.

A picture takes some twenty questions to the database, and a room that has just opened owes
five effects which all need it. A picture is shared only with those who asked before its
snapshot was taken, so nobody gets one that is older than the question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playbooks.domain.ids import IncidentId
from playbooks.protocol.picture import Picture


@dataclass(slots=True, eq=False)
class _Sitting:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    picture: Picture | None = None


class Gallery:
    """Draws by ``draw``, which raises what it raises to whoever asked first; the next one tries again."""

    def __init__(self, draw: Callable[[IncidentId], Awaitable[Picture]]) -> None:
        self._draw = draw
        self._open: dict[IncidentId, _Sitting] = {}

    async def picture(self, number: IncidentId) -> Picture:
        """The incident as it is at this moment."""
        sitting = self._open.setdefault(number, _Sitting())
        async with sitting.turn:
            if sitting.picture is None:
                await asyncio.sleep(0)  # whoever was woken together with us joins
                if self._open.get(number) is sitting:
                    del self._open[number]  # whoever comes from now on may know more than it shows
                sitting.picture = await self._draw(number)
            return sitting.picture
