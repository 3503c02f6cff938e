"""An export holds every entry once, by the time of what happened, whatever people wrote."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.exporting import as_csv, as_json, as_markdown
from playbooks.domain.entry import GENESIS, Entry, entry_for, first_broken
from playbooks.domain.events import MessageSaid, SeverityChanged
from playbooks.domain.ids import ChannelId, Ts, UserId
from tests.clock import START
from tests.storage.records import INCIDENT

HOSTILE = ["=HYPERLINK(1)", "| a | b |", "# title\n- x", "<script>", 'a,"b"\r\nc', "\u202e", "+1", "@SUM(A1)"]


def log(*told: tuple[str, int]) -> list[Entry]:
    """Messages with the second in which each was said, in the order in which they became known."""
    entries: list[Entry] = []
    prev = GENESIS
    for seq, (text, second) in enumerate(told, start=1):
        event = MessageSaid(
            incident=INCIDENT.id,
            by=UserId("U0ADA"),
            at=START + timedelta(seconds=second),
            channel=ChannelId("C7"),
            ts=Ts(f"{second}.{seq:06}"),
            thread=None,
            text=text,
            app="",
        )
        entries.append(entry_for(event, seq=seq, prev_hash=prev, recorded_at=START))
        prev = entries[-1].hash
    return entries


WORDS = st.sampled_from(HOSTILE) | st.text(min_size=1)


@given(told=st.lists(st.tuples(WORDS, st.integers(0, 5)), max_size=8))
def test_every_entry_is_there_once_and_in_order(told: list[tuple[str, int]]) -> None:
    entries = log(*told)
    order = [entry.seq for entry in sorted(entries, key=lambda e: (e.at, e.seq))]
    rows = list(csv.DictReader(io.StringIO(as_csv(INCIDENT, entries), newline="")))
    assert [int(row["seq"]) for row in rows] == order
    assert not any(row["text"].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    copied = json.loads(as_json(INCIDENT, entries))
    assert [entry["seq"] for entry in copied["entries"]] == order
    table = as_markdown(INCIDENT, entries).split("|---|---|---|---|\n")[1]
    assert len(table.splitlines()) == len(entries)


@pytest.mark.parametrize("words", HOSTILE)
def test_words_cannot_leave_their_cell(words: str) -> None:
    row = as_markdown(INCIDENT, log((words, 1))).splitlines()[-1]
    assert row.replace("\\|", "").count("|") == 5
    assert "<script" not in row.replace("\\<", "")


def test_a_change_says_what_was_and_what_is() -> None:
    event = SeverityChanged(
        incident=INCIDENT.id, by=UserId("U0GUS"), at=START, before=1, after=3, reason="one region"
    )
    entries = [entry_for(event, seq=1, prev_hash=GENESIS, recorded_at=START)]
    (row,) = csv.DictReader(io.StringIO(as_csv(INCIDENT, entries)))
    assert (row["what"], row["after"], row["reason"]) == ("severity", "3", "one region")


def test_removed_words_are_not_exported_and_the_copy_still_verifies() -> None:
    (entry,) = log(("hunter2", 1))
    gone = replace(entry, body=None)
    assert first_broken([gone]) is None
    assert all("hunter2" not in form(INCIDENT, [gone]) for form in (as_csv, as_json, as_markdown))
