"""Who leads the work on which service: on the card, in the brief, and as a list with buttons."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.names import Action, Ref, Verb
from handlers.views.answers import answer
from handlers.views.kit import Block, Element, Message, actions, button, context, message, section
from handlers.views.phrases import named, verb_button
from handlers.views.text import Markup, clock_time, foreign, join, person, say
from playbooks.domain.command import Handover, HandoverState
from playbooks.domain.events import LeadSeated
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, UserId
from playbooks.domain.workstream import Led, Workstream
from playbooks.protocol.picture import Picture

_ON_CARD = 4
_LISTED = 10
HOW = {
    Led.ON_CALL: "on call",
    Led.CLAIM: "took it",
    Led.HANDOVER: "accepted",
    Led.DECREE: "as the commander decided",
}


def leading(picture: Picture) -> Markup | None:
    """Who leads what, on one line of the card; None while nothing has to be led."""
    streams = picture.workstreams
    if not streams:
        return None
    shown = [
        say("{service} {who}", service=_title(stream.service, picture), who=_who(stream))
        for stream in streams[:_ON_CARD]
    ]
    more = len(streams) - len(shown)
    rest = say(" and {n} more", n=more) if more > 0 else Markup("")
    return say("*Leads* {shown}{rest}", shown=join(shown, " · "), rest=rest)


def listing(picture: Picture, user: UserId) -> Message:
    """``/incident lead``: who leads what, and what this person may do about it."""
    number, streams = picture.incident.id, picture.workstreams
    lead = say("*Who leads what* in {named}", named=named(picture.incident))
    if not streams:
        lead = say("Nobody has to lead a service in {named} yet.", named=named(picture.incident))
    hint = Markup(
        "A lead looks after one service: `/incident lead checkout @ada` offers it to somebody. "
        "Command of the whole incident is another thing: `/incident take`"
    )
    vacant = picture.tenure is None and picture.incident.is_live
    return message(
        lead,
        section(lead),
        *(_row(stream, picture, user) for stream in streams[:_LISTED]),
        context(hint),
        actions(verb_button("Take command", Verb.TAKE, number)) if vacant else None,
    )


def led(event: LeadSeated, handbook: Handbook) -> Message:
    """Somebody leads from now on."""
    what = titles(event.services, handbook)
    return answer(say("{who} leads the work on {what} now.", who=person(event.lead), what=what))


def asked(offer: Handover, handbook: Handbook) -> Message:
    """Somebody is asked to lead."""
    return answer(
        say(
            "{who} is asked to lead the work on {what}, with a brief, until {until}.",
            who=person(offer.taker),
            what=titles((offer.service,) if offer.service else (), handbook),
            until=clock_time(offer.expires_at),
        )
    )


def titles(services: Sequence[ServiceName], handbook: Handbook) -> Markup:
    """Services by the names that readers know."""
    return join((say("*{title}*", title=foreign(handbook.title(s), 80)) for s in services[:_LISTED]), ", ")


def _row(stream: Workstream, picture: Picture, user: UserId) -> Block:
    words = say("*{service}* {who}", service=_title(stream.service, picture), who=_told(stream, picture))
    return section(words, accessory=_button(stream, picture, user))


def _told(stream: Workstream, picture: Picture) -> Markup:
    since = clock_time(stream.since)
    if stream.lead is None:
        words = say("nobody leads, since {since}", since=since)
    else:
        how = HOW[stream.how] if stream.how else "lead"
        words = say("{who}, {how}, since {since}", who=person(stream.lead), how=how, since=since)
    offer = next((o for o in picture.lead_offers if _is_open(o, stream, picture)), None)
    if offer is None:
        return words
    until = clock_time(offer.expires_at)
    return say("{words}\n🤝 {who} is asked, until {until}", words=words, who=person(offer.taker), until=until)


def _button(stream: Workstream, picture: Picture, user: UserId) -> Element | None:
    if not picture.incident.is_live:
        return None
    number = picture.incident.id
    if stream.lead == user and stream.how is not Led.DECREE:
        ref = Ref(incident=number, subject=stream.service)
        return button("I cannot lead it", Action.LAY_DOWN_LEAD, ref)
    label = "Name a lead…" if stream.lead is None else "Another lead…"
    return verb_button(label, Verb.LEAD, number, words=stream.service)


def _is_open(offer: Handover, stream: Workstream, picture: Picture) -> bool:
    asked_now = offer.state is HandoverState.OFFERED and picture.at < offer.expires_at
    return asked_now and offer.service == stream.service


def _who(stream: Workstream) -> Markup:
    return person(stream.lead) if stream.lead else Markup("_nobody_")


def _title(service: ServiceName, picture: Picture) -> Markup:
    return foreign(picture.title_of(service), 60)
