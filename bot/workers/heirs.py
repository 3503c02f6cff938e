"""What a replica had begun when it died is begun again by the others, within seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.bells import Bells
from bot.workers.worker import Worker
from storage.replicas import GONE_AFTER, Replicas

log = structlog.get_logger("tocsin.replicas")


class Heirs(Worker):
    """Looks for replicas that are gone, and wakes whoever can go on with their work."""

    def __init__(self, replicas: Replicas, bells: Bells, *, wall: Callable[[], datetime]) -> None:
        super().__init__("heirs", bell=bells.bell("replicas"), poll=GONE_AFTER)
        self._replicas = replicas
        self._bells = bells
        self._wall = wall

    async def look(self, begun: asyncio.TaskGroup) -> bool:  # noqa: ARG002 - there is nothing to wait for
        if gone := await self._replicas.release_gone(now=self._wall()):
            log.warning("replicas.gone", names=gone)
            self._bells.ring_all()
        return False
