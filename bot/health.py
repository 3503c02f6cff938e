"""Whether this process can serve, and how deep its queues are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from bot.metrics import Metrics
from bot.slack.introduction import Introduction
from bot.slack.socket import SocketLine
from handlers.deps import Health
from storage.uow import Store

log = structlog.get_logger("tocsin.health")

_ANSWER_WITHIN: Final = 2.0
"""Seconds that a probe waits for the database."""


class Doctor:
    """Answers probes from what the parts say about themselves."""

    def __init__(
        self,
        store: Store,
        introduction: Introduction,
        line: SocketLine | None,
        metrics: Metrics,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._introduction = introduction
        self._line = line
        self._metrics = metrics
        self._now = now

    async def examine(self) -> Health:
        """Ready means: a click now would be answered."""
        checks = {
            "database": "ok" if await self._database_answers() else "does not answer",
            "slack": "ok" if self._introduction.identity else "has not let us in yet",
        }
        if self._line is not None:
            checks["socket"] = "ok" if self._line.connected else "not connected"
        return Health(ready=all(check == "ok" for check in checks.values()), checks=checks)

    async def measure(self) -> None:
        """Take the depth of the queues into the metrics."""
        self._metrics.depths(
            outbox=await self._store.outbox.standing(),
            inbox=await self._store.inbox.standing(),
            overdue=await self._store.alarms.overdue(self._now()),
        )

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                await self._store.ping()
        except Exception as trouble:  # noqa: BLE001 - a probe reports every trouble, and raises none
            log.warning("health.database", reason=repr(trouble))
            return False
        return True
