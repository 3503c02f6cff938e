"""What to look for in the log of an incident."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref
from handlers.views.forms import modal, text_input
from handlers.views.kit import View
from playbooks.domain.ids import IncidentId, incident_name


def search(incident: IncidentId) -> View:
    """A few words; the answer takes the place of the form."""
    return modal(
        "Search the log",
        Callback.SEARCH,
        Ref(incident=incident),
        text_input(
            Field.TEXT,
            f"What was said in {incident_name(incident)}?",
            placeholder="pool exhausted",
            limit=150,
        ),
        submit="Search",
    )
