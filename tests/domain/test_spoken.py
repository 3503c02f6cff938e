"""What people read of a message is its newest wording, whenever the log heard of it."""

from __future__ import annotations

from datetime import timedelta

from playbooks.domain.entry import GENESIS, Entry, entry_for
from playbooks.domain.events import Event, KeyEventMarked, MessageEdited, MessageSaid
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.spoken import key_event, newest_words
from tests.clock import START

ROOM, TS, DEV = ChannelId("C0ROOM"), Ts("1700000000.000100"), UserId("U0DEV")
COMMON = {"incident": IncidentId(1), "by": DEV, "channel": ROOM, "ts": TS}


def minute(number: int) -> timedelta:
    return timedelta(minutes=number)


def said(text: str) -> MessageSaid:
    return MessageSaid(**COMMON, at=START, thread=None, text=text, app="", files=())


def edited(after: str, *, at: int) -> MessageEdited:
    return MessageEdited(**COMMON, at=START + minute(at), before="", after=after)


def marked(text: str, ts: Ts | None = TS) -> KeyEventMarked:
    common = {**COMMON, "ts": ts}
    return KeyEventMarked(**common, at=START, text=text, author=DEV, how="reaction")


def log(*events: Event) -> list[Entry]:
    return [
        entry_for(event, seq=seq, prev_hash=GENESIS, recorded_at=START) for seq, event in enumerate(events, 1)
    ]


def test_the_edit_that_was_made_last_counts_not_the_one_that_came_last() -> None:
    entries = log(edited("third", at=9), said("first"), edited("second", at=5))
    assert newest_words(entries) == {(ROOM, TS): "third"}


def test_a_marked_message_reads_as_it_was_corrected_also_after_the_mark() -> None:
    entries = log(
        said("payments-7 is down"), marked("payments-7 is down"), edited("payments-9 is down", at=1)
    )
    assert key_event(entries[1], newest_words(entries)) == "payments-9 is down"


def test_what_was_written_down_by_command_stays_as_it_was_written() -> None:
    entries = log(said("something else"), marked("rolled back", ts=None))
    assert key_event(entries[1], newest_words(entries)) == "rolled back"


def test_a_mark_keeps_its_own_words_while_the_message_is_on_its_way() -> None:
    entries = log(marked("read by whoever marked it"))
    assert key_event(entries[0], newest_words(entries)) == "read by whoever marked it"


def test_everything_else_is_no_key_event() -> None:
    (entry,) = log(said("words"))
    assert key_event(entry, {}) == ""
