"""Which effects follow from which event: the whole policy of what is said to whom.

One pure table. The bot is quiet: what people say, mark and state is written down and
answered privately; the room hears about changes of state only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playbooks.domain import events as e
from playbooks.domain.command import Seating
from playbooks.domain.effects import (
    AddBookmarks,
    Announce,
    AskApproval,
    Effect,
    Invite,
    OpenRoom,
    PostCandidate,
    PostCard,
    PostProposal,
    PostReview,
    PostUpdate,
    RefreshAnnouncement,
    RefreshCard,
    RenameRoom,
    SendBrief,
    SetTopic,
    TellPerson,
    TellRoom,
)
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId, is_account, is_person
from playbooks.domain.incident import Incident, Major, RoomState, State
from playbooks.domain.stale import Rung
from playbooks.domain.workstream import Led


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the table may look at: the incident after the event, and who is in charge."""

    incident: Incident
    commander: UserId | None
    handbook: Handbook
    stakeholders_told: bool
    """Whether any update was sent: only then can a correction be due."""
    comms: tuple[UserId, ...] = ()
    """Who speaks to the stakeholders of this incident, beside those of the roster."""


def reactions(  # noqa: C901, PLR0911, PLR0912 - a table
    event: e.Event, scene: Scene
) -> tuple[Effect, ...]:
    """The effects that follow from the event, in the order in which readers should see them."""
    match event:
        case (
            e.CandidateProposed()
            | e.CandidateRejected()
            | e.IncidentDeclared()
            | e.AlertsAttached()
            | e.AlertAcknowledged()
            | e.SeverityChanged()
            | e.KnownErrorRecognised()
        ):
            return _on_detection(event, scene)
        case e.UserReported():
            return _on_report(event, scene)
        case (
            e.MergeProposed()
            | e.MergeAgreed()
            | e.MergeDeclined()
            | e.IncidentMerged()
            | e.IncidentAbsorbed()
        ):
            return _on_merger(event, scene)
        case e.RoomOpened() | e.RoomUnavailable() | e.PeopleInvited() | e.RoomReady() | e.StepFailed():
            return _on_room(event, scene)
        case (
            e.BecameChild()
            | e.ChildJoined()
            | e.LeftParent()
            | e.ChildLeft()
            | e.ParentUpdated()
            | e.ParentEnded()
        ):
            return _on_family(event, scene)
        case (
            e.RoomHarmed()
            | e.RoomMended()
            | e.RoomRenamed()
            | e.RoomConverted()
            | e.RoomMoved()
            | e.NewRoomAsked()
            | e.HubHarmed()
            | e.HubRenamed()
        ):
            return _on_fate(event, scene)
        case (
            e.CommandAsked()
            | e.AskDeclined()
            | e.AskLapsed()
            | e.CommanderRecalled()
            | e.CommanderAnswered()
            | e.CommanderGone()
            | e.CommandUnfilled()
            | e.RoleGiven()
            | e.RoleLaidDown()
        ):
            return _on_search(event, scene)
        case (
            e.CommandTaken()
            | e.HandoverOffered()
            | e.HandoverAccepted()
            | e.HandoverDeclined()
            | e.HandoverWithdrawn()
            | e.HandoverExpired()
        ):
            return _on_command(event)
        case e.LeadSeated() | e.LeadLeft() | e.LeadWanted():
            return _on_leads(event, scene)
        case (
            e.TeamFormed()
            | e.TeamChanged()
            | e.TeamExtended()
            | e.TeamOverdue()
            | e.TeamEnded()
            | e.SpanExceeded()
        ):
            return _on_teams(event, scene)
        case e.GlassBroken():
            return _on_authority(event, scene)
        case e.DrillJoined() | e.DrillBecameReal():
            return _on_drill(event, scene)
        case e.CommandContested() | e.ContestJoined() | e.ContestAwarded() | e.ContestDecided():
            return _on_contest(event, scene)
        case (
            e.FreezeBegan()
            | e.ChangeHeld()
            | e.ApprovalAsked()
            | e.ApprovalWithdrawn()
            | e.ChangeApproved()
            | e.ChangeDenied()
            | e.ChangeAllowed()
            | e.FreezeLifted()
        ):
            return _on_freeze(event, scene)
        case (
            e.TaskAssigned()
            | e.TaskAccepted()
            | e.TaskDeclined()
            | e.TaskDone()
            | e.TaskDropped()
            | e.TaskReminded()
            | e.TaskEscalated()
            | e.TasksLeft()
            | e.TasksTakenOver()
        ):
            return _on_tasks(event, scene)
        case (
            e.DecisionProposed()
            | e.DecisionObjected()
            | e.DecisionWaits()
            | e.DecisionMade()
            | e.DecisionWithdrawn()
            | e.DecisionLapsed()
        ):
            return _on_decisions(event, scene)
        case (
            e.StatementMade()
            | e.StatementVerified()
            | e.StatementReleased()
            | e.StatementRefuted()
            | e.UpdatePromised()
            | e.UpdateDue()
            | e.UpdateOverdue()
            | e.UpdateSent()
        ):
            return _on_communication(event, scene)
        case _:
            return _on_recovery(event, scene)


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
            return (*_invite(event, invited), *_mirrors(event), TellRoom(incident=number, about=event))
        case e.SeverityChanged():
            return (TellRoom(incident=number, about=event), *_mirrors(event))
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
            return (*room, *_tell(event, _asked_to_decide(scene)))
        case e.MergeDeclined():
            return room
        case e.IncidentMerged():
            return (*room, *_mirrors(event))
        case e.IncidentAbsorbed() if scene.incident.major is not Major.ACCEPTED:
            return ()  # the question itself is put again, with what it is about now
        case e.IncidentAbsorbed(new_services=new, newcomer=newcomer):
            come = _invite(event, (*scene.handbook.leads_of(new), newcomer))
            return (*come, *room, *_mirrors(event))
        case _:
            return ()


def _asked_to_decide(scene: Scene) -> tuple[UserId, ...]:
    """The commander, or the duty managers where nobody commands."""
    return _commander(scene) or scene.handbook.duty_managers


def _on_room(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    responders = scene.handbook.responders(scene.incident.impacted)
    match event:
        case e.RoomOpened():
            return (
                *_invite(event, (*responders, *_persons(scene.incident.declared_by), *_commander(scene))),
                PostCard(incident=number),
                SetTopic(incident=number),
                AddBookmarks(incident=number),
                RefreshAnnouncement(incident=number),
            )
        case e.RoomUnavailable():
            return (PostCard(incident=number), *_tell(event, (*responders, *_in_charge(scene))))
        case e.PeopleInvited(failed=failed) if failed:
            return (TellRoom(incident=number, about=event),)
        case e.StepFailed():
            return _tell(event, (*_in_charge(scene), *_persons(scene.incident.declared_by)))
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
            return (*_tell(event, _in_charge(scene)), card)
        case _:
            return (card,)


def _on_fate(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """Whoever leads hears at once what befell the room; once it is over, rooms may be put away."""
    number = event.incident
    told = _tell(event, _leading(scene, but=event.by)) if scene.incident.is_live else ()
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
            return _tell(event, (*_leading(scene, but=event.by), *scene.handbook.operators))
        case _:
            return (announcement,)


def _on_harm(event: e.RoomHarmed, scene: Scene) -> tuple[Effect, ...]:
    """Even whoever did it hears what follows; the card goes where people can read it."""
    number = event.incident
    if not event.is_news or not scene.incident.is_live:
        return ()
    elsewhere = scene.incident.room_state is RoomState.LOST
    card = PostCard(incident=number) if elsewhere else RefreshCard(incident=number)
    return (*_tell(event, _leading(scene)), card)


def _leading(scene: Scene, *, but: UserId | None = None) -> tuple[UserId, ...]:
    """The commander; while there is none, who declared it and the duty managers."""
    stand_ins = (*_persons(scene.incident.declared_by), *scene.handbook.duty_managers)
    return tuple(user for user in dict.fromkeys(_commander(scene) or stand_ins) if user != but)


def _on_contest(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    room = (TellRoom(incident=number, about=event),)
    match event:
        case e.CommandContested(incumbent=incumbent, challenger=challenger):
            asked = (incumbent, challenger, *scene.handbook.duty_managers)
            come = _invite(event, (challenger,))
            return (*come, *room, *_tell(event, asked), RefreshCard(incident=number))
        case e.ContestJoined(challenger=challenger):
            come = _invite(event, (challenger,))
            asked = (challenger, *scene.handbook.duty_managers)
            return (*come, *room, *_tell(event, asked), RefreshCard(incident=number))
        case e.ContestAwarded():
            return (*room, *_tell(event, scene.handbook.duty_managers), *_mirrors(event))
        case _:
            return (*room, *_mirrors(event))


def _on_authority(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """Whose authority it is hears of it, and so does the room."""
    told = dict.fromkeys((*_in_charge(scene), *scene.handbook.duty_managers))
    people = (user for user in told if user != event.by)
    return (TellRoom(incident=event.incident, about=event), *_tell(event, people))


def _on_drill(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """When it becomes real, whoever was spared is called as at a declaration."""
    number = event.incident
    if not isinstance(event, e.DrillBecameReal):
        return (RefreshCard(incident=number),)
    called = dict.fromkeys((*scene.handbook.responders(scene.incident.impacted), *_in_charge(scene)))
    return (
        *_invite(event, called),
        RenameRoom(incident=number),
        TellRoom(incident=number, about=event),
        *_tell(event, (user for user in called if user != event.by)),
        *_mirrors(event),
    )


def _on_search(event: e.Event, scene: Scene) -> tuple[Effect, ...]:  # noqa: PLR0911 - one table
    """One person is asked at a time, and privately: the room sees it on the card."""
    number = event.incident
    room = TellRoom(incident=number, about=event)
    match event:
        case e.CommandAsked(person=person):
            return (*_invite(event, (person,)), *_tell(event, (person,)), RefreshCard(incident=number))
        case e.CommanderRecalled(commander=commander):
            return (room, *_tell(event, (commander,)), RefreshCard(incident=number))
        case e.CommanderAnswered():
            return (room, RefreshCard(incident=number))
        case e.CommanderGone():
            return (room, *_tell(event, scene.handbook.duty_managers), RefreshCard(incident=number))
        case e.RoleGiven(person=person):
            return (*_invite(event, (person,)), *_tell(event, (person,)), RefreshCard(incident=number))
        case e.RoleLaidDown():
            return (*_tell(event, _in_charge(scene)), RefreshCard(incident=number))
        case e.CommandUnfilled():
            return (room, *_tell(event, scene.handbook.operators), RefreshCard(incident=number))
        case _:
            return (RefreshCard(incident=number),)


def _on_command(event: e.Event) -> tuple[Effect, ...]:  # noqa: PLR0911 - one exhaustive table
    number = event.incident
    room = (TellRoom(incident=number, about=event),)
    match event:
        case e.CommandTaken(how=Seating.AWARD, commander=commander):
            # The decision of the contest already said it to the room.
            return (*_tell(event, (commander,)), *_mirrors(event))
        case e.CommandTaken(commander=commander):
            return (*_invite(event, (commander,)), *room, *_tell(event, (commander,)), *_mirrors(event))
        case e.HandoverAccepted(taker=taker):
            return (*room, *_tell(event, (taker,)), *_mirrors(event))
        case e.HandoverOffered(handover=handover, taker=taker):
            brief = SendBrief(incident=number, handover=handover, user=taker)
            said = room if event.service is None else ()
            return (*_invite(event, (taker,)), *said, brief, RefreshCard(incident=number))
        case e.HandoverWithdrawn(taker=taker):
            return (*room, *_tell(event, (taker,)), RefreshCard(incident=number))
        case e.HandoverDeclined(giver=giver) | e.HandoverExpired(giver=giver):
            return (*_tell(event, (giver,)), RefreshCard(incident=number))
        case _:
            return (*room, *_mirrors(event))


def _on_leads(event: e.LeadSeated | e.LeadLeft | e.LeadWanted, scene: Scene) -> tuple[Effect, ...]:
    """The room hears of a lead that changed; who is on call at first, it sees on the card."""
    card = RefreshCard(incident=event.incident)
    match event:
        case e.LeadSeated(lead=lead, how=how):
            at_first = how is Led.ON_CALL
            called = at_first and lead in scene.handbook.leads_of(event.services)
            come = () if called else _invite(event, (lead,))
            said = () if at_first else (TellRoom(incident=event.incident, about=event),)
            return (*come, *said, *_tell(event, (lead,)), card)
        case e.LeadLeft():
            return (*_tell(event, (event.lead, *_asked_to_decide(scene))), card)
        case e.LeadWanted():
            return (*_tell(event, _asked_to_decide(scene)), card)


def _on_teams(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """A team hears of itself, and the commander of what it cannot settle; the room sees the card."""
    card = RefreshCard(incident=event.incident)
    match event:
        case e.TeamFormed(leader=leader):
            return (*_invite(event, (leader,)), *_tell(event, (leader,)), card)
        case e.TeamChanged(came=came, left=left):
            return (*_invite(event, came), *_tell(event, (*came, *left)), card)
        case e.TeamOverdue(leader=leader, raised=raised):
            return (*_tell(event, _in_charge(scene) if raised else (leader,)), card)
        case e.TeamEnded():
            return (*_tell(event, (u for u in _commander(scene) if u != event.by)), card)
        case e.SpanExceeded(commander=commander):
            return _tell(event, (commander,))
        case _:
            return (card,)


def _on_freeze(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    match event:
        case e.ApprovalAsked(clearance=clearance):
            return (
                AskApproval(incident=number, clearance=clearance),
                *_tell(event, _in_charge(scene)),
                RefreshCard(incident=number),
            )
        case e.ApprovalWithdrawn(requester=requester):
            return (*_tell(event, _reachable(requester)), RefreshCard(incident=number))
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
            return (*_invite(event, (assignee,)), *_tell(event, (assignee,)), card)
        case e.TaskReminded(assignee=assignee):
            return (*_tell(event, (assignee,)), card)
        case e.TaskEscalated(assignee=assignee, assigner=assigner):
            above = [user for user in (assigner, *_commander(scene)) if user != assignee]
            return (*_tell(event, above or (assignee,)), card)
        case e.TaskDeclined(assigner=assigner):
            return (*_tell(event, _but(event.by, assigner, *_commander(scene))), card)
        case e.TaskDone(assigner=assigner):
            return (*_tell(event, _but(event.by, assigner)), card)
        case e.TaskDropped(assignee=assignee):
            return (*_tell(event, _but(event.by, assignee)), card)
        case e.TasksLeft():
            return _tell(event, _in_charge(scene))
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
                *_tell(event, scene.handbook.duty_managers if passed_up else _asked_to_decide(scene)),
                card,
            )
        case e.DecisionMade(proposer=proposer, objections=objections) if is_person(event.by):
            return (*_tell(event, _but(event.by, proposer, *(one.by for one in objections))), card)
        case e.DecisionWithdrawn(proposer=proposer):
            return (*_tell(event, _but(event.by, proposer)), card)
        case _:
            return (card,)


def _but(one: UserId, *others: UserId) -> tuple[UserId, ...]:
    """Whoever did it knows it."""
    return tuple(user for user in others if user != one)


def _on_communication(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    writers = dict.fromkeys((*_in_charge(scene), *scene.comms, *scene.handbook.comms))
    match event:
        case e.UpdateDue():
            return _tell(event, writers)
        case e.UpdateOverdue():
            return _tell(event, (*writers, *scene.handbook.duty_managers))
        case e.UpdateSent(update=update):
            return (
                PostUpdate(incident=number, update=update),
                TellRoom(incident=number, about=event),
                RefreshCard(incident=number),
            )
        case e.StatementRefuted(was_released=True) if scene.stakeholders_told:
            return (*_tell(event, writers), RefreshCard(incident=number))
        case _:
            return (RefreshCard(incident=number),)


def _on_recovery(event: e.Event, scene: Scene) -> tuple[Effect, ...]:  # noqa: PLR0911 - a table
    number = event.incident
    match event:
        case e.QuietNoticed():
            return _tell(event, _in_charge(scene))
        case e.IncidentStale(rung=rung):
            return _tell(event, scene.handbook.duty_managers if rung == Rung.DUTY else _in_charge(scene))
        case e.IncidentMitigated() | e.IncidentResolved() | e.IncidentReopened() | e.IncidentClosed():
            return (TellRoom(incident=number, about=event), *_mirrors(event))
        case e.ClockRead():
            return (TellRoom(incident=number, about=event),)
        case e.ReviewDrafted(review=review):
            return (PostReview(incident=number, review=review), RefreshCard(incident=number))
        case e.ReviewPublished():
            return (TellRoom(incident=number, about=event), RefreshCard(incident=number))
        case _:
            return ()


def _mirrors(event: e.Event) -> tuple[Effect, ...]:
    """Everything that shows state, severity or commander shows the same."""
    number = event.incident
    return (
        RefreshCard(incident=number),
        SetTopic(incident=number),
        RefreshAnnouncement(incident=number),
    )


def _in_charge(scene: Scene) -> tuple[UserId, ...]:
    """The commander; while there is none, who is on shift and who declared."""
    waiting = dict.fromkeys((*scene.handbook.on_shift, *_persons(scene.incident.declared_by)))
    return _commander(scene) or tuple(waiting)


def _commander(scene: Scene) -> tuple[UserId, ...]:
    return (scene.commander,) if scene.commander is not None else ()


def _reachable(requester: str) -> tuple[UserId, ...]:
    """Whoever a pipeline named, if that is somebody Slack can write to."""
    return (UserId(requester),) if is_account(requester) else ()


def _persons(*users: UserId) -> tuple[UserId, ...]:
    return tuple(user for user in users if is_person(user))


def _tell(event: e.Event, users: Iterable[UserId]) -> tuple[Effect, ...]:
    people = dict.fromkeys(user for user in users if is_person(user))
    return tuple(TellPerson(incident=event.incident, user=user, about=event) for user in people)


def _invite(event: e.Event, users: Iterable[UserId]) -> tuple[Effect, ...]:
    people = tuple(dict.fromkeys(user for user in users if is_person(user)))
    return (Invite(incident=event.incident, users=people),) if people else ()
