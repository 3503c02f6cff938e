"""Entering an incident that is over."""

from __future__ import annotations

from datetime import datetime

from handlers.names import Callback, Field, Ref
from handlers.views.forms import choice, instant_input, modal, text_input
from handlers.views.kit import View, context, section
from handlers.views.modals.declaring import MAX_TITLE, service_input
from handlers.views.modals.ending import resolution_options
from handlers.views.phrases import named
from handlers.views.text import Markup, date_and_time, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.incident import Incident


def backfill(handbook: Handbook, *, at: datetime, title: str = "") -> View:
    """What happened and when; times are shown in the zone of whoever fills it in."""
    levels = handbook.playbook.severities
    severities = [(str(n), f"{levels[n].name}: {levels[n].means}") for n in sorted(levels)]
    return modal(
        "A past incident",
        Callback.BACKFILL,
        Ref(),
        section(Markup("It enters the record. *Nobody is called*, no room opens and nothing is held.")),
        text_input(Field.TITLE, "What was wrong?", initial=title, limit=MAX_TITLE),
        service_input(handbook, "", past=True),
        choice(Field.SEVERITY, "How bad was it?", severities),
        instant_input(Field.BEGAN, "Since when did users miss something?", initial=at),
        instant_input(Field.DETECTED, "When was it noticed?", initial=at),
        instant_input(Field.MITIGATED, "When were users served again?", initial=at),
        instant_input(Field.RESOLVED, "When was it over?", initial=at),
        choice(Field.CODE, "How did it end?", resolution_options()),
        text_input(Field.NOTE, "What was done?", lines=True, optional=True, limit=1_000),
        context(Markup("It is marked as entered afterwards, by you.")),
        submit="Enter it",
    )


def entered(incident: Incident) -> Markup:
    """What became of it."""
    return say(
        "{named} is in the record: {began} to {over}. Its post-mortem has drafted itself: "
        "`/incident review INC-{n}`.",
        named=named(incident),
        began=date_and_time(incident.impact_started_at),
        over=date_and_time(incident.resolved_at or incident.declared_at),
        n=incident.id,
    )
