"""Who hears of a commit: this process at once, and on PostgreSQL every other replica too.

The word to the others is a statement of the committing transaction, so it travels with the
commit or not at all. It may still get lost on the way (nobody listened), which is why every
worker also looks by itself from time to time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

OnCommit = Callable[[frozenset[str]], None]

CHANNEL: Final = "tocsin"
"""Of PostgreSQL's NOTIFY; channels belong to one database."""
TOPICS: Final = frozenset({"outbox", "inbox", "timers"})


class Wake:
    """Commits, and says which queues have something new."""

    def __init__(self, here: OnCommit, *, name: str, replicas: bool) -> None:
        """``name`` is this process, so that it need not listen to itself; it holds no blank."""
        self._here = here
        self._name = name
        self._replicas = replicas

    async def commit(self, connection: AsyncConnection, topics: frozenset[str]) -> None:
        """Keep what the connection has done, and wake whoever works on ``topics``."""
        if topics and self._replicas:
            await connection.execute(sa.select(sa.func.pg_notify(CHANNEL, self.words(topics))))
        await connection.commit()
        self.here(topics)

    def words(self, topics: frozenset[str]) -> str:
        """What is said to the others of ``topics``."""
        return spoken(self._name, topics)

    def here(self, topics: frozenset[str]) -> None:
        """Wake the workers of this process."""
        if topics:
            self._here(topics)


def spoken(name: str, topics: frozenset[str]) -> str:
    """What is said on the channel."""
    return f"{name} {','.join(sorted(topics))}"


def heard(words: str, *, by: str) -> frozenset[str]:
    """The topics that somebody else spoke of; nothing if it was ``by`` itself, or of another version."""
    name, _, topics = words.partition(" ")
    return frozenset() if name == by else TOPICS.intersection(topics.split(","))
