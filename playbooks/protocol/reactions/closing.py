"""What is stated, promised and sent, and how it ends."""

from __future__ import annotations

from playbooks.domain import events as e
from playbooks.domain.effects import Effect, PostReview, PostUpdate, RefreshCard, TellRoom
from playbooks.domain.stale import Rung
from playbooks.protocol.reactions.scene import Reaction, Scene, in_charge, mirrors, tell


def _on_communication(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    writers = dict.fromkeys((*in_charge(scene), *scene.comms, *scene.handbook.comms))
    match event:
        case e.UpdateDue():
            return tell(event, writers)
        case e.UpdateOverdue():
            return tell(event, (*writers, *scene.handbook.duty_managers))
        case e.UpdateSent(update=update):
            return (
                PostUpdate(incident=number, update=update),
                TellRoom(incident=number, about=event),
                RefreshCard(incident=number),
            )
        case e.StatementRefuted(was_released=True) if scene.stakeholders_told:
            return (*tell(event, writers), RefreshCard(incident=number))
        case _:
            return (RefreshCard(incident=number),)


def _on_recovery(event: e.Event, scene: Scene) -> tuple[Effect, ...]:  # noqa: PLR0911 - a table
    number = event.incident
    match event:
        case e.QuietNoticed():
            return tell(event, in_charge(scene))
        case e.IncidentStale(rung=rung):
            return tell(event, scene.handbook.duty_managers if rung == Rung.DUTY else in_charge(scene))
        case e.IncidentMitigated() | e.IncidentResolved() | e.IncidentReopened() | e.IncidentClosed():
            return (TellRoom(incident=number, about=event), *mirrors(event))
        case e.ClockRead():
            return (TellRoom(incident=number, about=event),)
        case e.ReviewDrafted(review=review):
            return (PostReview(incident=number, review=review), RefreshCard(incident=number))
        case e.ReviewPublished():
            return (TellRoom(incident=number, about=event), RefreshCard(incident=number))
        case _:
            return ()


REACTIONS: dict[type[e.Event], Reaction] = {
    **dict.fromkeys(
        (
            e.StatementMade,
            e.StatementVerified,
            e.StatementReleased,
            e.StatementRefuted,
            e.UpdatePromised,
            e.UpdateDue,
            e.UpdateOverdue,
            e.UpdateSent,
        ),
        _on_communication,
    ),
    **dict.fromkeys(
        (
            e.QuietNoticed,
            e.IncidentStale,
            e.IncidentMitigated,
            e.IncidentResolved,
            e.IncidentReopened,
            e.IncidentClosed,
            e.ClockRead,
            e.ReviewDrafted,
            e.ReviewPublished,
        ),
        _on_recovery,
    ),
}
