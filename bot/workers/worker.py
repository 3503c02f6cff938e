"""The shape of every worker: look, work, sleep until somebody rings; stop between two looks."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Final

import structlog

from bot.bells import Bell
from handlers.deps import Unavailable
from storage.engine import Unreachable

log = structlog.get_logger("tocsin.worker")

AFTER_TROUBLE: Final = timedelta(seconds=1)
AWAY: Final = (Unreachable, Unavailable)
"""The records cannot be reached: nobody's fault, and over some time."""


class Worker(ABC):
    """Runs until it is stopped; trouble in one look is logged and does not end it."""

    def __init__(self, name: str, *, bell: Bell, poll: timedelta) -> None:
        self.name = name
        self._bell = bell
        self._poll = poll
        self._stopping = False

    async def run(self) -> None:
        """Work until ``stop``; what was begun is finished before this returns."""
        async with asyncio.TaskGroup() as begun:
            while not self._stopping:
                await self._rest(await self._looked(begun))

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping = True
        self._bell.ring()

    @abstractmethod
    async def look(self, begun: asyncio.TaskGroup) -> bool:
        """Do, or begin, what is due; whether there may be more at once."""

    async def _looked(self, begun: asyncio.TaskGroup) -> timedelta:
        """How long to sleep after one look."""
        try:
            more = await self.look(begun)
        except AWAY as away:
            log.warning("worker.no_database", worker=self.name, reason=str(away))
            return AFTER_TROUBLE
        except Exception:
            log.exception("worker.trouble", worker=self.name)
            return AFTER_TROUBLE
        return timedelta() if more else self._poll

    async def _rest(self, within: timedelta) -> None:
        if within and not self._stopping:
            await self._bell.heard(within)
