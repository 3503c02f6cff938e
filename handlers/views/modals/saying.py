"""Writing something down: a log entry, a statement, a stakeholder update."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref
from handlers.views.forms import choice, modal, text_input
from handlers.views.kit import View, context, divider, section
from handlers.views.text import Markup, say
from handlers.views.update import update
from playbooks.domain.digest import Digest
from playbooks.domain.ids import IncidentId, incident_name
from playbooks.domain.label import Label
from playbooks.domain.statement import StatementClass

KINDS = (
    (StatementClass.IMPACT, "Impact: what users experience"),
    (StatementClass.SCOPE, "Scope: who and where"),
    (StatementClass.STATUS, "Fact: what was observed"),
    (StatementClass.ACTION, "What is being done"),
    (StatementClass.WORKAROUND, "Way around for users"),
    (StatementClass.ESTIMATE, "Estimate: a range"),
    (StatementClass.CAUSE, "Hypothesis: stays in the room"),
)


def log(incident: IncidentId, *, text: str = "") -> View:
    """One entry for the log, in the writer's words."""
    return modal(
        "Add to the log",
        Callback.LOG,
        Ref(incident=incident),
        text_input(
            Field.TEXT,
            f"What happened in {incident_name(incident)}?",
            initial=text,
            placeholder="Rolled back 4.12 in eu-west",
            lines=True,
        ),
        choice(
            Field.KIND,
            "What is it?",
            [(label.value, label.capitalize()) for label in Label],
            hint="A hypothesis stays in the room.",
            optional=True,
        ),
        submit="Write it down",
    )


def statement(incident: IncidentId, kind: StatementClass, *, text: str = "") -> View:
    """One sentence that somebody stands for."""
    return modal(
        "State something",
        Callback.STATEMENT,
        Ref(incident=incident),
        choice(Field.KIND, "What is it?", [(kind.value, words) for kind, words in KINDS], initial=kind.value),
        text_input(
            Field.TEXT,
            "In one sentence, with numbers if you have them",
            initial=text,
            placeholder="30 % of payments fail in the EU",
            lines=True,
            limit=500,
        ),
        context(Markup("Somebody else has to verify it before stakeholders can be told.")),
        submit="State it",
    )


def send_update(digest: Digest, *, note: str = "") -> View:
    """The update as stakeholders would read it now, and room for one sentence."""
    preview = update(digest)
    return modal(
        "Stakeholder update",
        Callback.UPDATE,
        Ref(incident=digest.incident, fence=digest.number or None),
        section(say("This is what stakeholders will read about {n}.", n=incident_name(digest.incident))),
        divider(),
        *preview.blocks,
        divider(),
        text_input(
            Field.NOTE,
            "Add a sentence?",
            initial=note,
            hint="What is not released, or is a guess, is refused.",
            optional=True,
            lines=True,
            limit=500,
        ),
        submit="Send",
    )
