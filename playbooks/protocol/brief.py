"""What the next commander is told: filled from the record, never from memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from playbooks.domain.command import Brief
from playbooks.domain.decision import Proposal
from playbooks.domain.entry import Entry
from playbooks.domain.events import KeyEventMarked
from playbooks.domain.ids import PROTOCOL, ChannelId, Ts, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.instants import day_and_time_of, time_of, time_to_the_second
from playbooks.domain.sla import ClockReading
from playbooks.domain.spoken import key_event, newest_words
from playbooks.domain.task import Task, TaskState, in_order
from playbooks.domain.team import Team
from playbooks.ports import Ports, Unit
from playbooks.protocol.correcting import as_they_stand
from playbooks.protocol.picture import draw

LATEST = 8
"""Key events in a brief: what fits on a phone."""


async def brief(unit: Unit, ports: Ports, incident: Incident) -> Brief:
    """The brief as of now."""
    picture = await draw(unit, ports.handbook(), incident, at=ports.clock.now())
    marked = [e for e in await unit.entries.newest(incident.id, KeyEventMarked.__name__, LATEST) if e.body]
    marked = [*await as_they_stand(unit, incident.id, marked)]
    words = await _as_they_read_now(unit, incident, marked)
    return Brief(
        situation=f"{picture.severity_name} {incident.title}, {incident.state}",
        impact=tuple(s.text for s in picture.impact),
        since=incident.impact_started_at,
        verified_facts=tuple(s.text for s in picture.facts),
        open_hypotheses=tuple(s.text for s in picture.hypotheses),
        key_events=tuple(f"{time_of(e.at)} {key_event(e, words)}" for e in marked),
        running_clocks=tuple(_running(r, r.deadline) for r in picture.readings if r.deadline is not None),
        held_changes=tuple(h.ref for h in picture.holds),
        pending_approvals=tuple(c.ref for c in picture.pending),
        next_update_due=picture.due.due_at if picture.due else None,
        services=incident.impacted,
        roles=tuple((held.role, held.user) for held in picture.roles),
        leads=tuple((stream.service, stream.lead) for stream in picture.workstreams),
        open_tasks=tuple(
            _task(task, picture.at) for task in in_order(picture.tasks, PROTOCOL, at=picture.at)
        ),
        teams=tuple((team.leader, team.members, _team(team, picture.at)) for team in picture.teams),
        pending_decisions=tuple(_decision(proposal) for proposal in picture.undecided),
    )


async def _as_they_read_now(
    unit: Unit, incident: Incident, marked: Sequence[Entry]
) -> Mapping[tuple[str, str], str]:
    """The words of the messages that were marked; the rest of a long log is left alone."""
    bodies = [entry.body for entry in marked if entry.body and entry.body.get("ts")]
    places = [(ChannelId(str(body["channel"])), Ts(str(body["ts"]))) for body in bodies]
    said = [entry for place in places for entry in await unit.entries.of_message(incident.id, *place)]
    return newest_words(said)


def _task(task: Task, at: datetime) -> tuple[UserId, str]:
    match task.state:
        case TaskState.DECLINED:
            how = "cannot, so nobody has it"
        case TaskState.ASKED:
            how = "has not answered yet"
        case _:
            how = f"{'late since' if task.is_late(at) else 'by'} {time_of(task.due_at)}"
    return task.assignee, f"{task.number} {task.text}: {how}"


def _team(team: Team, at: datetime) -> str:
    when = "late since" if team.due_at <= at else "until"
    return f"{team.name}: {team.task}, {when} {time_of(team.due_at)}"


def _decision(proposal: Proposal) -> str:
    against = len(proposal.objections)
    if against:
        how = f"waits for you, {against} objection{'s' if against > 1 else ''}"
    elif proposal.due_at is None:
        how = "the room has not read it yet"
    else:
        how = f"decided by silence at {time_to_the_second(proposal.due_at)}"
    return f"{proposal.number} {proposal.text}: {how}"


def _running(reading: ClockReading, deadline: datetime) -> str:
    return f"{reading.agreement}: {reading.metric} by {day_and_time_of(deadline)}"
