"""Dropping what is old, a piece at a time: nobody waits behind the deletion of a million rows.

A queue's rows are numbered in the order in which they came, so the oldest are found without
an index of their own, and the first piece in which nothing is old is the last one to look at.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from storage.engine import Database
from storage.types import Instant

PIECE = 1_000
"""Rows in one transaction: a few milliseconds."""


async def forget(
    database: Database,
    queue: sa.Table,
    before: datetime,
    *,
    came_at: sa.ColumnElement[datetime],
    is_over: sa.ColumnElement[bool],
    piece: int = PIECE,
) -> int:
    """Drop the rows of ``queue`` that came before an instant and are over by then; returns how many."""
    gone, last = 0, 0
    while True:
        next_ones = sa.select(queue.c.position, came_at.label("came_at")).where(queue.c.position > last)
        some = next_ones.order_by(queue.c.position).limit(piece).subquery()
        ends = sa.select(sa.func.max(some.c.position), sa.func.min(some.c.came_at, type_=Instant))
        async with database.reading() as connection:
            end, oldest = (await connection.execute(ends)).one()
        if end is None or oldest >= before:
            return gone
        these = sa.and_(queue.c.position > last, queue.c.position <= end, is_over)
        async with database.writing() as connection:
            gone += (await connection.execute(sa.delete(queue).where(these))).rowcount
            await connection.commit()
        last = end
