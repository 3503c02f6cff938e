"""What is done: changes held and allowed, tasks, decisions."""

from __future__ import annotations

from playbooks.domain import events as e
from playbooks.domain.effects import AskApproval, Effect, PostProposal, RefreshCard, TellRoom
from playbooks.domain.ids import is_person
from playbooks.protocol.reactions.scene import (
    Reaction,
    Scene,
    all_but,
    asked_to_decide,
    in_charge,
    invite,
    reachable,
    seated,
    tell,
)


def _on_freeze(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    match event:
        case e.ApprovalAsked(clearance=clearance):
            return (
                AskApproval(incident=number, clearance=clearance),
                *tell(event, in_charge(scene)),
                RefreshCard(incident=number),
            )
        case e.ApprovalWithdrawn(requester=requester):
            return (*tell(event, reachable(requester)), RefreshCard(incident=number))
        case e.FreezeLifted():
            return (TellRoom(incident=number, about=event), RefreshCard(incident=number))
        case e.ChangeAllowed():
            return (TellRoom(incident=number, about=event),)
        case _:
            return (RefreshCard(incident=number),)


def _on_tasks(event: e.Event, scene: Scene) -> tuple[Effect, ...]:  # noqa: PLR0911 - one table
    """One person at a time, and privately: the room sees on the card how many are late."""
    card = RefreshCard(incident=event.incident)
    match event:
        case e.TaskAssigned(assignee=assignee):
            return (*invite(event, (assignee,)), *tell(event, (assignee,)), card)
        case e.TaskReminded(assignee=assignee):
            return (*tell(event, (assignee,)), card)
        case e.TaskEscalated(assignee=assignee, assigner=assigner):
            above = [user for user in (assigner, *seated(scene)) if user != assignee]
            return (*tell(event, above or (assignee,)), card)
        case e.TaskDeclined(assigner=assigner):
            return (*tell(event, all_but(event.by, assigner, *seated(scene))), card)
        case e.TaskDone(assigner=assigner):
            return (*tell(event, all_but(event.by, assigner)), card)
        case e.TaskDropped(assignee=assignee):
            return (*tell(event, all_but(event.by, assignee)), card)
        case e.TasksLeft():
            return tell(event, in_charge(scene))
        case _:
            return (card,)


def _on_decisions(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """The room reads one post, which is redrawn in place; whoever has to act is told privately."""
    card = RefreshCard(incident=event.incident)
    match event:
        case e.DecisionProposed(decision=decision):
            return (PostProposal(incident=event.incident, decision=decision), card)
        case e.DecisionWaits(passed_up=passed_up):
            return (
                *tell(event, scene.handbook.duty_managers if passed_up else asked_to_decide(scene)),
                card,
            )
        case e.DecisionMade(proposer=proposer, objections=objections) if is_person(event.by):
            return (*tell(event, all_but(event.by, proposer, *(one.by for one in objections))), card)
        case e.DecisionWithdrawn(proposer=proposer):
            return (*tell(event, all_but(event.by, proposer)), card)
        case _:
            return (card,)


REACTIONS: dict[type[e.Event], Reaction] = {
    **dict.fromkeys(
        (
            e.FreezeBegan,
            e.ChangeHeld,
            e.ApprovalAsked,
            e.ApprovalWithdrawn,
            e.ChangeApproved,
            e.ChangeDenied,
            e.ChangeAllowed,
            e.FreezeLifted,
        ),
        _on_freeze,
    ),
    **dict.fromkeys(
        (
            e.TaskAssigned,
            e.TaskAccepted,
            e.TaskDeclined,
            e.TaskDone,
            e.TaskDropped,
            e.TaskReminded,
            e.TaskEscalated,
            e.TasksLeft,
            e.TasksTakenOver,
        ),
        _on_tasks,
    ),
    **dict.fromkeys(
        (
            e.DecisionProposed,
            e.DecisionObjected,
            e.DecisionWaits,
            e.DecisionMade,
            e.DecisionWithdrawn,
            e.DecisionLapsed,
        ),
        _on_decisions,
    ),
}
