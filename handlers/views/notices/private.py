"""What one person hears, with the buttons that this person may press.

A private message stands alone, so it says which incident it is about and where the room is.
"""

from __future__ import annotations

from handlers.names import Action, Ref, Verb
from handlers.views.approval import approval, decided
from handlers.views.kit import Block, Element, Message, actions, button, context, message, section
from handlers.views.notices import decisions, governance, summons, tasks
from handlers.views.notices.drill import drill
from handlers.views.notices.fate import befallen, mending
from handlers.views.notices.merger import choices as about_merger
from handlers.views.notices.merger import question
from handlers.views.notices.outbreak import retry_button
from handlers.views.phrases import called, commander, named, verb_button
from handlers.views.text import Markup, clock_time, date_and_time, foreign, join, quoted, room, say
from playbooks.domain import events as e
from playbooks.domain.change import Clearance, ClearanceState
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId, incident_name
from playbooks.domain.incident import RoomState
from playbooks.protocol.picture import Picture

_BEFORE_THE_NEXT = Markup(
    "No incident is live now. The next one is announced there: mend it before, or name another channel in "
    "the catalogue. `tocsin doctor` says whether all is well."
)


def private_notice(event: e.Event, picture: Picture, handbook: Handbook, user: UserId) -> Message | None:
    """What to tell ``user`` about an event; None if there is nothing to say to this person."""
    if isinstance(event, e.ApprovalAsked):
        asked = next((c for c in picture.clearances if c.id == event.clearance), None)
        return _approval(asked, picture) if asked else None
    if isinstance(event, tasks.About):
        words, choices = tasks.words(event, picture, user), tasks.choices(event, picture, user)
        return None if words is None else _letter(words, choices, picture)
    if isinstance(event, decisions.About):
        words, choices = decisions.words(event, picture), decisions.choices(event, picture)
        return None if words is None else _letter(words, choices, picture)
    if isinstance(event, governance.About):
        words, choices = governance.words(event, picture), governance.choices(event, picture, user)
        return None if words is None else _letter(words, choices, picture)
    if isinstance(event, (e.HubHarmed, e.HubRenamed)) and not picture.incident.is_live:
        # No incident needs the channel now: it is about the bot, and not about the last of them.
        words = befallen(event, picture.incident, handbook)
        return message(words, section(words), context(_BEFORE_THE_NEXT))
    words = _words(event, picture, handbook, user)
    return None if words is None else _letter(words, _choices(event, picture, handbook, user), picture)


def _letter(words: Markup, choices: list[Block], picture: Picture) -> Message:
    return message(
        say("{named}: {words}", named=named(picture.incident), words=words),
        section(words),
        *choices,
        context(_whereabouts(picture)),
    )


def _approval(clearance: Clearance, picture: Picture) -> Message:
    """The question; or the answer, if it was given while the question was on its way."""
    is_open = clearance.state is ClearanceState.ASKED
    return approval(clearance, picture) if is_open else decided(clearance, picture)


def _words(  # noqa: C901, PLR0911 - a table
    event: e.Event, picture: Picture, handbook: Handbook, user: UserId
) -> Markup | None:
    match event:
        case e.IncidentDeclared() | e.RoomOpened():
            return called(picture)
        case e.RoomUnavailable() if picture.incident.private:
            return join([called(picture), _nowhere(event)])
        case e.RoomUnavailable():
            hub = room(handbook.catalogue.channels.incidents.removeprefix("#"))
            instead = say(
                "⚠️ No war room could be made ({why}). Work goes on in a thread of *{hub}*.",
                why=foreign(event.reason, 200),
                hub=hub,
            )
            return join([called(picture), instead])
        case e.MergeProposed():
            return question(event)
        case (
            e.RoomHarmed()
            | e.RoomMended()
            | e.RoomRenamed()
            | e.RoomConverted()
            | e.HubHarmed()
            | e.HubRenamed()
        ):
            return befallen(event, picture.incident, handbook)
        case e.DrillBecameReal():
            return join([called(picture), drill(event)])
        case e.UpdateDue():
            return say("⏰ Update {n} is due now. A draft is ready.", n=event.number)
        case e.QuietNoticed():
            return say(
                "🔕 Monitoring has been quiet since {since}. Are users served again?",
                since=clock_time(event.since),
            )
        case e.IncidentStale():
            return _forgotten(event, user, picture)
        case e.StatementRefuted():
            return say(
                "✏️ What readers were told is wrong. A correction is due now.\n{text}",
                text=quoted(event.text, 600),
            )
        case _:
            return summons.words(event, picture, handbook, user)


def _choices(  # noqa: C901, PLR0911 - a table
    event: e.Event, picture: Picture, handbook: Handbook, user: UserId
) -> list[Block]:
    number = event.incident
    match event:
        case e.StepFailed():
            return [actions(retry_button(event.incident, event.delivery))]
        case e.UpdateDue() | e.UpdateOverdue() | e.StatementRefuted():
            return [actions(verb_button("Read and send…", Verb.UPDATE, number, style="primary"))]
        case e.MergeProposed():
            return [actions(*about_merger(event))]
        case e.RoomHarmed() if picture.incident.room_harm is event.how:
            return [actions(*mending(event))]
        case e.ParentEnded():
            return [actions(verb_button("Resolve…", Verb.RESOLVE, number, style="primary"))]
        case e.IncidentStale():
            update = verb_button("Send an update…", Verb.UPDATE, number, style="primary")
            more = (verb_button("Status", Verb.STATUS, number), *_or_else(picture, user))
            return [actions(*more) if picture.incident.private else actions(update, *more)]
        case e.QuietNoticed():
            return [actions(verb_button("Mitigated…", Verb.MITIGATE, number, style="primary"))]
        case e.RoomUnavailable() if picture.incident.private:
            again = button("Open a room", Action.ROOM_NEW, Ref(incident=number), style="primary")
            return [actions(again, verb_button("Take command", Verb.TAKE, number))]
        case e.IncidentDeclared() | e.RoomOpened() | e.RoomUnavailable() | e.DrillBecameReal():
            return [actions(verb_button("Take command", Verb.TAKE, number, style="primary"))]
        case _:
            return summons.choices(event, picture, handbook, user)


def _nowhere(event: e.RoomUnavailable) -> Markup:
    """What is private has no place but its room."""
    return say(
        "⚠️ No private room could be made ({why}). Nothing is said elsewhere, because others would read it: "
        "`/incident {n} status` and `/incident {n} log …` work, and I can try again.",
        why=foreign(event.reason, 200),
        n=incident_name(event.incident),
    )


def _forgotten(event: e.IncidentStale, user: UserId, picture: Picture) -> Markup:
    since = date_and_time(event.since)
    if picture.tenure is not None and picture.tenure.user == user:
        words = "💤 Nobody has said or done anything here since {since}. You command: how does it stand?"
        return say(words, since=since)
    return say(
        "💤 Nobody has said or done anything here since {since}. {commander}.",
        since=since,
        commander=commander(picture),
    )


def _or_else(picture: Picture, user: UserId) -> tuple[Element, ...]:
    """What else whoever commands, or could, may press."""
    number = picture.incident.id
    if picture.tenure is None:
        return (verb_button("Take command", Verb.TAKE, number),)
    if picture.tenure.user != user:
        return (verb_button("Take over…", Verb.OVERRIDE, number),)
    return (
        verb_button("Mitigated…", Verb.MITIGATE, number),
        verb_button("Hand over…", Verb.HANDOVER, number),
    )


def _whereabouts(picture: Picture) -> Markup:
    waiting = picture.incident.room_state is RoomState.WANTED
    where = room(picture.incident.room or ("no room yet" if waiting else "no room"))
    return say(
        "{severity} · {named} · {where}",
        severity=picture.severity_name,
        named=named(picture.incident),
        where=where,
    )
