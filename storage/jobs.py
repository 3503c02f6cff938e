"""What is done from time to time, once for all replicas: each turn of a job is a row.

Whoever writes the row first has the turn. It is a lease like any other: a turn that died
with its replica goes to the next one, a turn that is done is done for everybody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.engine import Database
from storage.queues import jobs
from storage.records import insert_into


class Jobs:
    """Turns (job, slot), each for one replica."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, job: str, slot: datetime, *, now: datetime, lease: timedelta, worker: str) -> bool:
        """Whether this turn is ours; False if it is done, or if somebody else is at it.

        One statement: of two replicas the second one waits for the first one's row, and
        finds it taken.
        """
        async with self._database.writing() as connection:
            row = {"job": job, "slot": slot, "worker": worker, "leased_until": now + lease}
            new = insert_into(connection, jobs).values(row)
            taken = new.on_conflict_do_update(
                index_elements=["job", "slot"],
                set_={"worker": worker, "leased_until": now + lease},
                where=sa.and_(jobs.c.done_at.is_(None), jobs.c.leased_until <= now),
            )
            ours = (await connection.execute(taken.returning(jobs.c.job))).first() is not None
            if ours:
                await connection.commit()
        return ours

    async def done(self, job: str, slot: datetime, *, now: datetime) -> None:
        """Nobody has to take this turn any more."""
        mine = sa.and_(jobs.c.job == job, jobs.c.slot == slot)
        async with self._database.writing() as connection:
            await connection.execute(sa.update(jobs).where(mine).values(done_at=now, leased_until=None))
            await connection.commit()

    async def forget(self, before: datetime) -> int:
        """Drop turns of before this instant; returns how many."""
        async with self._database.writing() as connection:
            gone = await connection.execute(sa.delete(jobs).where(jobs.c.slot < before))
            await connection.commit()
        return gone.rowcount
