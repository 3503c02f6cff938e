"""Command in dialogs: contest it, hand it over."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref
from handlers.views.forms import modal, text_input, user_input
from handlers.views.kit import View, section
from handlers.views.phrases import commander, named
from handlers.views.text import Markup, join, say
from playbooks.protocol.picture import Picture


def contest(picture: Picture) -> View:
    """A dispute needs one sentence of reason; everybody in it reads it."""
    lead = join([named(picture.incident), commander(picture)])
    return modal(
        "Contest command",
        Callback.CONTEST,
        Ref(incident=picture.incident.id),
        section(say("{lead}\nThe commander stays in charge until it is settled.", lead=lead)),
        text_input(
            Field.REASON,
            "Why should you have command?",
            placeholder="Payments fails first, and I lead it",
            limit=300,
        ),
        submit="Contest",
    )


def handover(picture: Picture) -> View:
    """Whom to offer command to; the brief is written from the record."""
    return modal(
        "Hand over command",
        Callback.HANDOVER,
        Ref(incident=picture.incident.id, fence=picture.incident.fence),
        section(join([named(picture.incident), Markup("You command until they accept.")])),
        user_input(
            Field.PERSON, "Who takes over?", hint="They get a brief from the log, and Accept and Decline."
        ),
        submit="Offer command",
    )
