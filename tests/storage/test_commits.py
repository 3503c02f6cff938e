"""A rehearsal follows every commit: those that kept something, and no others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.uow import Store
from tests.clock import CountingIds, MovableClock

LEASE = timedelta(seconds=60)


@pytest.fixture
def commits() -> list[str]:
    return []


@pytest.fixture
async def followed(
    database_url: str, clock: MovableClock, ids: CountingIds, commits: list[str]
) -> AsyncIterator[Store]:
    """A store that notes its commits, and notes when somebody is told of one."""
    opened = await Store.open(
        database_url,
        clock=clock,
        ids=ids,
        on_commit=lambda topics: commits.append(f"told of {', '.join(sorted(topics))}"),
        after_commit=lambda: commits.append("committed"),
    )
    yield opened
    await opened.close()


async def receive(store: Store, clock: MovableClock) -> None:
    await store.inbox.put(source="hook:x", key="1", headers={}, body=b"{}", received_at=clock.now())


async def test_a_commit_is_followed_before_anybody_is_told_of_it(
    followed: Store, clock: MovableClock, commits: list[str]
) -> None:
    await receive(followed, clock)
    assert commits == ["committed", "told of inbox"]


async def test_a_look_that_finds_nothing_commits_nothing(
    followed: Store, clock: MovableClock, commits: list[str]
) -> None:
    now = clock.now()
    assert not await followed.inbox.claim(now=now, limit=9, lease=LEASE)
    assert not await followed.outbox.claim(now=now, limit=9, lease=LEASE, worker="me")
    assert not await followed.alarms.claim(now=now, limit=9, lease=LEASE)
    assert commits == []


async def test_what_is_undone_is_not_followed(followed: Store, commits: list[str]) -> None:
    async with followed.units() as unit:
        unit.touch("outbox")
    assert commits == []
