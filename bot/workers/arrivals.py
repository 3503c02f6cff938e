"""The inbox workers: think about what was stored before it was answered.

Slack's events and webhooks have a worker each, so that a storm of alerts does not hold
up the incident's log. A row that cannot be understood is put aside and stops nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.bells import Bell
from bot.metrics import Metrics
from bot.pressure import Pressure
from bot.slack.outcomes import DeliveryError, Later, Never
from bot.workers.worker import AWAY, Worker
from handlers.deps import Desk
from handlers.http.sources import ADAPTERS, Malformed, unknown_severities
from handlers.http.sources.payload import require_readable
from handlers.slack.events import understand
from playbooks.domain.signal import Signal
from playbooks.ports import Clock
from playbooks.protocol import intake
from storage.inbox import Inbox, Received
from storage.turns import Pace

log = structlog.get_logger("tocsin.inbox")

EVENTS: Final = "slack:"
HOOKS: Final = "hook:"
POISONED_AFTER: Final = 5
_BATCH: Final = 100
_TOGETHER: Final = 150
"""Signals in one transaction while nobody waits."""
_FEW: Final = 20
"""Signals in one transaction while people are about: a command never waits long behind them."""
_SAME_MOMENT: Final = timedelta(seconds=2)
_BROKEN: Final = "something went wrong inside the bot; its log says what"
_LONGEST_PAUSE: Final = timedelta(seconds=60)


class Arrivals(Worker):
    """What both inbox workers have in common: claim, think, put aside what cannot be thought about."""

    def __init__(
        self,
        prefix: str,
        desk: Desk,
        inbox: Inbox,
        *,
        bell: Bell,
        worker: str,
        poll: timedelta,
        lease: timedelta,
        metrics: Metrics,
        met: Callable[[], int] = lambda: 0,
    ) -> None:
        """``met`` counts the people who ever came while background work was under way."""
        super().__init__(f"inbox {prefix}", bell=bell, poll=poll)
        self._prefix = prefix
        self._desk = desk
        self._inbox = inbox
        self._worker = worker
        self._lease = lease
        self._metrics = metrics
        self._pace = Pace(least=_FEW, most=_TOGETHER, met=met)

    @property
    def _clock(self) -> Clock:
        return self._desk.ports.clock

    async def look(self, begun: asyncio.TaskGroup) -> bool:  # noqa: ARG002 - rows are thought about in order
        rows = await self._inbox.claim(
            now=self._clock.now(),
            limit=_BATCH,
            lease=self._lease,
            worker=self._worker,
            source_prefix=self._prefix,
        )
        await self._think(rows)
        return bool(rows)

    async def _think(self, rows: Sequence[Received]) -> None:
        for row in rows:
            await self._think_alone(row)

    async def _think_alone(self, row: Received) -> None:
        try:
            await self._understand(row)
        except Malformed as malformed:
            await self._put_aside(row, str(malformed))
        except AWAY:
            raise  # not the row's fault: it is thought about again
        except DeliveryError as refused:
            await self._refused_by_slack(row, refused)
        except Exception:
            log.exception("inbox.trouble", source=row.source, row=row.id, attempts=row.attempts)
            await self._again(
                row, "trouble", otherwise="something went wrong inside the bot; its log says what"
            )
        else:
            await self._inbox.done(row)
            self._count(row, "understood")

    async def _understand(self, row: Received) -> None:
        raise NotImplementedError

    async def _refused_by_slack(self, row: Received, refused: DeliveryError) -> None:
        """It was understood, and what Slack was to show for it is not shown: nobody's fault here."""
        reason = str(refused)
        log.warning("inbox.refused", source=row.source, row=row.id, attempts=row.attempts, reason=reason)
        if isinstance(refused, Never):
            await self._put_aside(row, reason)
        else:
            least = refused.after if isinstance(refused, Later) else timedelta(0)
            await self._again(row, reason, otherwise=reason, least=least)

    async def _again(
        self, row: Received, reason: str, *, otherwise: str, least: timedelta = timedelta(0)
    ) -> None:
        """Think about it once more, after ``least`` at the earliest; a few times, then it is put aside."""
        if row.attempts >= POISONED_AFTER:
            await self._put_aside(row, otherwise)
            return
        pause = max(least, min(timedelta(seconds=2**row.attempts), _LONGEST_PAUSE))
        await self._inbox.postpone(row, self._clock.now() + pause, reason)
        self._count(row, "postponed")

    async def _put_aside(self, row: Received, reason: str) -> None:
        await self._inbox.quarantine(row, reason)
        self._count(row, "quarantined")
        log.warning("inbox.quarantined", source=row.source, row=row.id, reason=reason)

    def _count(self, row: Received, outcome: str) -> None:
        self._metrics.received.labels(row.source, outcome).inc()


class SlackEvents(Arrivals):
    """Messages, edits, reactions and the like, in the order of their arrival."""

    async def _understand(self, row: Received) -> None:
        await understand(self._desk, row.body)


class Webhooks(Arrivals):
    """Alerts. Deliveries of the same moment are thought about together: correlation costs the same."""

    pressure: Pressure | None = None
    """Who has to know how much waits; None if nobody."""

    async def _think(self, rows: Sequence[Received]) -> None:
        self._note(rows)
        for batch in _batches(rows, await self._parsed(rows), self._pace):
            with self._understanding([row for row, _ in batch]):
                await self._absorb(batch)

    def _note(self, rows: Sequence[Received]) -> None:
        if self.pressure is not None:
            oldest = min((row.received_at for row in rows), default=None)
            self.pressure.looked(None if oldest is None else self._clock.now() - oldest)

    def _understanding(self, rows: Sequence[Received]) -> AbstractContextManager[None]:
        if self.pressure is None:
            return nullcontext()
        return self.pressure.understanding([(row.source, len(row.body)) for row in rows])

    async def _parsed(self, rows: Sequence[Received]) -> dict[str, tuple[Signal, ...]]:
        parsed: dict[str, tuple[Signal, ...]] = {}
        for row in rows:
            await asyncio.sleep(0)  # whoever waits for an answer does not wait for a hundred deliveries
            try:
                parsed[row.id] = _signals(row)
            except Malformed as malformed:
                await self._put_aside(row, str(malformed))
                if self.pressure is not None:
                    self.pressure.gone(row.source, len(row.body))
        return parsed

    async def _absorb(self, batch: Sequence[tuple[Received, tuple[Signal, ...]]]) -> None:
        """All together; if that fails, one by one, to find the row that is to blame."""
        rows = [row for row, _ in batch]
        signals = [signal for _, some in batch for signal in some]
        try:
            await self._learn(signals, rows[-1].received_at)
        except AWAY:
            raise
        except Exception:
            log.exception("inbox.trouble", source=self._prefix, rows=len(rows))
            for row in rows:
                await self._think_alone(row)
            return
        await self._inbox.done(*rows)
        for row, understood in batch:
            self._count(row, "understood")
            self._lint(row, understood)

    async def _understand(self, row: Received) -> None:
        signals = _signals(row)
        await self._learn(signals, row.received_at)
        self._lint(row, signals)

    def _lint(self, row: Received, signals: Sequence[Signal]) -> None:
        """Tell operators, once for each delivery, of severities that counted as the middle."""
        words = unknown_severities(signals)
        if words:
            self._metrics.unknown_severities.labels(row.source).inc()
            log.warning("intake.unknown_severity", source=row.source, row=row.id, words=words)

    async def _learn(self, signals: Sequence[Signal], received_at: datetime) -> None:
        """In as many turns as it takes: what was learnt twice, because a turn failed, counts once."""
        unmapped, rest = 0, signals
        while rest:
            now, rest = rest[: self._pace.size], rest[self._pace.size :]
            absorbed = await intake.absorb(self._desk.ports, signals=now, received_at=received_at)
            unmapped += absorbed.unmapped
            self._pace.turned()
        if unmapped:
            log.warning("inbox.unmapped", signals=unmapped)


def _signals(row: Received) -> tuple[Signal, ...]:
    """Raises Malformed."""
    adapter = ADAPTERS.get(row.source.removeprefix(HOOKS))
    if adapter is None:
        raise Malformed(f"nobody understands {row.source}")
    require_readable(row.body)
    return adapter(row.body, received_at=row.received_at)


def _batches(
    rows: Sequence[Received], parsed: dict[str, tuple[Signal, ...]], pace: Pace
) -> Iterator[list[tuple[Received, tuple[Signal, ...]]]]:
    """Neighbours that arrived in the same moment, up to as many signals as fit one turn now."""
    batch: list[tuple[Received, tuple[Signal, ...]]] = []
    size = 0
    for row in rows:
        if row.id not in parsed:
            continue
        late = batch and row.received_at - batch[0][0].received_at > _SAME_MOMENT
        if batch and (late or size + len(parsed[row.id]) > pace.size):
            yield batch
            batch, size = [], 0
        batch.append((row, parsed[row.id]))
        size += len(parsed[row.id])
    if batch:
        yield batch
