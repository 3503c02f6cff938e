"""Notices work that is due and that nobody takes, and tells those who run the bot.

A queue can be left alone although every process is well: a worker that is stuck, replicas
that all serve and do not work, a version that cannot read what another one wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.metrics import Metrics
from bot.workers.arrivals import HOOKS
from handlers.deps import Aside, Trouble, Undelivered
from storage.inbox import QUARANTINED, InboxRow
from storage.outbox import OutboxRow
from storage.owing import BURIED
from storage.uow import Store

log = structlog.get_logger("tocsin.watchdog")

NEGLECTED_AFTER: Final = timedelta(minutes=1)
"""Far longer than any poll, and short beside what people promise to stakeholders."""
SHOWN: Final = 5


class Watchdog:
    """Looks at the queues from outside; it works on none of them."""

    def __init__(
        self,
        store: Store,
        metrics: Metrics,
        *,
        wall: Callable[[], datetime],
        clock: Callable[[], datetime],
    ) -> None:
        """``wall`` is the time of deliveries, ``clock`` that of the protocol; see ``bot.clock``."""
        self._store = store
        self._metrics = metrics
        self._wall = wall
        self._clock = clock
        self._barked: Mapping[str, int] = {}

    async def look(self) -> None:
        """Measure what is neglected; one line when a queue begins to be, not one at every look."""
        found = await self._neglected()
        for queue, rows in found.items():
            self._metrics.neglected.labels(queue).set(rows)
            if rows and not self._barked.get(queue):
                log.warning(
                    "watchdog.neglected", queue=queue, rows=rows, since=NEGLECTED_AFTER.total_seconds()
                )
        self._barked = found

    async def trouble(self) -> Trouble:
        """What an operator has to look at now."""
        buried = await self._store.outbox.rows(BURIED, SHOWN)
        put_aside = (await self._store.inbox.standing())[QUARANTINED]
        return Trouble(
            neglected={queue: rows for queue, rows in (await self._neglected()).items() if rows},
            undelivered=tuple(_undelivered(row) for row in buried),
            put_aside=put_aside,
            newest_aside=tuple(
                _aside(row) for row in (await self._store.inbox.rows(QUARANTINED, SHOWN) if put_aside else ())
            ),
        )

    async def _neglected(self) -> Mapping[str, int]:
        """Queue → rows."""
        protocol = self._clock() - NEGLECTED_AFTER
        return {
            "outbox": await self._store.outbox.neglected(self._wall() - NEGLECTED_AFTER),
            "inbox": await self._store.inbox.neglected(protocol),
            "timers": await self._store.alarms.neglected(protocol),
        }


def _aside(row: InboxRow) -> Aside:
    return Aside(
        arrival=row.id,
        source=row.source.removeprefix(HOOKS),
        reason=row.reason or "no reason is known",
        received_at=row.received_at,
    )


def _undelivered(row: OutboxRow) -> Undelivered:
    return Undelivered(
        delivery=row.id, step=row.kind, incident=row.incident, reason=row.reason or "no reason is known"
    )
