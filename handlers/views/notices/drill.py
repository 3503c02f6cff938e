"""A drill, and its end."""

from __future__ import annotations

from handlers.views.text import Markup, foreign, person, say
from playbooks.domain import events as e


def drill(event: e.DrillBecameReal) -> Markup:
    """What everybody hears when it is in earnest."""
    return say(
        "🚨 *This is no drill any more*, says {who}: {why}\n"
        "It began as a drill. From now on people are called, changes are held and stakeholders are told.",
        who=person(event.by),
        why=foreign(event.reason, 300),
    )
