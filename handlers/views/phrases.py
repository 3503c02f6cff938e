"""The phrases that several messages share, so that one thing has one name everywhere.

Deadlines are given as times of day, never as "in 20 minutes": a message is read long after
it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers.names import Ref, Verb, verb_action
from handlers.views.kit import Element, button
from handlers.views.text import Markup, clock_time, date_and_time, foreign, join, link, person, plain, say
from playbooks.domain.change import Clearance
from playbooks.domain.command import ContestPhase, Ladder
from playbooks.domain.events import Evidence
from playbooks.domain.ids import IncidentId, incident_name
from playbooks.domain.incident import Incident, Major, State
from playbooks.domain.sla import ClockReading, ClockState
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus
from playbooks.domain.update import Update
from playbooks.protocol.picture import Outline, Picture

WRITING_TIME = timedelta(minutes=3)
"""An update that has just become due is not called overdue: somebody is writing it."""
_DAY = 24
_HOURS_COUNT_UNTIL = 48
_SERVICES_SHOWN = 6

_SIGNS = {
    State.OPEN: "🔴",
    State.MITIGATED: "🟡",
    State.RESOLVED: "🟢",
    State.CLOSED: "⚪",
    State.MERGED: "⚪",
}
_KINDS = {
    StatementClass.IMPACT: "Impact",
    StatementClass.SCOPE: "Scope",
    StatementClass.STATUS: "Fact",
    StatementClass.ACTION: "What is being done",
    StatementClass.ESTIMATE: "Estimate",
    StatementClass.WORKAROUND: "Way around",
    StatementClass.CAUSE: "Cause",
}


def sign(incident: Incident) -> str:
    """The state as a colour that is seen before anything is read; what is special comes before it."""
    colour = "⚪" if incident.major is Major.REJECTED else _SIGNS[incident.state]
    if incident.private:
        return f"🔒 {colour}"
    return colour if incident.drill is None else f"🎓 DRILL {colour}"


def state_word(incident: Incident) -> str:
    """The state in one word."""
    if incident.major is Major.PROPOSED:
        return "Proposed"
    return "Turned down" if incident.major is Major.REJECTED else incident.state.capitalize()


def headline(picture: Outline) -> str:
    """Number, severity and title; for headers and option labels, which take no markup."""
    return f"{incident_name(picture.incident.id)} · {picture.severity_name} · {picture.incident.title}"


def named(incident: Incident) -> Markup:
    """``INC-7 Payments time out`` in a sentence."""
    number = incident_name(incident.id)
    marked = number if incident.drill is None else f"DRILL {number}"
    return say("*{number}* {title}", number=marked, title=foreign(incident.title, 150))


def kind_word(statement: Statement) -> str:
    """What a statement speaks of; a cause nobody verified is a hypothesis."""
    return "Hypothesis" if statement.is_hypothesis else _KINDS[statement.kind]


def span(length: timedelta) -> str:
    """A duration as people say it: ``47 min``, ``2 h 05 min``, ``3 d 4 h``."""
    minutes = max(0, round(length.total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    if hours >= _HOURS_COUNT_UNTIL:
        return f"{hours // _DAY} d {hours % _DAY} h"
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def count(number: int, one: str, many: str = "") -> str:
    """``1 fact``, ``2 facts``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def services(picture: Outline) -> Markup:
    """What is broken, by the names that readers know."""
    shown = foreign(", ".join(picture.service_titles[:_SERVICES_SHOWN]), 400)
    more = len(picture.service_titles) - _SERVICES_SHOWN
    if more > 0:
        return say("{shown} and {more} more", shown=shown, more=more)
    return shown or Markup("none named")


def commander(picture: Outline) -> Markup:
    """Who has command, and since when."""
    tenure = picture.tenure
    if tenure is None:
        return Markup("*Nobody is in command yet*")
    return say("*Commander* {who} since {since}", who=person(tenure.user), since=clock_time(tenure.since))


def called(picture: Picture) -> Markup:
    """What is wrong, for somebody who has just been woken."""
    return say(
        "🚨 *{severity}* {named}\n{services} · {commander}",
        severity=picture.severity_name,
        named=named(picture.incident),
        services=services(picture),
        commander=commander(picture),
    )


def appointed(picture: Picture) -> Markup | None:
    """Who deputises and who writes; None while nobody was appointed."""
    if not picture.roles:
        return None
    held = (say("*{role}* {who}", role=a.role.words.capitalize(), who=person(a.user)) for a in picture.roles)
    return join(held, " · ")


def question_about_command(picture: Picture) -> Markup | None:
    """The dispute or offer that is open, with the time by which it ends."""
    contest, handover = picture.contest, picture.handover
    if picture.search is not None:
        return _search(picture.search)
    if contest is not None and contest.phase is ContestPhase.SETTLING:
        who = join((person(c.user) for c in contest.standing), ", ")
        return say(
            "⚖️ Disputed by {who}. Until {until} they may agree, then the tie-break decides.",
            who=who,
            until=clock_time(contest.settles_at),
        )
    if contest is not None and contest.phase is ContestPhase.AWARDED:
        return say(
            "⚖️ Awarded. A duty manager may overrule until {until}.", until=clock_time(contest.final_at)
        )
    if handover is not None:
        return say(
            "🤝 Offered to {taker}, who has until {until} to accept.",
            taker=person(handover.taker),
            until=clock_time(handover.expires_at),
        )
    return None


def _search(search: Ladder) -> Markup:
    asked = search.open_ask
    if asked is not None:
        until = clock_time(asked.until)
        return say("🧭 {who} is asked to take it, until {until}.", who=person(asked.user), until=until)
    at = clock_time(search.asks_from)
    if search.absent is not None:
        return say("🔔 Recalled. Without an answer by {at} somebody else takes over.", at=at)
    return say("🧭 Whoever takes it first has it. From {at} on people are asked.", at=at)


def impact(picture: Outline, *, widely: bool = False) -> Statement | None:
    """The newest word on what users miss: released before verified before asserted.

    ``widely`` leaves only what was released beyond the war room.
    """
    about = [s for s in picture.statements if s.kind is StatementClass.IMPACT]
    if widely:
        about = [s for s in about if s.reach is not Audience.WAR_ROOM]
    order = (StatementStatus.RELEASED, StatementStatus.VERIFIED, StatementStatus.ASSERTED)
    wanted = order[:1] if widely else order
    return next((s for status in wanted for s in reversed(about) if s.status is status), None)


def due(update: Update, at: datetime) -> Markup:
    """When an update is due, seen ``at``; late only once its writers had time to write it."""
    late = at - update.due_at
    if late < timedelta(0):
        return say("by {by}", by=clock_time(update.due_at))
    if late < WRITING_TIME:
        return Markup("due now")
    return say("overdue since {since}", since=clock_time(update.due_at))


def asked_by(clearance: Clearance) -> Markup:
    """Who asked for a change; a pipeline need not say it."""
    return person(clearance.requester) if clearance.requester else Markup("a pipeline")


def reading(read: ClockReading) -> Markup:
    """A service-level clock: by when, or how it ended."""
    match read.state:
        case ClockState.RUNNING if read.deadline is not None and read.margin >= timedelta(0):
            return say("restore by {by} ({what})", by=date_and_time(read.deadline), what=read.agreement)
        case ClockState.MET:
            return say("met with {left} to spare ({what})", left=span(read.margin), what=read.agreement)
        case ClockState.CANCELED:
            return say("no longer counted ({what})", what=read.agreement)
        case _:
            return say("⚠️ missed by {over} ({what})", over=span(-read.margin), what=read.agreement)


def evidence_lines(evidence: Iterable[Evidence], titles: dict[str, str], *, most: int = 5) -> Markup:
    """Alerts, one a line, with their link and since when they fire."""
    alerts = list(evidence)
    lines: list[str] = [
        say(
            "• *{service}* {alert}, {origin}, since {since}",
            service=foreign(titles.get(alert.service, alert.service), 60),
            alert=link(alert.link, plain(alert.title, 120) or "alert"),
            origin=foreign(alert.origin, 60),
            since=clock_time(alert.since),
        )
        for alert in alerts[:most]
    ]
    if len(alerts) > most:
        lines.append(Markup(f"• and {len(alerts) - most} more"))
    return join(lines)


def change_name(clearance: Clearance) -> Markup:
    """A change as its owner calls it."""
    title = foreign(clearance.title, 150)
    return (
        say("*{title}* ({ref})", title=title, ref=foreign(clearance.ref, 80))
        if title
        else code(clearance.ref)
    )


def code(word: str, limit: int = 80) -> Markup:
    """A technical name, set apart from the sentence."""
    return say("`{word}`", word=foreign(word.replace("`", "ˋ"), limit) or Markup("?"))


def verb_button(
    label: str,
    verb: Verb,
    incident: IncidentId | None,
    *,
    fence: int | None = None,
    words: str = "",
    style: str = "",
) -> Element:
    """A button that does what ``/incident <verb>`` does."""
    return button(
        label,
        verb_action(verb),
        Ref(incident=incident, verb=verb, fence=fence, words=words),
        style=style,
    )
