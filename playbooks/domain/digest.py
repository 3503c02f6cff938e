"""What stakeholders are told: a function of released statements and of nothing else.

Two incidents that differ only in what was not released read the same, to the byte. The
order is always the same, because it is read on a phone: impact, since when, what we do,
what you can do, when you hear from us next. There is always something true to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.hygiene import correction_due
from playbooks.domain.ids import IncidentId, StatementId, incident_name
from playbooks.domain.incident import State
from playbooks.domain.reach import reaches
from playbooks.domain.statement import Audience, Statement, StatementClass

NEWEST = 3
"""Of each kind, this many statements are shown: more is not read on a phone."""

SECTIONS: tuple[tuple[str, StatementClass, int], ...] = (
    ("Impact", StatementClass.IMPACT, NEWEST),
    ("Scope", StatementClass.SCOPE, NEWEST),
    ("Status", StatementClass.STATUS, 1),
    ("Cause", StatementClass.CAUSE, NEWEST),
    ("What we are doing", StatementClass.ACTION, NEWEST),
    ("What you can do", StatementClass.WORKAROUND, NEWEST),
    ("Estimate", StatementClass.ESTIMATE, 1),
)
UNSAID = {
    (StatementClass.IMPACT, State.OPEN): "Being assessed.",
    (StatementClass.ACTION, State.OPEN): "We are investigating.",
    (StatementClass.STATUS, State.MITIGATED): "Users are served again, and we watch that it stays so.",
    (StatementClass.STATUS, State.RESOLVED): "It is over, users are served again.",
    (StatementClass.STATUS, State.CLOSED): "It is over, users are served again.",
}
"""What is true of an incident in this state even if nobody has released a word of that kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence, and when it was released; None for what the state itself says."""

    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A title with its lines; a digest holds none that is empty."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One update as readers get it; Slack and plain text show the same sections in order."""

    incident: IncidentId
    number: int
    """Counts the updates of an incident from 1; 0 is a draft that nobody promised."""
    severity: str
    services: tuple[str, ...]
    env: str
    status: str
    """``investigating``, ``identified``, ``monitoring`` or ``resolved``."""
    at: datetime
    next_at: datetime | None
    """None: this was the last one."""
    sections: tuple[Section, ...]
    note: str
    """The sender's own sentence; empty if there is none."""
    cites: tuple[StatementId, ...]


def compose(
    *,
    incident: IncidentId,
    severity: str,
    services: tuple[str, ...],
    state: State,
    since: datetime,
    statements: Sequence[Statement],
    number: int,
    at: datetime,
    next_at: datetime | None,
    env: str = "production",
    note: str = "",
    told_until: datetime | None = None,
) -> Digest:
    """Compose an update for stakeholders.

    ``services`` are titles of impacted services: a suspected root is a hypothesis.
    ``told_until`` is when the last update was sent, None before the first: only what it could
    carry and was refuted since is corrected now.
    """
    released = sorted(
        (s for s in statements if reaches(s, Audience.STAKEHOLDER)),
        key=lambda s: (s.released_at or s.asserted_at, s.id),
    )
    shown = {kind: _newest(released, kind, most) for _, kind, most in SECTIONS}
    sections = [_section(title, kind, shown[kind], state) for title, kind, _ in SECTIONS]
    ago = duration(max(at - since, timedelta(0)))
    began = Section(title="Began", lines=(Line(text=f"{ago} ago", at=since),))
    return Digest(
        incident=incident,
        number=number,
        severity=severity,
        services=services,
        env=env,
        status=_status(state, cause_known=bool(shown[StatementClass.CAUSE])),
        at=at,
        next_at=next_at,
        sections=tuple(
            section
            for section in (_correction(statements, told_until), sections[0], began, *sections[1:])
            if section.lines
        ),
        note=" ".join(note.split()),
        cites=tuple(s.id for _, kind, _ in SECTIONS for s in shown[kind]),
    )


def text(digest: Digest) -> str:
    """The digest in plain words, one line each, as it is logged and read aloud."""
    lines = [headline(digest)]
    lines += [
        f"{section.title}: {' '.join(stamped(line, digest.at) for line in section.lines)}"
        for section in digest.sections
    ]
    lines += [digest.note] if digest.note else []
    return "\n".join([*lines, promise(digest)])


def headline(digest: Digest) -> str:
    """Severity, services, status and number on one line."""
    where = "" if digest.env.casefold() == "production" else f" ({digest.env})"
    parts = [
        digest.severity,
        (", ".join(digest.services) or "Services") + where,
        digest.status,
        incident_name(digest.incident),
    ]
    return " · ".join([*parts, f"update {digest.number}"] if digest.number else parts)


def promise(digest: Digest) -> str:
    """When readers hear from us next."""
    if digest.next_at is None:
        return "This is the last update."
    return f"Next update by {_clock(digest.next_at, digest.at)}, even if nothing changes."


def stamped(line: Line, today: datetime) -> str:
    """A sentence with the time from which it holds: every number carries its time."""
    return f"{line.text} ({_clock(line.at, today)})" if line.at else line.text


def duration(time: timedelta) -> str:
    """``47 min``, ``2 h 05 min``: whole minutes, rounded down."""
    hours, minutes = divmod(int(time.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def _newest(released: Sequence[Statement], kind: StatementClass, most: int) -> tuple[Statement, ...]:
    return tuple(s for s in released if s.kind is kind)[-most:]


def _section(title: str, kind: StatementClass, said: Iterable[Statement], state: State) -> Section:
    lines = [Line(text=s.text, at=s.released_at) for s in said]
    unsaid = UNSAID.get((kind, state))
    if unsaid and (not lines or kind is StatementClass.STATUS):
        lines.insert(0, Line(text=unsaid))
    past = kind is StatementClass.IMPACT and state is not State.OPEN
    return Section(title=f"{title} was" if past else title, lines=tuple(lines))


def _correction(statements: Sequence[Statement], told_until: datetime | None) -> Section:
    """What readers were told and must unlearn: released before the last update, refuted since."""
    wrong = [
        (s.refuted_at, s)
        for s in statements
        if correction_due(s) and s.refuted_at and s.released_at and told_until
        if s.released_at <= told_until <= s.refuted_at
    ]
    wrong.sort(key=lambda pair: (pair[0], pair[1].id))
    lines = tuple(Line(text=f"We said “{s.text}”. That was wrong.", at=refuted) for refuted, s in wrong)
    return Section(title="Correction", lines=lines)


def _status(state: State, *, cause_known: bool) -> str:
    """The words of public status pages."""
    match state:
        case State.OPEN:
            return "identified" if cause_known else "investigating"
        case State.MITIGATED:
            return "monitoring"
        case State.RESOLVED | State.CLOSED:
            return "resolved"
        case State.MERGED:
            return "merged into another incident"


def _clock(at: datetime, today: datetime) -> str:
    return f"{at:%H:%M} UTC" if at.date() == today.date() else f"{at:%d %b %H:%M} UTC"
