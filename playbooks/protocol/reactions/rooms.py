"""The room: how it opens, what befalls it, and when a drill becomes real."""

from __future__ import annotations

from playbooks.domain import events as e
from playbooks.domain.effects import (
    AddBookmarks,
    Announce,
    Effect,
    PostCard,
    RefreshAnnouncement,
    RefreshCard,
    RenameRoom,
    SetTopic,
    TellRoom,
)
from playbooks.domain.incident import RoomState
from playbooks.protocol.reactions.scene import (
    Reaction,
    Scene,
    in_charge,
    invite,
    leading,
    mirrors,
    persons,
    seated,
    tell,
)


def _on_room(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    private = scene.incident.private  # then nobody is called but whom its people name
    responders = () if private else scene.handbook.responders(scene.incident.impacted)
    match event:
        case e.RoomOpened():
            return (
                *invite(event, (*responders, *persons(scene.incident.declared_by), *seated(scene))),
                PostCard(incident=number),
                SetTopic(incident=number),
                AddBookmarks(incident=number),
                RefreshAnnouncement(incident=number),
            )
        case e.RoomUnavailable():
            declarer = persons(scene.incident.declared_by) if private else ()
            return (PostCard(incident=number), *tell(event, (*responders, *in_charge(scene), *declarer)))
        case e.PeopleInvited(failed=failed) if failed:
            return (TellRoom(incident=number, about=event),)
        case e.StepFailed():
            return tell(event, (*in_charge(scene), *persons(scene.incident.declared_by)))
        case _:
            return ()


def _on_fate(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """Whoever leads hears at once what befell the room; once it is over, rooms may be put away."""
    number = event.incident
    told = tell(event, leading(scene, but=event.by)) if scene.incident.is_live else ()
    card, announcement = RefreshCard(incident=number), RefreshAnnouncement(incident=number)
    match event:
        case e.RoomHarmed():
            return (*_on_harm(event, scene), announcement)
        case e.RoomMended(was_mute=True):
            return (*told, PostCard(incident=number), SetTopic(incident=number), announcement)
        case e.RoomMended():
            return (*told, card, announcement)
        case e.RoomRenamed() | e.RoomConverted():
            return told
        case e.HubHarmed() | e.HubRenamed():
            theirs = leading(scene, but=event.by) if scene.incident.is_live else ()
            return tell(event, (*theirs, *scene.handbook.operators))
        case _:
            return (announcement,)


def _on_harm(event: e.RoomHarmed, scene: Scene) -> tuple[Effect, ...]:
    """Even whoever did it hears what follows; the card goes where people can read it."""
    number = event.incident
    if not event.is_news or not scene.incident.is_live:
        return ()
    elsewhere = scene.incident.room_state is RoomState.LOST
    card = PostCard(incident=number) if elsewhere else RefreshCard(incident=number)
    return (*tell(event, leading(scene)), card)


def _on_drill(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """When it becomes real, whoever was spared is called as at a declaration."""
    number = event.incident
    if not isinstance(event, e.DrillBecameReal):
        return (RefreshCard(incident=number),)
    called = dict.fromkeys((*scene.handbook.responders(scene.incident.impacted), *in_charge(scene)))
    return (
        *invite(event, called),
        RenameRoom(incident=number),
        TellRoom(incident=number, about=event),
        *tell(event, (user for user in called if user != event.by)),
        *mirrors(event),
    )


def _on_privacy(event: e.Event, _scene: Scene) -> tuple[Effect, ...]:
    """Its own people see on the card who may know of it; once it is public, everybody hears of it."""
    number = event.incident
    if not isinstance(event, e.MadePublic):
        return (RefreshCard(incident=number),)
    return (
        Announce(incident=number),
        TellRoom(incident=number, about=event),
        RefreshCard(incident=number),
        SetTopic(incident=number),
    )


REACTIONS: dict[type[e.Event], Reaction] = {
    **dict.fromkeys((e.RoomOpened, e.RoomUnavailable, e.PeopleInvited, e.RoomReady, e.StepFailed), _on_room),
    **dict.fromkeys(
        (
            e.RoomHarmed,
            e.RoomMended,
            e.RoomRenamed,
            e.RoomConverted,
            e.RoomMoved,
            e.NewRoomAsked,
            e.HubHarmed,
            e.HubRenamed,
        ),
        _on_fate,
    ),
    **dict.fromkeys((e.DrillJoined, e.DrillBecameReal), _on_drill),
    **dict.fromkeys((e.AccessEnded, e.MadePublic), _on_privacy),
}
