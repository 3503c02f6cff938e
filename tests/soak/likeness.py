"""What is left when the story is over, in a form in which two runs can be compared.

A run is compared by what people can see and what the record holds. Names take the place
of identifiers and instants, because those differ between two runs of the same story. What
may differ is left out here, and nowhere else; each omission says why.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from playbooks.domain.entry import GENESIS, Entry, first_broken
from playbooks.domain.spoken import newest_words
from storage.queues import metadata

Json = dict[str, Any]
Row = Mapping[str, Any]

SHOWN = 300
"""Characters of a line that a report shows."""
REDRAWN = (
    "RefreshCard",
    "RefreshAnnouncement",
    "RefreshBulletin",
    "SetTopic",
    "CloseApproval",
    "RedrawProposal",
    "RefreshHome",
)
"""Effects that draw a message anew: how often depends on the moment, what it shows in the end does not."""
TOPIC = "channel_topic"
"""What Slack says in a room when its topic changes. It is drawn like a card, and one that is overtaken
is never set; the last one counts, and that none was set twice."""
MACHINERY = {
    "version",  # how often a row was saved: a repeated command that changes nothing may save it again
    "fence",  # how often it was claimed
    "attempts",
    "position",  # rows that are owed at the same moment come in either order
    "worker",
    "result",
    "first_tried_at",
    "prev_hash",  # follow from the order in which concurrent facts were recorded; the chain is verified
    "hash",
    "body_digest",
    "key",
    "seq",
}
"""Columns about how the work was done, not about what happened."""
_NOT_COMPARED = {
    "entries",  # the log is compared by itself
    "chains",  # and so is where it ends
    "outbox",  # likewise
    "inbox",
    "seen",  # remembers requests; a request that was made again was seen twice
    "jobs",  # when a room was last read
    "readings",  # and how far
    "verdicts",  # a pipeline that has to ask again is answered again
    "counters",  # numbers that are given away are compared where they were given
}

LOOKED_AT_AGAIN = ("evaluate", "all")
"""The alarm that a chore sets for this very instant, every five minutes, so that changed papers are heard.
A run may end between the two. That it rings is not chance: no run ends while an alarm is overdue."""

WORDINGS = "every wording of"
"""Sections about what was said, edited and deleted, in every version. Slack's history tells only how
messages read now: where events were lost for good, ``how messages read`` is what can be compared."""
HEARD = "events that Slack delivered"
"""Those that were lost for good are not among them; what they said is in the log, read from the room."""
EVENT = "slack:event"
WORDED = ("MessageSaid", "MessageEdited", "MessageDeleted")
ANSWERED = ("SendBrief", "CommandContested")
"""What is asked privately and answered by a button. The answer takes the question's place through a
response URL, which Slack lets us use for half an hour and which nobody owes: if that call gets lost,
the question stays, and whoever presses again is told how things stand."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TS = re.compile(r"\b\d{10}\.\d{6}\b")
_PLACE = re.compile(r"\b[CDG]0[0-9A-Z]{9}\b")
_MOMENTS = (
    (re.compile(r"<!date\^\d+\^"), "<!date^·^"),
    (re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?"), "<instant>"),
    (re.compile(r"\b\d{1,2}:\d\d(:\d\d)?\b"), "<time>"),
    (re.compile(r"(?<=seconds\": )-?\d+(\.\d+)?"), "<duration>"),
    (re.compile(r"(?<=log )\d+ · [0-9a-f]{8}"), "<length and head of the log>"),
    (re.compile(r" \[\d+\](?=\\n)"), " [<entry of the log>]"),
    (re.compile(r"\b\d+(?= entries)|(?<=entries of the log, )\d+"), "<length of the log>"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s|sec|min|h|seconds?|minutes?|hours?)\b"), "<duration>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<address>"),
)


@dataclass(slots=True)
class Likeness:
    """Sections of lines. Lines are counted, not ordered, except in sections that say so."""

    counted: dict[str, Counter[str]] = field(default_factory=dict)
    ordered: dict[str, list[str]] = field(default_factory=dict)

    def add(self, section: str, line: str) -> None:
        self.counted.setdefault(section, Counter())[line] += 1

    def differences(self, other: Likeness, *, without: tuple[str, ...] = ()) -> list[str]:
        """What the other one lacks, what it has too much, and what comes in another order there.

        Sections whose name begins with one of ``without`` are not compared.
        """
        found: list[str] = []
        for section in sorted(self.counted.keys() | other.counted.keys()):
            if section.startswith(without):
                continue
            mine, its = self.counted.get(section, Counter()), other.counted.get(section, Counter())
            found += _told(section, list((mine - its).elements()), list((its - mine).elements()))
        for section in sorted(self.ordered.keys() | other.ordered.keys()):
            mine_, its_ = self.ordered.get(section, []), other.ordered.get(section, [])
            if mine_ != its_ and Counter(mine_) == Counter(its_):
                found.append(f"other order in {section}:\n  {mine_}\n  {its_}")
        return found


def _told(section: str, missing: list[str], extra: list[str]) -> Iterator[str]:
    """Lines that differ in a few words are shown side by side, from where they part."""
    for line in missing:
        twin = max(extra, key=lambda other: _alike(line, other), default="")
        shared = _alike(line, twin)
        if shared < len(line) / 4:
            yield f"missing in {section}: {line[:SHOWN]}"
            continue
        extra.remove(twin)
        start = max(shared - 60, 0)
        yield f"other in {section}:\n  {line[start : start + SHOWN]}\n  {twin[start : start + SHOWN]}"
    yield from (f"too much in {section}: {line[:SHOWN]}" for line in extra)


def _alike(one: str, other: str) -> int:
    """So many characters at the beginning of both are the same."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def likeness(state: Json, database: str) -> Likeness:
    """The likeness of a workspace's state and of the database beside it."""
    records = _read(database)
    names = _Names(state, records)
    found = Likeness()
    for channel in state["channels"]:
        _conversation(found, names, channel)
    _log(found, names, records["entries"])
    for end in _ends(records):
        found.add("where logs end", end)
    _queues(found, names, records)
    for table, rows in records.items():
        if table not in _NOT_COMPARED:
            for row in rows:
                if table != "timers" or (row["kind"], row["subject"]) != LOOKED_AT_AGAIN:
                    found.add(table, names.plain(_columns(row)))
    return found


# ---------------------------------------------------------------- the workspace
def _conversation(found: Likeness, names: _Names, channel: Json) -> None:
    place = names.place[channel["id"]]
    about = f"channel {place}"
    private = channel.get("is_im", False)
    found.add(about, f"topic: {names.text(channel.get('topic', {}).get('value', ''))}")
    found.add(about, f"archived: {channel.get('is_archived', False)}")
    for member in channel["members"]:
        found.add(about, f"member: {names.people.get(member, member)}")
    for pin in channel["pins"]:
        found.add(about, f"pin: {names.plain(pin.get('message', {}).get('ts', pin))}")
    for bookmark in channel["bookmarks"]:
        found.add(about, f"bookmark: {names.plain({k: bookmark.get(k) for k in ('title', 'link', 'emoji')})}")
    topics = [message for message in channel["messages"] if message.get("subtype") == TOPIC]
    for before, after in pairwise(topics):
        if before["text"] == after["text"]:
            found.add(about, f"said twice in a row: {names.text(after['text'])}")
    for message in channel["messages"]:
        if message.get("subtype") == TOPIC:
            continue
        effect = names.effect(message) if private else None
        if effect is not None:
            found.add(f"messages {place}", f"for {effect}")
        if effect is None or not any(kind in effect for kind in ANSWERED):
            found.add(f"messages {place}", names.plain(_message(message)))
    ours = [m for m in channel["messages"] if m.get("bot_id") and m.get("thread_ts") in (None, m["ts"])]
    said = [names.effect(m) if private else names.text(m.get("text", "")) for m in ours]
    found.ordered[f"what the bot said in {place}"] = [str(each) for each in said]


def _message(message: Json) -> Json:
    """What a reader sees. Ephemeral answers are not kept by Slack, and modals by nobody."""
    shown = ("user", "bot_id", "text", "subtype", "thread_ts")
    kept: Json = {key: message[key] for key in shown if key in message}
    kept["blocks"] = _without_block_ids(message.get("blocks", []))
    kept["reactions"] = message.get("reactions", [])
    if not message.get("bot_id"):
        kept["edited"] = "edited" in message  # the bot's cards are redrawn, people's words are edited
    return kept


def _without_block_ids(value: Any) -> Any:
    """Slack makes up the ids of blocks that have none."""
    if isinstance(value, dict):
        return {key: _without_block_ids(inner) for key, inner in value.items() if key != "block_id"}
    return [_without_block_ids(inner) for inner in value] if isinstance(value, list) else value


# ---------------------------------------------------------------- the record
def _read(url: str) -> dict[str, list[Row]]:
    where = sa.make_url(url)
    engine = sa.create_engine(
        where.set(drivername="sqlite") if where.get_backend_name() == "sqlite" else where
    )
    try:
        with engine.connect() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                for table in metadata.sorted_tables
            }
    finally:
        engine.dispose()


def _columns(row: Row) -> Json:
    """Instants say only whether they are set: the same story takes a little longer each time."""
    return {name: _value(value) for name, value in row.items() if name not in MACHINERY}


def _value(value: Any) -> Any:
    return "<instant>" if hasattr(value, "isoformat") else value


def _log(found: Likeness, names: _Names, rows: Sequence[Row]) -> None:
    by_incident: dict[int, list[Entry]] = {}
    for row in sorted(rows, key=lambda row: (row["incident"], row["seq"])):
        by_incident.setdefault(row["incident"], []).append(Entry(**row))
    for number, entries in by_incident.items():
        broken = first_broken(entries)
        found.add(f"log INC-{number}", "the chain is whole" if broken is None else f"broken at {broken.seq}")
        for entry in entries:
            line = {
                "kind": entry.kind,
                "actor": entry.actor,
                "body": _without_digest(_told_later(entry.kind, entry.body or {})),
            }
            section = f"{WORDINGS} INC-{number}" if entry.kind in WORDED else f"log INC-{number}"
            found.add(section, names.plain(line))
        for (_, ts), words in newest_words(entries).items():
            if names.is_there(ts):
                found.add(f"how messages of INC-{number} read", names.plain([ts, words]))
        decided = [e for e in entries if e.actor.startswith("U0") and e.key is None]
        found.ordered[f"the decisions of INC-{number}"] = [f"{e.kind} by {e.actor}" for e in decided]
        assert entries[0].prev_hash == GENESIS


def _without_digest(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The digest of a review is of times and ids too; the text itself is compared, without them."""
    return {name: value for name, value in body.items() if name != "text_digest"}


def _ends(records: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Whether each log ends where it is said to end: entries cut off at its end would not break the chain."""
    last = {row["incident"]: row for row in sorted(records["entries"], key=lambda row: row["seq"])}
    for chain in records["chains"]:
        end = last[chain["incident"]]
        agrees = (chain["length"], chain["head"]) == (end["seq"], end["hash"])
        yield f"INC-{chain['incident']}: {'as it is said' if agrees else 'elsewhere'}"


def _told_later(kind: str, body: Mapping[str, object]) -> Json:
    """Without how the log learnt of it: at once, or read later; and as a message read at that moment.

    Somebody edits a message and somebody marks it: Slack promises no order between the two, and
    the mark quotes what the log knew by then. How the message reads in the end is compared.
    """
    quoted = kind == "KeyEventMarked" and body.get("ts") is not None
    left_out = ("recovered", "text") if quoted else ("recovered",)
    return {name: value for name, value in body.items() if name not in left_out}


def _queues(found: Likeness, names: _Names, records: Mapping[str, Sequence[Row]]) -> None:
    for row in records["outbox"]:
        line = f"{row['state']} {names.plain(row['effect'])} {row['reason'] or ''}"
        if row["kind"] not in REDRAWN:
            found.add("outbox", _settled(row, line))
        elif row["state"] != "done":
            found.add("outbox", line)
    for row in records["inbox"]:
        body = json.loads(row["body"])
        kind = (body.get("event") or {}).get("type") or body.get("receiver")
        heard = row["state"] == "done" and row["source"] == EVENT
        found.add(HEARD if heard else "inbox", f"{row['state']} {row['source']} {kind}")


def _settled(row: Row, line: str) -> str:
    """Why it had to be tried again is not part of how it ended."""
    return line if row["state"] == "buried" else line.removesuffix(str(row["reason"] or "")).rstrip()


# ---------------------------------------------------------------- names instead of ids
class _Names:
    """What identifiers stand for. Names come from what a thing says, not from when it was made."""

    def __init__(self, state: Json, records: Mapping[str, Sequence[Row]]) -> None:
        self.people = {user["id"]: user["name"] for user in state["users"]}
        self.place = {channel["id"]: self._place(channel) for channel in state["channels"]}
        self._ids = dict(_named(records))
        self._effects = {row["id"]: row["effect"] for row in records["outbox"]}
        self._ts: dict[str, str] = {}
        for channel in state["channels"]:
            for message in channel["messages"]:
                words = self.text(message.get("text", ""))[:60]
                self._ts[message["ts"]] = f"<{self.place[channel['id']]}: {words}>"

    def _place(self, channel: Json) -> str:
        if channel.get("is_im"):
            return "@" + "+".join(sorted(self.people.get(each, each) for each in channel["members"]))
        return f"#{channel['name']}"

    def is_there(self, ts: str) -> bool:
        """Whether nobody has deleted this message."""
        return ts in self._ts

    def effect(self, message: Json) -> str | None:
        """What a message was sent for, by the delivery id that it carries."""
        carried = message.get("metadata", {}).get("event_payload", {}).get("delivery_id", "")
        return self.plain(self._effects[carried]) if carried in self._effects else None

    def plain(self, value: Any) -> str:
        """A value as one line."""
        return self.text(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))

    def text(self, text: str) -> str:
        text = _UUID.sub(lambda found: self._ids.get(found[0], "<id>"), text)
        text = _TS.sub(lambda found: self._ts.get(found[0], "<ts>"), text)
        text = _PLACE.sub(lambda found: self.place.get(found[0], "<place>"), text)
        for moment, name in _MOMENTS:
            text = moment.sub(name, text)
        return text


def _named(records: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, str]]:
    """Each record's id, and what people would call it."""
    called = {
        "statements": ("incident", "text"),
        "updates": ("incident", "number"),
        "contests": ("incident", "incumbent"),
        "handovers": ("incident", "giver", "taker"),
        "tenures": ("incident", "fence"),
        "changes": ("ref",),
        "clearances": ("incident", "ref"),
        "reviews": ("incident",),
        "clocks": ("incident", "agreement", "metric"),
        "episodes": ("title", "origin", "incident"),
    }
    for table, columns in called.items():
        for row in records[table]:
            yield row["id"], f"<{table} {' '.join(str(row[column]) for column in columns)}>"
