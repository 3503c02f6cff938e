"""Messages that are said once: notices, briefs, updates, proposals, the post-mortem draft."""

from __future__ import annotations

from bot.delivery.saying import say, tell, where
from bot.delivery.tools import Delivered, Errand, Place, Tools
from bot.slack.outcomes import Never
from handlers.views import brief, candidate, kit, notices, review, text, update
from playbooks.domain import digest as digests
from playbooks.domain.effects import PostCandidate, PostReview, PostUpdate, SendBrief, TellPerson, TellRoom
from playbooks.domain.events import CandidateProposed
from playbooks.domain.statement import Update
from playbooks.protocol.picture import Picture

_NOTHING_TO_SAY = Delivered(result={"skipped": "there is nothing to say any more"})


async def tell_room(errand: Errand[TellRoom], tools: Tools) -> Delivered:
    """Say in the room what happened."""
    picture = await tools.picture(errand.effect.incident)
    message = notices.room_notice(errand.effect.about, picture, tools.ports.handbook())
    if message is None:
        return _NOTHING_TO_SAY
    posted = await say(errand, tools, await tools.place(picture.incident), message)
    return Delivered(result=where(posted))


async def tell_person(errand: Errand[TellPerson], tools: Tools) -> Delivered:
    """Say privately what happened."""
    effect = errand.effect
    picture = await tools.picture(effect.incident)
    message = notices.private_notice(effect.about, picture, tools.ports.handbook(), effect.user)
    if message is None:
        return _NOTHING_TO_SAY
    return Delivered(result=where(await tell(errand, tools, effect.user, message)))


async def send_brief(errand: Errand[SendBrief], tools: Tools) -> Delivered:
    """Offer command to its taker, with the brief."""
    effect = errand.effect
    picture = await tools.picture(effect.incident)
    if picture.handover is None or picture.handover.id != effect.handover:
        return _NOTHING_TO_SAY
    message = brief.brief(picture.handover, picture)
    return Delivered(result=where(await tell(errand, tools, effect.user, message)))


async def post_candidate(errand: Errand[PostCandidate], tools: Tools) -> Delivered:
    """Ask the incidents channel whether this is a major incident."""
    about = errand.effect.about
    if not isinstance(about, CandidateProposed):
        raise Never("not_a_proposal")
    handbook = tools.ports.handbook()
    hub = await tools.directory.channel(handbook.catalogue.channels.incidents)
    message = candidate.candidate(about, handbook)
    return Delivered(result=where(await say(errand, tools, Place(channel=hub, thread=None), message)))


async def post_update(errand: Errand[PostUpdate], tools: Tools) -> Delivered:
    """Send a stakeholder update, in the words that the record says were sent."""
    picture = await tools.picture(errand.effect.incident)
    sent = next((u for u in picture.updates if u.id == errand.effect.update), None)
    if sent is None:
        raise Never("update_not_found")
    readers = tools.ports.handbook().catalogue.channels.stakeholders
    place = Place(channel=await tools.directory.channel(readers), thread=None)
    return Delivered(result=where(await say(errand, tools, place, _as_sent(sent, picture))))


async def post_review(errand: Errand[PostReview], tools: Tools) -> Delivered:
    """Show the post-mortem draft."""
    picture = await tools.picture(errand.effect.incident)
    posted = await say(errand, tools, await tools.place(picture.incident), review.review_ready(picture))
    return Delivered(result=where(posted))


def _as_sent(sent: Update, picture: Picture) -> kit.Message:
    """The update in its usual shape if that still says what was sent, and in the sent words if not.

    Between sending and posting a statement may have been released or refuted; readers get
    exactly what the record says they were told.
    """
    digest = digests.compose(
        incident=sent.incident,
        severity=picture.severity_name,
        services=picture.service_titles,
        state=picture.incident.state,
        since=picture.incident.impact_started_at,
        statements=picture.statements,
        number=sent.number,
        at=sent.sent_at or picture.at,
        next_at=sent.next_promised_at,
    )
    if digests.text(digest) == sent.digest:
        return update.update(digest)
    first, _, rest = sent.digest.partition("\n")
    return kit.message(text.foreign(first), kit.header(first), kit.section(text.foreign(rest, 2900)))
