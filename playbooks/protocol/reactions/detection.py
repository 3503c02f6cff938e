"""What is detected, reported, merged, or a part of something else."""

from __future__ import annotations

from playbooks.domain import events as e
from playbooks.domain.effects import (
    Announce,
    Effect,
    OpenRoom,
    PostCandidate,
    RefreshAnnouncement,
    RefreshCard,
    TellRoom,
)
from playbooks.domain.incident import Major, State
from playbooks.protocol.reactions.scene import (
    Reaction,
    Scene,
    asked_to_decide,
    in_charge,
    invite,
    mirrors,
    tell,
)


def _on_detection(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    match event:
        case e.CandidateProposed():
            return (PostCandidate(incident=number, about=event),)
        case e.CandidateRejected():
            return (RefreshAnnouncement(incident=number),)
        case e.IncidentDeclared():
            return (OpenRoom(incident=number), Announce(incident=number))
        case e.AlertsAttached(new_services=new) if new and scene.incident.major is Major.ACCEPTED:
            invited = scene.handbook.leads_of(new)
            return (*invite(event, invited), *mirrors(event), TellRoom(incident=number, about=event))
        case e.SeverityChanged():
            return (TellRoom(incident=number, about=event), *mirrors(event))
        case _:
            return (RefreshCard(incident=number),)


def _on_report(event: e.UserReported, scene: Scene) -> tuple[Effect, ...]:
    """Reports are counted in silence, unless people believe that users are served again."""
    card = RefreshCard(incident=event.incident)
    if scene.incident.state is State.OPEN:
        return (card,)
    return (TellRoom(incident=event.incident, about=event), card)


def _on_merger(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    room = (TellRoom(incident=number, about=event),)
    match event:
        case e.MergeProposed():
            return (*room, *tell(event, asked_to_decide(scene)))
        case e.MergeDeclined():
            return room
        case e.IncidentMerged():
            return (*room, *mirrors(event))
        case e.IncidentAbsorbed() if scene.incident.major is not Major.ACCEPTED:
            return ()  # the question itself is put again, with what it is about now
        case e.IncidentAbsorbed(new_services=new, newcomer=newcomer):
            come = invite(event, (*scene.handbook.leads_of(new), newcomer))
            return (*come, *room, *mirrors(event))
        case _:
            return ()


def _on_family(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """The part hears of its parent; the parent sees its parts on its card."""
    number = event.incident
    card = RefreshCard(incident=number)
    match event:
        case e.BecameChild() | e.LeftParent() | e.ParentUpdated():
            return (TellRoom(incident=number, about=event), card)
        case e.ParentEnded():
            return (*tell(event, in_charge(scene)), card)
        case _:
            return (card,)


REACTIONS: dict[type[e.Event], Reaction] = {
    **dict.fromkeys(
        (
            e.CandidateProposed,
            e.CandidateRejected,
            e.IncidentDeclared,
            e.AlertsAttached,
            e.AlertAcknowledged,
            e.SeverityChanged,
            e.KnownErrorRecognised,
        ),
        _on_detection,
    ),
    **dict.fromkeys((e.UserReported,), _on_report),
    **dict.fromkeys(
        (e.MergeProposed, e.MergeAgreed, e.MergeDeclined, e.IncidentMerged, e.IncidentAbsorbed), _on_merger
    ),
    **dict.fromkeys(
        (e.BecameChild, e.ChildJoined, e.LeftParent, e.ChildLeft, e.ParentUpdated, e.ParentEnded), _on_family
    ),
}
