"""Prose from templates: the post-mortem as Markdown.

Values from outside go through ``escaped``, so that a service title or a message cannot
become a heading, a link or an image in the document. A template that names something
which does not exist fails in a test, not at the end of an incident.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from playbooks.domain.entry import Entry
from playbooks.domain.errors import mention
from playbooks.domain.ids import MONITORING, PROTOCOL, UserId, incident_name, known_error_name
from playbooks.domain.material import ReviewMaterial
from playbooks.domain.milestones import MILESTONES
from playbooks.domain.spoken import Place, as_corrected, corrections, key_event, newest_words

_MARKUP = re.compile(r"([\\`*_\[\]|<~&])")
"""What means something inside a line (CommonMark, "Inlines"); people edit this text, so no more."""
_OPENING = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:[-\s]|$))|(?=#{1,6}(?:\s|$))|(?=[>=]))")
"""What would begin a list, a heading, a rule or a quotation if it stood first in a line."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
MACHINERY = {MONITORING: "monitoring", PROTOCOL: "the playbook"}


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
        "clock": _clock,
        "day": day,
        "length": length,
        "who": _who,
        "known": known_error_name,
        "milestones": milestones,
        "story": _story,
    }
    return environment


def escaped(text: object) -> str:
    """Foreign words on one line, without any effect on the Markdown around them."""
    return _OPENING.sub(r"\1\\", _MARKUP.sub(r"\\\1", " ".join(str(text).split())))


def clock_time(at: datetime | None, *, today: datetime) -> str:
    """``10:02:07``, UTC, with its date on another day than today's; a dash for what did not happen."""
    if at is None:
        return "–"
    return f"{at:%H:%M:%S}" if at.date() == today.date() else f"{at:%Y-%m-%d %H:%M:%S}"


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


def who(user: UserId, names: Mapping[UserId, str]) -> str:
    """A person by the catalogue's name, else as Slack mentions them; the machinery by its name."""
    if user in MACHINERY:
        return MACHINERY[user]
    return f"@{escaped(names[user])}" if user in names else mention(UserId(escaped(user)))


@pass_context
def _clock(context: Context, at: datetime | None) -> str:
    return clock_time(at, today=context["m"].incident.declared_at)


@pass_context
def _who(context: Context, user: UserId) -> str:
    return who(user, context["m"].names)


@pass_context
def _story(context: Context, entry: Entry) -> str:
    return story(entry, context["m"].names)


def milestones(entries: tuple[Entry, ...]) -> list[Entry]:
    """What a reader looks for, in the order in which it happened; marked messages as they read now."""
    words = newest_words(entries)
    standing = as_corrected((e for e in entries if e.kind in MILESTONES), corrections(entries))
    found = sorted(standing, key=lambda e: (e.at, e.seq))
    return [_as_it_reads(entry, words) for entry in found]


def _as_it_reads(entry: Entry, words: Mapping[Place, str]) -> Entry:
    if entry.kind != "KeyEventMarked" or entry.body is None:
        return entry
    return replace(entry, body={**entry.body, "text": key_event(entry, words)})


def story(entry: Entry, names: Mapping[UserId, str]) -> str:
    """One entry as a sentence of the timeline."""
    kind = _HUMP.sub(" ", entry.kind).capitalize()
    if entry.body is None:
        return f"{kind} (its words were deleted)"
    return sentence(entry.kind, Words(entry.body, names)) or kind


def _stated(words: Words) -> str:
    return _STATED.get(words["kind"], words["kind"])


def sentence(kind: str, words: Words) -> str:
    """An entry of this kind as a sentence, in words that are safe where it is shown; empty if it has none."""
    tell = _SENTENCES.get(kind)
    return tell(words).rstrip(" :") if tell else ""


class Words:
    """The fields of an entry, safe to stand in a sentence of Markdown."""

    def __init__(self, body: Mapping[str, Any], names: Mapping[UserId, str]) -> None:
        self._body = body
        self._names = names

    def __getitem__(self, key: str) -> str:
        return escaped(self._body.get(key, ""))

    def who(self, key: str) -> str:
        return who(UserId(str(self._body.get(key, ""))), self._names)

    def decider(self) -> str:
        return "by silence" if self._body.get("by") == PROTOCOL else f"by {self.who('by')}"

    def listed(self, key: str) -> str:
        return ", ".join(escaped(item) for item in self._body.get(key, ()))


def _corrected_by(words: Words) -> str:
    return f", corrected by {words.who('corrected_by')}" if words["corrected_by"] else ""


_ON_CALL = ", on call"
_HOW_SEATED = {
    "asked": ", after being asked",
    "acting": ", acting, because nobody did",
    "award": ", after a dispute",
    "handover": ", handed over",
    "deputy": ", as the deputy",
    "override": ", from above",
}
_STATED = {"status": "fact"}
"""What people call a class of statements, where it is not the word of the record."""

_HOW_LED = {"decree": ", as the commander decided", "on_call": _ON_CALL, escaped("on_call"): _ON_CALL}
_SENTENCES: dict[str, Callable[[Words], str]] = {
    "CandidateProposed": lambda w: f"Proposed by rule {w['rule']}: {w['rule_says']} {w['again']}",
    "IncidentDeclared": lambda w: (
        f"Declared by rule {w['rule']}: {w['rule_says']}"
        if w["rule"]
        else f"Declared by {w.who('by')}: {w['title']}"
    ),
    "IncidentEntered": lambda w: f"Entered afterwards by {w.who('by')}: {w['title']}",
    "SeverityChanged": lambda w: f"Severity {w['before']} → {w['after']}: {w['reason']}",
    "CommandTaken": lambda w: f"{w.who('commander')} took command{_HOW_SEATED.get(w['how'], '')}",
    "CommandContested": lambda w: (
        f"{w.who('challenger')} disputed command, held by {w.who('incumbent')}: {w['reason']}"
    ),
    "ContestAwarded": lambda w: f"The tie-break gave command to {w.who('winner')}",
    "ContestDecided": lambda w: f"Dispute decided for {w.who('winner')} ({w['settlement']})",
    "HandoverAccepted": lambda w: f"{w.who('giver')} handed command over to {w.who('taker')}",
    "LeadSeated": lambda w: (
        f"{w.who('lead')} leads the work on {w.listed('services')}{_HOW_LED.get(w['how'], '')}"
    ),
    "TeamFormed": lambda w: f"Team {w['name']} of {w.who('leader')}: {w['task']}",
    "TeamEnded": lambda w: f"Team {w['name']} ended: {w['note']}",
    "FreezeBegan": lambda w: f"Changes frozen around {w.listed('ring0')}",
    "FreezeLifted": lambda w: f"Freeze lifted: {w['reason']}",
    "ChangeApproved": lambda w: f"Change {w['ref']} approved by {w.who('by')}",
    "ChangeDenied": lambda w: f"Change {w['ref']} denied by {w.who('by')}",
    "UpdateSent": lambda w: f"Stakeholder update {w['number']} sent by {w.who('by')}",
    "StatementMade": lambda w: (
        f"{w.who('by')} suspects: {w['text']}"
        if w["kind"] == "cause"
        else f"{w.who('by')} states ({_stated(w)}): {w['text']}"
    ),
    "StatementVerified": lambda w: f"Verified ({_stated(w)}): {w['text']}",
    "StatementRefuted": lambda w: f"Refuted ({_stated(w)}): {w['text']}",
    "TaskAssigned": lambda w: f"Task {w['number']} for {w.who('assignee')}: {w['text']}",
    "TaskDone": lambda w: f"Task {w['number']} done, says {w.who('by')}: {w['text']}. {w['note']}".strip(),
    "EntryCorrected": lambda w: f"{w.who('by')} corrected entry {w['entry']}: {w['text']}",
    "TaskDeclined": lambda w: f"{w.who('assignee')} cannot do task {w['number']}: {w['text']}",
    "TaskDropped": lambda w: f"Task {w['number']} is not needed any more: {w['text']}",
    "RoleGiven": lambda w: f"{w.who('person')} is {w['role']} now",
    "RoleLaidDown": lambda w: f"{w.who('person')} is not {w['role']} any more",
    "AccessGiven": lambda w: f"{w.who('person')} may know of it, let in by {w.who('by')}",
    "AccessEnded": lambda w: f"{w.who('person')} left the room, and may know of it no more",
    "MadePublic": lambda w: f"Made public by {w.who('by')}: {w['reason']}",
    "DecisionMade": lambda w: f"Decided {w.decider()}: {w['choice']}. {w['reason']}".strip(),
    "IncidentMitigated": lambda w: f"Mitigated. {w['note']}".strip(),
    "IncidentResolved": lambda w: f"Resolved, {w['code']}: {w['note']}",
    "IncidentReopened": lambda w: f"Reopened: {w['reason']}",
    "KeyEventMarked": lambda w: (
        f"**{w['text']}** ({w.who('author')}{_corrected_by(w)})"
        if w["text"]
        else f"A message of {w.who('author')} was marked"
    ),
}
