"""Messages that stay and are redrawn: the card, requests for approval.

They are drawn from the record as it is when they are sent, so a late delivery shows the
present and several refreshes are one.
"""

from __future__ import annotations

from bot.delivery.saying import NOBODY_READS, redraw, redraw_unless_gone, speak, where
from bot.delivery.tools import Delivered, Errand, Tools
from bot.slack.gateway import Posted
from bot.slack.outcomes import GONE, LOST, Never
from handlers.views import approval, card
from handlers.views.kit import Message
from playbooks.domain.change import Clearance, ClearanceState
from playbooks.domain.effects import (
    AskApproval,
    CloseApproval,
    PostCard,
    RefreshCard,
    RetireCard,
)
from playbooks.domain.ids import ClearanceId
from playbooks.protocol import room as story
from playbooks.protocol.picture import Picture
from storage.uow import SqlUnit

_NOT_YET = Delivered(result={"skipped": "there is nothing to redraw yet"})


async def post_card(errand: Errand[PostCard], tools: Tools) -> Delivered:
    """Post the incident card where the incident's people read."""
    number = errand.effect.incident
    picture = await tools.picture(number)
    posted = await speak(errand, tools, picture.incident, _card(tools, picture))

    async def then(unit: SqlUnit) -> float | None:
        return await story.card_posted(
            unit, tools.ports, incident=number, channel=posted.channel, ts=posted.ts
        )

    return tools.delivered(where(posted), then)


async def refresh_card(errand: Errand[RefreshCard], tools: Tools) -> Delivered:
    """Bring the card up to date; a card that somebody deleted is posted anew."""
    number = errand.effect.incident
    picture = await tools.picture(number)
    posted = await tools.posted(f"card:{number}")
    if posted is None:
        return _NOT_YET
    try:
        await redraw(errand, tools, posted, _card(tools, picture))
    except Never as refusal:
        if refusal.code in GONE:
            if posted.channel == picture.incident.room:
                await tools.lost(picture.incident, refusal)
            return NOBODY_READS
        if refusal.code not in LOST:
            raise
    else:
        return Delivered(result={})

    async def then(unit: SqlUnit) -> None:
        await story.card_lost(unit, tools.ports, incident=number)

    return Delivered(result={"skipped": "the card was deleted; a new one is posted"}, then=then)


async def retire_card(errand: Errand[RetireCard], tools: Tools) -> Delivered:
    """Say on an old card where the newest one is."""
    effect = errand.effect
    message = card.retired(await tools.incident(effect.incident))
    return await redraw_unless_gone(errand, tools, Posted(channel=effect.channel, ts=effect.ts), message)


async def ask_approval(errand: Errand[AskApproval], tools: Tools) -> Delivered:
    """Show a change that waits for the commander."""
    number, id_ = errand.effect.incident, errand.effect.clearance
    picture = await tools.picture(number)
    clearance = _clearance(picture, id_)
    draw = approval.approval if clearance.state is ClearanceState.ASKED else approval.decided
    posted = await speak(errand, tools, picture.incident, draw(clearance, picture))

    async def then(unit: SqlUnit) -> None:
        await story.approval_posted(
            unit, tools.ports, incident=number, clearance=id_, channel=posted.channel, ts=posted.ts
        )

    return Delivered(result=where(posted), then=then)


async def close_approval(errand: Errand[CloseApproval], tools: Tools) -> Delivered:
    """Replace the buttons by the decision."""
    effect = errand.effect
    picture = await tools.picture(effect.incident)
    message = approval.decided(_clearance(picture, effect.clearance), picture)
    return await redraw_unless_gone(errand, tools, Posted(channel=effect.channel, ts=effect.ts), message)


def _card(tools: Tools, picture: Picture) -> Message:
    return card.card(picture, link=lambda path: f"{tools.public_url}{path}")


def _clearance(picture: Picture, id_: ClearanceId) -> Clearance:
    for clearance in picture.clearances:
        if clearance.id == id_:
            return clearance
    raise Never("clearance_not_found")
