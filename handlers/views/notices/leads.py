"""Who leads the work on a service, and that somebody is wanted for it."""

from __future__ import annotations

from handlers.names import Action, Ref, Verb, fits
from handlers.views.kit import Block, actions, button, section
from handlers.views.leads import titles
from handlers.views.notices import duties
from handlers.views.phrases import named, verb_button
from handlers.views.text import Markup, foreign, join, person, say
from playbooks.domain import events as e
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.workstream import Led, Wanted
from playbooks.protocol.picture import Picture

Leading = e.LeadSeated | e.LeadLeft | e.LeadWanted
_SHOWN = 10
_YOU_LEAD = {
    Led.ON_CALL: "🧭 You lead the work on {what}: you are on call for it.",
    Led.DECREE: "🧭 You lead the work on {what} now: the commander decided it.",
}


def leading(event: Leading, handbook: Handbook) -> Markup:
    """In one sentence."""
    what = titles(event.services, handbook)
    match event:
        case e.LeadSeated(how=Led.DECREE):
            return say("🧭 The commander decided: {who} leads {what}.", who=person(event.lead), what=what)
        case e.LeadSeated():
            return say("🧭 {who} leads the work on {what}.", who=person(event.lead), what=what)
        case e.LeadLeft():
            why = foreign(event.reason, 200)
            return say(
                "{who} does not lead {what} any more: {why}.", who=person(event.lead), what=what, why=why
            )
        case e.LeadWanted(why=Wanted.BOUNCED):
            return say("🧭 The lead of {what} was turned down too often.", what=what)
        case e.LeadWanted():
            return say("🧭 Nobody leads the work on {what}.", what=what)


def words(event: Leading, picture: Picture, handbook: Handbook, user: UserId) -> Markup | None:
    """The sentence for one person; None if it is not true any more."""
    what = titles(event.services, handbook)
    match event:
        case e.LeadSeated(lead=lead) if lead == user:
            told = say(_YOU_LEAD.get(event.how, "🧭 You lead the work on {what} now."), what=what)
            return told if _knows(event, picture) else join([told, duties.of_lead(handbook)])
        case e.LeadWanted():
            return _wanted(event, picture, handbook)
        case e.LeadLeft(lead=lead) if lead == user:
            return say("You do not lead {what} any more. Thank you.", what=what)
        case _:
            return leading(event, handbook)


def choices(event: Leading, handbook: Handbook, user: UserId) -> list[Block]:
    """What one person may do about it."""
    number = event.incident
    match event:
        case e.LeadSeated(lead=lead) if lead == user:
            other = verb_button("Another lead…", Verb.LEAD, number, words=_carried(event.services[0]))
            if event.how is Led.DECREE or len(event.services) > 1:
                return [actions(verb_button("Who leads what", Verb.LEAD, number))]
            ref = Ref(incident=number, subject=_carried(event.services[0]))
            return [actions(button("I cannot lead it", Action.LAY_DOWN_LEAD, ref), other)]
        case e.LeadWanted() | e.LeadLeft() if user != getattr(event, "lead", None):
            return [
                section(
                    say("Who leads {what}?", what=titles((service,), handbook)),
                    accessory=verb_button(
                        "Name a lead…", Verb.LEAD, number, words=_carried(service), style="primary"
                    ),
                )
                for service in event.services[:_SHOWN]
            ]
        case _:
            return []


def _carried(service: str) -> str:
    """A name that fits into a button; without it the form asks."""
    return service if fits(service) else ""


def _knows(event: e.LeadSeated, picture: Picture) -> bool:
    """Whether they lead something else already, and were told then what that means."""
    return any(s.lead == event.lead and s.service not in event.services for s in picture.workstreams)


def _wanted(event: e.LeadWanted, picture: Picture, handbook: Handbook) -> Markup | None:
    """The commander has to decide; None once somebody leads all of it."""
    still = {s.service for s in picture.workstreams if s.lead is None or event.why is Wanted.BOUNCED}
    left = tuple(service for service in event.services if service in still)
    if not left:
        return None
    why = (
        "was offered and turned down more than once"
        if event.why is Wanted.BOUNCED
        else "has had no lead for a while"
    )
    return say(
        "🧭 *It is on you now.* {what} {why} in {named}. Whom you name leads at once; nobody is asked again.",
        what=titles(left, handbook),
        why=why,
        named=named(picture.incident),
    )
