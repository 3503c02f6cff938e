"""Reporting what one notices, and hearing where the report went."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.names import Callback, Field, Ref, Verb
from handlers.views.forms import modal, redrawing, text_input
from handlers.views.kit import Element, View, section
from handlers.views.modals.declaring import carried, service_input
from handlers.views.phrases import count, named, verb_button
from handlers.views.text import Markup, foreign, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.incident import Incident, Major
from playbooks.protocol.report import MAX_TEXT, Filed

_CARRIED = 300
"""So many characters of a report go with the button that declares it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """What is filled in so far."""

    service: str = ""
    text: str = ""
    source_link: str = ""


def report(handbook: Handbook, draft: ReportDraft, incident: Incident | None) -> View:
    """Which service and what; below it stands where the report will go."""
    return modal(
        "Report as incident",
        Callback.REPORT,
        Ref(subject=carried(draft.source_link)),
        redrawing(service_input(handbook, draft.service)),
        text_input(
            Field.TEXT,
            "What do you notice?",
            initial=draft.text,
            placeholder="My card is refused at the last step",
            lines=True,
            limit=MAX_TEXT,
        ),
        section(_destination(handbook, draft.service, incident)),
        submit="Report",
    )


def went(filed: Filed, handbook: Handbook) -> Markup:
    """Where a report went."""
    incident = filed.incident
    service = foreign(handbook.title(filed.report.service), 80)
    if incident is None:
        return say(
            "Thank you. Nobody works on {service} yet. Your report is kept and belongs to whatever is "
            "declared on it soon. If users cannot do their work, declare it: anybody may.",
            service=service,
        )
    number = count(filed.number, "user report")
    if incident.is_live:
        return say("Thank you. {incident} has {n} now.", incident=named(incident), n=number)
    return say(
        "Thank you. {incident} was thought to be over; its room is told that you still notice it.",
        incident=named(incident),
    )


def next_step(filed: Filed) -> Element | None:
    """The button that is useful after it; None while people decide about a proposal."""
    incident = filed.incident
    if incident is None:
        words = f"{filed.report.service} {filed.report.text[:_CARRIED]}"
        return verb_button("Declare it now", Verb.DECLARE, None, words=words)
    if not incident.is_live:
        return verb_button("It came back…", Verb.REOPEN, incident.id)
    return verb_button("Join the room", Verb.JOIN, incident.id) if incident.major is Major.ACCEPTED else None


def _destination(handbook: Handbook, service: str, incident: Incident | None) -> Markup:
    known = handbook.service_named(service) if service else None
    if known is None:
        return Markup("If somebody works on that service already, your report goes to them.")
    name = foreign(handbook.title(known), 80)
    if incident is None:
        return say("Nobody works on {service} yet. You will be asked whether to declare it.", service=name)
    there = named(incident)
    return say("{incident} is about {service}. Your report goes there.", incident=there, service=name)
