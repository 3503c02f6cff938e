"""The records as the edges reach them: soon, or not at all.

Whoever waits for an answer is told within its own deadline that the records are away, so
that senders send again and people are not left hanging.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from handlers.deps import Unavailable
from playbooks.ports import Ports, Unit, Units
from storage.engine import Unreachable

T = TypeVar("T")


def reached_by_edges(ports: Ports) -> Ports:
    """The same ports, for whom a database that is away is a reason to ask again."""
    return replace(ports, units=_reaching(ports.units), reading=_reaching(ports.reading))


async def soon(work: Awaitable[T], *, within: timedelta) -> T:
    """What ``work`` answers. Raises Unavailable if the records are away, or do not answer in time."""
    async with _in_words(), asyncio.timeout(within.total_seconds()):
        return await work


def _reaching(open_unit: Units) -> Units:
    @asynccontextmanager
    async def units() -> AsyncIterator[Unit]:
        async with _in_words(), open_unit() as unit:
            yield unit

    return units


@asynccontextmanager
async def _in_words() -> AsyncIterator[None]:
    try:
        yield
    except (Unreachable, TimeoutError) as away:
        raise Unavailable(str(away) or "the records did not answer in time") from away
