"""The question whether this is a major incident, with the evidence and the deadline.

A rule that only proposes asks people; what happens when nobody answers is said beforehand.
"""

from __future__ import annotations

from handlers.names import Action, Ref, Verb
from handlers.views.kit import Message, actions, button, context, header, message, section
from handlers.views.phrases import evidence_lines, verb_button
from handlers.views.text import Markup, clock_time, foreign, say, utc_time
from playbooks.domain.events import CandidateProposed
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import incident_name, is_person


def candidate(event: CandidateProposed, handbook: Handbook) -> Message:
    """The proposal as the incidents channel sees it."""
    severity = handbook.playbook.severity_name(event.severity)
    number = incident_name(event.incident)
    ref = Ref(incident=event.incident)
    said = say(
        "Is this a major incident? {number} {title}. Decide by {by}.",
        number=number,
        title=foreign(event.title, 150),
        by=utc_time(event.decide_by),
    )
    return message(
        said,
        header(f"❓ Is this a major incident? {number} · {event.title}"),
        section(say("*Asked again.* {again}", again=foreign(event.again, 300))) if event.again else None,
        section(say("{why}\n{evidence}", why=foreign(event.rule_says), evidence=_evidence(event, handbook))),
        section(_deadline(event, handbook)),
        context(say("Proposed by the rule {rule}", rule=event.rule)),
        actions(
            button(f"Yes, declare {severity}", Action.ACCEPT_CANDIDATE, ref, style="primary"),
            verb_button("Merge…", Verb.MERGE, event.incident),
            button("No…", Action.REJECT_CANDIDATE, ref),
        ),
    )


def _evidence(event: CandidateProposed, handbook: Handbook) -> Markup:
    titles = {str(e.service): handbook.title(e.service) for e in event.evidence}
    return evidence_lines(event.evidence, titles)


def _deadline(event: CandidateProposed, handbook: Handbook) -> Markup:
    rule = next((r for r in handbook.playbook.triggers if r.id == event.rule), None)
    declares = rule is not None and rule.then.on_silence == "declare_if_still_true"
    otherwise = "it is declared if the alerts still stand" if declares else "it is turned down"
    if is_person(event.by):
        otherwise = "it is declared"
    return say(
        "*Decide by {by}.* If nobody does, {otherwise}.", by=clock_time(event.decide_by), otherwise=otherwise
    )
