"""Declaring an incident, and turning down what monitoring proposed."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref
from handlers.views.forms import MAX_OPTIONS, choice, modal, text_input
from handlers.views.kit import Block, View, context, section
from handlers.views.text import Markup, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, incident_name

MAX_TITLE = 120
UNSURE = "unsure"
"""The choice of somebody who does not know how bad it is."""


def declare(handbook: Handbook, *, title: str = "", service: str = "") -> View:
    """Two answers are needed: what is wrong, and with which service."""
    return modal(
        "Declare an incident",
        Callback.DECLARE,
        Ref(),
        text_input(
            Field.TITLE,
            "What is wrong?",
            initial=title,
            placeholder="Payments time out",
            limit=MAX_TITLE,
        ),
        _service(handbook, service),
        _severity(handbook),
        context(_consequences(handbook)),
        submit="Declare",
    )


def reject(incident: IncidentId) -> View:
    """Why this is no major incident."""
    return modal(
        "Not a major incident",
        Callback.REJECT,
        Ref(incident=incident),
        section(say("{n} is turned down. Its alerts are kept.", n=incident_name(incident))),
        text_input(Field.REASON, "Why not?", placeholder="A test that was announced", limit=300),
        submit="Turn it down",
    )


def _service(handbook: Handbook, service: str) -> Block:
    """A menu takes a hundred entries; a larger catalogue is asked for in words."""
    services = handbook.catalogue.services
    if not services or len(services) > MAX_OPTIONS:
        return text_input(Field.SERVICE, "Which service?", initial=service, placeholder="checkout", limit=75)
    by_title = sorted(services.items(), key=lambda item: (item[1].tier, item[1].title.casefold()))
    options = [(name, known.title) for name, known in by_title]
    return choice(
        Field.SERVICE, "Which service do users miss?", options, initial=service, hint="Best guess if unsure."
    )


def _severity(handbook: Handbook) -> Block:
    levels = handbook.playbook.severities
    assumed = handbook.playbook.severity_name(handbook.playbook.unknown_severity)
    options = [(UNSURE, f"Not sure yet: treat it as {assumed}")]
    options += [(str(number), f"{levels[number].name}: {levels[number].means}") for number in sorted(levels)]
    return choice(Field.SEVERITY, "How bad is it?", options, initial=UNSURE)


def _consequences(handbook: Handbook) -> Markup:
    minutes = round(handbook.playbook.updates.first.total_seconds() / 60)
    return say(
        "A war room opens, the service's leads and whoever is on shift are invited, risky changes are held, "
        "and the first stakeholder update is due after {n} minutes.",
        n=minutes,
    )
