"""The log of an incident: append-only, hash-chained, one entry per fact.

The chain covers each entry's header and the digest of its body, not the body itself, so
that a lawful deletion of words leaves a gap that still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from playbooks.domain.events import (
    ActRefused,
    Event,
    IncidentStale,
    KeyEventMarked,
    MessageDeleted,
    MessageEdited,
    MessageSaid,
    ParentEnded,
    ParentUpdated,
    SpanExceeded,
    UpdateDue,
    UpdateOverdue,
)
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.label import with_label

GENESIS = "0" * 64
JUST_NOW = timedelta(minutes=2)
"""Words that the same person types again within this time are the same words: Slack tells people that
a command failed when only its answer was lost, and they type it once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log. ``at`` is the event's own time, ``recorded_at`` when we learnt it."""

    incident: IncidentId
    seq: int
    at: datetime
    recorded_at: datetime
    actor: UserId
    kind: str
    """The event's class name."""
    key: str | None
    """Natural key that makes recording idempotent: redelivered facts are recorded once."""
    body: Mapping[str, object] | None
    """The event's fields; None after a lawful deletion."""
    body_digest: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """How long a chain is and how it ends, kept beside it, so that a lost end shows."""

    incident: IncidentId
    length: int
    head: str
    """The hash of the newest entry."""


def plain(value: object) -> object:
    """A value as JSON can hold it: instants as RFC 3339 with microseconds, durations in seconds."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _plain_container(value)


def _plain_container(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value


def canonical(value: object) -> str:
    """One spelling for equal values, so that equal facts have equal digests."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical spelling, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def natural_key(event: Event) -> str | None:  # noqa: C901, PLR0911 - a table
    """What makes two deliveries, or two rings of an alarm, the same fact; None if nothing has to."""
    match event:
        case MessageSaid(channel=channel, ts=ts):
            return f"said:{channel}:{ts}"
        case MessageEdited(channel=channel, ts=ts, after=after):
            # Slack stamps edits to the second, in which somebody may edit twice.
            return f"edited:{channel}:{ts}:{event.at.isoformat()}:{digest(after)[:12]}"
        case MessageDeleted(channel=channel, ts=ts):
            return f"deleted:{channel}:{ts}"
        case KeyEventMarked():
            return _key_of_mark(event)
        case ParentUpdated(parent=parent, update=update):
            return f"parent_update:{parent}:{update}"
        case ParentEnded(parent=parent):
            return f"parent_ended:{parent}:{event.at.isoformat()}"
        case IncidentStale(since=since, rung=rung):
            return f"stale:{since.isoformat()}:{rung}"
        case UpdateDue(update=update) | UpdateOverdue(update=update):
            return f"{type(event).__name__}:{update}"
        case ActRefused(what=what):
            # Whoever presses on in vain fills no log.
            return f"refused:{event.by}:{what}:{event.at.timestamp() // JUST_NOW.total_seconds():.0f}"
        case SpanExceeded(commander=commander):
            return f"span:{commander}"
        case _:
            return None


def _key_of_mark(event: KeyEventMarked) -> str:
    """A message is marked once, whoever does it; words of one's own are written once in a while."""
    if event.ts is not None:
        return f"marked:{event.channel}:{event.ts}"
    words = digest(with_label(event.label, event.text))
    return f"noted:{event.by}:{event.at.timestamp() // JUST_NOW.total_seconds():.0f}:{words}"


def entry_for(event: Event, *, seq: int, prev_hash: str, recorded_at: datetime) -> Entry:
    """The next link of the chain."""
    body = plain(event)
    if not isinstance(body, dict):  # pragma: no cover - events are dataclasses
        raise TypeError(type(event))
    draft = Entry(
        incident=event.incident,
        seq=seq,
        at=event.at,
        recorded_at=recorded_at,
        actor=event.by,
        kind=type(event).__name__,
        key=natural_key(event),
        body=body,
        body_digest=digest(body),
        prev_hash=prev_hash,
        hash="",
    )
    return replace(draft, hash=link(draft))


def link(entry: Entry) -> str:
    """The hash of an entry: over its header, the digest of its body and the hash before it."""
    header = (
        entry.prev_hash,
        entry.incident,
        entry.seq,
        entry.at,
        entry.recorded_at,
        entry.actor,
        entry.kind,
        entry.key,
        entry.body_digest,
    )
    return digest(header)


def misfit(entry: Entry, *, seq: int, prev_hash: str) -> str:
    """Why the entry is not the link that should stand here; empty if it is."""
    if entry.seq > seq:
        return f"entry {seq} is missing before it"
    if entry.seq < seq:
        return "it stands twice"
    if link(entry) != entry.hash:
        return "its time, actor, kind, key, digest or hash is not as it was recorded"
    if entry.prev_hash != prev_hash:
        return f"it does not follow from entry {seq - 1}"
    if entry.body is not None and digest(entry.body) != entry.body_digest:
        return "its words are not as they were recorded"
    return ""


def first_broken(entries: Iterable[Entry]) -> Entry | None:
    """The first entry, in order of ``seq``, that does not fit; None if the chain is whole."""
    prev_hash, seq = GENESIS, 1
    for entry in entries:
        if misfit(entry, seq=seq, prev_hash=prev_hash):
            return entry
        prev_hash, seq = entry.hash, seq + 1
    return None
