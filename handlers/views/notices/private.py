"""What one person hears, with the buttons that this person may press.

A private message stands alone, so it says which incident it is about and where the room is.
"""

from __future__ import annotations

from handlers.names import Action, Ref, Verb
from handlers.views.approval import approval, decided
from handlers.views.kit import Block, Element, Message, actions, button, confirm, context, message, section
from handlers.views.notices.outbreak import retry_button
from handlers.views.notices.room import spoken
from handlers.views.phrases import commander, named, services, verb_button
from handlers.views.text import Markup, clock_time, foreign, join, person, quoted, room, say
from playbooks.domain import events as e
from playbooks.domain.change import Clearance, ClearanceState
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ContestId, IncidentId, UserId
from playbooks.domain.incident import RoomState
from playbooks.protocol.picture import Picture


def private_notice(event: e.Event, picture: Picture, handbook: Handbook, user: UserId) -> Message | None:
    """What to tell ``user`` about an event; None if there is nothing to say to this person."""
    if isinstance(event, e.ApprovalAsked):
        asked = next((c for c in picture.clearances if c.id == event.clearance), None)
        return _approval(asked, picture) if asked else None
    words = _words(event, picture, handbook)
    if words is None:
        return None
    return message(
        say("{named}: {words}", named=named(picture.incident), words=words),
        section(words),
        *_choices(event, handbook, user),
        context(_whereabouts(picture)),
    )


def _approval(clearance: Clearance, picture: Picture) -> Message:
    """The question; or the answer, if it was given while the question was on its way."""
    is_open = clearance.state is ClearanceState.ASKED
    return approval(clearance, picture) if is_open else decided(clearance, picture)


def _words(event: e.Event, picture: Picture, handbook: Handbook) -> Markup | None:
    match event:
        case e.IncidentDeclared() | e.RoomOpened():
            return _called(picture)
        case e.RoomUnavailable():
            hub = room(handbook.catalogue.channels.incidents.removeprefix("#"))
            instead = say(
                "⚠️ No war room could be made ({why}). Work goes on in a thread of *{hub}*.",
                why=foreign(event.reason, 200),
                hub=hub,
            )
            return join([_called(picture), instead])
        case e.UpdateDue():
            return say("⏰ Update {n} is due now. A draft is ready.", n=event.number)
        case e.QuietNoticed():
            return say(
                "🔕 Monitoring has been quiet since {since}. Are users served again?",
                since=clock_time(event.since),
            )
        case e.StatementRefuted():
            return say(
                "✏️ What readers were told is wrong. A correction is due now.\n{text}",
                text=quoted(event.text, 600),
            )
        case _:
            return spoken(event, picture, handbook)


def _called(picture: Picture) -> Markup:
    return say(
        "🚨 *{severity}* {named}\n{services} · {commander}",
        severity=picture.severity_name,
        named=named(picture.incident),
        services=services(picture),
        commander=commander(picture),
    )


def _choices(event: e.Event, handbook: Handbook, user: UserId) -> list[Block]:
    number = event.incident
    match event:
        case e.CommandContested() | e.ContestJoined() | e.ContestAwarded():
            return _about_dispute(event, handbook, user)
        case e.StepFailed():
            return [actions(retry_button(event.incident, event.delivery))]
        case e.UpdateDue() | e.UpdateOverdue() | e.StatementRefuted():
            return [actions(verb_button("Read and send…", Verb.UPDATE, number, style="primary"))]
        case e.QuietNoticed():
            return [actions(verb_button("Mitigated…", Verb.MITIGATE, number, style="primary"))]
        case e.IncidentDeclared() | e.RoomOpened() | e.RoomUnavailable():
            return [actions(verb_button("Take command", Verb.TAKE, number, style="primary"))]
        case _:
            return []


def _about_dispute(
    event: e.CommandContested | e.ContestJoined | e.ContestAwarded,
    handbook: Handbook,
    user: UserId,
) -> list[Block]:
    match event:
        case e.CommandContested(incumbent=incumbent) if user == incumbent:
            return [actions(*_incumbent(event.incident, event.contest))]
        case e.CommandContested(challenger=challenger) | e.ContestJoined(challenger=challenger) if (
            user == challenger
        ):
            return [actions(_withdraw(event.incident, event.contest))]
        case e.CommandContested() if user in handbook.duty_managers:
            return _award(event.incident, event.contest, (event.incumbent, event.challenger))
        case e.ContestAwarded() if user in handbook.duty_managers:
            return _award(event.incident, event.contest, (event.winner, *event.loser))
        case _:
            return []


def _incumbent(incident: IncidentId, contest: ContestId) -> list[Element]:
    ref = Ref(incident=incident, subject=contest)
    sure = confirm("Give up command?", "The challenger has command from this moment on.", "Yield command")
    return [
        button("Yield", Action.CONTEST_YIELD, ref, confirm=sure),
        button("Keep: decide now", Action.CONTEST_KEEP, ref),
    ]


def _withdraw(incident: IncidentId, contest: ContestId) -> Element:
    return button("Withdraw", Action.CONTEST_WITHDRAW, Ref(incident=incident, subject=contest))


def _award(incident: IncidentId, contest: ContestId, parties: tuple[UserId, ...]) -> list[Block]:
    sure = confirm("Decide this dispute?", "Your decision is final.", "Decide")
    return [
        section(
            say("Give command to {who}", who=person(who)),
            accessory=button(
                "Decide for them",
                Action.CONTEST_AWARD,
                Ref(incident=incident, subject=contest, words=who),
                confirm=sure,
            ),
        )
        for who in dict.fromkeys(parties)
    ]


def _whereabouts(picture: Picture) -> Markup:
    waiting = picture.incident.room_state is RoomState.WANTED
    where = room(picture.incident.room or ("no room yet" if waiting else "no room"))
    return say(
        "{severity} · {named} · {where}",
        severity=picture.severity_name,
        named=named(picture.incident),
        where=where,
    )
