"""Work that nobody takes is noticed; work that waits for a good reason is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.metrics import Metrics
from bot.watchdog import NEGLECTED_AFTER, Watchdog
from handlers.deps import Undelivered
from playbooks.domain.timers import Timer, TimerKind
from storage.uow import Store
from tests.clock import MovableClock
from tests.storage.builders import CARD, claim, owe, said
from tests.storage.records import SEVEN

LONG = timedelta(hours=1)
SOON = timedelta(seconds=1)


@pytest.fixture
def watchdog(store: Store, clock: MovableClock) -> Watchdog:
    return Watchdog(store, Metrics(), wall=clock.now, clock=clock.now)


async def neglected(watchdog: Watchdog) -> dict[str, int]:
    return dict((await watchdog.trouble()).neglected)


async def fill(store: Store, clock: MovableClock) -> None:
    """Something due in every queue."""
    await owe(store, said("first"), said("behind it in its lane"), CARD)
    await store.inbox.put(source="s", key="k", headers={}, body=b"", received_at=clock.now())
    async with store.units() as unit:
        await unit.timers.set(Timer(kind=TimerKind.QUIET, subject="7", incident=SEVEN, due_at=clock.now()))
        await unit.commit()


async def test_rows_that_nobody_took_for_a_minute_are_counted(
    store: Store, clock: MovableClock, watchdog: Watchdog
) -> None:
    """What stands behind another in its lane could not be taken, so it does not count."""
    await fill(store, clock)
    clock.advance(NEGLECTED_AFTER - SOON)
    assert await neglected(watchdog) == {}
    clock.advance(SOON)
    assert await neglected(watchdog) == {"outbox": 2, "inbox": 1, "timers": 1}


async def test_what_somebody_is_at_or_what_is_not_due_is_not_neglected(
    store: Store, clock: MovableClock, watchdog: Watchdog
) -> None:
    await fill(store, clock)
    now = clock.now()
    for owed in await claim(store, clock):
        await store.outbox.postpone(owed, until=now + LONG, reason="Slack asks us to slow down")
    await store.inbox.claim(now=now, limit=9, lease=LONG)
    await store.alarms.claim(now=now, limit=9, lease=LONG)
    clock.advance(2 * NEGLECTED_AFTER)
    assert await neglected(watchdog) == {}
    clock.advance(LONG)
    assert await neglected(watchdog) == {"outbox": 2, "inbox": 1, "timers": 1}, "whoever had them is gone"


async def test_one_line_says_when_it_begins_and_the_metric_when_it_ends(
    store: Store, clock: MovableClock
) -> None:
    metrics = Metrics()
    watchdog = Watchdog(store, metrics, wall=clock.now, clock=clock.now)
    await owe(store, CARD)
    clock.advance(NEGLECTED_AFTER)
    with capture_logs() as lines:
        await watchdog.look()
        await watchdog.look()
    assert [(line["event"], line["queue"], line["rows"]) for line in lines] == [
        ("watchdog.neglected", "outbox", 1)
    ]
    assert b'tocsin_neglected{queue="outbox"} 1.0' in metrics.exposition()[0]
    await claim(store, clock)
    await watchdog.look()
    assert b'tocsin_neglected{queue="outbox"} 0.0' in metrics.exposition()[0]


async def test_what_was_given_up_is_shown_until_it_is_tried_again(
    store: Store, clock: MovableClock, watchdog: Watchdog
) -> None:
    await owe(store, CARD)
    (owed,) = await claim(store, clock)
    await store.outbox.bury(owed, now=clock.now(), reason="the channel was archived")
    shown = Undelivered(
        delivery=owed.id, step="RefreshCard", incident=SEVEN, reason="the channel was archived"
    )
    assert (await watchdog.trouble()).undelivered == (shown,)
    assert await store.outbox.revive(owed.id, now=clock.now())
    assert (await watchdog.trouble()).undelivered == ()
