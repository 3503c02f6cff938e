"""Sub-teams, and the warning that too many people answer to the commander.

Teams are a commander's way to go on when an incident outgrows one head: whoever leads a team
answers for all of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from playbooks.domain import authority, team
from playbooks.domain.authority import Action, Actor
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import (
    SpanExceeded,
    TeamChanged,
    TeamEnded,
    TeamExtended,
    TeamFormed,
    TeamMoved,
    TeamOverdue,
)
from playbooks.domain.ids import PROTOCOL, IncidentId, TeamId, UserId, incident_name
from playbooks.domain.incident import Incident
from playbooks.domain.person import kind_of, require_fit
from playbooks.domain.team import Team
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, locked_live, record

PATIENCE = timedelta(minutes=10)
"""A leader whose time is up has this long to answer before the commander hears of it."""


async def form_team(
    ports: Ports,
    *,
    incident: IncidentId,
    name: str,
    leader: UserId,
    task: str,
    by: UserId,
    box: timedelta | None = None,
) -> Team:
    """Put somebody at the head of a team; no ``box`` is the playbook's.

    Raises IncidentNotFound, IncidentOver, NotYourRole, NeedsWords, NotNeeded, CannotCommand.
    """
    now, handbook = ports.clock.now(), ports.handbook()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        await _require_command(unit, ports, found, by)
        require_fit(leader, await unit.members.find(leader))
        formed = team.form(
            await unit.teams.current(incident),
            name.strip().casefold(),
            leader,
            task,
            box=box or handbook.playbook.command.team_box,
            team_id=TeamId(ports.ids.new()),
            incident=incident,
            at=now,
        )
        await unit.teams.add(formed)
        await _set_alarm(unit, formed)
        event = TeamFormed(
            incident=incident,
            by=by,
            at=now,
            team=formed.id,
            name=formed.name,
            leader=leader,
            task=formed.task,
            due_at=formed.due_at,
        )
        await record(unit, ports, found, event)
        await watch_span(unit, ports, found)
        await unit.commit()
    return formed


async def change_members(
    ports: Ports,
    *,
    incident: IncidentId,
    name: str,
    by: UserId,
    come: Collection[UserId] = (),
    go: Collection[UserId] = (),
) -> Team:
    """The leader takes people in, or lets them go.

    Raises IncidentNotFound, IncidentOver, NotYourRole, NeedsWords, NotNeeded, CannotCommand.
    """
    async with ports.units() as unit:
        found, before, teams = await _team(unit, incident, name)
        for user in come:
            require_fit(user, await unit.members.find(user))
        after = team.add(teams, before, by, come) if come else team.remove(before, by, go)
        await unit.teams.save(after)
        event = TeamChanged(
            incident=incident,
            by=by,
            at=ports.clock.now(),
            team=after.id,
            name=after.name,
            leader=after.leader,
            came=tuple(user for user in after.members if user not in before.members),
            left=tuple(user for user in before.members if user not in after.members),
        )
        await record(unit, ports, found, event)
        await unit.commit()
    return after


async def extend_team(ports: Ports, *, incident: IncidentId, name: str, box: timedelta, by: UserId) -> Team:
    """More time, from now on. Raises IncidentNotFound, IncidentOver, NotYourRole, NeedsWords."""
    now = ports.clock.now()
    async with ports.units() as unit:
        found, before, _ = await _team(unit, incident, name)
        after = team.extend(before, by, box, decides=await _deciders(unit, ports, found, by), at=now)
        await unit.teams.save(after)
        await _set_alarm(unit, after)
        event = TeamExtended(
            incident=incident,
            by=by,
            at=now,
            team=after.id,
            name=after.name,
            leader=after.leader,
            due_at=after.due_at,
        )
        await record(unit, ports, found, event)
        await unit.commit()
    return after


async def end_team(ports: Ports, *, incident: IncidentId, name: str, by: UserId, note: str = "") -> Team:
    """The task is done, or given up. Raises IncidentNotFound, IncidentOver, NotYourRole, NeedsWords."""
    now = ports.clock.now()
    async with ports.units() as unit:
        found, before, _ = await _team(unit, incident, name)
        after = team.end(before, by, decides=await _deciders(unit, ports, found, by), at=now)
        await unit.teams.save(after)
        await unit.timers.cancel(TimerKind.TEAM, after.id)
        event = TeamEnded(
            incident=incident,
            by=by,
            at=now,
            team=after.id,
            name=after.name,
            leader=after.leader,
            note=note.strip(),
        )
        await record(unit, ports, found, event)
        await unit.commit()
    return after


async def team_due(ports: Ports, *, subject: TeamId) -> None:
    """The time is up: its leader is asked, and the commander hears if there is no answer."""
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await unit.teams.find(subject)
        if found is None:
            return
        incident = await locked(unit, found.incident)
        current = await unit.teams.find(subject) or found
        after = team.nudge(current, patience=PATIENCE, at=now) if incident.is_live else None
        if after is None:
            return
        await unit.teams.save(after)
        await _set_alarm(unit, after)
        event = TeamOverdue(
            incident=incident.id,
            by=PROTOCOL,
            at=now,
            team=after.id,
            name=after.name,
            leader=after.leader,
            task=after.task,
            raised=after.raised_at is not None,
        )
        await record(unit, ports, incident, event)
        await unit.commit()


async def move_teams(unit: Unit, ports: Ports, source: Incident, survivor: Incident) -> None:
    """The incident becomes part of another one: its teams go on there, inside the caller's transaction."""
    for one in await unit.teams.current(source.id):
        after = team.moved(one, tuple(await unit.teams.current(survivor.id)), into=survivor.id)
        if after is None:
            await _give_up(unit, ports, source, one, survivor)
            continue
        await unit.teams.save(after)
        await _set_alarm(unit, after)
        event = TeamMoved(
            incident=survivor.id,
            by=PROTOCOL,
            at=ports.clock.now(),
            other=source.id,
            team=after.id,
            before=one.name,
            name=after.name,
            leader=after.leader,
            members=after.members,
            task=after.task,
            due_at=after.due_at,
            formed_at=after.formed_at,
            asked_at=after.asked_at,
            raised_at=after.raised_at,
        )
        await record(unit, ports, survivor, event)
    await watch_span(unit, ports, survivor)


async def _give_up(unit: Unit, ports: Ports, source: Incident, one: Team, survivor: Incident) -> None:
    """Everybody of it is in a team of the survivor already."""
    now = ports.clock.now()
    await unit.teams.save(replace(one, ended_at=now))
    await unit.timers.cancel(TimerKind.TEAM, one.id)
    event = TeamEnded(
        incident=source.id,
        by=PROTOCOL,
        at=now,
        team=one.id,
        name=one.name,
        leader=one.leader,
        note=f"its people are in teams of {incident_name(survivor.id)}",
    )
    await record(unit, ports, source, event)


async def watch_span(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Somebody more may answer to the commander: too many, and the commander is told, once."""
    tenure = await unit.tenures.current(incident.id)
    if tenure is None:
        return
    most = ports.handbook().playbook.command.span
    reports = team.reports(
        tenure.user,
        leads=(stream.lead for stream in await unit.workstreams.current(incident.id)),
        roles=(held.user for held in await unit.assignments.current(incident.id)),
        teams=await unit.teams.current(incident.id),
    )
    if len(reports) > most:
        event = SpanExceeded(
            incident=incident.id,
            by=PROTOCOL,
            at=ports.clock.now(),
            commander=tenure.user,
            reports=reports,
            most=most,
        )
        await record(unit, ports, incident, event)


async def _team(unit: Unit, incident: IncidentId, name: str) -> tuple[Incident, Team, tuple[Team, ...]]:
    found = await locked_live(unit, incident)
    teams = tuple(await unit.teams.current(incident))
    wanted = next((one for one in teams if one.name == name.strip().casefold()), None)
    if wanted is None:
        known = ", ".join(one.name for one in teams) or "none yet"
        raise NeedsWords(f"There is no such team here. Teams: {known}.")
    return found, wanted, teams


async def _require_command(unit: Unit, ports: Ports, incident: Incident, by: UserId) -> None:
    authority.require(
        Actor(user=by, kind=kind_of(await unit.members.find(by))),
        Action.FORM_TEAM,
        handbook=ports.handbook(),
        tenure=await unit.tenures.current(incident.id),
        incident=incident,
    )


async def _deciders(unit: Unit, ports: Ports, incident: Incident, by: UserId) -> tuple[UserId, ...]:
    verdict = authority.may(
        Actor(user=by),
        Action.FORM_TEAM,
        handbook=ports.handbook(),
        tenure=await unit.tenures.current(incident.id),
        incident=incident,
    )
    return tuple(dict.fromkeys((*verdict.who_may, *((by,) if verdict.allowed else ()))))


async def _set_alarm(unit: Unit, formed: Team) -> None:
    due = team.due_at(formed, patience=PATIENCE)
    if due is not None:
        await unit.timers.set(
            Timer(kind=TimerKind.TEAM, subject=formed.id, incident=formed.incident, due_at=due)
        )
