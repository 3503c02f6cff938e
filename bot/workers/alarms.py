"""The alarm worker: wakes the use case of every timer that is due.

A use case re-reads the facts, so an alarm that rings twice or late changes nothing. One
that fails keeps its lease and rings again when that has run out.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from bot.bells import Bell
from bot.metrics import Metrics
from bot.workers.worker import Worker
from playbooks.domain.errors import ProtocolError, StaleWrite
from playbooks.ports import Ports
from playbooks.protocol import alarms
from storage.alarms import Alarms, Ringing
from storage.engine import Unreachable

log = structlog.get_logger("tocsin.alarms")

_BATCH: Final = 50
_TRIES: Final = 5


class AlarmClock(Worker):
    """Rings timers, earliest first."""

    def __init__(
        self,
        ports: Ports,
        queue: Alarms,
        *,
        bell: Bell,
        worker: str,
        poll: timedelta,
        lease: timedelta,
        metrics: Metrics,
    ) -> None:
        super().__init__("alarms", bell=bell, poll=poll)
        self._ports = ports
        self._queue = queue
        self._worker = worker
        self._lease = lease
        self._metrics = metrics

    async def look(self, begun: asyncio.TaskGroup) -> bool:  # noqa: ARG002 - alarms ring one after the other
        now = self._ports.clock.now()
        due = await self._queue.claim(now=now, limit=_BATCH, lease=self._lease, worker=self._worker)
        for ringing in due:
            await self._ring(ringing)
        return bool(due)

    async def _ring(self, ringing: Ringing) -> None:
        kind = ringing.timer.kind.value
        try:
            await self._wake(ringing)
        except Unreachable:
            raise
        except Exception:
            self._metrics.alarms.labels(kind, "trouble").inc()
            log.exception("alarms.trouble", kind=kind, subject=ringing.timer.subject)
            return
        await self._queue.done(ringing)
        self._metrics.alarms.labels(kind, "rung").inc()

    async def _wake(self, ringing: Ringing) -> None:
        """Somebody quicker may have changed the record: then decide again."""
        for attempt in range(1, _TRIES + 1):
            try:
                await alarms.ring(self._ports, ringing.timer)
            except StaleWrite:
                if attempt == _TRIES:
                    raise
            except ProtocolError as refusal:
                # A timer that comes too late for its record has nothing left to do.
                log.info("alarms.moot", kind=ringing.timer.kind.value, reason=str(refusal))
                return
            else:
                return
