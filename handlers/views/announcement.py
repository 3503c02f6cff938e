"""The announcement in the incidents channel, edited in place; those of one moment share a post.

Its readers are the whole company, so it shows no hypothesis and no impact that was not
released beyond the war room.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from handlers.names import Verb
from handlers.views.kit import Block, Element, Message, actions, context, header, message, section
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
from playbooks.protocol.picture import Outline

TOGETHER: Final = 20
"""Incidents in one post: each takes two of a message's fifty blocks (Slack docs, Block Kit)."""
IMPACT_CHARS, IMPACT_CHARS_AMONG_OTHERS = 500, 150


def announcement(picture: Outline) -> Message:
    """What the incidents channel shows of the incident now."""
    incident = picture.incident
    buttons = _buttons(picture)
    return message(
        _said(picture),
        header(f"{sign(incident)} {headline(picture)}"),
        section(_lines(picture, IMPACT_CHARS)),
        context(_origin(incident), say("as of {at}", at=clock_time(picture.at))),
        actions(*buttons) if buttons else None,
    )


def bulletin(pictures: Sequence[Outline]) -> Message:
    """What the incidents channel shows of one to ``TOGETHER`` incidents that share a post."""
    if len(pictures) == 1:
        return announcement(pictures[0])
    parts = (part for picture in pictures for part in _part(picture))
    return message(
        join(_said(picture) for picture in pictures),
        header(f"{len(pictures)} incidents"),
        *parts,
        context(say("as of {at}", at=clock_time(pictures[0].at))),
    )


def _part(picture: Outline) -> tuple[Block | None, ...]:
    """One incident among others; its origin is in its room."""
    title = say("{sign} *{headline}*", sign=sign(picture.incident), headline=foreign(headline(picture), 200))
    buttons = _buttons(picture)
    return (
        section(join((title, _lines(picture, IMPACT_CHARS_AMONG_OTHERS)))),
        actions(*buttons) if buttons else None,
    )


def _said(picture: Outline) -> Markup:
    incident = picture.incident
    return say(
        "{sign} {severity} {named}: {state}.",
        sign=sign(incident),
        severity=picture.severity_name,
        named=named(incident),
        state=state_word(incident),
    )


def _lines(picture: Outline, impact_chars: int) -> Markup:
    incident = picture.incident
    if incident.major is Major.REJECTED:
        return Markup("Turned down: this is no major incident.")
    if incident.major is Major.PROPOSED:
        return Markup("Waiting for somebody to decide whether this is a major incident.")
    lines = [
        say("*{state}* · {services}", state=state_word(incident), services=services(picture)),
        commander(picture) if incident.is_live else None,
        _impact(picture, impact_chars),
        _place(incident),
    ]
    return join(line for line in lines if line is not None)


def _impact(picture: Outline, chars: int) -> Markup | None:
    statement = impact(picture, widely=True)
    return say("*Impact* {words}", words=foreign(statement.text, chars)) if statement else None


def _place(incident: Incident) -> Markup:
    if incident.room_state is RoomState.LOST:
        return Markup("*Room* cannot be used any more; work goes on in this thread")
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


def _buttons(picture: Outline) -> list[Element]:
    incident = picture.incident
    if not incident.is_live or incident.major is not Major.ACCEPTED:
        return []
    buttons = (
        [verb_button("Join the room", Verb.JOIN, incident.id)]
        if incident.room and incident.room_state is not RoomState.LOST
        else []
    )
    if picture.tenure is None:
        buttons.append(verb_button("Take command", Verb.TAKE, incident.id, style="primary"))
    return [*buttons, verb_button("Status", Verb.STATUS, incident.id)]
