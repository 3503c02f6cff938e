"""What use cases ask of the record, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.change import ClearanceState
from playbooks.domain.command import ContestPhase, HandoverState, Tenure
from playbooks.domain.entry import GENESIS, entry_for, first_broken
from playbooks.domain.errors import StaleWrite
from playbooks.domain.events import KnownErrorRecognised, MessageSaid
from playbooks.domain.ids import (
    ChangeId,
    ChannelId,
    ClearanceId,
    ContestId,
    EpisodeId,
    HandoverId,
    IncidentId,
    KnownErrorId,
    ReviewId,
    StatementId,
    TenureId,
    Ts,
    UpdateId,
    UserId,
)
from playbooks.domain.incident import Incident, State
from playbooks.domain.signal import Episode, Interval
from playbooks.domain.update import UpdateState
from storage.uow import SqlUnit, Store
from tests.clock import START
from tests.storage import records
from tests.storage.records import ADA, BOB, SEVEN

MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def written(store: Store) -> AsyncIterator[SqlUnit]:
    """A unit that is committed at the end of the block."""
    async with store.units() as unit:
        yield unit
        await unit.commit()


@pytest.fixture
async def seven(store: Store) -> Incident:
    """INC-7 exists."""
    async with written(store) as unit:
        await unit.incidents.add(records.INCIDENT)
    return records.INCIDENT


# ------------------------------------------------------------------ incidents
async def test_numbers_have_no_gaps_even_when_a_unit_gives_up(store: Store) -> None:
    async with written(store) as unit:
        assert await unit.incidents.next_number() == 1
    async with store.units() as unit:
        assert await unit.incidents.next_number() == 2
    async with written(store) as unit:
        assert await unit.incidents.next_number() == 2
        assert await unit.known_errors.next_number() == 1


async def test_incidents_are_found_by_state_room_freeze_and_end(store: Store) -> None:
    base = replace(records.INCIDENT, resolved_at=None, thawed_at=None, room=None, freeze_since=None)
    incidents = [
        replace(base, id=IncidentId(1), state=State.OPEN, room=ChannelId("C1")),
        replace(base, id=IncidentId(2), state=State.MITIGATED, freeze_since=START),
        replace(base, id=IncidentId(3), state=State.RESOLVED, resolved_at=START, freeze_since=START),
        replace(
            base,
            id=IncidentId(4),
            state=State.CLOSED,
            resolved_at=START - MINUTE,
            freeze_since=START,
            thawed_at=START,
        ),
        replace(base, id=IncidentId(5), state=State.MERGED),
    ]
    async with written(store) as unit:
        for incident in incidents:
            await unit.incidents.add(incident)
    async with store.reading() as unit:
        assert [i.id for i in await unit.incidents.live()] == [2, 1]
        assert [i.id for i in await unit.incidents.recent(3)] == [5, 4, 3]
        assert [i.id for i in await unit.incidents.frozen()] == [2, 3]
        assert [i.id for i in await unit.incidents.ended_since(START)] == [3]
        assert [i.id for i in await unit.incidents.ended_since(START - MINUTE)] == [4, 3]
        assert await unit.incidents.in_room(ChannelId("C1")) == incidents[0]
        assert await unit.incidents.in_room(ChannelId("C9")) is None
        assert await unit.incidents.find(IncidentId(9)) is None


async def test_locking_reads_the_incident_as_it_is(store: Store, seven: Incident) -> None:
    async with store.units() as unit:
        assert await unit.incidents.lock(SEVEN) == seven
        assert await unit.incidents.lock(IncidentId(8)) is None


# ------------------------------------------------------------------ episodes
def episode(name: str, *, began: timedelta, ended: timedelta | None, **changes: object) -> Episode:
    start = START + began
    end = None if ended is None else START + ended
    known = replace(
        records.EPISODE,
        id=EpisodeId(name),
        dedup_key=name,
        incident=None,
        intervals=(Interval(start=start, end=end),),
        last_event_at=end or start,
        received_at=start,
    )
    return replace(known, **changes)  # type: ignore[arg-type]  # fields of Episode, by the caller's word


async def test_the_latest_episode_of_a_key_is_the_newest_one_open_or_not(store: Store) -> None:
    first = episode("a", began=MINUTE, ended=2 * MINUTE)
    second = replace(episode("b", began=3 * MINUTE, ended=None), dedup_key="a")
    async with written(store) as unit:
        await unit.episodes.add(second)
        await unit.episodes.add(first)
    async with store.reading() as unit:
        assert await unit.episodes.newest("alertmanager", ["a", "nothing"]) == [second]
        assert await unit.episodes.newest("grafana", ["a"]) == []
        assert await unit.episodes.newest("alertmanager", []) == []


async def test_one_alert_has_one_open_episode(store: Store) -> None:
    async with written(store) as unit:
        await unit.episodes.add(episode("a", began=MINUTE, ended=None))
    async with store.units() as unit:
        with pytest.raises(StaleWrite):
            await unit.episodes.add(replace(episode("b", began=2 * MINUTE, ended=None), dedup_key="a"))


async def test_episodes_around_an_instant_are_open_or_spoke_since(store: Store) -> None:
    async with written(store) as unit:
        for known in (
            episode("still open", began=2 * MINUTE, ended=None),
            episode("long over", began=MINUTE, ended=2 * MINUTE),
            episode("just ended", began=MINUTE, ended=5 * MINUTE, service=None),
        ):
            await unit.episodes.add(known)
    async with store.reading() as unit:
        around = await unit.episodes.around(START + 5 * MINUTE)
        assert [e.id for e in around] == ["just ended", "still open"]
        assert [e.id for e in await unit.episodes.unmapped(START)] == ["just ended"]


async def test_an_episode_that_closes_leaves_room_for_the_next(store: Store, seven: Incident) -> None:
    first = episode("a", began=MINUTE, ended=None, incident=SEVEN)
    async with written(store) as unit:
        await unit.episodes.add(first)
    closed = replace(first, intervals=(Interval(start=START, end=START + MINUTE),))
    async with written(store) as unit:
        await unit.episodes.save(closed)
        await unit.episodes.add(replace(episode("b", began=2 * MINUTE, ended=None), dedup_key="a"))
    async with store.reading() as unit:
        assert [e.id for e in await unit.episodes.of(seven.id)] == ["a"]


# ------------------------------------------------------------------ command
def tenure(name: str, user: UserId, fence: int) -> Tenure:
    return replace(records.TENURE, id=TenureId(name), user=user, fence=fence)


async def test_the_seat_has_one_holder(store: Store, seven: Incident) -> None:
    first, second = tenure("t1", ADA, 1), tenure("t2", BOB, 2)
    async with written(store) as unit:
        await unit.tenures.add(first)
    async with store.units() as unit:
        with pytest.raises(StaleWrite):
            await unit.tenures.add(second)
    async with written(store) as unit:
        await unit.tenures.end(first, START + MINUTE)
        await unit.tenures.add(second)
    async with store.reading() as unit:
        assert await unit.tenures.current(SEVEN) == second
        assert await unit.tenures.of(SEVEN) == [replace(first, until=START + MINUTE), second]


async def test_a_tenure_ends_once(store: Store, seven: Incident) -> None:
    async with written(store) as unit:
        await unit.tenures.add(records.TENURE)
        await unit.tenures.end(records.TENURE, START)
    async with store.units() as unit:
        assert await unit.tenures.current(SEVEN) is None
        with pytest.raises(StaleWrite):
            await unit.tenures.end(records.TENURE, START + MINUTE)


async def test_an_incident_has_one_open_contest(store: Store, seven: Incident) -> None:
    decided = replace(
        records.CONTEST, id=ContestId("c0"), phase=ContestPhase.DECIDED, opened_at=START - MINUTE
    )
    async with written(store) as unit:
        await unit.contests.add(decided)
        assert await unit.contests.open_for(SEVEN) is None
        await unit.contests.add(records.CONTEST)
    async with store.units() as unit:
        assert await unit.contests.open_for(SEVEN) == records.CONTEST
        assert [c.id for c in await unit.contests.of(SEVEN)] == ["c0", records.CONTEST.id]
        with pytest.raises(StaleWrite):
            await unit.contests.add(replace(records.CONTEST, id=ContestId("c2")))


async def test_an_open_handover_is_one_that_is_not_answered(store: Store, seven: Incident) -> None:
    async with written(store) as unit:
        await unit.handovers.add(
            replace(records.HANDOVER, id=HandoverId("h0"), state=HandoverState.DECLINED),
        )
        assert await unit.handovers.open_for(SEVEN) is None
        await unit.handovers.add(records.HANDOVER)
    async with store.reading() as unit:
        assert await unit.handovers.open_for(SEVEN, records.CHECKOUT) == records.HANDOVER
        assert await unit.handovers.open_for(SEVEN) is None, "that is an offer of command"


# ------------------------------------------------------------------ the log
def message(ts: str, text: str = "hello") -> MessageSaid:
    return MessageSaid(
        incident=SEVEN,
        by=ADA,
        at=START,
        channel=ChannelId("C7"),
        ts=Ts(ts),
        thread=None,
        text=text,
        app="",
    )


async def append(store: Store, event: MessageSaid | KnownErrorRecognised) -> None:
    async with written(store) as unit:
        seq, prev_hash = await unit.entries.head(SEVEN)
        await unit.entries.append(
            entry_for(event, seq=seq + 1, prev_hash=prev_hash, recorded_at=records.LATER),
        )


async def test_the_log_is_read_back_as_a_whole_chain(store: Store, seven: Incident) -> None:
    """Also with numbers and characters that a database might be tempted to tidy up."""
    async with store.reading() as unit:
        assert await unit.entries.head(SEVEN) == (0, GENESIS)
    for score in (1e22, 1e-7, 0.1 + 0.2, 5e-324, -0.0, 3.0):
        await append(
            store,
            KnownErrorRecognised(
                incident=SEVEN,
                by=ADA,
                at=START,
                known_error=KnownErrorId(3),
                title="NUL \x00, ☠, “quotes”, \u2028, \ufeff",
                workaround="",
                score=score,
            ),
        )
    await append(store, message("1.0", "\x00"))
    async with store.reading() as unit:
        log = await unit.entries.of(SEVEN)
        assert [entry.seq for entry in log] == [1, 2, 3, 4, 5, 6, 7]
        assert first_broken(log) is None
        assert await unit.entries.head(SEVEN) == (7, log[-1].hash)


async def test_a_fact_with_a_natural_key_is_found_and_recorded_once(store: Store, seven: Incident) -> None:
    await append(store, message("1.0"))
    async with store.reading() as unit:
        assert await unit.entries.has(SEVEN, "said:C7:1.0")
        assert not await unit.entries.has(SEVEN, "said:C7:2.0")
        found = await unit.entries.find(SEVEN, "said:C7:1.0")
        assert found is not None
        assert found.seq == 1
    with pytest.raises(StaleWrite):
        await append(store, message("1.0"))


async def test_two_writers_cannot_both_append_the_next_link(store: Store, seven: Incident) -> None:
    link = entry_for(message("1.0"), seq=1, prev_hash=GENESIS, recorded_at=START)
    other = entry_for(message("2.0"), seq=1, prev_hash=GENESIS, recorded_at=START)
    async with written(store) as unit:
        await unit.entries.append(link)
    async with store.units() as unit:
        await unit.entries.append(other)
        with pytest.raises(StaleWrite):
            await unit.commit()


# ------------------------------------------------------------------ words
async def test_statements_come_in_the_order_in_which_they_were_made(store: Store, seven: Incident) -> None:
    second = replace(records.STATEMENT, id=StatementId("a"), asserted_at=START + MINUTE)
    async with written(store) as unit:
        await unit.statements.add(second)
        await unit.statements.add(records.STATEMENT)
    async with store.reading() as unit:
        assert [s.id for s in await unit.statements.of(SEVEN)] == [records.STATEMENT.id, "a"]


async def test_the_due_update_is_the_first_that_is_promised(store: Store, seven: Incident) -> None:
    sent = replace(records.UPDATE, id=UpdateId("u1"), number=1, state=UpdateState.SENT)
    due = replace(records.UPDATE, id=UpdateId("u2"), number=2)
    async with written(store) as unit:
        assert await unit.updates.due(SEVEN) is None
        await unit.updates.add(due)
        await unit.updates.add(sent)
    async with store.units() as unit:
        assert await unit.updates.due(SEVEN) == due
        assert [u.number for u in await unit.updates.of(SEVEN)] == [1, 2]
        with pytest.raises(StaleWrite):
            await unit.updates.add(replace(due, id=UpdateId("u3")))


# ------------------------------------------------------------------ changes
async def test_a_change_is_known_by_its_reference_once(store: Store) -> None:
    async with written(store) as unit:
        await unit.changes.add(records.CHANGE)
    async with store.units() as unit:
        assert await unit.changes.with_ref("gitlab:4711") == records.CHANGE
        assert await unit.changes.with_ref("gitlab:1") is None
        with pytest.raises(StaleWrite):
            await unit.changes.add(replace(records.CHANGE, id=ChangeId("ch-2")))


async def test_a_clearance_is_asked_for_once_until_it_is_decided(store: Store, seven: Incident) -> None:
    asked = records.CLEARANCE
    async with written(store) as unit:
        await unit.clearances.add(asked)
    again = replace(asked, id=ClearanceId("cl-2"), asked_at=START + MINUTE)
    async with store.units() as unit:
        with pytest.raises(StaleWrite):
            await unit.clearances.add(again)
    async with written(store) as unit:
        await unit.clearances.save(replace(asked, state=ClearanceState.DENIED))
        await unit.clearances.add(again)
    async with store.reading() as unit:
        assert [c.id for c in await unit.clearances.of(SEVEN)] == [asked.id, again.id]
        assert [c.id for c in await unit.clearances.of_change(asked.change)] == [asked.id, again.id]


async def test_a_change_is_held_once_by_an_incident_until_it_is_released(
    store: Store, seven: Incident
) -> None:
    hold = records.HOLD
    async with written(store) as unit:
        assert await unit.holds.put(hold)
        assert not await unit.holds.put(replace(hold, since=START + MINUTE))
        assert await unit.holds.open_for(SEVEN) == [hold]
        await unit.holds.release(hold, START + MINUTE)
        assert await unit.holds.open_for(SEVEN) == []
        assert await unit.holds.put(hold)
        assert await unit.holds.of(SEVEN) == [replace(hold, released_at=START + MINUTE), hold]
    async with written(store) as unit:
        await unit.holds.release(hold, START + 2 * MINUTE)
        with pytest.raises(StaleWrite):
            await unit.holds.release(hold, START + 3 * MINUTE)


async def test_what_one_incident_releases_another_may_still_hold(store: Store, seven: Incident) -> None:
    other = replace(records.HOLD, incident=IncidentId(8))
    async with written(store) as unit:
        await unit.incidents.add(replace(records.INCIDENT, id=IncidentId(8)))
        await unit.holds.put(records.HOLD)
        await unit.holds.put(other)
        await unit.holds.release(records.HOLD, START)
        assert await unit.holds.open_for(IncidentId(8)) == [other]


async def test_the_answers_of_the_gate_are_kept_in_order(store: Store) -> None:
    second = replace(records.VERDICT, reasons=(), valid_until=None)
    async with written(store) as unit:
        await unit.verdicts.add("v2", records.CHANGE.id, records.VERDICT)
        await unit.verdicts.add("v1", records.CHANGE.id, second)
    async with store.reading() as unit:
        assert await unit.verdicts.of(records.CHANGE.id) == [records.VERDICT, second]
        assert await unit.verdicts.of(ChangeId("ch-9")) == []


# ------------------------------------------------------------------ review and posts
async def test_the_review_of_an_incident_is_the_newest(store: Store, seven: Incident) -> None:
    newer = replace(records.REVIEW, id=ReviewId("a"), drafted_at=START + MINUTE)
    async with written(store) as unit:
        assert await unit.reviews.of(SEVEN) is None
        await unit.reviews.add(newer)
        await unit.reviews.add(records.REVIEW)
        assert await unit.reviews.of(SEVEN) == newer


async def test_known_errors_come_in_the_order_of_their_numbers(store: Store) -> None:
    async with written(store) as unit:
        await unit.known_errors.lock_all()
        await unit.known_errors.add(records.KNOWN_ERROR)
        await unit.known_errors.add(replace(records.KNOWN_ERROR, id=KnownErrorId(1)))
        assert [k.id for k in await unit.known_errors.all()] == [1, 3]


async def test_the_clocks_of_an_incident_are_found(store: Store, seven: Incident) -> None:
    async with written(store) as unit:
        await unit.clocks.add(records.CLOCK)
        assert await unit.clocks.of(SEVEN) == [records.CLOCK]
        assert await unit.clocks.of(IncidentId(8)) == []


async def test_a_post_is_remembered_at_its_newest_place(store: Store) -> None:
    async with written(store) as unit:
        assert await unit.posts.where("card:7") is None
        await unit.posts.remember("card:7", ChannelId("C1"), Ts("1.0"))
        await unit.posts.remember("card:7", ChannelId("C2"), Ts("2.0"))
        assert await unit.posts.where("card:7") == (ChannelId("C2"), Ts("2.0"))


async def test_a_message_is_found_with_its_copies_and_without_its_neighbours(store: Store) -> None:
    async with store.units() as unit:
        for ts, subject in enumerate(
            ("clearance:7", "clearance:7:U0ADA", "clearance:78", "clearance:_:U0BOB")
        ):
            await unit.posts.remember(subject, ChannelId("C1"), Ts(f"{ts}.0"))
        assert await unit.posts.about("clearance:7") == [("C1", "0.0"), ("C1", "1.0")]
        assert await unit.posts.about("clearance:_") == [("C1", "3.0")]


async def test_what_is_asked_of_a_long_log_is_asked_of_few_entries(store: Store, seven: Incident) -> None:
    """The newest of a kind, and when somebody was last heard of; bots are no signs of life."""
    async with written(store) as unit:
        for number, by in enumerate(("U0ADA", "U0BOB", "B0BOT", "protocol"), start=1):
            seq, prev_hash = await unit.entries.head(SEVEN)
            said = replace(message(f"{number}.0"), by=UserId(by), at=START + number * MINUTE)
            await unit.entries.append(
                entry_for(said, seq=seq + 1, prev_hash=prev_hash, recorded_at=START + number * MINUTE)
            )
    async with store.reading() as unit:
        assert [e.seq for e in await unit.entries.newest(SEVEN, "MessageSaid", 2)] == [3, 4]
        assert await unit.entries.newest(SEVEN, "IncidentClosed", 2) == []
        assert await unit.entries.heard_at(SEVEN) == START + 2 * MINUTE
        assert await unit.entries.heard_at(SEVEN, UserId("U0ADA")) == START + MINUTE
        assert await unit.entries.heard_at(SEVEN, UserId("U0NOBODY")) is None


async def test_the_last_time_the_bot_spoke_unasked_is_kept(store: Store) -> None:
    async with store.units() as unit:
        assert await unit.voices.spoke_at(SEVEN) is None
        for at in (START, START + timedelta(minutes=10)):
            await unit.voices.spoke(SEVEN, at)
            assert await unit.voices.spoke_at(SEVEN) == at


async def test_a_room_is_read_further_and_never_back(store: Store) -> None:
    room = ChannelId("C1")
    async with store.units() as unit:
        assert await unit.readings.until(room) is None
        for ts in ("1700000002.000001", "1700000001.000001"):
            await unit.readings.reached(room, Ts(ts))
            assert await unit.readings.until(room) == "1700000002.000001"
