"""What an incident is a part of, and what becomes of that."""

from __future__ import annotations

from handlers.views.notices.parts import actor, noted
from handlers.views.text import Markup, foreign, quoted, say
from playbooks.domain import events as e
from playbooks.domain.ids import incident_name

Family = e.BecameChild | e.LeftParent | e.ParentUpdated | e.ParentEnded


def kinship(event: Family) -> Markup:
    """What the room of a part, or whoever commands it, hears."""
    parent = incident_name(event.parent)
    match event:
        case e.BecameChild():
            return say(
                "🧩 Part of *{n}* {title} now, says {who}. Work goes on here; what is told of *{n}* is "
                "shown here too.{why}",
                n=parent,
                title=foreign(event.parent_title, 150),
                who=actor(event),
                why=noted(event.reason),
            )
        case e.LeftParent():
            return say(
                "🧩 No part of *{n}* any more, says {who}.{why}",
                n=parent,
                who=actor(event),
                why=noted(event.reason),
            )
        case e.ParentUpdated():
            return say(
                "🧩 Update {number} of *{n}*:\n{text}",
                number=event.number,
                n=parent,
                text=quoted(event.text, 1_000),
            )
        case e.ParentEnded():
            return say(
                "🧩 *{n}*, of which this is a part, is {state}. Is this one over too?{note}",
                n=parent,
                state=event.state,
                note=noted(event.note),
            )
