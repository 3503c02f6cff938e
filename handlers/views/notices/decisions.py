"""What somebody hears privately about a decision; the room reads its one post."""

from __future__ import annotations

from handlers.views.decisions import objections, to_decide
from handlers.views.kit import Block, actions
from handlers.views.text import Markup, foreign, join, person, say
from playbooks.domain import events as e
from playbooks.domain.decision import Proposal
from playbooks.protocol.picture import Picture

About = (
    e.DecisionProposed
    | e.DecisionObjected
    | e.DecisionWaits
    | e.DecisionMade
    | e.DecisionWithdrawn
    | e.DecisionLapsed
)


def words(event: About, picture: Picture) -> Markup | None:
    """The sentence; None once it is decided, so that nobody is asked what is settled."""
    match event:
        case e.DecisionWaits():
            proposal = _pending(event, picture)
            return None if proposal is None else _waits(event, proposal)
        case e.DecisionMade():
            return _made(event)
        case e.DecisionWithdrawn():
            why = say("\n> {why}", why=foreign(event.reason, 300)) if event.reason else Markup("")
            return say(
                "↩️ {who} withdrew what you proposed, {what}.{why}",
                who=person(event.by),
                what=_what(event.number, event.text),
                why=why,
            )
        case _:
            return None


def choices(event: About, picture: Picture) -> list[Block]:
    """What may be pressed, as it is now."""
    proposal = _pending(event, picture) if isinstance(event, e.DecisionWaits) else None
    return [] if proposal is None else [actions(*to_decide(proposal))]


def _waits(event: e.DecisionWaits, proposal: Proposal) -> Markup:
    asked = (
        "Nobody has decided yet, so it is on you." if event.passed_up else "Please decide, or withdraw it."
    )
    lead = say(
        "🗳️ There are objections to {what}, proposed by {who}. {asked}",
        what=_what(event.number, event.text),
        who=person(proposal.proposer),
        asked=asked,
    )
    return join([lead, *objections(proposal)])


def _made(event: e.DecisionMade) -> Markup:
    choice = say(": *{choice}*", choice=foreign(event.choice, 100)) if event.options else Markup("")
    why = say("\n> {why}", why=foreign(event.reason, 300)) if event.reason else Markup("")
    what = _what(event.number, event.text)
    return say(
        "✅ {who} decided {what}{choice}.{why}", who=person(event.by), what=what, choice=choice, why=why
    )


def _pending(event: e.DecisionWaits, picture: Picture) -> Proposal | None:
    return next((one for one in picture.undecided if one.id == event.decision), None)


def _what(number: int, text: str) -> Markup:
    return say("*decision {n}* “{text}”", n=number, text=foreign(text, 200))
