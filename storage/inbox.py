"""What arrived, word for word, before anybody has thought about it.

To accept is not to understand: the raw bytes are stored in a commit shared with whoever
arrives in the same moment, the sender is answered, and the thinking comes later. A row
that nobody can understand is put aside and stops nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.errors import StaleWrite
from playbooks.ports import Ids
from storage.doorstep import Arrival, Doorstep
from storage.engine import Database
from storage.pieces import forget
from storage.queues import inbox
from storage.together import Together
from storage.types import Instant
from storage.wake import Wake

WAITING, LEASED, DONE, QUARANTINED = "waiting", "leased", "done", "quarantined"
STATES = (WAITING, LEASED, DONE, QUARANTINED)
_NEWS = frozenset({"inbox"})
_MAY_BE_ONES_FAULT = (StatementError, UnicodeError, StaleWrite)
"""What the database cannot hold, and two replicas that wait for each other's rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Something that arrived and is ours to think about until the lease runs out."""

    id: str
    source: str
    key: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    attempts: int
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """A delivery as people look at it."""

    id: str
    source: str
    key: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    state: str
    attempts: int
    reason: str | None


class Inbox:
    """Raw deliveries: stored once per (source, key), thought about with leases."""

    def __init__(self, database: Database, ids: Ids, wake: Wake) -> None:
        self._database = database
        self._ids = ids
        self._wake = wake
        doorstep = Doorstep(database, wake)
        self._together: Together[AsyncConnection, Arrival, bool] = Together(
            doorstep.turn, doorstep.take_in, alone_after=_MAY_BE_ONES_FAULT
        )

    async def put(
        self,
        *,
        source: str,
        key: str,
        headers: Mapping[str, str],
        body: bytes,
        received_at: datetime,
        within: timedelta | None = None,
    ) -> bool:
        """Store a delivery durably; False if it was there already, and is to be answered likewise.

        Raises TimeoutError if it was not stored ``within`` a while, and may be stored later.
        """
        arrival = Arrival(self._ids.new(), source, key, headers, body, received_at)
        return await self._together.add(arrival, within=within.total_seconds() if within else None)

    async def claim(
        self,
        *,
        now: datetime,
        limit: int,
        lease: timedelta,
        worker: str | None = None,
        source_prefix: str | None = None,
    ) -> Sequence[Received]:
        """Deliveries to think about now, in the order of their arrival.

        Safe with replicas: rows another one is claiming are skipped, not waited for.
        """
        wanted = (
            sa.true() if source_prefix is None else inbox.c.source.startswith(source_prefix, autoescape=True)
        )
        unleased = sa.or_(inbox.c.leased_until.is_(None), inbox.c.leased_until <= now)
        ready = (
            sa.select(inbox.c.position)
            .where(inbox.c.state.in_([WAITING, LEASED]), inbox.c.due_at <= now, unleased, wanted)
            .order_by(inbox.c.position)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("ready")
        )
        take = sa.update(inbox).where(inbox.c.position.in_(sa.select(ready.c.position)))
        leased = take.values(
            state=LEASED,
            leased_until=now + lease,
            worker=worker,
            attempts=inbox.c.attempts + 1,
            fence=inbox.c.fence + 1,
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(leased.returning(inbox))).mappings().all()
            if rows:
                await connection.commit()
        return [_received(row) for row in sorted(rows, key=lambda row: row["position"])]

    async def done(self, *received: Received) -> None:
        """Understood. Rows whose lease was lost stay with whoever has it now."""
        await self._end(received, {"state": DONE})

    async def postpone(self, received: Received, until: datetime, reason: str) -> None:
        """Think again at ``until``."""
        await self._end([received], {"state": WAITING, "due_at": until, "reason": reason})

    async def quarantine(self, received: Received, reason: str) -> None:
        """Put aside what cannot be understood, for a person to look at and ``replay``."""
        await self._end([received], {"state": QUARANTINED, "reason": reason})

    async def replay(self, id: str, *, now: datetime) -> bool:  # noqa: A002 - the column's name
        """Think about a delivery again that is done or was put aside; False if there is none."""
        ended = sa.update(inbox).where(inbox.c.id == id, inbox.c.state.in_([DONE, QUARANTINED]))
        again = ended.values(state=WAITING, due_at=now, attempts=0, leased_until=None)
        async with self._database.writing() as connection:
            found = (await connection.execute(again)).rowcount == 1
            await self._wake.commit(connection, _NEWS if found else frozenset())
        return found

    async def show(self, id: str) -> InboxRow | None:  # noqa: A002 - the column's name
        """The delivery with this id."""
        found = await self._rows(sa.select(inbox).where(inbox.c.id == id))
        return found[0] if found else None

    async def rows(self, state: str | None, limit: int) -> Sequence[InboxRow]:
        """Deliveries in this state, or in any; the newest first."""
        wanted = sa.true() if state is None else inbox.c.state == state
        return await self._rows(sa.select(inbox).where(wanted).order_by(inbox.c.position.desc()).limit(limit))

    async def since(self, at: datetime, *, source_prefix: str, limit: int) -> Sequence[InboxRow]:
        """Deliveries of some sources received at or after an instant, in the order of their arrival."""
        theirs = inbox.c.source.startswith(source_prefix, autoescape=True)
        wanted = sa.select(inbox).where(theirs, inbox.c.received_at >= at)
        return await self._rows(wanted.order_by(inbox.c.position).limit(limit))

    async def _rows(self, query: sa.Select[*tuple[object, ...]]) -> Sequence[InboxRow]:
        names = [field.name for field in fields(InboxRow)]
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [InboxRow(**{name: row[name] for name in names}) for row in rows]

    async def counts(self) -> Mapping[str, int]:
        """How many deliveries are in each state; every state is there. It looks at every row."""
        query = sa.select(inbox.c.state, sa.func.count()).group_by(inbox.c.state)
        async with self._database.reading() as connection:
            found: dict[str, int] = {row[0]: row[1] for row in await connection.execute(query)}
        return {state: found.get(state, 0) for state in STATES}

    async def standing(self) -> Mapping[str, int]:
        """How many deliveries are in each state that is not done: as many looks as there are such rows."""
        standing = [state for state in STATES if state != DONE]
        query = sa.select(inbox.c.state, sa.func.count()).where(inbox.c.state.in_(standing))
        async with self._database.reading() as connection:
            rows = await connection.execute(query.group_by(inbox.c.state))
            found: dict[str, int] = {row[0]: row[1] for row in rows}
        return {state: found.get(state, 0) for state in standing}

    async def next_due(self) -> datetime | None:
        """When a claim may find something; None if everything was thought about."""
        at = sa.case((inbox.c.leased_until.is_(None), inbox.c.due_at), else_=inbox.c.leased_until)
        open_rows = inbox.c.state.in_([WAITING, LEASED])
        async with self._database.reading() as connection:
            query = sa.select(sa.func.min(at, type_=Instant)).where(open_rows)
            instant: datetime | None = (await connection.execute(query)).scalar_one()
        return instant

    async def neglected(self, since: datetime) -> int:
        """How many deliveries could have been thought about ever since this instant, and were not."""
        unleased = sa.or_(inbox.c.leased_until.is_(None), inbox.c.leased_until <= since)
        late = sa.select(sa.func.count()).select_from(inbox)
        waiting = late.where(inbox.c.state.in_([WAITING, LEASED]), inbox.c.due_at <= since, unleased)
        async with self._database.reading() as connection:
            return (await connection.execute(waiting)).scalar_one()

    async def forget(self, before: datetime) -> int:
        """Drop what was understood and arrived before this instant; returns how many.

        A sender that repeats a forgotten delivery is believed again, so ``before`` lies
        further back than any sender repeats.
        """
        is_over = sa.and_(inbox.c.state == DONE, inbox.c.received_at < before)
        return await forget(self._database, inbox, before, came_at=inbox.c.received_at, is_over=is_over)

    async def _end(self, received: Sequence[Received], values: Mapping[str, object]) -> None:
        """Write the same to all that are still ours, in one statement."""
        if not received:
            return
        held = sa.and_(
            inbox.c.id == sa.bindparam("of_id"),
            inbox.c.fence == sa.bindparam("of_fence"),
            inbox.c.state == LEASED,
        )
        ended = sa.update(inbox).where(held).values(leased_until=None, **values)
        async with self._database.writing() as connection:
            await connection.execute(ended, [{"of_id": one.id, "of_fence": one.fence} for one in received])
            await connection.commit()


def _received(row: RowMapping) -> Received:
    return Received(
        id=row["id"],
        source=row["source"],
        key=row["key"],
        headers=row["headers"],
        body=row["body"],
        received_at=row["received_at"],
        attempts=row["attempts"],
        fence=row["fence"],
    )
