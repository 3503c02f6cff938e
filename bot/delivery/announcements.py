"""The announcement of an incident: a post of its own, or a place in one with others of its moment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.delivery.saying import find, instead, redraw_unless_gone, say_for, where
from bot.delivery.tools import Delivered, Errand, Place, Tools
from bot.slack.gateway import Posted
from handlers.views.announcement import announcement, bulletin
from playbooks.domain.effects import Announce, RefreshAnnouncement, RefreshBulletin
from playbooks.domain.ids import ChannelId
from playbooks.domain.incident import Major
from playbooks.protocol import room as story
from storage.uow import SqlUnit

_NOT_YET = Delivered(result={"skipped": "there is nothing to redraw yet"})


async def announce(errand: Errand[Announce], tools: Tools) -> Delivered:
    """Announce in the incidents channel; a proposal that stands there becomes the announcement."""
    number = errand.effect.incident
    posted = await _instead_of_proposal(errand, tools) or await _posted(errand, tools)

    async def then(unit: SqlUnit) -> float | None:
        return await story.announced(
            unit,
            tools.ports,
            incident=number,
            channel=posted.channel,
            ts=posted.ts,
            is_shared=posted.is_shared,
        )

    return tools.delivered(where(posted), then)


async def refresh_announcement(errand: Errand[RefreshAnnouncement], tools: Tools) -> Delivered:
    """Bring the announcement up to date; if others share its post, all of them are redrawn once."""
    number = errand.effect.incident
    if (shared := await tools.posted(story.in_bulletin(number))) is not None:

        async def then(unit: SqlUnit) -> None:
            await story.redrawn_together(unit, incident=number, channel=shared.channel, ts=shared.ts)

        return Delivered(result={"skipped": "it stands with others, which are redrawn together"}, then=then)
    posted = await tools.posted(f"announcement:{number}")
    (now,) = await tools.outlines([number])
    if posted is None or now.incident.major is Major.PROPOSED:
        return _NOT_YET
    return await redraw_unless_gone(errand, tools, posted, announcement(now))


async def refresh_bulletin(errand: Errand[RefreshBulletin], tools: Tools) -> Delivered:
    """Bring a post that announces several incidents up to date."""
    at = Posted(channel=errand.effect.channel, ts=errand.effect.ts)
    async with tools.store.reading() as unit:
        numbers = await story.announced_at(unit, at.channel, at.ts)
    if not numbers:
        return _NOT_YET
    return await redraw_unless_gone(errand, tools, at, bulletin(await tools.outlines(numbers)))


async def _posted(errand: Errand[Announce], tools: Tools) -> Posted:
    """Posted with whoever waits too; after trouble alone, so that trouble does not spread."""
    hub = await tools.directory.channel(tools.ports.handbook().catalogue.channels.incidents)
    if errand.tried_since is None:
        return await tools.gathering.post(hub, errand, partial(_post, tools))
    return await find(errand, tools, Place(channel=hub, thread=None)) or await _post(tools, hub, [errand])


async def _post(tools: Tools, channel: ChannelId, errands: Sequence[Errand[Announce]]) -> Posted:
    numbers = sorted(errand.effect.incident for errand in errands)
    message = bulletin(await tools.outlines(numbers))
    return await say_for(errands, tools, Place(channel=channel, thread=None), message)


async def _instead_of_proposal(errand: Errand[Announce], tools: Tools) -> Posted | None:
    """The proposal's message, redrawn; None if there is none to redraw."""
    number = errand.effect.incident
    proposed = await tools.posted(f"announcement:{number}")
    if proposed is None:
        return None
    (now,) = await tools.outlines([number])
    return await instead(errand, tools, proposed, announcement(now))
