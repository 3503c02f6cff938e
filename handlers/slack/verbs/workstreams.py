"""``/incident lead``: who leads the work on which service. It never takes command."""

from __future__ import annotations

import re

from handlers.names import Field
from handlers.slack import grammar
from handlers.slack.calls import Call
from handlers.slack.payloads import Submission
from handlers.views import leads
from handlers.views.answers import answer, in_modal
from handlers.views.kit import Message, View
from handlers.views.modals import seat as forms
from handlers.views.text import Markup
from playbooks.domain.command import Handover
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import LeadSeated
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, UserId
from playbooks.protocol import beforehand, command
from playbooks.protocol.picture import Picture

MYSELF = ("me", "i", "i do", "myself", "mine")
BACK = ("back", "cannot", "i cannot", "no", "stop")
_LINKING = re.compile(r"^(?:of|for|on)\s+|\s+(?:to|is|by|with)$", re.IGNORECASE)


async def lead(call: Call) -> Message | None:
    """``lead`` lists; ``lead checkout @ada`` names; ``lead checkout`` asks whom."""
    words = grammar.readable(grammar.without_users(call.words))
    person = grammar.user(call.words)
    picture = await call.picture()
    if not words and person is None:
        return leads.listing(picture, call.user)
    words, said = _answer(words)
    service = service_meant(words, picture, call.handbook)
    if said in BACK:
        await command.lay_down_lead(call.ports, incident=call.number, service=service, by=call.user)
        return answer(Markup("Thank you for saying so. Whoever commands is told."))
    if said in MYSELF:
        person = call.user
    if person is None:
        picture = await call.allowed(beforehand.name_lead)
        await call.show(forms.lead(picture, call.handbook, service=service))
        return None
    return _named(await give_lead(call, service, person), call.handbook)


async def submitted(call: Call, form: Submission) -> View:
    """Somebody was named in the form."""
    service, person = ServiceName(form.words(Field.SERVICE)), UserId(form.words(Field.PERSON))
    return in_modal(_named(await give_lead(call, service, person), call.handbook))


async def give_lead(call: Call, service: ServiceName, person: UserId) -> LeadSeated | Handover:
    """Name somebody whom Slack knows to be able to take part."""
    await call.desk.acquaint(person)
    return await command.name(call.ports, incident=call.number, service=service, to=person, by=call.user)


def service_meant(words: str, picture: Picture, handbook: Handbook) -> ServiceName:
    """The service in the words; the only one there is, if they name none. Raises NeedsWords."""
    streams = [stream.service for stream in picture.workstreams]
    if not words and len(streams) == 1:
        return streams[0]
    by_title = {handbook.title(service).casefold(): service for service in streams}
    found = handbook.service_named(words) or by_title.get(words.casefold())
    if found is not None:
        return found
    known = ", ".join(streams) or "none yet"
    raise NeedsWords(f"Say which service: /incident lead checkout @ada. Here: {known}.")


def _answer(words: str) -> tuple[str, str]:
    """The service, and what is said about it besides a person."""
    for said in (*MYSELF, *BACK):
        if words.casefold() == said or words.casefold().endswith(f" {said}"):
            return _plain(words[: len(words) - len(said)]), said
    return _plain(words), ""


def _plain(words: str) -> str:
    return _LINKING.sub("", words.strip()).strip()


def _named(outcome: LeadSeated | Handover, handbook: Handbook) -> Message:
    if isinstance(outcome, LeadSeated):
        return leads.led(outcome, handbook)
    return leads.asked(outcome, handbook)
