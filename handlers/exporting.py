"""A log to take away: Markdown for people, CSV for spreadsheets, JSON for programs.

Sorted by when things happened, not by when they became known; what was said first of two
things at the same instant is told by its place in the chain.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playbooks.domain.entry import GENESIS, Entry, plain
from playbooks.domain.ids import incident_name
from playbooks.domain.incident import Incident
from playbooks.domain.label import with_label
from playbooks.domain.retold import Change, reason_of, retell

_EVERY_EVENT_HAS = frozenset(("incident", "by", "at"))
_COLUMNS = (
    "seq", "at", "recorded_at", "actor", "kind", "text", "what", "before", "after", "reason", "hash",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for a formula at the beginning of a cell (OWASP, CSV injection)."""

Export = Callable[[Incident, Sequence[Entry]], str]


def as_json(incident: Incident, entries: Sequence[Entry]) -> str:
    """Everything, with hashes, so that the copy can be held against the log."""
    head = entries[-1].hash if entries else GENESIS
    told, changes = retell(entries)
    body = {
        "incident": incident_name(incident.id),
        "drill": incident.drill is not None,
        "private": incident.private,
        "entered_afterwards": plain(incident.entered_at),
        "entries": [plain(entry) for entry in _in_order(entries)],
        "changes": [plain(change) for change in changes],
        "state": plain(told),
        "length": len(entries),
        "head": head,
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def as_csv(incident: Incident, entries: Sequence[Entry]) -> str:  # noqa: ARG001 - one shape for all
    """One row an entry; a row more for each further thing that an entry changed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(_COLUMNS)
    changes = _by_seq(entries)
    for entry in _in_order(entries):
        turned: list[Change | None] = [*changes.get(entry.seq, ())]
        for change in turned or [None]:
            writer.writerow([_cell(value) for value in _row(entry, change)])
    return out.getvalue()


def as_markdown(incident: Incident, entries: Sequence[Entry]) -> str:
    """A table to read, with the changes of state in it."""
    changes = _by_seq(entries)
    head = entries[-1].hash if entries else GENESIS
    lines = [
        f"# {incident_name(incident.id)}: {_escaped(incident.title)}",
        *(["", "**This was a drill.** It is in no figure."] if incident.drill is not None else []),
        *(["", "**This is private.** Only its insiders may read it."] if incident.private else []),
        *_entered(incident),
        "",
        f"{len(entries)} entries, sorted by when things happened (UTC). The chain ends with `{head}`.",
        "",
        "| at | who | what | |",
        "|---|---|---|---|",
    ]
    for entry in _in_order(entries):
        turned = "; ".join(
            f"{change.what}: {_shown(change.before)} → {_shown(change.after)} ({change.reason})"
            for change in changes.get(entry.seq, ())
        )
        words = " — ".join(part for part in (_text(entry), turned) if part)
        at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
        lines.append(f"| {at} | {_escaped(entry.actor)} | {entry.kind} | {_escaped(words)} |")
    return "\n".join(lines) + "\n"


EXPORTS: dict[str, Export] = {"markdown": as_markdown, "json": as_json, "csv": as_csv}


def _entered(incident: Incident) -> list[str]:
    if incident.entered_at is None:
        return []
    who = _escaped(incident.declared_by)
    return ["", f"Entered afterwards by {who} at {incident.entered_at:%Y-%m-%d %H:%M} UTC."]


def _in_order(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.at, entry.seq))


def _by_seq(entries: Sequence[Entry]) -> Mapping[int, list[Change]]:
    by_seq: dict[int, list[Change]] = {}
    for change in retell(entries)[1]:
        by_seq.setdefault(change.seq, []).append(change)
    return by_seq


def _row(entry: Entry, change: Change | None) -> tuple[object, ...]:
    turned = ("", "", "") if change is None else (change.what, _shown(change.before), _shown(change.after))
    reason = "" if change is None else reason_of(entry)
    at, recorded = plain(entry.at), plain(entry.recorded_at)
    return (entry.seq, at, recorded, entry.actor, entry.kind, _text(entry), *turned, reason, entry.hash)


def _text(entry: Entry) -> str:
    """What the entry says, in one line; messages in their own words."""
    body = entry.body
    if body is None:
        return "(words removed)"
    if entry.kind == "MessageEdited":
        return f"{body['before']} → {body['after']}"
    if entry.kind == "EntryCorrected":
        return f"entry {body['entry']} corrected: {with_label(body.get('label'), str(body['text']))}"
    if isinstance(body.get("text"), str) and body["text"]:
        return with_label(body.get("label"), str(body["text"]))
    facts = {name: value for name, value in body.items() if name not in _EVERY_EVENT_HAS}
    said = ((name, value) for name, value in facts.items() if value not in ("", None, []))
    return "; ".join(f"{name}: {_shown(value)}" for name, value in said)


def _shown(value: Any) -> str:
    if value in (None, (), ""):
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _escaped(words: str) -> str:
    """Words from outside in a Markdown table: no columns, no markup, no lines of their own."""
    flat = " ".join(words.split())
    return "".join(f"\\{c}" if c in "\\|`*_[]<>#" else c for c in flat)
