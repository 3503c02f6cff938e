"""The records as the edges reach them: soon, or not at all.

Whoever waits for an answer is told within its own deadline that the records are away, so
that senders send again and people are not left hanging. What is said of the fate of a
request is true: a commit whose answer got lost is asked about before anything is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from handlers.deps import Fate, Unavailable
from playbooks.ports import Ports, Unit, Units
from storage.engine import Unreachable
from storage.unit import Progress, SqlUnit
from storage.uow import Store

T = TypeVar("T")
ASKED_WITHIN: Final = timedelta(seconds=1)
"""A person waits for the answer: longer than this it is better not to know."""
_AWAY: Final = (Unreachable, TimeoutError)


def people_first(ports: Ports, store: Store) -> Ports:
    """The same ports for people who typed or clicked: they need not wait behind the bot's own work."""
    return replace(ports, units=store.for_people, reading=store.reading_for_people)


def reached_by_edges(ports: Ports) -> Ports:
    """The same ports, for whom a database that is away is a reason to ask again."""
    return replace(ports, units=_reaching(ports.units), reading=_reaching(ports.reading))


def asked_once(ports: Ports, store: Store, key: str, *, at: datetime) -> Ports:
    """``reached_by_edges`` for one request, whose units remember ``key`` with what they change."""
    request = _Request(store, key, at)
    return replace(
        ports,
        units=request.reaching(store.once(key, at=at)),
        reading=request.reaching(store.reading_for_people),
    )


async def became_of(store: Store, key: str) -> Fate:
    """What the units of one request, which are over, have changed."""
    try:
        async with asyncio.timeout(ASKED_WITHIN.total_seconds()):
            known = await store.seen.known(key)
    except _AWAY:
        return Fate.UNKNOWN
    return Fate.KEPT if known else Fate.NOTHING


async def soon(work: Awaitable[T], *, within: timedelta) -> T:
    """What ``work`` answers. Raises Unavailable if the records are away, or do not answer in time."""
    return await in_time(_timed(work, within))


async def in_time(work: Awaitable[T]) -> T:
    """``soon`` for work that knows itself how long it may wait."""
    try:
        return await work
    except _AWAY as away:
        raise _unavailable(away, Fate.NOTHING) from away


async def _timed(work: Awaitable[T], within: timedelta) -> T:
    async with asyncio.timeout(within.total_seconds()):
        return await work


def _reaching(open_unit: Units) -> Units:
    @asynccontextmanager
    async def units() -> AsyncIterator[Unit]:
        progress = Progress.NOTHING
        try:
            async with open_unit() as unit:
                try:
                    yield unit
                finally:
                    progress = getattr(unit, "progress", progress)
        except _AWAY as away:
            fate = Fate.NOTHING if progress is Progress.NOTHING else Fate.UNKNOWN
            raise _unavailable(away, fate) from away

    return units


class _Request:
    """What one request has changed so far, over all of its units."""

    def __init__(self, store: Store, key: str, at: datetime) -> None:
        self._store, self._key, self._at = store, key, at
        self._progress = Progress.NOTHING

    def reaching(self, open_unit: Callable[[], AbstractAsyncContextManager[SqlUnit]]) -> Units:
        @asynccontextmanager
        async def units() -> AsyncIterator[Unit]:
            try:
                async with open_unit() as unit:
                    try:
                        yield unit
                    finally:
                        self._progress = max(self._progress, unit.progress)
            except _AWAY as away:
                raise _unavailable(away, await self._fate()) from away

        return units

    async def _fate(self) -> Fate:
        if self._progress is not Progress.COMMITTING:
            return Fate.KEPT if self._progress is Progress.KEPT else Fate.NOTHING
        try:
            async with asyncio.timeout(ASKED_WITHIN.total_seconds()):
                # Whoever is first under this key now is first for good: the unit that broke off has
                # ended, or this waits for its end.
                given_up = await self._store.seen.first(self._key, at=self._at)
        except _AWAY:
            return Fate.UNKNOWN
        return Fate.NOTHING if given_up else Fate.KEPT


def _unavailable(away: Exception, fate: Fate) -> Unavailable:
    return Unavailable(str(away) or "the records did not answer in time", fate=fate)
