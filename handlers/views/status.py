"""``/incident status``: the card and what stands behind it, for one person."""

from __future__ import annotations

from handlers.names import Verb
from handlers.views.card import card_body
from handlers.views.decisions import undecided
from handlers.views.governance import in_force, unsigned
from handlers.views.kit import Block, Element, Message, actions, context, message, section
from handlers.views.phrases import code, named, state_word, verb_button
from handlers.views.statements import statement_line
from handlers.views.text import Markup, join, room, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.statement import StatementStatus
from playbooks.protocol.picture import Picture

_STATEMENTS = 8
_HOLDS = 5


def status(picture: Picture, handbook: Handbook) -> Message:
    """Where the incident stands now."""
    return message(
        say("{incident}: {state}", incident=named(picture.incident), state=state_word(picture.incident)),
        *card_body(picture),
        _statements(picture),
        _held(picture),
        *unsigned(picture),
        *undecided(picture),
        *_authority(picture, handbook),
        context(_where(picture)),
        actions(
            verb_button("Catch up", Verb.CATCHUP, picture.incident.id),
            verb_button("Search…", Verb.SEARCH, picture.incident.id),
            verb_button("Facts and hypotheses", Verb.FACTS, picture.incident.id),
            *([verb_button("Teams", Verb.TEAM, picture.incident.id)] if picture.incident.is_live else []),
            *([verb_button("Who leads what", Verb.LEAD, picture.incident.id)] if picture.workstreams else []),
            *([_standing(picture)] if picture.incident.is_live else []),
            verb_button("More…", Verb.MENU, picture.incident.id),
        ),
    )


def _authority(picture: Picture, handbook: Handbook) -> list[Block]:
    """Who decides what here, where the catalogue says more than the roles do."""
    words = in_force(picture, handbook) if picture.incident.is_live else None
    return [] if words is None else [context(words)]


def _standing(picture: Picture) -> Element:
    """What it is: a part of another one, or in a drill, no drill; what is private may become public."""
    if picture.incident.private:
        return verb_button("Make it public…", Verb.PUBLIC, picture.incident.id)
    if picture.incident.drill is not None:
        return verb_button("In earnest…", Verb.DRILL, picture.incident.id)
    return verb_button("Part of…", Verb.CHILD, picture.incident.id)


def _statements(picture: Picture) -> Block | None:
    standing = [
        s for s in picture.statements if s.status not in (StatementStatus.REFUTED, StatementStatus.WITHDRAWN)
    ]
    lines = [statement_line(s, picture.number_of(s.id)) for s in standing[-_STATEMENTS:]]
    return section(say("*What is known*\n{lines}", lines=join(lines))) if lines else None


def _held(picture: Picture) -> Block | None:
    if not picture.holds:
        return None
    refs = [code(hold.ref) for hold in picture.holds[:_HOLDS]]
    more = len(picture.holds) - len(refs)
    rest = f" and {more} more" if more > 0 else ""
    return section(say("*Held changes* {refs}{rest}", refs=join(refs, ", "), rest=rest))


def _where(picture: Picture) -> Markup:
    return room(picture.incident.room) if picture.incident.room else Markup("no room")
