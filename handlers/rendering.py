"""Prose from templates: the post-mortem as Markdown.

Values from outside go through ``escaped``, so that a service title or a message cannot
become a heading, a link or an image in the document. A template that names something
which does not exist fails in a test, not at the end of an incident.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from playbooks.domain.entry import Entry
from playbooks.domain.errors import mention
from playbooks.domain.ids import MONITORING, PROTOCOL, UserId, incident_name, known_error_name
from playbooks.domain.material import ReviewMaterial

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")
MILESTONES = frozenset(
    {
        "IncidentDeclared",
        "CandidateProposed",
        "SeverityChanged",
        "CommandTaken",
        "CommandContested",
        "ContestAwarded",
        "ContestDecided",
        "HandoverAccepted",
        "FreezeBegan",
        "FreezeLifted",
        "ChangeApproved",
        "ChangeDenied",
        "UpdateSent",
        "StatementVerified",
        "StatementRefuted",
        "IncidentMitigated",
        "IncidentResolved",
        "IncidentReopened",
        "KeyEventMarked",
    },
)
"""Entries that a reader of a post-mortem looks for; the rest stays in the log."""


def write_review(material: ReviewMaterial) -> str:
    """The draft of a post-mortem, in Markdown, from the record alone."""
    template = _environment().get_template("review.md.j2")
    return template.render(m=material, number=incident_name(material.incident.id)).strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("handlers"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - Markdown, not HTML; ``escaped`` is the filter for it
    )
    environment.filters |= {
        "escaped": escaped,
        "clock": clock_time,
        "day": day,
        "length": length,
        "who": who,
        "known": known_error_name,
        "milestones": milestones,
        "story": story,
    }
    return environment


def escaped(text: object) -> str:
    """Foreign words on one line, without any effect on the Markdown around them."""
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def clock_time(at: datetime | None) -> str:
    """``10:02:07``, UTC; a dash for what did not happen."""
    return f"{at:%H:%M:%S}" if at else "–"


def day(at: datetime | None) -> str:
    """``2026-03-02 10:02 UTC``; a dash for what did not happen."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "–"


def length(value: timedelta) -> str:
    """``1 h 05 min``, ``47 min``, ``30 s``: what people say, rounded down."""
    seconds = int(abs(value).total_seconds())
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def who(user: UserId) -> str:
    """A person as Slack mentions them; the machinery by name."""
    return {MONITORING: "monitoring", PROTOCOL: "the playbook"}.get(user) or mention(user)


def milestones(entries: tuple[Entry, ...]) -> list[Entry]:
    """What a reader looks for, in the order in which it happened."""
    return sorted((e for e in entries if e.kind in MILESTONES), key=lambda e: (e.at, e.seq))


def story(entry: Entry) -> str:
    """One entry as a sentence of the timeline."""
    body = dict(entry.body or {})
    tell = _SENTENCES.get(entry.kind)
    return tell(body) if tell else entry.kind


def _text(body: dict[str, Any], key: str) -> str:
    return escaped(body.get(key, ""))


def _user(body: dict[str, Any], key: str) -> str:
    return who(UserId(str(body.get(key, ""))))


_SENTENCES = {
    "CandidateProposed": lambda b: f"Proposed by rule {_text(b, 'rule')}: {_text(b, 'rule_says')}",
    "IncidentDeclared": lambda b: (
        f"Declared by rule {_text(b, 'rule')}: {_text(b, 'rule_says')}"
        if b.get("rule")
        else f"Declared by {_user(b, 'by')}: {_text(b, 'title')}"
    ),
    "SeverityChanged": lambda b: f"Severity {b.get('before')} → {b.get('after')}: {_text(b, 'reason')}",
    "CommandTaken": lambda b: f"{_user(b, 'commander')} took command ({_text(b, 'how')})",
    "CommandContested": lambda b: (
        f"{_user(b, 'challenger')} disputed command, held by {_user(b, 'incumbent')}: {_text(b, 'reason')}"
    ),
    "ContestAwarded": lambda b: f"The tie-break gave command to {_user(b, 'winner')}",
    "ContestDecided": lambda b: f"Dispute decided for {_user(b, 'winner')} ({_text(b, 'settlement')})",
    "HandoverAccepted": lambda b: f"{_user(b, 'giver')} handed command over to {_user(b, 'taker')}",
    "FreezeBegan": lambda b: f"Changes frozen around {_listed(b, 'ring0')}",
    "FreezeLifted": lambda b: f"Freeze lifted: {_text(b, 'reason')}",
    "ChangeApproved": lambda b: f"Change {_text(b, 'ref')} approved by {_user(b, 'by')}",
    "ChangeDenied": lambda b: f"Change {_text(b, 'ref')} denied by {_user(b, 'by')}",
    "UpdateSent": lambda b: f"Stakeholder update {b.get('number')} sent by {_user(b, 'by')}",
    "StatementVerified": lambda b: f"Verified ({_text(b, 'kind')}): {_text(b, 'text')}",
    "StatementRefuted": lambda b: f"Refuted ({_text(b, 'kind')}): {_text(b, 'text')}",
    "IncidentMitigated": lambda b: f"Mitigated. {_text(b, 'note')}".strip(),
    "IncidentResolved": lambda b: f"Resolved, {_text(b, 'code')}: {_text(b, 'note')}",
    "IncidentReopened": lambda b: f"Reopened: {_text(b, 'reason')}",
    "KeyEventMarked": lambda b: f"**{_text(b, 'text')}** ({_user(b, 'author')})",
}


def _listed(body: dict[str, Any], key: str) -> str:
    return ", ".join(escaped(item) for item in body.get(key, ()))
