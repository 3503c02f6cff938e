"""Alarms: set by units, rung by the worker.

An alarm rings until somebody has answered it: a lease that runs out rings again. Whoever
sets an alarm anew while it rings moves it, and the answer to the old ring deletes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import IncidentId
from playbooks.domain.timers import Timer, TimerKind
from storage.asking import ask, ask_all
from storage.engine import Database
from storage.mapping import Codec
from storage.queues import timers
from storage.records import insert_for
from storage.types import Instant

_TIMERS = Codec(Timer, timers)


class SqlTimers:
    """``ports.Timers``."""

    def __init__(self, connection: AsyncConnection, touched: Callable[[str], None]) -> None:
        self._connection = connection
        self._touched = touched

    async def set(self, timer: Timer) -> None:
        """Set or move the alarm; whoever is answering its earlier ring no longer owns it."""
        await self.set_all([timer])

    async def set_all(self, timers_: Sequence[Timer]) -> None:
        """Set or move alarms in one statement."""
        if not timers_:
            return
        rows = [_TIMERS.row(timer) | {"fence": 0} for timer in timers_]
        await ask_all(self._connection, _set(self._connection.dialect.name), rows)
        self._touched("timers")

    async def cancel(self, kind: TimerKind, subject: str) -> None:
        """Forget the alarm; harmless if there is none."""
        await ask(self._connection, _CANCELLED, {"of_kind": kind.value, "of_subject": subject})

    async def cancel_all(self, incident: IncidentId) -> None:
        """Forget every alarm of an incident."""
        await self._connection.execute(sa.delete(timers).where(timers.c.incident == incident))


@cache
def _set(dialect: str) -> sa.Insert:
    new = insert_for(dialect, timers)
    moved = {
        "incident": new.excluded.incident,
        "due_at": new.excluded.due_at,
        "fence": timers.c.fence + 1,
        "leased_until": None,
    }
    return new.on_conflict_do_update(index_elements=["kind", "subject"], set_=moved)


_CANCELLED = sa.delete(timers).where(
    timers.c.kind == sa.bindparam("of_kind"), timers.c.subject == sa.bindparam("of_subject")
)
# A newer version may have set kinds of alarms that this one cannot answer.
_is_known = timers.c.kind.in_([kind.value for kind in TimerKind])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """An alarm that somebody has to answer."""

    timer: Timer
    token: int
    """Which ring this is; a later one has another number."""


class Alarms:
    """The worker's side of alarms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, *, now: datetime, limit: int, lease: timedelta, worker: str | None = None
    ) -> Sequence[Ringing]:
        """The alarms that are due, earliest first, each for one caller until its lease runs out.

        Safe with replicas: rows another one is claiming are skipped, not waited for.
        """
        free = sa.or_(timers.c.leased_until.is_(None), timers.c.leased_until <= now)
        due = (
            sa.select(timers.c.kind, timers.c.subject)
            .where(timers.c.due_at <= now, free, _is_known)
            .order_by(timers.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        ring = (
            sa.update(timers)
            .where(sa.tuple_(timers.c.kind, timers.c.subject).in_(sa.select(due.c.kind, due.c.subject)))
            .values(fence=timers.c.fence + 1, leased_until=now + lease, worker=worker)
            .returning(timers)
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(ring)).mappings().all()
            if rows:
                await connection.commit()
        found = [Ringing(timer=_TIMERS.value(row), token=row["fence"]) for row in rows]
        return sorted(found, key=lambda ringing: (ringing.timer.due_at, ringing.timer.subject))

    async def done(self, ringing: Ringing) -> None:
        """Delete an answered alarm, unless it was moved or rang again meanwhile."""
        same_ring = sa.and_(
            timers.c.kind == ringing.timer.kind.value,
            timers.c.subject == ringing.timer.subject,
            timers.c.due_at == ringing.timer.due_at,
            timers.c.fence == ringing.token,
        )
        async with self._database.writing() as connection:
            await connection.execute(sa.delete(timers).where(same_ring))
            await connection.commit()

    async def next_due(self) -> datetime | None:
        """When the next alarm rings, or rings again because nobody answered; None if none is set."""
        at = sa.case((timers.c.leased_until.is_(None), timers.c.due_at), else_=timers.c.leased_until)
        async with self._database.reading() as connection:
            query = sa.select(sa.func.min(at, type_=Instant)).where(_is_known)
            instant: datetime | None = (await connection.execute(query)).scalar_one()
        return instant

    async def neglected(self, since: datetime) -> int:
        """How many alarms could have rung ever since this instant, and nobody took them."""
        unleased = sa.or_(timers.c.leased_until.is_(None), timers.c.leased_until <= since)
        late = sa.select(sa.func.count()).select_from(timers)
        async with self._database.reading() as connection:
            query = late.where(timers.c.due_at <= since, unleased, _is_known)
            return (await connection.execute(query)).scalar_one()

    async def overdue(self, now: datetime) -> int:
        """How many alarms should have rung by now."""
        late = sa.select(sa.func.count()).select_from(timers).where(timers.c.due_at < now)
        async with self._database.reading() as connection:
            return (await connection.execute(late)).scalar_one()
