"""Messages that are said once: notices, briefs, updates, proposals, the post-mortem draft."""

from __future__ import annotations

from bot.delivery.saying import instead, say, speak, tell, where
from bot.delivery.tools import Delivered, Errand, Place, Then, Tools
from bot.slack.gateway import Posted
from bot.slack.outcomes import Never
from handlers.views import brief, candidate, notices, review, update
from playbooks.domain.effects import (
    PostCandidate,
    PostReview,
    PostUpdate,
    RefreshAnnouncement,
    SendBrief,
    ShowUpdate,
    TellPerson,
    TellRoom,
)
from playbooks.domain.events import ApprovalAsked, CandidateProposed
from playbooks.protocol import room as story
from storage.uow import SqlUnit

_NOTHING_TO_SAY = Delivered(result={"skipped": "there is nothing to say any more"})


async def tell_room(errand: Errand[TellRoom], tools: Tools) -> Delivered:
    """Say in the room what happened."""
    picture = await tools.picture(errand.effect.incident)
    message = notices.room_notice(errand.effect.about, picture, tools.ports.handbook())
    if message is None:
        return _NOTHING_TO_SAY
    posted = await speak(errand, tools, picture.incident, message)
    return Delivered(result=where(posted))


async def tell_person(errand: Errand[TellPerson], tools: Tools) -> Delivered:
    """Say privately what happened."""
    effect = errand.effect
    picture = await tools.picture(effect.incident)
    message = notices.private_notice(effect.about, picture, tools.ports.handbook(), effect.user)
    if message is None:
        return _NOTHING_TO_SAY
    posted = await tell(errand, tools, effect.user, message)
    return Delivered(result=where(posted), then=_copy_of_approval(effect, tools, posted))


def _copy_of_approval(effect: TellPerson, tools: Tools, posted: Posted) -> Then | None:
    """A copy of an approval card loses its buttons with the card."""
    about = effect.about
    if not isinstance(about, ApprovalAsked):
        return None

    async def then(unit: SqlUnit) -> None:
        await story.approval_posted(
            unit,
            tools.ports,
            incident=effect.incident,
            clearance=about.clearance,
            channel=posted.channel,
            ts=posted.ts,
            to=effect.user,
        )

    return then


async def send_brief(errand: Errand[SendBrief], tools: Tools) -> Delivered:
    """Offer command, or the lead of a service, to its taker, with the brief."""
    effect = errand.effect
    picture = await tools.picture(effect.incident)
    offer = next((offer for offer in picture.offers if offer.id == effect.handover), None)
    if offer is None:
        return _NOTHING_TO_SAY
    message = brief.brief(offer, picture)
    return Delivered(result=where(await tell(errand, tools, effect.user, message)))


async def post_candidate(errand: Errand[PostCandidate], tools: Tools) -> Delivered:
    """Ask the incidents channel whether this is a major incident; the answer is drawn there too.

    A question that is put again, because two became one, replaces the first.
    """
    number, about = errand.effect.incident, errand.effect.about
    if not isinstance(about, CandidateProposed):
        raise Never("not_a_proposal")
    handbook = tools.ports.handbook()
    hub = await tools.directory.channel(handbook.catalogue.channels.incidents)
    message = candidate.candidate(about, handbook)
    posted = await instead(errand, tools, await tools.posted(f"announcement:{number}"), message)
    if posted is None:
        posted = await say(errand, tools, Place(channel=hub, thread=None), message)

    async def then(unit: SqlUnit) -> None:
        await unit.posts.remember(f"announcement:{number}", posted.channel, posted.ts)
        await unit.outbox.put(RefreshAnnouncement(incident=number))

    return Delivered(result=where(posted), then=then)


async def post_update(errand: Errand[PostUpdate], tools: Tools) -> Delivered:
    """Post a stakeholder update: exactly what the record says its readers were told."""
    picture = await tools.picture(errand.effect.incident)
    sent = next((u.digest for u in picture.updates if u.id == errand.effect.update), None)
    if sent is None:
        raise Never("update_not_found")
    readers = tools.ports.handbook().catalogue.channels.stakeholders
    place = Place(channel=await tools.directory.channel(readers), thread=None)
    return Delivered(result=where(await say(errand, tools, place, update.update(sent))))


async def show_update(errand: Errand[ShowUpdate], tools: Tools) -> Delivered:
    """Show the update of a drill in its room, and nowhere else."""
    picture = await tools.picture(errand.effect.incident)
    sent = next((u.digest for u in picture.updates if u.id == errand.effect.update), None)
    if sent is None:
        raise Never("update_not_found")
    readers = tools.ports.handbook().catalogue.channels.stakeholders
    message = update.rehearsed(sent, f"#{readers.removeprefix('#')}")
    return Delivered(result=where(await speak(errand, tools, picture.incident, message)))


async def post_review(errand: Errand[PostReview], tools: Tools) -> Delivered:
    """Show the post-mortem draft."""
    picture = await tools.picture(errand.effect.incident)
    posted = await speak(errand, tools, picture.incident, review.review_ready(picture))
    return Delivered(result=where(posted))
