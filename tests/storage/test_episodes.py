"""What is remembered of alerts is what was committed, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.errors import StaleWrite
from playbooks.domain.ids import EpisodeId, ServiceName
from playbooks.domain.signal import Episode, Interval, SignalKind
from storage.episodes import Remembered
from storage.uow import Store
from tests.clock import START

CHECKOUT, SEARCH = ServiceName("checkout"), ServiceName("search")


def episode(
    key: str, service: ServiceName = CHECKOUT, *, ended: bool = False, env: str = "production"
) -> Episode:
    return Episode(
        id=EpisodeId(f"{env}-{key}"),
        source="prom",
        dedup_key=f"{env}-{key}",
        origin="prom",
        kind=SignalKind.ALERT,
        severity=2,
        service=service,
        service_hint=service,
        env=env,
        title=key,
        link="",
        intervals=(Interval(start=START, end=START if ended else None),),
        last_event_at=START,
        received_at=START,
        labels={"a": "b"},
    )


async def keep(store: Store, *added: Episode, changed: Sequence[Episode] = ()) -> None:
    async with store.units() as unit:
        await unit.episodes.keep(added=added, changed=changed)
        await unit.commit()


async def newest(store: Store, *keys: str) -> list[Episode]:
    async with store.units() as unit:
        found = await unit.episodes.newest("prom", [f"production-{key}" for key in keys])
        await unit.commit()
    return sorted(found, key=lambda found: found.id)


async def test_many_are_added_changed_and_found_at_once(store: Store) -> None:
    one, two = episode("1"), episode("2")
    await keep(store, one, two)
    assert await newest(store, "1", "2", "3") == [one, two]
    await keep(store, episode("3"), changed=[replace(one, severity=1), replace(two, title="again")])
    found = await newest(store, "1", "2", "3")
    assert [(e.severity, e.title, e.version) for e in found] == [(1, "1", 1), (2, "again", 1), (2, "3", 0)]


async def test_whoever_was_slower_changes_nothing_at_all(store: Store) -> None:
    one, two = episode("1"), episode("2")
    await keep(store, one, two)
    await keep(store, changed=[replace(two, severity=1)])
    with pytest.raises(StaleWrite):
        await keep(store, changed=[replace(one, severity=1), replace(two, severity=3)])
    assert [e.severity for e in await newest(store, "1", "2")] == [2, 1]


async def test_what_was_undone_is_not_remembered(store: Store) -> None:
    """The next unit writes the same version with other words, and those are true."""
    one = episode("1")
    await keep(store, one)
    async with store.units() as unit:
        await unit.episodes.keep(added=(), changed=[replace(one, title="undone")])
        assert [e.title for e in await unit.episodes.newest("prom", ["production-1"])] == ["undone"]
    await keep(store, changed=[replace(one, title="kept")])
    assert [e.title for e in await newest(store, "1")] == ["kept"]


async def test_what_another_changed_is_read_anew(store: Store) -> None:
    one = episode("1")
    await keep(store, one)
    assert await newest(store, "1") == [one]  # remembered now
    async with store.units() as unit:
        await unit.episodes.save(replace(one, severity=1))
        await unit.commit()
    assert [e.severity for e in await newest(store, "1")] == [1]


async def test_alerts_of_some_services_that_stand_or_spoke_lately(store: Store) -> None:
    old = replace(episode("old", ended=True), last_event_at=START - timedelta(hours=1))
    standing = replace(episode("standing"), last_event_at=START - timedelta(hours=9))
    ended = episode("ended", ended=True)
    await keep(store, old, standing, ended, episode("other", SEARCH), episode("test", env="staging"))
    async with store.reading() as unit:
        found = await unit.episodes.on({CHECKOUT}, "production", START - timedelta(minutes=1))
        assert await unit.episodes.on((), "production", START) == []
    assert {e.title for e in found} == {"standing", "ended"}


def test_the_least_lately_used_is_forgotten_first() -> None:
    remembered = Remembered(most=2)
    one, two, three = episode("1"), episode("2"), episode("3")
    remembered.learn([one, two])
    assert remembered.find(one.id, 0) is one
    remembered.learn([three])
    assert [remembered.find(e.id, 0) for e in (one, two, three)] == [one, None, three]
    assert remembered.find(one.id, 1) is None
