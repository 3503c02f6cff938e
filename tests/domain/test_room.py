"""What befalls a room is one story, however often and in whatever order it is heard of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.ids import ChannelId, IncidentId, UserId
from playbooks.domain.incident import Incident, Major, RoomHarm, RoomState, State
from playbooks.domain.room import MUTE, Mendable, after_harm, harmed, mended, ways_out
from tests.clock import START

ADA = UserId("U0ADA")
OPEN = Incident(
    id=IncidentId(1),
    title="Payments time out",
    env="production",
    severity=1,
    state=State.OPEN,
    major=Major.ACCEPTED,
    services=(),
    impact_started_at=START,
    detected_at=START,
    declared_at=START,
    declared_by=ADA,
    rule=None,
    room=ChannelId("C0ROOM"),
    room_state=RoomState.OPEN,
)


@pytest.mark.parametrize(
    ("known", "then", "news"),
    [
        pytest.param(None, RoomHarm.REMOVED, True, id="the first news"),
        pytest.param(RoomHarm.REMOVED, RoomHarm.REMOVED, False, id="the same again"),
        pytest.param(RoomHarm.ARCHIVED, RoomHarm.ARCHIVED, False, id="event and failed delivery"),
        pytest.param(RoomHarm.DELETED, RoomHarm.HIDDEN, False, id="a delivery says less than the event did"),
        pytest.param(RoomHarm.HIDDEN, RoomHarm.DELETED, True, id="the event says more, for the log"),
        pytest.param(RoomHarm.REMOVED, RoomHarm.SHARED, False, id="the worse is known"),
        pytest.param(RoomHarm.SHARED, RoomHarm.REMOVED, True, id="it gets worse"),
        pytest.param(RoomHarm.ARCHIVED, RoomHarm.DELETED, True, id="no way back any more"),
    ],
)
def test_what_is_news(known: RoomHarm | None, then: RoomHarm, news: bool) -> None:
    event = harmed(replace(OPEN, room_harm=known), then, by=ADA, at=START)
    assert (event is not None) == news
    if event is not None:
        assert event.is_news != (known in MUTE and then in MUTE)


@pytest.mark.parametrize("state", [RoomState.WANTED, RoomState.HUB])
def test_where_no_room_is_none_can_be_harmed(state: RoomState) -> None:
    assert harmed(replace(OPEN, room_state=state), RoomHarm.ARCHIVED, by=ADA, at=START) is None
    assert mended(replace(OPEN, room_state=state, room_harm=RoomHarm.SHARED), by=ADA, at=START) is None


@given(st.lists(st.sampled_from(RoomHarm)))
def test_people_are_told_of_a_mute_room_once(news: list[RoomHarm]) -> None:
    incident, told = OPEN, 0
    for how in news:
        event = harmed(incident, how, by=ADA, at=START)
        if event is not None:
            incident = after_harm(incident, event)
            told += how in MUTE and event.is_news
    assert told == int(any(how in MUTE for how in news))
    assert (incident.room_state is RoomState.LOST) == (incident.room_harm in MUTE)


@pytest.mark.parametrize("harm", RoomHarm)
def test_there_is_always_a_way_out(harm: RoomHarm) -> None:
    """Only a public room that still exists can be entered without being asked in."""
    assert Mendable.NEW_ROOM in ways_out(harm)
    assert (Mendable.COME_BACK in ways_out(harm)) == (harm is RoomHarm.REMOVED)
