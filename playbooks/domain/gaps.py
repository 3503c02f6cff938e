"""What the log of a room missed, found by comparing it with what the room itself remembers.

Events get lost: while the bot was down, while its connection was, or because a platform
promises no more than to try. The room's own history has the words, their last edit and the
marks; what it has and the log has not becomes an entry of its true time, marked as recovered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from playbooks.domain.entry import Entry, natural_key
from playbooks.domain.events import Event, KeyEventMarked, MessageEdited, MessageSaid
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId, instant
from playbooks.domain.spoken import newest_words

LOOK_BACK = timedelta(hours=6)
"""How far before the last reading edits, marks and threads are looked at again."""
ON_ITS_WAY = timedelta(seconds=20)
"""What is younger is not missed yet: its event may be about to arrive."""
THREADS_AGAIN = 10
"""Threads that are read in each turn though all their answers were heard: a message does not tell
that an answer to it was edited or marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A message as the room remembers it: its words of now, and who marked it how."""

    ts: Ts
    thread: Ts | None
    """The message it answers; None for one that answers none."""
    user: UserId
    app: str
    text: str
    files: tuple[str, ...]
    edited_by: UserId | None
    edited_at: Ts | None
    marks: tuple[tuple[str, UserId], ...]
    """Reactions, each with the first person who added it."""
    replies: int
    """How many messages answer it."""
    answered_at: Ts | None
    """The last answer that it has now; None if it has none."""
    ours: bool
    """Whether the bot said it: its own words are written down when they are sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the log has of a room since some instant."""

    keys: frozenset[str]
    words: Mapping[Ts, str]
    """How each message reads, as far as the log has heard."""
    replies: Mapping[Ts, int]
    """How many answers to each message it has heard."""


def known_of(entries: Iterable[Entry], channel: ChannelId) -> Known:
    """What these entries say about a room."""
    here = [(entry, entry.body) for entry in entries if entry.body and entry.body.get("channel") == channel]
    said = [body for entry, body in here if entry.kind == MessageSaid.__name__]
    return Known(
        keys=frozenset(entry.key for entry, _ in here if entry.key is not None),
        words={Ts(ts): words for (_, ts), words in newest_words(entry for entry, _ in here).items()},
        replies=Counter(Ts(str(body["thread"])) for body in said if body["thread"]),
    )


def threads_to_read(remembered: Iterable[Remembered], known: Known) -> tuple[Ts, ...]:
    """Messages that have more answers than the log has heard; then those that were answered last."""
    answered = [one for one in remembered if one.replies]
    half_heard = [one.ts for one in answered if one.replies > known.replies.get(one.ts, 0)]
    latest = sorted(answered, key=lambda one: one.answered_at or one.ts, reverse=True)[:THREADS_AGAIN]
    return tuple(dict.fromkeys((*half_heard, *(one.ts for one in latest))))


def missed(
    remembered: Sequence[Remembered],
    known: Known,
    *,
    incident: IncidentId,
    channel: ChannelId,
    marks: Sequence[str],
) -> tuple[Event, ...]:
    """The facts that the log has not, each once, in the order in which they happened."""
    found: dict[str, Event] = {}
    for one in remembered:
        for event in _facts(one, known, incident=incident, channel=channel, marks=marks):
            key = natural_key(event)
            if key is not None and key not in known.keys:
                found[key] = event
    return tuple(sorted(found.values(), key=lambda event: (event.at, not isinstance(event, MessageSaid))))


def _facts(
    one: Remembered, known: Known, *, incident: IncidentId, channel: ChannelId, marks: Sequence[str]
) -> Iterator[Event]:
    if not one.ours:
        yield from _words(one, known, incident, channel)
    for reaction, by in one.marks:
        if reaction in marks:
            yield KeyEventMarked(
                incident=incident,
                by=by,
                at=instant(one.ts),
                text="" if one.ours else one.text,
                channel=channel,
                ts=one.ts,
                author=one.user,
                how="reaction",
                recovered=True,
            )


def _words(one: Remembered, known: Known, incident: IncidentId, channel: ChannelId) -> Iterator[Event]:
    """What was said; or that it reads differently now, if the log has heard it before."""
    before = known.words.get(one.ts)
    if before is None:
        yield MessageSaid(
            incident=incident,
            by=one.user,
            at=instant(one.ts),
            channel=channel,
            ts=one.ts,
            thread=one.thread,
            text=one.text,
            app=one.app,
            files=one.files,
            recovered=True,
        )
    elif one.edited_at is not None and before != one.text:
        yield MessageEdited(
            incident=incident,
            by=one.edited_by or one.user,
            at=instant(one.edited_at),
            channel=channel,
            ts=one.ts,
            before=before,
            after=one.text,
            recovered=True,
        )
