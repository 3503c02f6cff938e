"""What is owed is delivered in order where readers see it, once, and whoever dies with it loses it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from playbooks.domain.effects import (
    AddBookmarks,
    Announce,
    Effect,
    Invite,
    PinCard,
    PostCard,
    Priority,
    RefreshCard,
)
from playbooks.domain.errors import ProtocolError, StaleWrite
from playbooks.domain.ids import IncidentId, Ts, UserId
from storage.engine import make_engine
from storage.outbox import Then
from storage.pieces import forget
from storage.queues import outbox
from storage.uow import SqlUnit, Store
from tests.clock import START, CountingIds, MovableClock
from tests.storage import records
from tests.storage.builders import ANNOUNCE, CARD, LEASE, PAUSE, TOPIC, claim, owe, said, settle, told
from tests.storage.records import SEVEN


# ------------------------------------------------------------------ order
async def test_a_lane_gives_out_one_row_at_a_time_in_order(store: Store, clock: MovableClock) -> None:
    await owe(store, said("one"), said("two"), said("three"))
    delivered = []
    while claimed := await claim(store, clock):
        assert len(claimed) == 1
        delivered.append(claimed[0].effect)
        await settle(store, clock, claimed[0])
    assert delivered == [said("one"), said("two"), said("three")]


async def test_lanes_do_not_wait_for_each_other(store: Store, clock: MovableClock) -> None:
    eight = IncidentId(8)
    await owe(store, said("7a"), said("7b"), said("8a", eight), told("UADA"), told("UBOB"))
    claimed = [owed.effect for owed in await claim(store, clock)]
    assert claimed == [told("UADA"), told("UBOB"), said("7a"), said("8a", eight)]


async def test_what_has_no_lane_goes_out_side_by_side(store: Store, clock: MovableClock) -> None:
    await owe(store, ANNOUNCE, ANNOUNCE, ANNOUNCE)
    assert len(await claim(store, clock)) == 3


async def test_people_come_first_and_decoration_last(store: Store, clock: MovableClock) -> None:
    invite = Invite(incident=SEVEN, users=(UserId("UADA"),))
    bookmarks, pin, card = (
        AddBookmarks(incident=SEVEN),
        PinCard(incident=SEVEN, ts=Ts("1")),
        PostCard(incident=SEVEN),
    )
    await owe(store, bookmarks, ANNOUNCE, pin, card, told("UADA"), invite)
    claimed = [owed.effect for owed in await claim(store, clock)]
    assert claimed == [invite, told("UADA"), card, ANNOUNCE, bookmarks, pin]


async def test_a_claim_takes_no_more_than_asked_for(store: Store, clock: MovableClock) -> None:
    await owe(store, *[Announce(incident=IncidentId(n)) for n in range(5)])
    first = await claim(store, clock, limit=2)
    second = await claim(store, clock, limit=10)
    assert [owed.effect.incident for owed in (*first, *second)] == [0, 1, 2, 3, 4]


async def test_a_lane_whose_head_is_out_gives_nothing_even_to_a_replica(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    await owe(store, said("one"), said("two"))
    assert len(await claim(store, clock)) == 1
    assert await claim(store, clock) == []
    assert await claim(replica, clock, worker="w2") == []


async def test_a_postponed_head_holds_back_its_lane_and_no_other(store: Store, clock: MovableClock) -> None:
    await owe(store, said("one"), said("two"), said("other", IncidentId(8)))
    head, other = await claim(store, clock)
    assert await store.outbox.postpone(head, until=clock.now() + PAUSE, reason="rate limited")
    await settle(store, clock, other)
    assert await claim(store, clock) == []
    clock.advance(PAUSE)
    (again,) = await claim(store, clock)
    assert again.effect == said("one")
    assert again.attempts == 2


async def test_a_buried_head_does_not_block_its_lane(store: Store, clock: MovableClock) -> None:
    await owe(store, said("one"), said("two"))
    (head,) = await claim(store, clock)
    assert await store.outbox.bury(head, now=clock.now(), reason="channel_not_found")
    (following,) = await claim(store, clock)
    assert following.effect == said("two")


async def test_an_earlier_row_that_appears_late_waits_until_the_lane_is_free(
    database_url: str, store: Store, clock: MovableClock
) -> None:
    """Two units of one lane may commit in the other order; then the later row is out already."""
    await owe(store, told("UADA", "early"), told("UADA", "late"))
    await _set(database_url, outbox.c.position == 1, position=3)
    (out,) = await claim(store, clock)
    assert out.effect == told("UADA", "late")
    await _set(database_url, outbox.c.position == 3, position=1)
    assert await claim(store, clock) == []
    await settle(store, clock, out)
    (following,) = await claim(store, clock)
    assert following.effect == told("UADA", "early")


async def test_two_expired_leases_in_one_lane_do_not_block_each_other_for_ever(
    database_url: str, store: Store, clock: MovableClock
) -> None:
    await owe(store, told("UADA", "one"), told("UADA", "two"))
    await _set(database_url, sa.true(), state="leased", leased_until=clock.now(), fence=1)
    delivered = []
    while claimed := await claim(store, clock):
        (owed,) = claimed
        delivered.append(owed.effect)
        await settle(store, clock, owed)
    assert delivered == [told("UADA", "one"), told("UADA", "two")]


# ------------------------------------------------------------------ leases
async def test_a_first_claim_says_that_nobody_tried_before(store: Store, clock: MovableClock) -> None:
    await owe(store, ANNOUNCE)
    clock.advance(PAUSE)
    (owed,) = await claim(store, clock)
    assert (owed.attempts, owed.fence, owed.first_tried_at, owed.owed_at) == (1, 1, None, START)


async def test_a_lease_that_runs_out_is_taken_over_and_the_first_hand_loses_it(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    await owe(store, said("one"), said("two"))
    (lost,) = await claim(store, clock)
    tried_at = clock.now()
    clock.advance(LEASE - timedelta(microseconds=1))
    assert await claim(replica, clock, worker="w2") == []
    clock.advance(timedelta(microseconds=1))
    (taken,) = await claim(replica, clock, worker="w2")
    assert (taken.id, taken.attempts, taken.fence, taken.first_tried_at) == (lost.id, 2, 2, tried_at)

    assert not await store.outbox.settle(lost, now=clock.now(), result={})
    assert not await store.outbox.postpone(lost, until=clock.now(), reason="late")
    assert not await store.outbox.bury(lost, now=clock.now(), reason="late")
    row = await store.outbox.show(lost.id)
    assert row is not None
    assert (row.state, row.worker, row.reason) == ("leased", "w2", None)
    assert await settle(replica, clock, taken)


async def test_an_expired_lease_counts_until_somebody_takes_it(store: Store, clock: MovableClock) -> None:
    await owe(store, ANNOUNCE)
    (owed,) = await claim(store, clock)
    clock.advance(2 * LEASE)
    assert await settle(store, clock, owed)
    assert await claim(store, clock) == []


async def test_a_row_is_settled_once(store: Store, clock: MovableClock) -> None:
    await owe(store, ANNOUNCE)
    (owed,) = await claim(store, clock)
    assert await settle(store, clock, owed)
    assert not await settle(store, clock, owed)
    assert not await store.outbox.bury(owed, now=clock.now(), reason="late")


async def test_replicas_that_claim_at_once_never_get_the_same_row(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    await owe(store, *[told(f"U{n % 7}", str(n)) for n in range(40)], *[ANNOUNCE] * 20)
    seen: list[str] = []
    order: dict[str, list[str]] = {}

    async def work(mine: Store, worker: str) -> None:
        while claimed := await claim(mine, clock, limit=5, worker=worker):
            for owed in claimed:
                seen.append(owed.id)
                if owed.lane is not None:
                    order.setdefault(owed.lane, []).append(owed.id)
                assert await settle(mine, clock, owed)

    async with asyncio.timeout(20), asyncio.TaskGroup() as workers:
        for worker in range(2):
            workers.create_task(work(store, f"a{worker}"))
            workers.create_task(work(replica, f"b{worker}"))
    while (await store.outbox.counts())["waiting"]:
        await work(store, "last")
    assert len(seen) == len(set(seen)) == 60
    assert all(lane == sorted(lane) for lane in order.values())


# ------------------------------------------------------------------ settling
async def test_settling_and_going_on_is_one_transaction(store: Store, clock: MovableClock) -> None:
    await owe(store, ANNOUNCE)
    (owed,) = await claim(store, clock)

    async def go_on(unit: SqlUnit) -> None:
        await unit.incidents.add(records.INCIDENT)
        await unit.outbox.put(TOPIC)

    assert await store.outbox.settle(owed, now=clock.now(), result={"channel": "C7"}, then=go_on)
    async with store.reading() as unit:
        assert await unit.incidents.find(SEVEN) == records.INCIDENT
    row = await store.outbox.show(owed.id)
    assert row is not None
    assert (row.state, row.result, row.settled_at) == ("done", {"channel": "C7"}, clock.now())
    assert [owed.effect for owed in await claim(store, clock)] == [TOPIC]


@pytest.mark.parametrize("ending", ["settle", "bury"])
async def test_a_story_that_cannot_go_on_leaves_the_row_unsettled(
    store: Store, clock: MovableClock, ending: str
) -> None:
    await owe(store, ANNOUNCE)
    (owed,) = await claim(store, clock)

    async def fail(unit: SqlUnit) -> None:
        await unit.incidents.add(records.INCIDENT)
        raise ProtocolError

    end = {
        "settle": store.outbox.settle(owed, now=clock.now(), result={}, then=fail),
        "bury": store.outbox.bury(owed, now=clock.now(), reason="no", then=fail),
    }
    with pytest.raises(ProtocolError):
        await end.pop(ending)
    for unused in end.values():
        unused.close()
    async with store.reading() as unit:
        assert await unit.incidents.find(SEVEN) is None
    clock.advance(LEASE)
    assert [again.id for again in await claim(store, clock)] == [owed.id]


async def test_the_story_does_not_go_on_twice(store: Store, clock: MovableClock) -> None:
    await owe(store, ANNOUNCE)
    (slow,) = await claim(store, clock)
    clock.advance(LEASE)
    (quick,) = await claim(store, clock)
    went_on: list[str] = []

    async def go_on(_unit: SqlUnit) -> None:
        went_on.append("once")

    assert await store.outbox.settle(quick, now=clock.now(), result={}, then=go_on)
    assert not await store.outbox.settle(slow, now=clock.now(), result={}, then=go_on)
    assert went_on == ["once"]


async def test_many_are_settled_at_once_each_with_its_own_result(store: Store, clock: MovableClock) -> None:
    await owe(store, *[Announce(incident=IncidentId(n)) for n in range(30)])
    claimed = await claim(store, clock, limit=30)
    lost = claimed[::3]
    clock.advance(LEASE)
    retaken = await claim(store, clock, limit=len(lost))
    assert {owed.id for owed in retaken} == {owed.id for owed in claimed[: len(lost)]}
    taken_over = {owed.id for owed in retaken}

    async with asyncio.TaskGroup() as tasks:
        answers = {
            owed.id: tasks.create_task(
                store.outbox.settle(owed, now=clock.now(), result={"incident": owed.effect.incident}),
            )
            for owed in claimed
        }
    assert {id_ for id_, answer in answers.items() if not answer.result()} == taken_over
    for owed in claimed:
        row = await store.outbox.show(owed.id)
        assert row is not None
        expected = None if owed.id in taken_over else {"incident": owed.effect.incident}
        assert (row.result, row.state) == (expected, "leased" if owed.id in taken_over else "done")


async def test_settling_a_lane_says_that_the_next_row_may_go(
    database_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    heard: list[frozenset[str]] = []
    store = await Store.open(database_url, clock=clock, ids=ids, on_commit=heard.append)
    await owe(store, said("one"), said("two"), ANNOUNCE)
    heard.clear()
    first, announcement = await claim(store, clock)
    await settle(store, clock, announcement)
    assert heard == []
    await settle(store, clock, first)
    assert heard == [frozenset({"outbox"})]
    await store.close()


# ------------------------------------------------------------------ coalescing
async def test_a_picture_is_owed_once_while_nobody_has_begun_to_draw_it(
    store: Store, clock: MovableClock
) -> None:
    await owe(store, CARD, CARD, TOPIC)
    await owe(store, CARD)
    assert [owed.effect for owed in await claim(store, clock)] == [CARD, TOPIC]


async def test_a_picture_that_is_being_drawn_is_owed_again(store: Store, clock: MovableClock) -> None:
    await owe(store, CARD)
    (drawing,) = await claim(store, clock)
    await owe(store, CARD)
    await settle(store, clock, drawing)
    assert [owed.effect for owed in await claim(store, clock)] == [CARD]


async def test_a_postponed_picture_gives_way_to_a_newer_one(store: Store, clock: MovableClock) -> None:
    await owe(store, CARD)
    (drawing,) = await claim(store, clock)
    await owe(store, CARD)
    assert await store.outbox.postpone(drawing, until=clock.now() + PAUSE, reason="rate limited")
    (newer,) = await claim(store, clock)
    assert newer.id != drawing.id
    assert await store.outbox.show(drawing.id) is None
    await settle(store, clock, newer)
    clock.advance(PAUSE)
    assert await claim(store, clock) == []


async def test_a_picture_that_waits_to_be_tried_again_is_still_owed_once(
    store: Store, clock: MovableClock
) -> None:
    await owe(store, CARD)
    (drawing,) = await claim(store, clock)
    await store.outbox.postpone(drawing, until=clock.now() + PAUSE, reason="rate limited")
    await owe(store, CARD)
    clock.advance(PAUSE)
    assert [owed.id for owed in await claim(store, clock)] == [drawing.id]


async def test_a_picture_is_never_drawn_from_a_record_older_than_the_unit_that_owes_it(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    """A unit that finds the row waiting holds it until it commits: a worker must not draw meanwhile."""
    await owe(store, CARD)
    async with asyncio.timeout(5), store.units() as unit:
        await unit.outbox.put(CARD)
        await unit.write()
        early = asyncio.ensure_future(claim(replica, clock, worker="w2"))
        await asyncio.sleep(0.1)
        await unit.commit()
        claimed_meanwhile = early.done()
    found = await early or await claim(replica, clock, worker="w2")
    assert [owed.effect for owed in found] == [CARD]
    if claimed_meanwhile:
        assert early.result() == []


async def test_a_picture_that_is_drawn_before_the_commit_is_owed_once_more(
    store: Store, replica: Store, clock: MovableClock
) -> None:
    """Whoever draws while the unit is still thinking draws how things were."""
    await owe(store, CARD)
    async with store.units() as unit:
        await unit.outbox.put(CARD)
        (early,) = await claim(replica, clock, worker="w2")
        await unit.commit()
    assert await settle(replica, clock, early)
    assert [owed.effect for owed in await claim(store, clock)] == [CARD]


# ------------------------------------------------------------------ several at once
async def test_stories_that_go_on_together_are_told_in_one_commit(store: Store, clock: MovableClock) -> None:
    await owe(store, *(said("one", IncidentId(n)) for n in range(1, 6)))
    claimed = await claim(store, clock)

    def go_on(n: int) -> Then:
        async def then(unit: SqlUnit) -> None:
            await unit.outbox.put(RefreshCard(incident=IncidentId(n)))

        return then

    settled = await asyncio.gather(
        *(
            store.outbox.settle(owed, now=clock.now(), result={}, then=go_on(owed.effect.incident))
            for owed in claimed
        )
    )
    assert settled == [True] * 5
    assert {owed.effect.incident for owed in await claim(store, clock)} == {1, 2, 3, 4, 5}


async def test_a_story_that_fails_takes_none_of_its_neighbours_with_it(
    store: Store, clock: MovableClock
) -> None:
    await owe(store, *(told(name) for name in ("a", "b", "c")))
    claimed = await claim(store, clock)

    async def fails(unit: SqlUnit) -> None:
        await unit.outbox.put(CARD)
        raise StaleWrite("somebody was quicker")

    async def goes_on(unit: SqlUnit) -> None:
        await unit.outbox.put(TOPIC)

    stories = (goes_on, fails, goes_on)
    ends = await asyncio.gather(
        *(
            store.outbox.settle(owed, now=clock.now(), result={}, then=then)
            for owed, then in zip(claimed, stories, strict=True)
        ),
        return_exceptions=True,
    )
    assert [end if end is True else type(end) for end in ends] == [True, StaleWrite, True]
    assert [owed.effect for owed in await claim(store, clock)] == [TOPIC]


async def test_what_nobody_waits_for_lets_people_pass_and_is_not_forgotten(
    store: Store, clock: MovableClock
) -> None:
    await owe(store, CARD, ANNOUNCE)

    async def urgent() -> list[Effect]:
        since = clock.now() - PAUSE
        found = await store.outbox.claim(
            now=clock.now(), limit=9, lease=LEASE, worker="w1", below=Priority.MIRROR, unless_due=since
        )
        return [owed.effect for owed in found]

    assert await urgent() == [ANNOUNCE]
    clock.advance(PAUSE)
    assert CARD in await urgent()


# ------------------------------------------------------------------ revival and looking
async def test_a_buried_row_is_seen_and_revived(store: Store, clock: MovableClock) -> None:
    await owe(store, said("one"), said("two"))
    (owed,) = await claim(store, clock)
    tried_at = clock.now()
    await store.outbox.bury(owed, now=clock.now(), reason="channel_not_found")
    (row,) = await store.outbox.rows("buried", 10)
    assert (row.id, row.kind, row.reason, row.effect) == (
        owed.id,
        "TellRoom",
        "channel_not_found",
        said("one"),
    )

    clock.advance(PAUSE)
    assert await store.outbox.revive(owed.id, now=clock.now())
    assert not await store.outbox.revive(owed.id, now=clock.now())
    (again,) = await claim(store, clock)
    assert (again.id, again.attempts, again.owed_at) == (owed.id, 1, clock.now())
    assert again.first_tried_at == tried_at
    assert not await settle(store, clock, owed)
    assert await settle(store, clock, again)


async def test_what_is_owed_already_is_not_revived(store: Store, clock: MovableClock) -> None:
    await owe(store, CARD)
    (owed,) = await claim(store, clock)
    await store.outbox.bury(owed, now=clock.now(), reason="no")
    await owe(store, CARD)
    assert not await store.outbox.revive(owed.id, now=clock.now())
    assert not await store.outbox.revive("nothing", now=clock.now())


async def test_rows_are_counted_by_state_and_shown_newest_first(store: Store, clock: MovableClock) -> None:
    await owe(store, ANNOUNCE, said("one"), said("two"))
    announcement, out = sorted(await claim(store, clock), key=lambda owed: owed.id)
    await settle(store, clock, announcement)
    assert await store.outbox.counts() == {"waiting": 1, "leased": 1, "done": 1, "buried": 0}
    assert [row.state for row in await store.outbox.rows(None, 10)] == ["waiting", "leased", "done"]
    assert [row.id for row in await store.outbox.rows("leased", 10)] == [out.id]
    assert len(await store.outbox.rows(None, 2)) == 2


async def test_what_another_version_wrote_is_buried_and_blocks_nobody(
    database_url: str, store: Store, clock: MovableClock
) -> None:
    await owe(store, said("one"), said("two"))
    await _set(
        database_url, outbox.c.position == 1, effect={"type": "Teleport", "incident": 7}, kind="Teleport"
    )
    assert await claim(store, clock) == []
    (row,) = await store.outbox.rows("buried", 10)
    assert (row.kind, row.effect) == ("Teleport", None)
    assert row.reason == "Unreadable: no effect is called 'Teleport'"
    assert [owed.effect for owed in await claim(store, clock)] == [said("two")]


async def test_what_was_done_long_ago_is_forgotten_and_what_is_buried_is_not(
    store: Store, clock: MovableClock
) -> None:
    await owe(store, ANNOUNCE, ANNOUNCE, ANNOUNCE)
    done, buried, recent = await claim(store, clock)
    await settle(store, clock, done)
    await store.outbox.bury(buried, now=clock.now(), reason="no")
    clock.advance(PAUSE)
    await settle(store, clock, recent)
    assert await store.outbox.forget(clock.now()) == 1
    assert {row.id for row in await store.outbox.rows(None, 10)} == {buried.id, recent.id}


async def test_much_is_forgotten_in_pieces_and_what_stands_among_it_stays(
    store: Store, clock: MovableClock
) -> None:
    await owe(store, *(told(f"U{n}") for n in range(12)))
    old = await claim(store, clock, limit=12)
    buried, waiting, *done = old
    for owed in done:
        await settle(store, clock, owed)
    await store.outbox.bury(buried, now=clock.now(), reason="no")
    await store.outbox.postpone(waiting, until=clock.now() + PAUSE, reason="later")
    clock.advance(PAUSE)
    before = clock.now()
    await owe(store, told("new"))
    gone = await forget(
        store._database,
        outbox,
        before,
        came_at=outbox.c.owed_at,
        is_over=(outbox.c.state == "done") & (outbox.c.settled_at < before),
        piece=5,
    )
    assert gone == 10
    assert await store.outbox.standing() == {"waiting": 2, "leased": 0, "buried": 1}
    assert await store.outbox.forget(before) == 0


# ------------------------------------------------------------------ when to look again
async def test_the_next_look_is_when_a_claim_may_find_something(store: Store, clock: MovableClock) -> None:
    assert await store.outbox.next_due(clock.now()) is None
    await owe(store, said("one"), said("two"))
    assert await store.outbox.next_due(clock.now()) == clock.now()
    (head,) = await claim(store, clock)
    assert await store.outbox.next_due(clock.now()) == clock.now() + LEASE
    await store.outbox.postpone(head, until=clock.now() + PAUSE, reason="rate limited")
    assert await store.outbox.next_due(clock.now()) == clock.now() + PAUSE
    clock.advance(PAUSE)
    for _ in range(2):
        (owed,) = await claim(store, clock)
        await settle(store, clock, owed)
    assert await store.outbox.next_due(clock.now()) is None


async def _set(url: str, where: sa.ColumnElement[bool], **values: object) -> None:
    """Change rows behind the store's back, as another version or an unlucky race would."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.update(outbox).where(where).values(values))
    await engine.dispose()
