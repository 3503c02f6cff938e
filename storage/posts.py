"""Where messages stand that may have to be changed later."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import ChannelId, Ts
from storage import tables
from storage.asking import ask
from storage.records import asked, replace


class SqlPosts:
    """``ports.Posts``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def remember(self, subject: str, channel: ChannelId, ts: Ts) -> None:
        """Keep the place of a message; a second message about the subject takes the first one's place."""
        row = {"subject": subject, "channel": channel, "ts": ts}
        await replace(self._connection, tables.posts, row, key="subject")

    async def forget(self, subject: str) -> None:
        """The message about a subject is there no more; harmless if there was none."""
        await self._connection.execute(sa.delete(tables.posts).where(tables.posts.c.subject == subject))

    async def moved(self, before: ChannelId, channel: ChannelId) -> None:
        """Everything that was posted in a channel is in the other one now."""
        there = sa.update(tables.posts).where(tables.posts.c.channel == before)
        await self._connection.execute(there.values(channel=channel))

    async def about(self, subject: str) -> Sequence[tuple[ChannelId, Ts]]:
        """Where the message about a subject is, and where its copies are."""
        its_own = tables.posts.c.subject == subject
        copies = tables.posts.c.subject.startswith(f"{subject}:", autoescape=True)
        query = sa.select(tables.posts.c.channel, tables.posts.c.ts).where(sa.or_(its_own, copies))
        rows = await self._connection.execute(query.order_by(tables.posts.c.subject))
        return [(ChannelId(row.channel), Ts(row.ts)) for row in rows]

    async def at(self, channel: ChannelId, ts: Ts) -> Sequence[str]:
        """What one message is about; several subjects if it speaks of several things."""
        here = sa.and_(tables.posts.c.channel == channel, tables.posts.c.ts == ts)
        rows = await self._connection.execute(sa.select(tables.posts.c.subject).where(here))
        return sorted(rows.scalars())

    async def where(self, subject: str) -> tuple[ChannelId, Ts] | None:
        """Channel and timestamp of the message about ``subject``; None if none was posted."""
        query = asked(tables.posts, ("subject",), frozenset(), "")
        row = (await ask(self._connection, query, {"subject": subject})).first
        return None if row is None else (ChannelId(row["channel"]), Ts(row["ts"]))
