"""A change asks to pass the freeze: what it is, why it is held, and two buttons.

The buttons carry command's fencing number, so that a commander of yesterday cannot decide
with yesterday's card. Once decided, the card says by whom and has no buttons.
"""

from __future__ import annotations

from handlers.names import Action, Ref
from handlers.views.kit import Message, actions, button, context, message, section
from handlers.views.phrases import asked_by, change_name, code
from handlers.views.text import Markup, clock_time, foreign, join, person, say
from playbooks.domain.change import Clearance, ClearanceState
from playbooks.domain.ids import incident_name
from playbooks.protocol.picture import Picture


def approval(clearance: Clearance, picture: Picture) -> Message:
    """The question to the commander."""
    ref = Ref(incident=clearance.incident, subject=clearance.id, fence=picture.incident.fence)
    return message(
        say("A change waits for the commander: {change}.", change=change_name(clearance)),
        section(_what(clearance, "🚧 *A change asks to pass the freeze*")),
        context(*_small_print(clearance)),
        actions(
            button("Approve", Action.APPROVE_CHANGE, ref, style="primary"),
            button("Deny…", Action.DENY_CHANGE, ref),
        ),
    )


def decided(clearance: Clearance, picture: Picture) -> Message:
    """The same card after the decision."""
    outcome = _outcome(clearance, picture)
    return message(
        say("{change}: {outcome}", change=change_name(clearance), outcome=outcome),
        section(_what(clearance, outcome)),
        context(*_small_print(clearance)),
    )


def _what(clearance: Clearance, lead: str) -> Markup:
    services = foreign(", ".join(clearance.services), 300) or Markup("no service that the catalogue knows")
    return join(
        [
            Markup(lead),
            change_name(clearance),
            say("*Touches* {services}", services=services),
            say("*Asked by* {who} at {at}", who=asked_by(clearance), at=clock_time(clearance.asked_at)),
        ]
    )


def _small_print(clearance: Clearance) -> list[Markup]:
    digest = code(clearance.digest[:24]) if clearance.digest else Markup("none given")
    return [
        say("{incident}", incident=incident_name(clearance.incident)),
        say("artefact {digest}", digest=digest),
        say("rule {rule}", rule=clearance.reason_code),
    ]


def _outcome(clearance: Clearance, picture: Picture) -> Markup:
    who = person(clearance.decided_by) if clearance.decided_by else Markup("the playbook")
    at = clock_time(clearance.decided_at or picture.at)
    match clearance.state:
        case ClearanceState.APPROVED if clearance.expires_at is not None:
            until = clock_time(clearance.expires_at)
            return say("✅ Approved by {who} at {at}, good until {until}", who=who, at=at, until=until)
        case ClearanceState.APPROVED:
            return say("✅ Approved by {who} at {at}", who=who, at=at)
        case ClearanceState.DENIED:
            return say("⛔ Denied by {who} at {at}", who=who, at=at)
        case ClearanceState.WITHDRAWN:
            return say("🔀 Not decided here: this incident became part of another one at {at}", at=at)
        case ClearanceState.ASKED:
            return Markup("🚧 Still waiting for the commander")
