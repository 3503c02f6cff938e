"""The worker's side of the outbox: what is owed to the world, delivered with leases.

Order is kept where readers see it: a lane is delivered one row at a time, in the order of
``position``; a lane that waits holds back itself and no other. Settling a row and going on
with its story is one transaction, so a crash repeats both or neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.effects import Effect
from storage.asking import Row, ask
from storage.engine import Database, json_text
from storage.mapping import Unreadable
from storage.owed import CLAIMED, OutboxRow, Owed, owed_from, row_from
from storage.owing import BURIED, DONE, LEASED, STATES, WAITING
from storage.pieces import forget
from storage.queues import outbox
from storage.together import BATCH, Together
from storage.turns import Pace
from storage.types import Instant
from storage.unit import SqlUnit

__all__ = ["OutboxQueue", "OutboxRow", "Owed", "Then"]

Then = Callable[[SqlUnit], Awaitable[None]]
FEW = 4
"""Settlements in one transaction while people are about: each goes on with its story in some statements."""


@dataclass(frozen=True, slots=True)
class _Settlement:
    owed: Owed
    at: datetime
    result: Mapping[str, object]
    then: Then | None


_Now = datetime | sa.BindParameter[datetime]


def _unleased(row: sa.FromClause, now: _Now) -> sa.ColumnElement[bool]:
    return sa.or_(row.c.leased_until.is_(None), row.c.leased_until <= now)


def _heads(now: _Now) -> sa.ColumnElement[bool]:
    """No lane, or nothing unsettled before this row in it, and nothing of it being delivered.

    Rows of one lane may commit out of order on PostgreSQL: then a later row may be out on
    lease when an earlier one appears, which is why a lease anywhere in the lane blocks.
    """
    other = outbox.alias("other")
    in_the_way = sa.or_(other.c.position < outbox.c.position, ~_unleased(other, now))
    blocking = sa.exists().where(
        other.c.lane == outbox.c.lane,
        other.c.settled_at.is_(None),
        other.c.position != outbox.c.position,
        in_the_way,
    )
    return sa.or_(outbox.c.lane.is_(None), ~blocking)


_ANY = 100
"""Above every priority."""
_NOW = sa.bindparam("now", type_=Instant)
# Built once: to build these costs several times as much as to ask them.
_IS_DUE = sa.and_(
    outbox.c.settled_at.is_(None), outbox.c.due_at <= _NOW, _unleased(outbox, _NOW), _heads(_NOW)
)


def _claim() -> sa.UpdateBase:
    unless_due = sa.bindparam("unless_due", type_=Instant)
    ready = (
        sa.select(outbox.c.position)
        .where(_IS_DUE, sa.or_(outbox.c.priority < sa.bindparam("below"), outbox.c.due_at <= unless_due))
        .order_by(outbox.c.priority, outbox.c.position)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    take = sa.update(outbox).where(outbox.c.position.in_(sa.select(ready.c.position)))
    leased = take.values(
        state=LEASED,
        leased_until=sa.bindparam("until", type_=Instant),
        worker=sa.bindparam("by"),
        attempts=outbox.c.attempts + 1,
        fence=outbox.c.fence + 1,
        first_tried_at=sa.func.coalesce(outbox.c.first_tried_at, _NOW),
    )
    return leased.returning(*(outbox.c[name] for name in (*CLAIMED, "priority", "position")))


_CLAIM = _claim()
_NOTED_POSTGRESQL, _NOTED_SQLITE = (
    sa.text(
        "UPDATE outbox SET state = 'done', leased_until = NULL, settled_at = :at,"  # noqa: S608 - words of ours
        f" result = {ended[2]} FROM {rows} AS ended WHERE outbox.id = {ended[0]}"
        f" AND outbox.fence = {ended[1]} AND outbox.state = 'leased' RETURNING id, fence"
    ).bindparams(sa.bindparam("at", type_=Instant))
    for rows, ended in (
        (
            "json_array_elements(CAST(:ended AS json))",
            ("ended.value ->> 0", "CAST(ended.value ->> 1 AS integer)", "ended.value -> 2"),
        ),
        ("json_each(:ended)", [f"json_extract(ended.value, '$[{n}]')" for n in range(3)]),
    )
)
"""Whatever was delivered in one moment is noted by one statement, however much it was."""
_IN_STATE = {state: outbox.c.state == sa.literal_column(f"'{state}'") for state in STATES}
"""Spelt like the conditions of the partial indexes, or the databases do not recognise them."""
_STANDING = sa.union_all(
    sa.select(outbox.c.state, sa.func.count()).where(outbox.c.settled_at.is_(None)).group_by(outbox.c.state),
    sa.select(outbox.c.state, sa.func.count()).where(_IN_STATE[BURIED]).group_by(outbox.c.state),
)
_NEGLECTED = sa.select(sa.func.count()).select_from(outbox).where(_IS_DUE)
_AGAIN_AT = sa.case((outbox.c.leased_until.is_(None), outbox.c.due_at), else_=outbox.c.leased_until)
_NEXT_DUE = sa.select(sa.func.min(_AGAIN_AT, type_=Instant)).where(
    outbox.c.settled_at.is_(None), _heads(_NOW)
)


class OutboxQueue:
    """Claims, and the ways in which a claim ends: settled, postponed, buried, or lost to another."""

    def __init__(self, database: Database, unit_on: Callable[[AsyncConnection], SqlUnit]) -> None:
        self._database = database
        self._unit_on = unit_on
        self._pace = Pace(least=FEW, most=BATCH, met=lambda: database.turns.met)
        # A story that fails undoes those that it shares the transaction with: they are told alone then.
        self._settled_together: Together[AsyncConnection, _Settlement, bool] = Together(
            database.writing, self._settle_all, alone_after=Exception, most=lambda: self._pace.size
        )

    async def claim(
        self,
        *,
        now: datetime,
        limit: int,
        lease: timedelta,
        worker: str,
        below: int = _ANY,
        unless_due: datetime | None = None,
    ) -> Sequence[Owed]:
        """Rows to deliver now: heads of free lanes and laneless rows; people first, then in order.

        Only those whose priority is ``below``, and those that have been due since ``unless_due``.

        One statement. Safe with replicas: a row that another one is claiming is skipped, and
        the rows behind it stay blocked, because their head is unsettled in every snapshot.
        """
        given = {
            "now": now,
            "until": now + lease,
            "by": worker,
            "most": limit,
            "below": below,
            "unless_due": unless_due or now,
        }
        async with self._database.writing() as connection:
            rows = (await ask(connection, _CLAIM, given)).rows
            readable = [
                owed for row in sorted(rows, key=_turn) if (owed := await _read(connection, row, now))
            ]
            if rows:
                await connection.commit()
        return readable

    async def settle(
        self,
        owed: Owed,
        *,
        now: datetime,
        result: Mapping[str, object],
        then: Then | None = None,
    ) -> bool:
        """Mark as done and go on with the story, in one transaction that several may share.

        False, and nothing is written, if the lease was lost: whoever has it now settles.
        """
        return await self._settled_together.add(_Settlement(owed, now, result, then))

    async def bury(self, owed: Owed, *, now: datetime, reason: str, then: Then | None = None) -> bool:
        """Give up on a row, visibly; its lane goes on. False if the lease was lost."""
        return await self._end(owed, {"state": BURIED, "settled_at": now, "reason": reason}, then)

    async def give_up(
        self,
        id: str,  # noqa: A002 - the column's name
        *,
        now: datetime,
        reason: str,
        then: Callable[[Effect], Then],
    ) -> bool:
        """Bury a row by hand, with its story; False if somebody is delivering it, or if it is over.

        Whoever had begun it and lost the lease cannot settle it any more.
        """
        idle = sa.and_(outbox.c.id == id, outbox.c.settled_at.is_(None), _unleased(outbox, now))
        over = {"state": BURIED, "settled_at": now, "reason": reason, "leased_until": None}
        bury = sa.update(outbox).where(idle).values(**over, fence=outbox.c.fence + 1)
        async with self._database.writing() as connection:
            row = (await connection.execute(bury.returning(outbox))).mappings().first()
            if row is None:
                return False
            unit = self._unit_on(connection)
            if (effect := row_from(row).effect) is not None:
                await then(effect)(unit)
            unit.touch("outbox")  # what stood behind it in its lane may go
            await unit.commit()
        return True

    async def postpone(self, owed: Owed, *, until: datetime, reason: str) -> bool:
        """Try again at ``until``. False if the lease was lost."""
        waiting = {"state": WAITING, "due_at": until, "leased_until": None, "reason": reason}
        async with self._database.writing() as connection:
            try:
                async with connection.begin_nested():
                    ours = await _release(connection, owed, waiting)
            except IntegrityError:
                # The same picture was owed again meanwhile: that row will draw it.
                ours = (await connection.execute(sa.delete(outbox).where(_held(owed)))).rowcount == 1
            await self._unit_on(connection).commit()
        return ours

    async def revive(self, id: str, *, now: datetime) -> bool:  # noqa: A002 - the column's name
        """Owe a buried row anew. False if it is not buried, or if the same is owed already."""
        again = {"state": WAITING, "due_at": now, "owed_at": now, "settled_at": None, "attempts": 0}
        buried = sa.update(outbox).where(outbox.c.id == id, outbox.c.state == BURIED).values(again)
        async with self._database.writing(people=True) as connection:
            try:
                revived = (await connection.execute(buried)).rowcount == 1
            except IntegrityError:
                return False
            unit = self._unit_on(connection)
            unit.touch("outbox")
            await unit.commit()
        return revived

    async def show(self, id: str) -> OutboxRow | None:  # noqa: A002 - the column's name
        """The row with this delivery id."""
        found = await self._rows(sa.select(outbox).where(outbox.c.id == id))
        return found[0] if found else None

    async def rows(self, state: str | None, limit: int) -> Sequence[OutboxRow]:
        """Rows in this state, or in any; the newest first."""
        wanted = sa.true() if state is None else _IN_STATE[state]
        return await self._rows(
            sa.select(outbox).where(wanted).order_by(outbox.c.position.desc()).limit(limit),
        )

    async def counts(self) -> Mapping[str, int]:
        """How many rows are in each state; every state is there. It looks at every row."""
        query = sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)
        async with self._database.reading() as connection:
            found: dict[str, int] = {row[0]: row[1] for row in await connection.execute(query)}
        return {state: found.get(state, 0) for state in STATES}

    async def standing(self) -> Mapping[str, int]:
        """How many rows are in each state that is not done: as many looks as there are such rows."""
        async with self._database.reading() as connection:
            found: dict[str, int] = {row[0]: row[1] for row in await connection.execute(_STANDING)}
        return {state: found.get(state, 0) for state in STATES if state != DONE}

    async def next_due(self, now: datetime) -> datetime | None:
        """When a claim may find something; None if nothing is owed. In the past: at once."""
        async with self._database.reading() as connection:
            instant: datetime | None = (await connection.execute(_NEXT_DUE, {"now": now})).scalar_one()
        return instant

    async def neglected(self, since: datetime) -> int:
        """How many rows could have been begun ever since this instant, and nobody took them."""
        async with self._database.reading() as connection:
            return (await connection.execute(_NEGLECTED, {"now": since})).scalar_one()

    async def forget(self, before: datetime) -> int:
        """Drop what was done before this instant; returns how many. What is buried stays to be seen."""
        is_over = sa.and_(outbox.c.state == DONE, outbox.c.settled_at < before)
        return await forget(self._database, outbox, before, came_at=outbox.c.owed_at, is_over=is_over)

    async def _end(self, owed: Owed, values: Mapping[str, object], then: Then | None) -> bool:
        async with self._database.writing() as connection:
            if not await _release(connection, owed, {**values, "leased_until": None}):
                return False
            unit = self._unit_on(connection)
            if then is not None:
                await then(unit)
            if owed.lane is not None:
                unit.touch("outbox")
            await unit.commit()
        return True

    async def _settle_all(
        self, connection: AsyncConnection, settlements: Sequence[_Settlement]
    ) -> Sequence[bool]:
        """End several leases and go on, in one transaction; for each whether it was still ours."""
        held = await _settled(connection, settlements)
        ours = [s for s in settlements if (s.owed.id, s.owed.fence) in held]
        unit = self._unit_on(connection)
        for settlement in sorted(ours, key=lambda s: s.owed.effect.incident):  # locks in one order
            if settlement.then is not None:
                await settlement.then(unit)
        if any(s.owed.lane is not None for s in settlements):
            unit.touch("outbox")
        await unit.commit()
        self._pace.turned()
        return [(s.owed.id, s.owed.fence) in held for s in settlements]

    async def _rows(self, query: sa.Select[*tuple[object, ...]]) -> Sequence[OutboxRow]:
        async with self._database.reading() as connection:
            return [row_from(row) for row in (await connection.execute(query)).mappings()]


def _held(owed: Owed) -> sa.ColumnElement[bool]:
    """The lease of this claim; an expired one counts until somebody else has taken it."""
    return sa.and_(outbox.c.id == owed.id, outbox.c.fence == owed.fence, outbox.c.state == LEASED)


async def _settled(
    connection: AsyncConnection, settlements: Sequence[_Settlement]
) -> frozenset[tuple[str, int]]:
    """Note what was delivered; id and fence of the rows that nobody else had taken."""
    ended = [(s.owed.id, s.owed.fence, dict(s.result)) for s in settlements]
    given = {"ended": json_text(ended), "at": max(s.at for s in settlements)}
    noted = _NOTED_POSTGRESQL if connection.dialect.name == "postgresql" else _NOTED_SQLITE
    return frozenset((row.id, row.fence) for row in await connection.execute(noted, given))


async def _release(connection: AsyncConnection, owed: Owed, values: Mapping[str, object]) -> bool:
    """End the lease; False if it is not ours any more."""
    return (await connection.execute(sa.update(outbox).where(_held(owed)).values(values))).rowcount == 1


def _turn(row: Row) -> tuple[int, int]:
    return row["priority"], row["position"]


async def _read(connection: AsyncConnection, row: Row, now: datetime) -> Owed | None:
    """The claim on a row; None for one that another version wrote, which is buried, not in the way."""
    try:
        return owed_from(row)
    except Unreadable as unreadable:
        buried = {
            "state": BURIED,
            "settled_at": now,
            "leased_until": None,
            "reason": f"Unreadable: {unreadable}",
        }
        await connection.execute(sa.update(outbox).where(outbox.c.id == row["id"]).values(buried))
        return None
