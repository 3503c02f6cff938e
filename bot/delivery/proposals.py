"""Proposals to decide something: one post for the room, redrawn in place until it is decided."""

from __future__ import annotations

from bot.delivery.saying import NOBODY_READS, redraw, speak, where
from bot.delivery.tools import Delivered, Errand, Tools
from bot.slack.gateway import Posted
from bot.slack.outcomes import GONE, LOST, Never
from handlers.views.decisions import proposal as drawn
from playbooks.domain.decision import DecisionState, Proposal
from playbooks.domain.effects import PostProposal, RedrawProposal
from playbooks.domain.ids import DecisionId
from playbooks.protocol import decisions
from playbooks.protocol.picture import Picture
from storage.uow import SqlUnit

_NOBODY_NEEDS_IT = Delivered(result={"skipped": "nobody has to read it any more"})


async def post_proposal(errand: Errand[PostProposal], tools: Tools) -> Delivered:
    """Show the room what somebody proposes; the pause begins once it can be read."""
    id_ = errand.effect.decision
    picture = await tools.picture(errand.effect.incident)
    proposal = _proposal(picture, id_)
    if proposal.state in (DecisionState.WITHDRAWN, DecisionState.LAPSED):
        return _NOBODY_NEEDS_IT
    posted = await speak(errand, tools, picture.incident, drawn(proposal, picture))

    async def then(unit: SqlUnit) -> None:
        await decisions.posted(unit, tools.ports, decision=id_, channel=posted.channel, ts=posted.ts)

    return Delivered(result=where(posted), then=then)


async def redraw_proposal(errand: Errand[RedrawProposal], tools: Tools) -> Delivered:
    """Show in the same post who objected, or what was decided; if it was deleted while open, in a new one."""
    effect = errand.effect
    picture = await tools.picture(effect.incident)
    proposal = _proposal(picture, effect.decision)
    try:
        await redraw(errand, tools, Posted(channel=effect.channel, ts=effect.ts), drawn(proposal, picture))
    except Never as refusal:
        if refusal.code not in GONE | LOST:
            raise
        if refusal.code in GONE or not proposal.is_pending:
            return NOBODY_READS
    else:
        return Delivered(result={})

    async def then(unit: SqlUnit) -> None:
        await decisions.post_lost(unit, decision=proposal.id, channel=effect.channel, ts=effect.ts)

    return Delivered(result={"skipped": "somebody deleted it"}, then=then)


def _proposal(picture: Picture, id_: DecisionId) -> Proposal:
    for proposal in picture.decisions:
        if proposal.id == id_:
            return proposal
    raise Never("decision_not_found")
