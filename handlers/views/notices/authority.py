"""Authority that was taken in an emergency."""

from __future__ import annotations

from handlers.views.text import Markup, clock_time, foreign, person, say
from playbooks.domain import events as e


def authority(event: e.GlassBroken) -> Markup:
    """Who may do now what others may, until when and why."""
    return say(
        "🔨 {who} broke the glass: until {until} they may do what leads may. “{why}”",
        who=person(event.by),
        until=clock_time(event.until),
        why=foreign(event.reason, 300),
    )
