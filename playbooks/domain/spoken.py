"""How messages of the room read, as far as the log has heard of them.

People correct themselves, and Slack tells of it when it can: an edit may arrive after the
mark that was set on the corrected message. So what is shown is the newest wording that
the log holds, whenever it came; every wording stays in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from playbooks.domain.entry import Entry
from playbooks.domain.events import EntryCorrected, KeyEventMarked, MessageEdited, MessageSaid
from playbooks.domain.label import with_label

_WORDS = {MessageSaid.__name__: "text", MessageEdited.__name__: "after"}

Place = tuple[str, str]
"""Channel and timestamp of a message."""


def newest_words(entries: Iterable[Entry]) -> Mapping[Place, str]:
    """Each message of the log as it reads now."""
    newest: dict[Place, tuple[bool, datetime, str]] = {}
    for entry in entries:
        if entry.kind in _WORDS and entry.body is not None:
            place = str(entry.body["channel"]), str(entry.body["ts"])
            words = entry.kind == MessageEdited.__name__, entry.at, str(entry.body[_WORDS[entry.kind]])
            newest[place] = max(words, newest.get(place, words))
    return {place: words for place, (_, _, words) in newest.items()}


def key_event(entry: Entry, words: Mapping[Place, str]) -> str:
    """What a key event says, its label first: a marked message as it reads now, else as it was written."""
    body = entry.body if entry.kind == KeyEventMarked.__name__ else None
    if body is None:
        return ""
    text = words.get((str(body["channel"]), str(body["ts"]))) or str(body["text"])
    return with_label(body.get("label"), text)


def corrections(entries: Iterable[Entry]) -> Mapping[int, Entry]:
    """The newest correction of each entry that was corrected, by its number."""
    made = (e for e in entries if e.kind == EntryCorrected.__name__ and e.body is not None)
    return {int(str((e.body or {})["entry"])): e for e in sorted(made, key=lambda e: e.seq)}


def as_corrected(entries: Iterable[Entry], newest: Mapping[int, Entry]) -> Sequence[Entry]:
    """Key events with the words and the label of their newest correction, and ``corrected_by``."""
    return [_corrected(entry, newest.get(entry.seq)) for entry in entries]


def _corrected(entry: Entry, correction: Entry | None) -> Entry:
    if correction is None or entry.body is None or correction.body is None:
        return entry
    new = {"text": correction.body["text"], "label": correction.body["label"]}
    return replace(entry, body={**entry.body, **new, "corrected_by": correction.actor})
