"""Pictures below the card. A picture is a help: what it shows is said in words too."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from bot.delivery.saying import say, where
from bot.delivery.tools import Delivered, Errand, Place, Tools
from bot.slack.gateway import Picture, Posted
from bot.slack.outcomes import DeliveryError, Never
from bot.slack.reconcile import has_picture
from handlers.chart import png
from handlers.views.evidence import evidence
from handlers.views.kit import message, section
from handlers.views.text import Markup
from playbooks.domain.effects import ShowEvidence
from playbooks.domain.evidence import in_words, strip

PATIENCE: Final = timedelta(hours=1)
"""After the declaration: so long Slack may be away before the words are said without the picture."""
_SKIPPED = Delivered(result={"skipped": "there is nothing to show, or no place for it"})


async def show_evidence(errand: Errand[ShowEvidence], tools: Tools) -> Delivered:
    """Say below the card why it was declared; with a picture, or in words alone if Slack takes none."""
    drawn = await tools.picture(errand.effect.incident)
    card = await tools.posted(f"card:{errand.effect.incident}")
    timeline = strip(drawn.episodes, declared_at=drawn.incident.declared_at, at=drawn.at)
    if card is None or timeline is None:
        return _SKIPPED
    words = evidence(drawn, tools.ports.handbook())
    if errand.tried_since is not None and await has_picture(tools.gateway, await tools.identity(), card):
        return Delivered(result=where(card))
    picture = Picture(
        name=f"inc-{drawn.incident.id}-alerts.png",
        title="Alerts behind it",
        content=await asyncio.to_thread(png, timeline),
        described=in_words(timeline),
        words=words,
    )
    try:
        await tools.gateway.share_picture(card, picture)
    except DeliveryError as trouble:
        if not isinstance(trouble, Never) and drawn.at - drawn.incident.declared_at < PATIENCE:
            raise  # it is tried again, and looked for before
        tools.complain("evidence.no_picture", incident=drawn.incident.id, reason=str(trouble))
        return await _in_words(errand, tools, card, words)
    return Delivered(result=where(card))


async def _in_words(errand: Errand[ShowEvidence], tools: Tools, card: Posted, words: Markup) -> Delivered:
    place = Place(channel=card.channel, thread=card.ts)
    return Delivered(result=where(await say(errand, tools, place, message(words, section(words)))))
