"""Why somebody at the centre objects."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref
from handlers.views.forms import modal, text_input
from handlers.views.governance import signature_line
from handlers.views.kit import View, section
from playbooks.domain.signature import MAX_WORDS, Signature


def object_to(one: Signature) -> View:
    """The reason, which whoever asked reads."""
    return modal(
        "Object",
        Callback.OBJECT_SIGNATURE,
        Ref(incident=one.incident, subject=one.id),
        section(signature_line(one)),
        text_input(
            Field.REASON,
            "Why not?",
            lines=True,
            hint="It is not done then, and whoever asked reads this.",
            limit=MAX_WORDS,
        ),
        submit="Object",
    )
