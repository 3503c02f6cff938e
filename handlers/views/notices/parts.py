"""Small parts of the sentences that notices are made of."""

from __future__ import annotations

from handlers.views.phrases import evidence_lines
from handlers.views.text import Markup, foreign, join, person, refusal, say
from playbooks.domain import events as e
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import PROTOCOL, ServiceName, is_person

_NAMED = 5
_REASONS = 6


def actor(event: e.Event) -> Markup:
    """Who did it: a person, or the machinery by its name."""
    if is_person(event.by):
        return person(event.by)
    return Markup("the playbook") if event.by == PROTOCOL else say("{machine}", machine=event.by)


def noted(note: str) -> Markup:
    """What somebody added, on a line of its own; nothing if they added nothing."""
    return say("\n> {note}", note=foreign(note, 500)) if note.strip() else Markup("")


def reasons(given: tuple[str, ...]) -> Markup:
    """Why a rule decided so, one reason a line."""
    return join(say("• {reason}", reason=refusal(reason)) for reason in given[:_REASONS])


def titles(services: tuple[ServiceName, ...], handbook: Handbook) -> Markup:
    """Services by the names that readers know."""
    named = [handbook.title(service) for service in services[:_NAMED]]
    rest = f" and {len(services) - _NAMED} more" if len(services) > _NAMED else ""
    return foreign(", ".join(named) + rest, 300) or Markup("nothing")


def alerts(evidence: tuple[e.Evidence, ...], handbook: Handbook) -> Markup:
    """What monitoring said."""
    return evidence_lines(evidence, {str(item.service): handbook.title(item.service) for item in evidence})
