"""What arrived, word for word, before anybody has thought about it.

To accept is not to understand: the raw bytes are stored in a commit shared with whoever
arrives in the same moment, the sender is answered, and the thinking comes later. A row
that nobody can understand is put aside and stops nobody else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import StatementError

from playbooks.ports import Ids
from storage.engine import Database
from storage.queues import inbox
from storage.records import insert_into
from storage.types import Instant

WAITING, LEASED, DONE, QUARANTINED = "waiting", "leased", "done", "quarantined"
STATES = (WAITING, LEASED, DONE, QUARANTINED)
BATCH = 200
"""Rows per shared commit: enough to make the disk's share of a row small, few enough to stay quick."""


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


@dataclass(slots=True, eq=False)
class _Letter:
    """A row on its way into a shared commit."""

    row: Mapping[str, object]
    is_new: bool | None = None
    """None until it is stored."""


class Inbox:
    """Raw deliveries: stored once per (source, key), thought about with leases."""

    def __init__(self, database: Database, ids: Ids, on_commit: Callable[[frozenset[str]], None]) -> None:
        self._database = database
        self._ids = ids
        self._on_commit = on_commit
        self._waiting: deque[_Letter] = deque()
        self._counter = asyncio.Lock()

    async def put(
        self,
        *,
        source: str,
        key: str,
        headers: Mapping[str, str],
        body: bytes,
        received_at: datetime,
    ) -> bool:
        """Store a delivery durably; False if it was there already, and is to be answered likewise.

        Group commit without a task of its own: everybody queues at the counter, and whoever
        comes first carries everything that waits in one transaction. The others, when it is
        their turn, find their work done.
        """
        letter = _Letter(
            {
                "id": self._ids.new(),
                "source": source,
                "key": key,
                "headers": dict(headers),
                "body": body,
                "received_at": received_at,
                "state": WAITING,
                "due_at": received_at,
                "attempts": 0,
                "fence": 0,
            },
        )
        self._waiting.append(letter)
        try:
            async with self._counter:
                if letter.is_new is None:
                    await self._carry(letter)
        except BaseException:
            self._withdraw(letter)
            raise
        return bool(letter.is_new)

    def _withdraw(self, letter: _Letter) -> None:
        if letter in self._waiting:
            self._waiting.remove(letter)

    async def _carry(self, leader: _Letter) -> None:
        """Store the letters that wait, the leader's among them."""
        others = [letter for letter in self._waiting if letter is not leader]
        try:
            await self._store([leader, *others[: BATCH - 1]])
        except (StatementError, UnicodeError):
            # One row that the database cannot hold must not take its neighbours with it.
            await self._store([leader])

    async def _store(self, batch: Sequence[_Letter]) -> None:
        """Write the batch, commit, then tell each letter whether it is new.

        Letters leave the queue only after the commit, so that a leader who is cancelled in
        the middle leaves them to the next one.
        """
        async with self._database.writing() as connection:
            new = insert_into(connection, inbox).on_conflict_do_nothing(index_elements=["source", "key"])
            rows = [letter.row for letter in batch]
            kept = await connection.execute(new.returning(inbox.c.id), rows)
            stored = frozenset(kept.scalars())
            await connection.commit()
        for letter in batch:
            self._withdraw(letter)
            letter.is_new = letter.row["id"] in stored
        if stored:
            self._on_commit(frozenset({"inbox"}))

    async def claim(
        self,
        *,
        now: datetime,
        limit: int,
        lease: timedelta,
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
            attempts=inbox.c.attempts + 1,
            fence=inbox.c.fence + 1,
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(leased.returning(inbox))).mappings().all()
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
            await connection.commit()
        if found:
            self._on_commit(frozenset({"inbox"}))
        return found

    async def counts(self) -> Mapping[str, int]:
        """How many deliveries are in each state; every state is there."""
        query = sa.select(inbox.c.state, sa.func.count()).group_by(inbox.c.state)
        async with self._database.reading() as connection:
            found: dict[str, int] = {row[0]: row[1] for row in await connection.execute(query)}
        return {state: found.get(state, 0) for state in STATES}

    async def next_due(self) -> datetime | None:
        """When a claim may find something; None if everything was thought about."""
        at = sa.case((inbox.c.leased_until.is_(None), inbox.c.due_at), else_=inbox.c.leased_until)
        open_rows = inbox.c.state.in_([WAITING, LEASED])
        async with self._database.reading() as connection:
            query = sa.select(sa.func.min(at, type_=Instant)).where(open_rows)
            instant: datetime | None = (await connection.execute(query)).scalar_one()
        return instant

    async def _end(self, received: Sequence[Received], values: Mapping[str, object]) -> None:
        async with self._database.writing() as connection:
            for one in received:
                held = sa.and_(inbox.c.id == one.id, inbox.c.fence == one.fence, inbox.c.state == LEASED)
                await connection.execute(sa.update(inbox).where(held).values(leased_until=None, **values))
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
