"""What befell the room, for whoever leads: what happened, what still works, what they can do."""

from __future__ import annotations

from handlers.names import Action, Ref
from handlers.views.kit import Element, button
from handlers.views.notices.parts import actor
from handlers.views.text import Markup, foreign, join, room, say
from playbooks.domain import events as e
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, is_person
from playbooks.domain.incident import Incident, RoomHarm, RoomState
from playbooks.domain.room import MUTE, Mendable, ways_out

Fate = e.RoomHarmed | e.RoomMended | e.RoomRenamed | e.RoomConverted | e.HubHarmed | e.HubRenamed

_WHAT = {
    RoomHarm.REMOVED: "removed me from the room",
    RoomHarm.SHUT_OUT: "removed me from the room, which is private",
    RoomHarm.ARCHIVED: "archived the room",
    RoomHarm.DELETED: "deleted the room",
    RoomHarm.SHARED: "shared the room with another organisation",
}
_PASSIVE = {
    RoomHarm.REMOVED: "I was removed from the room",
    RoomHarm.SHUT_OUT: "I was removed from the room, which is private",
    RoomHarm.ARCHIVED: "The room was archived",
    RoomHarm.DELETED: "The room was deleted",
    RoomHarm.HIDDEN: "Slack says that the room is gone, or hidden from me",
    RoomHarm.SHARED: "The room was shared with another organisation",
}
_ADVICE = {
    RoomHarm.REMOVED: "I can come back, or open a new room.",
    RoomHarm.SHUT_OUT: "Somebody in it can invite me again, or I open a new room.",
    RoomHarm.ARCHIVED: "Whoever may can unarchive it, then I come back by myself; or I open a new room.",
    RoomHarm.DELETED: "I can open a new room.",
    RoomHarm.HIDDEN: "Somebody in it can invite me again, or I open a new room.",
    RoomHarm.SHARED: "An admin can end the connection, or I open a new room.",
}
_SIGNS = {RoomHarm.REMOVED: "🔇", RoomHarm.SHUT_OUT: "🔇", RoomHarm.SHARED: "🌐"}
_HUB = {
    RoomHarm.REMOVED: "I can still announce there, but hear nothing of what is said in threads.",
    RoomHarm.SHARED: "People of that organisation read every announcement, and may press no button.",
}


def befallen(event: Fate, incident: Incident, handbook: Handbook) -> Markup:  # noqa: PLR0911 - a table
    """What happened, and what it means for the incident."""
    hub = Markup(f"*{foreign(handbook.catalogue.channels.incidents, 80)}*")
    match event:
        case e.RoomHarmed():
            still = _in_private(event.how) if incident.private else None
            said = [_happened(event, event.how), still or _still(event.how, hub), Markup(_ADVICE[event.how])]
            return join(said)
        case e.RoomMended(was=was):
            if was is RoomHarm.SHARED:
                return Markup("🔒 The room is not shared with another organisation any more.")
            return say("🔊 I am back in {room}, and read what was said meanwhile.", room=_room(incident))
        case e.RoomRenamed():
            lead = say("✏️ {who} renamed the room to {room}.", who=actor(event), room=_room(incident))
            return join([lead, Markup("Nothing else changed.")], " ")
        case e.RoomConverted():
            return _converted(event, incident)
        case e.HubHarmed():
            here = say("It was {hub}, where incidents are announced.", hub=room(event.channel))
            return join([_happened(event, event.how, "the incidents channel"), here, _without_hub(event.how)])
        case e.HubRenamed():
            return say(
                "✏️ {who} renamed the incidents channel to {hub}. Announcements still reach it; "
                "write the new name into the catalogue, or the bot will not find it after a restart.",
                who=actor(event),
                hub=room(event.channel),
            )


def mending(event: Fate) -> tuple[Element, ...]:
    """What a press can do about it."""
    if not isinstance(event, e.RoomHarmed):
        return ()
    return tuple(_mend(event.incident, way) for way in ways_out(event.how))


def harm_line(incident: Incident) -> Markup | None:
    """What is wrong with the room, in a line of the card; None if nothing is."""
    match incident.room_harm:
        case None:
            return None
        case RoomHarm.REMOVED:
            return Markup(
                "🔇 I am not in the room: what is said there is missing from the log until I am back"
            )
        case RoomHarm.SHARED:
            return Markup("🌐 People of another organisation read the room")
        case harm:
            return say("⚠️ {what}: work goes on here", what=_PASSIVE[harm])


def _happened(event: e.RoomHarmed | e.HubHarmed, how: RoomHarm, what: str = "the room") -> Markup:
    sign = _SIGNS.get(how, "⚠️")
    if not is_person(event.by) or how not in _WHAT:
        passive = _PASSIVE[how].replace("The room", what.capitalize(), 1).replace("the room", what, 1)
        return say("{sign} {what}.", sign=sign, what=passive)
    return say(
        "{sign} {who} {what}.", sign=sign, who=actor(event), what=_WHAT[how].replace("the room", what, 1)
    )


def _still(how: RoomHarm, hub: Markup) -> Markup:
    """What still works."""
    if how is RoomHarm.REMOVED:
        return Markup(
            "I can still write there, but I hear nothing: what is said is missing from the log until I "
            "am back. Command, clocks, freeze and updates go on."
        )
    if how is RoomHarm.SHARED:
        return Markup(
            "Their people read everything that is said there, hypotheses included; they may press no button."
        )
    return say(
        "The incident goes on in its thread in {hub}: card, log, command, clocks, freeze and updates.",
        hub=hub,
    )


def _in_private(how: RoomHarm) -> Markup | None:
    """What still works where nobody but the room may read; None if the room can still be written to."""
    if how not in MUTE:
        return None
    return Markup(
        "It is private, so nothing is said anywhere else: command, clocks and freeze go on, people are "
        "asked in direct messages, and what is said in the room is missing from the log."
    )


def _without_hub(how: RoomHarm) -> Markup:
    worse = "Announcements cannot be posted or redrawn there. War rooms work as before."
    return Markup(_HUB.get(how, worse))


def _converted(event: e.RoomConverted, incident: Incident) -> Markup:
    if event.private:
        return say(
            "🔒 {who} made {room} private: only its members see it now, and others have to be invited. "
            "Everything else goes on.",
            who=actor(event),
            room=_room(incident),
        )
    return say(
        "🔓 {who} made {room} public: everybody in the workspace can read it now, hypotheses included.",
        who=actor(event),
        room=_room(incident),
    )


def _room(incident: Incident) -> Markup:
    return room(incident.room or "the room")


def _mend(incident: IncidentId, way: Mendable) -> Element:
    ref = Ref(incident=incident)
    if way is Mendable.COME_BACK:
        return button("Come back", Action.ROOM_COME_BACK, ref, style="primary")
    return button("Open a new room", Action.ROOM_NEW, ref)


def goes_on(incident: Incident) -> Markup:
    """Where the newest card is, for a card that is not kept any more."""
    where = _room(incident) if incident.room_state is RoomState.OPEN else Markup("the incidents channel")
    return say("This card is not kept any more: the incident goes on in {where}.", where=where)
