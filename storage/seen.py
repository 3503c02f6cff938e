"""What was done already, so that a doubled click or command has the effect of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database
from storage.queues import seen
from storage.records import insert_into


class SqlSeen:
    """Keys of commands, clicks and requests, inside one unit."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def first(self, key: str, *, at: datetime) -> bool:
        """Whether this key was never seen; from the commit of this unit on it was.

        Of two units with the same key the second waits for the first, and is first only
        if that one gave up.
        """
        new = insert_into(self._connection, seen).values({"key": key, "at": at})
        unseen = new.on_conflict_do_nothing(index_elements=["key"]).returning(seen.c.key)
        return (await self._connection.execute(unseen)).first() is not None

    async def mine(self, key: str, *, by: str, at: datetime) -> bool:
        """Whether nobody but ``by`` was here under this key; from the commit of this unit on ``by`` was."""
        if await self.first(key, at=at):
            await self.answer(key, {"by": by})
            return True
        return (await self.answered(key) or {}).get("by") == by

    async def answer(self, key: str, response: Mapping[str, object]) -> None:
        """Keep what was answered, for whoever asks again."""
        await self._connection.execute(
            sa.update(seen).where(seen.c.key == key).values(response=dict(response)),
        )

    async def answered(self, key: str) -> Mapping[str, object] | None:
        """What was answered; None if the key is new or had no answer."""
        query = sa.select(seen.c.response).where(seen.c.key == key)
        return (await self._connection.execute(query)).scalar_one_or_none()


class Seen:
    """The same, each question in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def first(self, key: str, *, at: datetime) -> bool:
        """Whether this key was never seen; it was from now on. A person waits for the answer."""
        async with self._database.writing(people=True) as connection:
            new = await SqlSeen(connection).first(key, at=at)
            await connection.commit()
        return new

    async def known(self, key: str) -> bool:
        """Whether something was committed under this key. A person waits for the answer."""
        async with self._database.reading(people=True) as connection:
            found = await connection.execute(sa.select(seen.c.key).where(seen.c.key == key))
            return found.first() is not None

    async def forget(self, before: datetime) -> int:
        """Drop keys older than ``before``; returns how many."""
        async with self._database.writing() as connection:
            gone = await connection.execute(sa.delete(seen).where(seen.c.at < before))
            await connection.commit()
        return gone.rowcount
