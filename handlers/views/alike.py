"""Open incidents that look like what somebody is about to declare, with the way to join them."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.names import Action, Ref
from handlers.views.kit import Block, Message, actions, button, message, section
from handlers.views.listing import line
from handlers.views.phrases import count
from handlers.views.text import Markup, foreign, join, say
from playbooks.domain.alike import Alike, Nearness
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, incident_name

_SHOWN = 5
MAX_TITLE = 150
"""What a declaration keeps of a title, and a button can carry."""


def looks_alike(alike: Sequence[Alike], service: ServiceName, title: str, handbook: Handbook) -> Message:
    """Asked before a second incident is made: join one, or declare anyway."""
    seen = tuple(each.incident.id for each in alike)
    anyway = Ref(subject=service, words=title[:MAX_TITLE], others=seen)
    lead = say("Nothing is declared yet. {open} like the same thing:", open=_open(len(alike)))
    return message(
        lead,
        section(lead),
        *alike_blocks(alike, service, title, handbook),
        actions(button("Declare anyway", Action.DECLARE_ANYWAY, anyway)),
    )


def alike_blocks(alike: Sequence[Alike], service: ServiceName, title: str, handbook: Handbook) -> list[Block]:
    """One paragraph each: which one, why it is shown, and *Join*."""
    return [
        section(
            join([line(each.incident, handbook), _why(each, service, handbook)]),
            accessory=button(
                f"Join {incident_name(each.incident.id)}",
                Action.JOIN_INSTEAD,
                Ref(incident=each.incident.id, subject=service, words=title[:MAX_TITLE]),
                style="primary",
            ),
        )
        for each in alike[:_SHOWN]
    ]


def _open(number: int) -> str:
    return f"{count(number, 'open incident')} {'looks' if number == 1 else 'look'}"


def _why(alike: Alike, service: ServiceName, handbook: Handbook) -> Markup:
    ours, theirs = foreign(handbook.title(service), 80), foreign(handbook.title(alike.service), 80)
    match alike.nearness:
        case Nearness.SAME:
            return say("It is about {ours} too.", ours=ours)
        case Nearness.NEEDED:
            return say("{ours} needs {theirs}.", ours=ours, theirs=theirs)
        case Nearness.NEEDING:
            return say("{theirs} needs {ours}.", ours=ours, theirs=theirs)
