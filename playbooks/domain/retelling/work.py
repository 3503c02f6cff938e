"""Who leads the work on what, teams, tasks and decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from playbooks.domain import events as e
from playbooks.domain import handover as handovers
from playbooks.domain import task as tasks
from playbooks.domain import workstream
from playbooks.domain.command import HandoverState
from playbooks.domain.decision import DecisionState, Objection, Proposal
from playbooks.domain.ids import ServiceName, UserId, WorkstreamId
from playbooks.domain.retelling.record import Record, Turns, known
from playbooks.domain.task import Task, TaskState
from playbooks.domain.team import Team
from playbooks.domain.workstream import Led, Workstream

Ended = e.DecisionMade | e.DecisionWithdrawn | e.DecisionLapsed


# ------------------------------------------------------------------ leads
def _began(record: Record, event: e.WorkBegan | e.LeadSeated, service: ServiceName) -> None:
    seated = event if isinstance(event, e.LeadSeated) else None
    record.workstreams.append(
        Workstream(
            id=WorkstreamId(""),
            incident=event.incident,
            service=service,
            lead=seated.lead if seated else None,
            how=seated.how if seated else None,
            since=event.at,
        )
    )


def _work_began(record: Record, event: e.WorkBegan) -> None:
    for service in event.services:
        _began(record, event, service)


def _work_ended(record: Record, event: e.WorkEnded) -> None:
    for service in event.services:
        stream = record.stream(service)
        if stream is not None:
            _instead(record, stream, replace(stream, until=max(event.at, stream.since)))
    record.void_offers(event.at, event.services)


def _seated(record: Record, event: e.LeadSeated) -> None:
    if event.how is Led.HANDOVER:
        for offer in record.handovers.values():
            if offer.service in event.services and offer.state is HandoverState.OFFERED:
                record.handovers[offer.id] = handovers.say_yes(offer, event.lead, at=event.at)
    for service in event.services:
        stream = record.stream(service)
        if stream is None:
            _began(record, event, service)
        else:
            _follow_up(record, stream, event.lead, event.how, event)


def _left(record: Record, event: e.LeadLeft) -> None:
    """Nobody leads then; where the work itself ended, the log has said so before."""
    for service in event.services:
        stream = record.stream(service)
        if stream is not None:
            _follow_up(record, stream, None, None, event)


def _follow_up(
    record: Record, stream: Workstream, lead: UserId | None, how: Led | None, event: e.Event
) -> None:
    ended, begun = workstream.follow_up(stream, lead, how, stream_id=WorkstreamId(""), at=event.at)
    _instead(record, stream, ended)
    record.workstreams.append(begun)
    record.void_offers(event.at, (stream.service,))


def _wanted(record: Record, event: e.LeadWanted) -> None:
    for service in event.services:
        stream = record.stream(service)
        if stream is not None:
            _instead(record, stream, replace(stream, asked_at=event.at))


def _instead(record: Record, before: Workstream, after: Workstream) -> None:
    record.workstreams = [after if one is before else one for one in record.workstreams]


# ------------------------------------------------------------------ teams
def _formed(record: Record, event: e.TeamFormed) -> None:
    record.teams[event.team] = Team(
        id=event.team,
        incident=event.incident,
        name=event.name,
        leader=event.leader,
        members=(),
        task=event.task,
        due_at=event.due_at,
        formed_at=event.at,
    )


def _moved(record: Record, event: e.TeamMoved) -> None:
    record.teams[event.team] = Team(
        id=event.team,
        incident=event.incident,
        name=event.name,
        leader=event.leader,
        members=event.members,
        task=event.task,
        due_at=event.due_at,
        formed_at=event.formed_at or event.at,
        asked_at=event.asked_at,
        raised_at=event.raised_at,
    )


def _changed(record: Record, event: e.TeamChanged) -> None:
    team: Team = known(record.teams, event.team, record)
    stay = tuple(user for user in team.members if user not in event.left)
    record.teams[team.id] = replace(team, members=(*stay, *event.came))


def _extended(record: Record, event: e.TeamExtended) -> None:
    team: Team = known(record.teams, event.team, record)
    record.teams[team.id] = replace(team, due_at=event.due_at, asked_at=None, raised_at=None)


def _overdue(record: Record, event: e.TeamOverdue) -> None:
    team: Team = known(record.teams, event.team, record)
    record.teams[team.id] = (
        replace(team, raised_at=event.at) if event.raised else replace(team, asked_at=event.at)
    )


def _team_ended(record: Record, event: e.TeamEnded) -> None:
    team: Team = known(record.teams, event.team, record)
    record.teams[team.id] = replace(team, ended_at=event.at)


# ------------------------------------------------------------------ tasks
def _assigned(record: Record, event: e.TaskAssigned) -> None:
    """Somebody new, or somebody else; what one takes upon oneself is accepted with it."""
    fresh = Task(
        id=event.task,
        incident=event.incident,
        number=event.number,
        text=event.text,
        assignee=event.assignee,
        assigner=event.assigner,
        asked_at=event.at,
        box=timedelta(seconds=event.box_seconds),
        due_at=event.answer_by,
    )
    task = replace(
        record.tasks.get(event.task, fresh),
        assignee=event.assignee,
        assigner=event.assigner,
        state=TaskState.ASKED,
        due_at=event.answer_by,
        reminded=0,
        answered_at=None,
        note="",
    )
    mine = event.assignee == event.by
    record.tasks[event.task] = tasks.accept(task, event.by, at=event.at) if mine else task


def _accepted(record: Record, event: e.TaskAccepted) -> None:
    task: Task = known(record.tasks, event.task, record)
    record.tasks[task.id] = replace(
        task, state=TaskState.ACCEPTED, answered_at=event.at, due_at=event.due_at, reminded=0
    )


def _declined(record: Record, event: e.TaskDeclined) -> None:
    task: Task = known(record.tasks, event.task, record)
    record.tasks[task.id] = replace(
        task, state=TaskState.DECLINED, answered_at=event.at, reminded=0, note=event.reason
    )


def _done(record: Record, event: e.TaskDone) -> None:
    _ended(record, event, TaskState.DONE, event.note)


def _dropped(record: Record, event: e.TaskDropped) -> None:
    _ended(record, event, TaskState.DROPPED, event.reason)


def _ended(record: Record, event: e.TaskDone | e.TaskDropped, state: TaskState, note: str) -> None:
    task: Task = known(record.tasks, event.task, record)
    record.tasks[task.id] = replace(task, state=state, ended_at=event.at, ended_by=event.by, note=note)


def _spoken_of(record: Record, event: e.TaskReminded | e.TaskEscalated) -> None:
    task: Task = known(record.tasks, event.task, record)
    record.tasks[task.id] = replace(task, reminded=task.reminded + 1, reminded_at=event.at)


def _taken_over(record: Record, event: e.TasksTakenOver) -> None:
    for moved in event.moved:
        record.tasks[moved.task] = Task(
            id=moved.task,
            incident=event.incident,
            number=moved.number,
            text=moved.text,
            assignee=moved.assignee,
            assigner=moved.assigner,
            asked_at=moved.asked_at,
            box=timedelta(seconds=moved.box_seconds),
            due_at=moved.due_at,
            state=moved.state,
            reminded=moved.reminded,
            reminded_at=moved.reminded_at,
            answered_at=moved.answered_at,
            note=moved.note,
        )


# ------------------------------------------------------------------ decisions
def _proposed(record: Record, event: e.DecisionProposed) -> None:
    record.decisions[event.decision] = Proposal(
        id=event.decision,
        incident=event.incident,
        number=event.number,
        text=event.text,
        options=event.options,
        proposer=event.proposer,
        proposed_at=event.at,
        pause=timedelta(seconds=event.pause_seconds),
    )


def _shown(record: Record, event: e.DecisionShown) -> None:
    proposal: Proposal = known(record.decisions, event.decision, record)
    record.decisions[proposal.id] = replace(proposal, due_at=event.due_at)


def _objected(record: Record, event: e.DecisionObjected) -> None:
    proposal: Proposal = known(record.decisions, event.decision, record)
    others = tuple(one for one in proposal.objections if one.by != event.by)
    word = Objection(by=event.by, at=event.at, reason=event.reason)
    record.decisions[proposal.id] = replace(proposal, objections=(*others, word))


def _waits(record: Record, event: e.DecisionWaits) -> None:
    proposal: Proposal = known(record.decisions, event.decision, record)
    record.decisions[proposal.id] = replace(proposal, raised=proposal.raised + 1, raised_at=event.at)


def _decision_ended(record: Record, event: Ended, state: DecisionState) -> None:
    proposal: Proposal = known(record.decisions, event.decision, record)
    record.decisions[proposal.id] = replace(
        proposal,
        state=state,
        choice=event.choice if isinstance(event, e.DecisionMade) else "",
        ended_at=event.at,
        ended_by=event.by,
        reason=event.reason,
    )


WORK: Turns = {
    e.WorkBegan: _work_began,
    e.WorkEnded: _work_ended,
    e.LeadSeated: _seated,
    e.LeadLeft: _left,
    e.LeadWanted: _wanted,
    e.TeamFormed: _formed,
    e.TeamMoved: _moved,
    e.TeamChanged: _changed,
    e.TeamExtended: _extended,
    e.TeamOverdue: _overdue,
    e.TeamEnded: _team_ended,
    e.TaskAssigned: _assigned,
    e.TaskAccepted: _accepted,
    e.TaskDeclined: _declined,
    e.TaskDone: _done,
    e.TaskDropped: _dropped,
    e.TaskReminded: _spoken_of,
    e.TaskEscalated: _spoken_of,
    e.TasksTakenOver: _taken_over,
    e.DecisionProposed: _proposed,
    e.DecisionShown: _shown,
    e.DecisionObjected: _objected,
    e.DecisionWaits: _waits,
    e.DecisionMade: lambda r, v: _decision_ended(r, v, DecisionState.DECIDED),
    e.DecisionWithdrawn: lambda r, v: _decision_ended(r, v, DecisionState.WITHDRAWN),
    e.DecisionLapsed: lambda r, v: _decision_ended(r, v, DecisionState.LAPSED),
}
