"""Proposing a decision, objecting to one, and making one."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref
from handlers.views.decisions import objections
from handlers.views.forms import choice, modal, text_input
from handlers.views.kit import View, section
from handlers.views.phrases import named
from handlers.views.text import Markup, foreign, join, say
from playbooks.domain.decision import MAX_OPTION, MAX_OPTIONS, MAX_WORDS, Proposal
from playbooks.domain.ids import UserId
from playbooks.protocol.picture import Picture


def propose(picture: Picture) -> View:
    """What is to be decided, and what may be chosen."""
    return modal(
        "Propose a decision",
        Callback.PROPOSE_DECISION,
        Ref(incident=picture.incident.id),
        section(named(picture.incident)),
        text_input(
            Field.TEXT,
            "What do you propose?",
            placeholder="Roll back release 4.12",
            hint="The room reads it. If nobody objects in time, it is decided.",
            limit=MAX_WORDS,
        ),
        text_input(
            Field.CHOICE,
            "Options, one a line",
            lines=True,
            optional=True,
            hint="Your own choice first: silence takes it.",
            limit=(MAX_OPTION + 1) * MAX_OPTIONS,
        ),
        submit="Propose it",
    )


def object_to(proposal: Proposal) -> View:
    """Why somebody disagrees."""
    return modal(
        "Object",
        Callback.OBJECT_DECISION,
        _ref(proposal),
        section(_what(proposal)),
        text_input(
            Field.REASON,
            "Why not?",
            lines=True,
            hint="Silence does not decide any more: whoever leads does, and reads this.",
            limit=MAX_WORDS,
        ),
        submit="Object",
    )


def decide(proposal: Proposal, picture: Picture, user: UserId) -> View:
    """Which option, and why; what was objected stands above."""
    tenure = picture.tenure
    fence = tenure.fence if tenure is not None and tenure.user == user else None
    against = objections(proposal)
    offered = enumerate(proposal.options[:MAX_OPTIONS])
    options = [(str(place), f"{place + 1}. {option}") for place, option in offered]
    return modal(
        "Decide",
        Callback.MAKE_DECISION,
        Ref(incident=proposal.incident, subject=proposal.id, fence=fence),
        section(join([_what(proposal), *against])),
        choice(Field.CHOICE, "What is decided?", options, initial="0", radio=True) if options else None,
        text_input(
            Field.REASON,
            "Why?",
            lines=True,
            optional=not against,
            hint="Whoever objected reads it." if against else "",
            limit=MAX_WORDS,
        ),
        submit="Decide",
    )


def _ref(proposal: Proposal) -> Ref:
    return Ref(incident=proposal.incident, subject=proposal.id)


def _what(proposal: Proposal) -> Markup:
    return say("*{n}* {text}", n=proposal.number, text=foreign(proposal.text, MAX_WORDS))
