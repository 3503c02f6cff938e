"""The end of a private incident's privacy."""

from __future__ import annotations

from handlers.views.notices.parts import actor
from handlers.views.text import Markup, foreign, say
from playbooks.domain import events as e


def privacy(event: e.MadePublic) -> Markup:
    """Whoever speaks here should know at once who may read it."""
    return say(
        "🔓 *This is public now*, says {who}: {why}\n"
        "It is announced, and everybody may read the card and the log. The room stays a private channel; "
        "whoever joins it can read what was said.",
        who=actor(event),
        why=foreign(event.reason, 300),
    )
