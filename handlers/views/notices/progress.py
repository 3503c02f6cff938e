"""Progress: updates, recovery, and what became of it."""

from __future__ import annotations

from datetime import timedelta

from handlers.views.notices.parts import actor, noted
from handlers.views.phrases import span
from handlers.views.text import Markup, clock_time, foreign, quoted, say
from playbooks.domain import events as e
from playbooks.domain.ids import known_error_name
from playbooks.domain.review import Kinship
from playbooks.protocol.picture import Picture

Told = e.UpdateOverdue | e.UpdateSent
Recovery = e.IncidentMitigated | e.IncidentResolved | e.IncidentReopened | e.IncidentClosed
Outcome = e.ClockRead | e.ReviewPublished | e.KnownErrorCreated | e.FindingAttached


def told(event: Told) -> Markup:
    """What stakeholders were told, or were promised and not told."""
    match event:
        case e.UpdateOverdue():
            return say(
                "⏰ Update {n} was promised for {at} and is not sent.",
                n=event.number,
                at=clock_time(event.due_at),
            )
        case e.UpdateSent():
            then = (
                say("The next one is due by {at}.", at=clock_time(event.next_at))
                if event.next_at
                else Markup("It was the last one.")
            )
            return say(
                "📤 {who} sent update {n} to the stakeholders. {then}\n{text}",
                who=actor(event),
                n=event.number,
                then=then,
                text=quoted(event.text, 1_200),
            )


def recovery(event: Recovery, picture: Picture) -> Markup:
    """How it ends."""
    match event:
        case e.IncidentMitigated():
            frozen = " The change freeze stays on." if picture.freeze_is_on else ""
            return say(
                "🟡 *Mitigated*, says {who}. Users are served again; the work goes on.{rest}{note}",
                who=actor(event),
                note=noted(event.note),
                rest=Markup(frozen),
            )
        case e.IncidentResolved():
            return say(
                "🟢 *Resolved* by {who}: {code}.{note}{despite}",
                who=actor(event),
                code=event.code,
                note=noted(event.note),
                despite=noted(f"Although monitoring is not quiet: {event.despite}" if event.despite else ""),
            )
        case e.IncidentReopened():
            return say("🔴 *It came back*, says {who}.{note}", who=actor(event), note=noted(event.reason))
        case e.IncidentClosed():
            return say("⚪ *Closed* by {who}.{note}", who=actor(event), note=noted(event.note))


def outcome(event: Outcome) -> Markup:
    """What it cost and what it taught."""
    match event:
        case e.ClockRead():
            return _clock(event)
        case e.ReviewPublished():
            name = known_error_name(event.known_error)
            how = "a new known error" if event.kinship is Kinship.NEW else "a known error it belongs to"
            return say(
                "📘 {who} published the post-mortem. What it taught is *{name}*, {how}.",
                who=actor(event),
                name=name,
                how=how,
            )
        case e.KnownErrorCreated() | e.FindingAttached():
            name = known_error_name(event.known_error)
            return say("📘 *{name}* {title}", name=name, title=foreign(event.title, 150))


def _clock(event: e.ClockRead) -> Markup:
    elapsed = span(timedelta(seconds=event.elapsed_seconds))
    margin = span(timedelta(seconds=abs(event.margin_seconds)))
    if event.met:
        return say(
            "⏱️ {what} met: restored in {elapsed}, {margin} to spare.",
            what=event.agreement,
            elapsed=elapsed,
            margin=margin,
        )
    return say(
        "⏱️ {what} missed: restored in {elapsed}, {margin} too late.",
        what=event.agreement,
        elapsed=elapsed,
        margin=margin,
    )
