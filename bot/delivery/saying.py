"""Posting a message once: found again after doubt, and in plain words if blocks are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from bot.delivery.tools import Delivered, Errand, Place, Tools
from bot.slack.gateway import Posted
from bot.slack.outcomes import GONE, LOST, NO_THREAD, UNREADABLE, Never
from bot.slack.reconcile import find_post
from handlers.views.kit import Message
from playbooks.domain.effects import Effect
from playbooks.domain.ids import Ts, UserId
from playbooks.domain.incident import Incident

PLAIN_CHARS = 3000
"""Well inside what chat.update takes (Slack docs: 4,000 characters)."""

NOBODY_READS: Final = Delivered(result={"skipped": "it was removed, or its channel is gone"})


async def say(errand: Errand[Any], tools: Tools, place: Place, message: Message) -> Posted:
    """Post in a conversation, unless an earlier attempt got through."""
    return await find(errand, tools, place) or await say_for([errand], tools, place, message)


async def say_for(errands: Sequence[Errand[Any]], tools: Tools, place: Place, message: Message) -> Posted:
    """Post what several errands have to say in one message that each of them finds again."""
    return await _post(errands, tools, str(place.channel), place.thread, message)


async def speak(errand: Errand[Any], tools: Tools, incident: Incident, message: Message) -> Posted:
    """Post where the incident's people read; if their room is gone, where everybody looks for incidents."""
    place = _beside(await tools.place(incident), errand.effect, incident)
    try:
        return await say(errand, tools, place, message)
    except Never as refusal:
        if refusal.code in NO_THREAD and place.thread is not None:
            return await say(errand, tools, replace(place, thread=None), message)
        if refusal.code not in GONE or place.channel != incident.room:
            raise
        await tools.lost(incident, refusal)
    now = await tools.incident(incident.id)
    return await say(errand, tools, await tools.hub(now), message)


def _beside(place: Place, effect: Effect, incident: Incident) -> Place:
    """The thread of the card, for what the whole room need not hear."""
    quiet = getattr(effect, "quiet", False) and place.thread is None
    return replace(place, thread=incident.card_ts) if quiet else place


async def tell(errand: Errand[Any], tools: Tools, user: UserId, message: Message) -> Posted:
    """Post in the conversation with one person; posting to a person opens it."""
    if errand.tried_since is not None:
        direct = await tools.gateway.open_direct(user)
        return await say(errand, tools, Place(channel=direct, thread=None), message)
    return await _post([errand], tools, str(user), None, message)


async def redraw(errand: Errand[Any], tools: Tools, at: Posted, message: Message) -> None:
    """Replace a message by how things are now."""
    try:
        await tools.gateway.update(at, text=message.text, blocks=message.blocks)
    except Never as refusal:
        if refusal.code not in UNREADABLE:
            raise
        _complain(tools, errand.effect, refusal)
        await tools.gateway.update(at, text=message.text[:PLAIN_CHARS], blocks=None)


async def instead(
    errand: Errand[Any], tools: Tools, before: Posted | None, message: Message
) -> Posted | None:
    """Redraw what was posted before; None if there is nothing to redraw any more."""
    if before is not None:
        try:
            await redraw(errand, tools, before, message)
        except Never as refusal:
            if refusal.code not in GONE | LOST:
                raise
            return None
    return before


async def redraw_unless_gone(errand: Errand[Any], tools: Tools, at: Posted, message: Message) -> Delivered:
    """Redraw a message; nobody misses it where somebody removed it."""
    try:
        await redraw(errand, tools, at, message)
    except Never as refusal:
        if refusal.code not in GONE | LOST:
            raise
        return NOBODY_READS
    return Delivered(result={})


async def find(errand: Errand[Any], tools: Tools, place: Place) -> Posted | None:
    """The message of an earlier attempt that got through; a conversation that is gone holds none."""
    if errand.tried_since is None:
        return None
    try:
        return await find_post(
            tools.gateway,
            await tools.identity(),
            channel=place.channel,
            delivery=errand.id,
            since=errand.tried_since,
            thread=place.thread,
        )
    except Never as refusal:
        if refusal.code not in GONE:
            raise
        return None


async def _post(
    errands: Sequence[Errand[Any]], tools: Tools, channel: str, thread: Ts | None, message: Message
) -> Posted:
    first, *others = errands
    post = partial(
        tools.gateway.post, channel, delivery=first.id, also=[other.id for other in others], thread=thread
    )
    try:
        return await post(text=message.text, blocks=message.blocks)
    except Never as refusal:
        if refusal.code not in UNREADABLE:
            raise
        _complain(tools, first.effect, refusal)
        return await post(text=message.text[:PLAIN_CHARS], blocks=None)


def _complain(tools: Tools, effect: Effect, refusal: Never) -> None:
    tools.complain("delivery.plain_words", effect=type(effect).__name__, reason=refusal.reason)


def where(posted: Posted) -> dict[str, object]:
    """What the outbox keeps of a posted message."""
    return {"channel": posted.channel, "ts": posted.ts}
