"""The record as one text: the same record, the same bytes, whatever told or kept it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from playbooks.domain.entry import canonical, digest, plain
from playbooks.domain.retelling.record import Record

Row = dict[str, object]
Account = Mapping[str, Sequence[Row]]
"""The rows of each table, in one order and in one spelling."""

LEFT_OUT: Mapping[str, str] = {
    "entries": "it is the log, from which everything else is told",
    "chains": "it is how the log ends",
    "episodes": "what monitoring said, which nobody decided; the log says which alerts belong to it",
    "timers": "an alarm only wakes whoever looks; what is due follows from the record",
    "outbox": "what is owed to Slack follows from the log, and is gone once it was delivered",
    "voices": "when the bot last spoke, so that it does not speak too often",
}
"""Tables of an incident that nothing tells, and why."""
_OFTEN = "how often the row was written"
_POINTLESS = "nothing points to it"
_IN_SLACK = "where or how it stands in Slack; nothing is decided by it"
UNSAID: Mapping[str, Mapping[str, str]] = {
    "incidents": {
        "version": _OFTEN,
        "room_name": _IN_SLACK,
        "topic": _IN_SLACK,
        "card_ts": _IN_SLACK,
        "announcement_ts": _IN_SLACK,
    },
    "tenures": {"id": _POINTLESS},
    "assignments": {"id": _POINTLESS},
    "workstreams": {"id": _POINTLESS, "version": _OFTEN},
    "clocks": {"id": _POINTLESS, "version": _OFTEN},
    "holds": {"position": _POINTLESS},
    **{
        table: {"version": _OFTEN}
        for table in (
            "contests",
            "ladders",
            "handovers",
            "teams",
            "tasks",
            "decisions",
            "statements",
            "updates",
            "clearances",
            "reviews",
            "user_reports",
            "mergers",
            "signatures",
        )
    },
}
"""Columns that no log says, and why."""
_NAMES: Mapping[str, tuple[str, ...]] = {
    "tenures": ("fence",),
    "assignments": ("role", "since"),
    "workstreams": ("service", "since"),
    "clocks": ("agreement",),
    "holds": ("ref", "since"),
    "tasks": ("number",),
    "decisions": ("number",),
    "updates": ("number",),
    "teams": ("name", "formed_at"),
}
"""By what people know a row; others by their ``id``."""
_DRAFT = "(a draft that nobody has edited)"


def told(record: Record) -> Account:
    """A record that was told."""
    rows = {
        table: [{f.name: plain(getattr(row, f.name)) for f in fields(row)} for row in kept]  # type: ignore[arg-type]  # rows are dataclasses
        for table, kept in record.rows().items()
    }
    for review in rows["reviews"]:
        edited = review["edited_at"] is not None
        review["body"] = review["body"] if edited else _DRAFT
        review["finding"] = record.findings.get(review["id"], _DRAFT) if edited else _DRAFT  # type: ignore[call-overload]  # an id
    return _in_order(rows)


def kept(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Account:
    """The rows that a database keeps: column by column, with instants aware and JSON read."""
    plainly: dict[str, list[Row]] = {
        table: [{name: plain(value) for name, value in row.items()} for row in some]
        for table, some in rows.items()
        if table not in LEFT_OUT
    }
    for review in plainly.get("reviews", ()):
        edited = review["edited_at"] is not None
        review["body"] = digest(review["body"]) if edited else _DRAFT
        review["finding"] = digest(review["finding"]) if edited else _DRAFT
    return _in_order(plainly)


def fingerprint(account: Account) -> str:
    """SHA-256 of the text, in hex."""
    return digest(account)


def differences(one: Account, other: Account) -> tuple[str, ...]:
    """Where two accounts disagree, path by path: ``tasks[2].state: "asked" | "done"``."""
    found: list[str] = []
    for table in sorted({*one, *other}):
        mine, theirs = _named(table, one.get(table, ())), _named(table, other.get(table, ()))
        for name in sorted({*mine, *theirs}):
            found += _apart(f"{table}[{name}]", mine.get(name), theirs.get(name))
    return tuple(found)


def _apart(path: str, one: Row | None, other: Row | None) -> list[str]:
    if one is None or other is None:
        return [f"{path}: {'–' if one is None else 'there'} | {'–' if other is None else 'there'}"]
    names = sorted({*one, *other})
    return [
        f"{path}.{name}: {canonical(one.get(name))} | {canonical(other.get(name))}"
        for name in names
        if canonical(one.get(name)) != canonical(other.get(name))
    ]


def _named(table: str, rows: Sequence[Row]) -> dict[str, Row]:
    """Rows by what people know them by; those of one name are counted."""
    named: dict[str, Row] = {}
    for row in rows:
        name = base = " ".join(str(row.get(column)) for column in _NAMES.get(table, ("id",)))
        again = 1
        while name in named:
            again += 1
            name = f"{base} #{again}"
        named[name] = row
    return named


def _in_order(rows: Mapping[str, Sequence[Row]]) -> Account:
    said = {
        table: [{n: v for n, v in row.items() if n not in UNSAID.get(table, {})} for row in some]
        for table, some in rows.items()
    }
    return {table: sorted(some, key=canonical) for table, some in sorted(said.items()) if some}
