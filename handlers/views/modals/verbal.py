"""The words of a verb that was pressed: one sentence, as it would be typed."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref, Verb
from handlers.views.forms import modal, text_input
from handlers.views.kit import View
from playbooks.domain.ids import IncidentId, incident_name


def part_of(incident: IncidentId) -> View:
    """Of which incident this one is a part."""
    return modal(
        "Part of an incident",
        Callback.VERB,
        Ref(incident=incident, verb=Verb.CHILD),
        text_input(
            Field.TEXT,
            f"What is {incident_name(incident)} a part of, and why?",
            placeholder="INC-3, the same storage fails",
            hint="“none” lets it stand alone again.",
            limit=300,
        ),
        submit="Make it a part",
    )


def in_earnest(incident: IncidentId) -> View:
    """Why a drill is none any more."""
    return modal(
        "In earnest",
        Callback.VERB,
        Ref(incident=incident, verb=Verb.DRILL, words="real"),
        text_input(
            Field.TEXT,
            f"Why is {incident_name(incident)} no drill any more?",
            placeholder="cards really fail",
            hint="Everybody is called at once.",
            limit=300,
        ),
        submit="Call everybody",
    )


def for_everybody(incident: IncidentId) -> View:
    """Why a private incident is for everybody now."""
    return modal(
        "Make it public",
        Callback.VERB,
        Ref(incident=incident, verb=Verb.PUBLIC),
        text_input(
            Field.TEXT,
            f"Why may everybody know of {incident_name(incident)} now?",
            placeholder="customers were told",
            hint="It is announced, and everybody may read the card and the whole log. This cannot be undone.",
            limit=300,
        ),
        submit="Make it public",
    )


def correct(incident: IncidentId, number: int) -> View:
    """What an entry of the log should say."""
    return modal(
        "Correct the log",
        Callback.VERB,
        Ref(incident=incident, verb=Verb.CORRECT, words=str(number)),
        text_input(
            Field.TEXT,
            f"What should entry {number} of {incident_name(incident)} say?",
            hint="What it said stays in the log.",
            lines=True,
        ),
        submit="Correct it",
    )
