"""What the log says an incident is, in short: its state, told again from the entries alone.

Each entry that changes the state yields the change: what, before, after, by whom, why. The
whole record is told by ``retelling``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from playbooks.domain.entry import Entry
from playbooks.domain.ids import IncidentId, UserId

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The state of an incident as its log tells it; None and empty mean that nothing was said."""

    title: str = ""
    severity: int | None = None
    state: str = ""
    major: str = "none"
    services: tuple[str, ...] = ()
    commander: str | None = None
    frozen: bool = False
    room: str | None = None
    resolution: str | None = None
    drill: bool = False
    parent: int | None = None
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry changed one thing."""

    incident: IncidentId
    seq: int
    at: datetime
    by: UserId
    what: str
    before: object
    after: object
    reason: str


def _began(_told: Told, body: Body) -> dict[str, object]:
    return {
        "title": body["title"],
        "severity": body["severity"],
        "services": tuple(body["services"]),
        "state": "open",
    }


_TURNS: dict[str, Callable[[Told, Body], dict[str, object]]] = {
    "CandidateProposed": lambda told, body: _began(told, body) | {"major": "proposed"},
    "CandidateRejected": lambda _t, _b: {"major": "rejected", "state": "closed"},
    "IncidentDeclared": lambda told, body: (
        _began(told, body)
        | {"major": "accepted", "drill": bool(body.get("drill")), "private": bool(body.get("private"))}
    ),
    "IncidentEntered": lambda told, body: _began(told, body) | {"major": "accepted"},
    "BecameChild": lambda _t, body: {"parent": body["parent"]},
    "LeftParent": lambda _t, _b: {"parent": None},
    "DrillBecameReal": lambda _t, _b: {"drill": False},
    "MadePublic": lambda _t, _b: {"private": False},
    "AlertsAttached": lambda told, body: {
        "services": tuple(dict.fromkeys((*told.services, *body["new_services"])))
    },
    "IncidentMerged": lambda told, _b: {
        "state": "merged",
        "major": "none" if told.major == "proposed" else told.major,
        "resolution": "duplicate",
        "frozen": False,
    },
    "IncidentAbsorbed": lambda told, body: {
        "services": tuple(dict.fromkeys((*told.services, *body["new_services"])))
    },
    "SeverityChanged": lambda _t, body: {"severity": body["after"]},
    "RoomOpened": lambda _t, body: {"room": body["room"]},
    "RoomMoved": lambda _t, body: {"room": body["room"]},
    "CommandTaken": lambda _t, body: {"commander": body["commander"]},
    "HandoverAccepted": lambda _t, body: {"commander": body["taker"]},
    "FreezeBegan": lambda _t, _b: {"frozen": True},
    "FreezeLifted": lambda _t, _b: {"frozen": False},
    "IncidentMitigated": lambda _t, _b: {"state": "mitigated"},
    "IncidentResolved": lambda _t, body: {"state": "resolved", "resolution": body["code"]},
    "IncidentReopened": lambda _t, _b: {"state": "open", "resolution": None},
    "IncidentClosed": lambda _t, _b: {"state": "closed"},
}
"""What each event does to the state; events that are not named here do nothing to it."""

_REASONS = ("reason", "note", "rule_says", "settlement", "how")
_UNSAID = {
    "IncidentDeclared": "a person declared it",
    "IncidentEntered": "a person entered it afterwards",
    "AlertsAttached": "alerts of the same outage",
    "IncidentAbsorbed": "another incident was part of it",
    "FreezeBegan": "the playbook freezes changes at this severity",
    "RoomOpened": "the incident needs a room",
    "BecameChild": "it belongs to another incident",
    "LeftParent": "it belongs to no other incident",
    "RoomMoved": "Slack gave it another id",
    "HandoverAccepted": "the offer was accepted",
    "CommandTaken": "command was taken",
}


def retell(entries: Iterable[Entry]) -> tuple[Told, tuple[Change, ...]]:
    """The state after these entries, in order of ``seq``, and every change on the way there."""
    told, changes = Told(), list[Change]()
    for entry in entries:
        after = _after(told, entry)
        changes += _changes(told, after, entry)
        told = after
    return told, tuple(changes)


def reason_of(entry: Entry) -> str:
    """Why it happened, in the words of whoever did it; else what can be said of every such event."""
    body = entry.body or {}
    given = (str(body[name]) for name in _REASONS if body.get(name))
    return next(given, _UNSAID.get(entry.kind, "no reason was given"))


def _after(told: Told, entry: Entry) -> Told:
    turn = _TURNS.get(entry.kind)
    if turn is None or entry.body is None:
        return told
    return replace(told, **turn(told, entry.body))  # type: ignore[arg-type]  # names of fields, checked by tests


def _changes(before: Told, after: Told, entry: Entry) -> list[Change]:
    return [
        Change(
            incident=entry.incident,
            seq=entry.seq,
            at=entry.at,
            by=entry.actor,
            what=field.name,
            before=getattr(before, field.name),
            after=getattr(after, field.name),
            reason=reason_of(entry),
        )
        for field in fields(Told)
        if getattr(before, field.name) != getattr(after, field.name)
    ]
