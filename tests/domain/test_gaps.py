"""What a room remembers and its log has not, found without asking anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.entry import entry_for
from playbooks.domain.events import Event, KeyEventMarked, MessageEdited, MessageSaid
from playbooks.domain.gaps import THREADS_AGAIN, Known, Remembered, known_of, missed, threads_to_read
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId, instant
from tests.clock import START

ONE, ROOM, BOB = IncidentId(1), ChannelId("C0ROOM"), UserId("U0BOB")
NOTHING = known_of((), ROOM)


def ts(second: int) -> Ts:
    return Ts(f"{START.timestamp() + second:.6f}")


LOOKING = Remembered(
    ts=ts(1),
    thread=None,
    user=BOB,
    app="",
    text="looking",
    files=(),
    edited_by=None,
    edited_at=None,
    marks=(),
    replies=0,
    answered_at=None,
    ours=False,
)
CORRECTED = replace(LOOKING, text="found it", edited_by=BOB, edited_at=ts(9))
PINNED = replace(LOOKING, marks=(("pushpin", UserId("U0ADA")), ("tada", BOB)))


def found(*room: Remembered, known: Known = NOTHING) -> tuple[Event, ...]:
    return missed(room, known, incident=ONE, channel=ROOM, marks=("pushpin",))


def log(*events: Event) -> Known:
    entries = [entry_for(e, seq=n, prev_hash="", recorded_at=START) for n, e in enumerate(events, 1)]
    return known_of(entries, ROOM)


HEARD = log(*found(LOOKING))


@pytest.mark.parametrize(
    ("room", "known", "kinds"),
    [
        pytest.param(LOOKING, NOTHING, [MessageSaid], id="said while nobody listened"),
        pytest.param(LOOKING, HEARD, [], id="heard"),
        pytest.param(CORRECTED, HEARD, [MessageEdited], id="edited while nobody listened"),
        pytest.param(CORRECTED, NOTHING, [MessageSaid], id="neither heard: nobody knows the first words"),
        pytest.param(CORRECTED, log(*found(CORRECTED)), [], id="recovered as it reads now"),
        pytest.param(replace(LOOKING, text="unfurled"), HEARD, [], id="no edit: Slack added something"),
        pytest.param(PINNED, HEARD, [KeyEventMarked], id="marked while nobody listened"),
        pytest.param(PINNED, log(*found(PINNED)), [], id="mark heard"),
        pytest.param(PINNED, NOTHING, [MessageSaid, KeyEventMarked], id="said, then marked"),
        pytest.param(replace(PINNED, ours=True), NOTHING, [KeyEventMarked], id="our own words are known"),
    ],
)
def test_what_is_missed(room: Remembered, known: Known, kinds: list[type[Event]]) -> None:
    assert [type(event) for event in found(room, known=known)] == kinds


def test_what_is_recovered_says_so_and_keeps_its_time() -> None:
    (edit,) = found(CORRECTED, known=HEARD)
    assert isinstance(edit, MessageEdited)
    assert (edit.recovered, edit.at, edit.before, edit.after) == (True, instant(ts(9)), "looking", "found it")


def test_only_the_room_counts() -> None:
    elsewhere = replace(found(LOOKING)[0], channel=ChannelId("C0LUNCH"))  # type: ignore[call-arg]
    assert log(elsewhere) == NOTHING


def parent(second: int, *, replies: int, answered: int) -> Remembered:
    return replace(LOOKING, ts=ts(second), replies=replies, answered_at=ts(answered))


def test_a_thread_with_more_answers_than_were_heard_is_read_first() -> None:
    answer = replace(LOOKING, ts=ts(3), thread=ts(1))
    room = [LOOKING, parent(1, replies=2, answered=4), parent(2, replies=1, answered=5)]
    other = replace(answer, ts=ts(5), thread=ts(2))
    assert threads_to_read(room, NOTHING) == (ts(1), ts(2))
    assert threads_to_read(room, log(*found(*room, answer, other))) == (ts(1), ts(2))
    assert threads_to_read(room, log(*found(*room, answer, replace(answer, ts=ts(4))))) == (ts(2), ts(1))


def test_threads_answered_last_are_read_again_because_answers_may_be_marked_without_a_trace() -> None:
    room = [parent(second, replies=1, answered=900 - second) for second in range(1, THREADS_AGAIN + 3)]
    heard = log(*found(*(replace(LOOKING, ts=ts(500 + n), thread=one.ts) for n, one in enumerate(room))))
    assert threads_to_read(room, heard) == tuple(one.ts for one in room[:THREADS_AGAIN])


def test_a_room_without_threads_is_read_once() -> None:
    assert threads_to_read([LOOKING], NOTHING) == ()


@given(st.lists(st.integers(1, 9), unique=True), st.sets(st.integers(1, 9)))
def test_however_much_was_heard_the_log_ends_up_whole_and_in_order(said: list[int], lost: set[int]) -> None:
    room = [replace(LOOKING, ts=ts(second)) for second in said]
    heard = log(*found(*(one for one, second in zip(room, said, strict=True) if second not in lost)))
    recovered = found(*room, known=heard)
    assert [event.at for event in recovered] == [instant(ts(s)) for s in sorted(said) if s in lost]
