"""The announcement in the incidents channel: one message per incident, edited in place.

Its readers are the whole company, so it shows no hypothesis and no impact that was not
released beyond the war room.
"""

from __future__ import annotations

from handlers.names import Verb
from handlers.views.kit import Element, Message, actions, context, header, message, section
from handlers.views.phrases import (
    commander,
    headline,
    impact,
    named,
    services,
    sign,
    state_word,
    verb_button,
)
from handlers.views.text import Markup, clock_time, date_and_time, foreign, join, person, room, say
from playbooks.domain.ids import is_person
from playbooks.domain.incident import Incident, Major, RoomState
from playbooks.protocol.picture import Picture


def announcement(picture: Picture) -> Message:
    """What the incidents channel shows of the incident now."""
    incident = picture.incident
    said = say(
        "{sign} {severity} {named}: {state}.",
        sign=sign(incident),
        severity=picture.severity_name,
        named=named(incident),
        state=state_word(incident),
    )
    buttons = _buttons(picture)
    return message(
        said,
        header(f"{sign(incident)} {headline(picture)}"),
        section(_lines(picture)),
        context(_origin(incident), say("as of {at}", at=clock_time(picture.at))),
        actions(*buttons) if buttons else None,
    )


def _lines(picture: Picture) -> Markup:
    incident = picture.incident
    if incident.major is Major.REJECTED:
        return Markup("Turned down: this is no major incident.")
    if incident.major is Major.PROPOSED:
        return Markup("Waiting for somebody to decide whether this is a major incident.")
    lines = [
        say("*{state}* · {services}", state=state_word(incident), services=services(picture)),
        commander(picture) if incident.is_live else None,
        _impact(picture),
        _place(incident),
    ]
    return join(line for line in lines if line is not None)


def _impact(picture: Picture) -> Markup | None:
    statement = impact(picture, widely=True)
    return say("*Impact* {words}", words=foreign(statement.text, 500)) if statement else None


def _place(incident: Incident) -> Markup:
    if incident.room is not None:
        return say("*Room* {room}", room=room(incident.room))
    if incident.room_state is RoomState.HUB:
        return Markup("*Room* none could be made; work goes on in this channel")
    return Markup("*Room* is being opened")


def _origin(incident: Incident) -> Markup:
    at = date_and_time(incident.declared_at)
    if is_person(incident.declared_by):
        return say("Declared by {who} at {at}", who=person(incident.declared_by), at=at)
    how = "Declared" if incident.major is Major.ACCEPTED else "Proposed"
    return say("{how} by the rule {rule} at {at}", how=how, rule=incident.rule or "of the playbook", at=at)


def _buttons(picture: Picture) -> list[Element]:
    incident = picture.incident
    if not incident.is_live or incident.major is not Major.ACCEPTED:
        return []
    buttons = [verb_button("Join the room", Verb.JOIN, incident.id)] if incident.room else []
    if picture.tenure is None:
        buttons.append(verb_button("Take command", Verb.TAKE, incident.id, style="primary"))
    return [*buttons, verb_button("Status", Verb.STATUS, incident.id)]
