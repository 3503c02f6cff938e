"""Detection and assembly: what is broken, how bad it is, and who could not be called."""

from __future__ import annotations

from handlers.names import Action, Ref
from handlers.views.kit import Element, button
from handlers.views.notices.parts import actor, alerts, titles
from handlers.views.text import Markup, foreign, join, link, person, say
from playbooks.domain import events as e
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, incident_name, known_error_name

Outbreak = (
    e.CandidateProposed
    | e.CandidateRejected
    | e.IncidentDeclared
    | e.AlertsAttached
    | e.UserReported
    | e.SeverityChanged
    | e.KnownErrorRecognised
)
Assembly = e.RoomUnavailable | e.PeopleInvited | e.StepFailed

_FAILED_SHOWN = 10
_STEPS = {
    "OpenRoom": "opening the war room",
    "EnterRoom": "coming back into the room",
    "Invite": "inviting people",
    "PostCard": "posting the card",
    "RefreshCard": "refreshing the card",
    "RetireCard": "saying on an old card where the new one is",
    "PinCard": "pinning the card",
    "SetTopic": "setting the topic",
    "AddBookmarks": "adding the bookmarks",
    "Announce": "announcing it",
    "RefreshAnnouncement": "refreshing the announcement",
    "RefreshBulletin": "refreshing the announcement",
    "PostUpdate": "posting the stakeholder update",
    "SendBrief": "sending the brief",
    "AskApproval": "asking for an approval",
    "CloseApproval": "showing what was decided about a change",
    "PostProposal": "showing a proposal",
    "RedrawProposal": "showing what became of a proposal",
    "PostCandidate": "asking whether this is a major incident",
    "PostReview": "posting the post-mortem",
    "RefreshHome": "drawing a Home tab",
    "TellPerson": "writing to somebody",
    "TellRoom": "writing in the room",
}


def outbreak(event: Outbreak, handbook: Handbook) -> Markup:  # noqa: PLR0911 - one exhaustive table
    """What is happening."""
    match event:
        case e.SeverityChanged():
            return _severity(event, handbook)
        case e.UserReported():
            return _reported(event, handbook)
        case e.KnownErrorRecognised():
            return say(
                "💡 Seen before: *{name}* {title}\n*Way around* {around}",
                name=known_error_name(event.known_error),
                title=foreign(event.title, 150),
                around=foreign(event.workaround, 600) or Markup("none written down"),
            )
        case e.CandidateProposed():
            return say("❓ Is this a major incident? {why}", why=foreign(event.rule_says))
        case e.CandidateRejected():
            why = foreign(event.reason)
            return say("{who} says this is no major incident: {why}", who=actor(event), why=why)
        case e.IncidentDeclared():
            return _declared(event, handbook)
        case e.AlertsAttached():
            new = titles(event.new_services, handbook)
            lead = (
                say("📈 It spreads: {new}.", new=new)
                if event.new_services
                else Markup("📈 More alerts of this outage.")
            )
            return say("{lead}\n{alerts}", lead=lead, alerts=alerts(event.evidence, handbook))


def _declared(event: e.IncidentDeclared, handbook: Handbook) -> Markup:
    if not event.rule:
        said = say("📣 Declared by {who}: {title}", who=actor(event), title=foreign(event.title))
        if not event.source_link:
            return said
        return say("{said} (from {message})", said=said, message=link(event.source_link, "a message"))
    return say(
        "📣 Declared by the rule {rule}: {says}\n{alerts}",
        rule=event.rule,
        says=foreign(event.rule_says),
        alerts=alerts(event.evidence, handbook),
    )


def _reported(event: e.UserReported, handbook: Handbook) -> Markup:
    said = say(
        "👥 {who} reports about {service}: {text}",
        who=actor(event),
        service=foreign(handbook.title(event.service), 80),
        text=foreign(event.text, 500),
    )
    return say("{said} ({message})", said=said, message=link(event.link, "message")) if event.link else said


def _severity(event: e.SeverityChanged, handbook: Handbook) -> Markup:
    turn = "⬆️ Raised" if event.after < event.before else "⬇️ Lowered"
    return say(
        "{turn} from {before} to *{after}* by {who}: {why}",
        turn=turn,
        before=handbook.playbook.severity_name(event.before),
        after=handbook.playbook.severity_name(event.after),
        who=actor(event),
        why=foreign(event.reason) or Markup("no reason given"),
    )


def assembly(event: Assembly) -> Markup | None:
    """What went wrong while the room was made ready; None if nothing did."""
    match event:
        case e.RoomUnavailable():
            return say(
                "⚠️ No war room could be made ({why}). Work on {n} goes on here.",
                why=foreign(event.reason, 200),
                n=incident_name(event.incident),
            )
        case e.PeopleInvited():
            return _not_invited(event)
        case e.StepFailed():
            why = foreign(event.reason, 200)
            return say("⚠️ Not done: {step}. Slack says: {why}", step=step_in_words(event.step), why=why)


def step_in_words(step: str) -> str:
    """What an effect does, by its class name."""
    return _STEPS.get(step, step)


def retry_button(incident: IncidentId, delivery: str) -> Element:
    """Have it tried again."""
    return button("Try again", Action.RETRY_DELIVERY, Ref(incident=incident, subject=delivery))


def _not_invited(event: e.PeopleInvited) -> Markup | None:
    if not event.failed:
        return None
    lines = [
        say("• {who}: {why}", who=person(user), why=foreign(why, 120))
        for user, why in event.failed[:_FAILED_SHOWN]
    ]
    if len(event.failed) > len(lines):
        lines.append(say("• and {n} more", n=len(event.failed) - len(lines)))
    return say("⚠️ Could not be invited. Call them another way:\n{lines}", lines=join(lines))
