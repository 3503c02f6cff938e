"""The alert episodes, read and written by the hundred.

A storm speaks of the same alerts again and again, and to read a row costs far more than to
find it. So what was read and committed is remembered with its version, and only rows that
somebody changed since are read anew. A version never says two things: what a unit wrote
is remembered when it was committed, and never if it was not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import EpisodeId, IncidentId, ServiceName
from playbooks.domain.signal import Episode
from storage import tables
from storage.mapping import Codec
from storage.memory import Memory
from storage.records import SqlRepository, hold, insert_all, members

_EPISODES = Codec(
    Episode,
    tables.episodes,
    is_open=lambda episode: episode.is_open,
    began_at=lambda episode: episode.intervals[0].start,
)


_IS_OPEN: sa.ColumnElement[bool] = sa.literal_column("episodes.is_open")
"""As the partial indexes have it. SQLAlchemy writes ``is_open = 1`` for SQLite, and it would not see them."""


class Remembered:
    """Committed episodes of this process, the least lately used forgotten first."""

    def __init__(self, most: int = 10_000) -> None:
        """``most`` episodes of about a kilobyte each."""
        self._most = most
        self._episodes: dict[EpisodeId, Episode] = {}

    def find(self, episode: EpisodeId, version: int) -> Episode | None:
        """The episode, if it is remembered as this version."""
        known = self._episodes.pop(episode, None)
        if known is not None:
            self._episodes[episode] = known
        return known if known is not None and known.version == version else None

    def learn(self, episodes: Collection[Episode]) -> None:
        """Remember what is committed."""
        for episode in episodes:
            self._episodes.pop(episode.id, None)
            self._episodes[episode.id] = episode
        for oldest in list(self._episodes)[: max(0, len(self._episodes) - self._most)]:
            del self._episodes[oldest]


class SqlEpisodes(SqlRepository[EpisodeId, Episode]):
    """``ports.Episodes``."""

    def __init__(self, connection: AsyncConnection, remembered: Remembered, memory: Memory) -> None:
        super().__init__(connection, _EPISODES)
        self._oldest_first = (self._columns.began_at, self._columns.id)
        self._remembered = remembered
        self._memory = memory
        self._read: dict[EpisodeId, Episode] = {}

    def committed(self) -> None:
        """What this unit read and wrote is true for everybody now."""
        self._remembered.learn(self._read.values())
        self._read = {}

    async def lock_intake(self) -> None:
        await hold(self._connection, "intake")
        self._memory.forget()

    async def newest(self, source: str, dedup_keys: Collection[str]) -> Sequence[Episode]:
        """One look into the index for each key, however long its history is."""
        key = members(self._connection, dedup_keys)
        episodes = tables.episodes
        its_newest = (
            sa.select(episodes.c.id)
            .where(episodes.c.source == source, episodes.c.dedup_key == key.c.value)
            .order_by(episodes.c.received_at.desc(), episodes.c.id.desc())
            .limit(1)
            .correlate(key)
            .scalar_subquery()
        )
        wanted = sa.select(its_newest.label("id")).select_from(key).subquery()
        found = sa.select(episodes.c.id, episodes.c.version).join(wanted, episodes.c.id == wanted.c.id)
        return await self._recalled(found)

    async def keep(self, *, added: Sequence[Episode], changed: Sequence[Episode]) -> None:
        await self._change_all([self._codec.row(episode) for episode in changed])
        if added:
            await insert_all(self._connection, tables.episodes, [self._codec.row(e) for e in added])

    async def on(self, services: Collection[ServiceName], env: str, since: datetime) -> Sequence[Episode]:
        """Two looks into two indexes: what is open, and what spoke lately. Oldest first."""
        episodes = tables.episodes
        service = members(self._connection, services)
        here = sa.select(episodes.c.id, episodes.c.version)
        here = here.join(service, episodes.c.service == service.c.value).where(episodes.c.env == env)
        both = sa.union_all(
            here.where(_IS_OPEN),
            here.where(sa.not_(_IS_OPEN), episodes.c.last_event_at >= since),
        )
        found = await self._recalled(both)
        return sorted(found, key=lambda episode: (episode.intervals[0].start, episode.id))

    async def around(self, since: datetime) -> Sequence[Episode]:
        return await self._all(self._touches(since), order=self._oldest_first)

    async def of(self, incident: IncidentId) -> Sequence[Episode]:
        """Oldest first."""
        return await self._all_with("began_at id", incident=incident)

    async def unmapped(self, since: datetime) -> Sequence[Episode]:
        """Episodes around ``since`` whose service the catalogue does not know, oldest first."""
        return await self._all(
            self._columns.service.is_(None),
            self._touches(since),
            order=self._oldest_first,
        )

    async def _recalled(self, found: sa.Executable) -> Sequence[Episode]:
        """The episodes that a query names by id and version; read are only those not remembered so."""
        rows = (await self._connection.execute(found)).all()
        known: list[Episode] = []
        missing: list[str] = []
        for id_, version in rows:
            episode = self._remembered.find(EpisodeId(id_), version)
            if episode is None:
                missing.append(id_)
            else:
                known.append(episode)
        if missing:
            named = members(self._connection, missing)
            query = sa.select(tables.episodes).join(named, tables.episodes.c.id == named.c.value)
            read = [self._codec.value(row) for row in (await self._connection.execute(query)).mappings()]
            self._read |= {episode.id: episode for episode in read}
            known += read
        return known

    def _touches(self, since: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(_IS_OPEN, self._columns.last_event_at >= since)
