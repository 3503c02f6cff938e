"""Lists: live incidents and known errors, one short paragraph each."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.names import Verb
from handlers.views.kit import Block, Message, actions, context, message, section
from handlers.views.phrases import count, sign, state_word, verb_button
from handlers.views.text import Markup, foreign, join, room, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import incident_name, known_error_name
from playbooks.domain.incident import Incident, Major
from playbooks.domain.review import KnownError, Workaround, WorkaroundStatus

_LIVE_SHOWN = 10
_KNOWN_SHOWN = 6
_SERVICES_SHOWN = 5


def line(incident: Incident, handbook: Handbook) -> Markup:
    """An incident in two short lines."""
    titles = ", ".join(handbook.title(s) for s in incident.impacted[:_SERVICES_SHOWN])
    where = say(" · {room}", room=room(incident.room)) if incident.room else Markup("")
    return say(
        "{sign} *{number}* {severity} {title}\n{state} · {services}{where}",
        sign=sign(incident),
        number=incident_name(incident.id),
        severity=handbook.playbook.severity_name(incident.severity),
        title=foreign(incident.title, 150),
        state=state_word(incident),
        services=foreign(titles, 200) or Markup("no service named"),
        where=where,
    )


def live_incidents(live: Sequence[Incident], handbook: Handbook) -> Message:
    """Everything that people work on now."""
    if not live:
        nothing = Markup("No incident is live.")
        declare = verb_button("Declare an incident…", Verb.DECLARE, None)
        return message(nothing, section(nothing), actions(declare))
    lead = say("{n} live", n=count(len(live), "incident"))
    return message(
        lead, section(lead), *(_row(i, handbook) for i in live[:_LIVE_SHOWN]), _more(len(live) - _LIVE_SHOWN)
    )


def known_errors(known: Sequence[KnownError], words: str, handbook: Handbook) -> Message:
    """Known errors with their way around."""
    if not known:
        about = say(" about “{words}”", words=foreign(words, 80)) if words else Markup("")
        nothing = say("No known error{about}. Post-mortems make them.", about=about)
        return message(nothing, section(nothing))
    lead = Markup(count(len(known), "known error"))
    rows = [section(_known(error, handbook)) for error in known[:_KNOWN_SHOWN]]
    return message(lead, section(lead), *rows, _more(len(known) - _KNOWN_SHOWN))


def _row(incident: Incident, handbook: Handbook) -> Block:
    proposed = incident.major is Major.PROPOSED
    button = (
        verb_button("Status", Verb.STATUS, incident.id)
        if proposed
        else verb_button("Join", Verb.JOIN, incident.id)
    )
    return section(line(incident, handbook), accessory=button)


def _known(error: KnownError, handbook: Handbook) -> Markup:
    services = ", ".join(handbook.title(s) for s in error.services[:_SERVICES_SHOWN])
    ways = [w for w in error.workarounds if w.status is not WorkaroundStatus.WITHDRAWN]
    return join(
        [
            say("*{name}* {title}", name=known_error_name(error.id), title=foreign(error.title, 150)),
            say("*Cause* {cause}", cause=foreign(error.cause, 300) or Markup("not known yet")),
            *[_way(way) for way in ways[-2:]],
            say(
                "_{services} · seen in {times}_",
                services=foreign(services, 200) or Markup("no service"),
                times=count(len(error.incidents), "incident"),
            ),
        ]
    )


def _way(way: Workaround) -> Markup:
    return say("*Way around* {text}", text=foreign(way.text, 500))


def _more(number: int) -> Block | None:
    return context(say("and {n} more: add words to narrow it down", n=number)) if number > 0 else None
