"""Sub-teams: a leader, members, and one task with a time box.

A commander can look after a handful of people. A team answers through its leader alone, so its
members come and go through the leader and nobody else, and nobody is in two teams.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from playbooks.domain.errors import NeedsWords, NotNeeded, NotYourRole, mention, mentions
from playbooks.domain.ids import IncidentId, TeamId, UserId, is_person
from playbooks.schema import LONGEST_BOX, SHORTEST_BOX

MAX_MEMBERS = 30
MAX_TASK = 500
_LONGEST_NAME = 30
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Some people, one task, and until when they try."""

    id: TeamId
    incident: IncidentId
    name: str
    leader: UserId
    members: tuple[UserId, ...]
    """Without the leader."""
    task: str
    due_at: datetime
    formed_at: datetime
    asked_at: datetime | None = None
    """When the leader was asked how it went, after the time was up."""
    raised_at: datetime | None = None
    """When the commander heard that the leader had not answered."""
    ended_at: datetime | None = None
    version: int = 0

    @property
    def everybody(self) -> tuple[UserId, ...]:
        """The leader first."""
        return (self.leader, *self.members)


def form(
    teams: Sequence[Team],
    name: str,
    leader: UserId,
    task: str,
    *,
    box: timedelta,
    team_id: TeamId,
    incident: IncidentId,
    at: datetime,
) -> Team:
    """A new team; ``teams`` are those that exist. Raises NeedsWords, NotNeeded."""
    if not _NAME.fullmatch(name):
        raise NeedsWords("Give the team a short name: letters, digits and hyphens.", about="name")
    if any(team.name == name for team in teams):
        raise NotNeeded(f"There is a team {name} already. See /incident team.")
    if not is_person(leader):
        raise NeedsWords(f"Name its leader: /incident team {name} @ada 30m find the broken link")
    if not task.strip():
        raise NeedsWords(f"Say what team {name} is to do, in one sentence.", about="task")
    _require_free(teams, leader)
    return Team(
        id=team_id,
        incident=incident,
        name=name,
        leader=leader,
        members=(),
        task=task.strip()[:MAX_TASK],
        due_at=at + _fitting(box),
        formed_at=at,
    )


def add(teams: Sequence[Team], team: Team, by: UserId, users: Iterable[UserId]) -> Team:
    """The leader takes people in. Raises NotYourRole, NeedsWords, NotNeeded."""
    _require_leader(team, by)
    new = [user for user in dict.fromkeys(users) if user not in team.everybody]
    if not new:
        raise NeedsWords(f"Name somebody who is not in team {team.name} yet.")
    for user in new:
        _require_free(teams, user)
    if len(team.members) + len(new) > MAX_MEMBERS:
        raise NotNeeded(f"A team has at most {MAX_MEMBERS} members. Form another one.")
    return replace(team, members=(*team.members, *new))


def remove(team: Team, by: UserId, users: Collection[UserId]) -> Team:
    """The leader lets people go. Raises NotYourRole, NeedsWords."""
    _require_leader(team, by)
    left = tuple(user for user in team.members if user not in users)
    if left == team.members:
        raise NeedsWords(f"Name a member of team {team.name}; its leader stays.")
    return replace(team, members=left)


def extend(team: Team, by: UserId, box: timedelta, *, decides: Collection[UserId], at: datetime) -> Team:
    """More time, from now on. Raises NotYourRole, NeedsWords."""
    _require_leader(team, by, decides)
    return replace(team, due_at=at + _fitting(box), asked_at=None, raised_at=None)


def end(team: Team, by: UserId, *, decides: Collection[UserId], at: datetime) -> Team:
    """The task is done, or given up, and everybody is free. Raises NotYourRole."""
    _require_leader(team, by, decides)
    return replace(team, ended_at=at)


def moved(team: Team, teams: Sequence[Team], *, into: IncidentId) -> Team | None:
    """The team as it goes on in the incident that took over, beside the ``teams`` that work there.

    Nobody is in two teams, so whoever is in one there stays in that; the next of its people leads then.
    Its name gets a number if it is taken. None if nobody of it is free.
    """
    busy = {user for other in teams for user in other.everybody}
    free = [user for user in team.everybody if user not in busy]
    if not free:
        return None
    name = _untaken(team.name, {other.name for other in teams})
    return replace(team, incident=into, name=name, leader=free[0], members=tuple(free[1:]))


def _untaken(name: str, taken: Collection[str]) -> str:
    numbered = (f"{name[: _LONGEST_NAME - 3]}-{n}" for n in count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def nudge(team: Team, *, patience: timedelta, at: datetime) -> Team | None:
    """The leader is asked when the time is up, the commander hears if there is no answer; else None."""
    if team.ended_at is not None or at < team.due_at:
        return None
    if team.asked_at is None:
        return replace(team, asked_at=at)
    if team.raised_at is None and at >= team.asked_at + patience:
        return replace(team, raised_at=at)
    return None


def due_at(team: Team, *, patience: timedelta) -> datetime | None:
    """When somebody has to be asked next; None if everybody was."""
    if team.ended_at is not None or team.raised_at is not None:
        return None
    return team.due_at if team.asked_at is None else team.asked_at + patience


def reports(
    commander: UserId, *, leads: Iterable[UserId | None], roles: Iterable[UserId], teams: Iterable[Team]
) -> tuple[UserId, ...]:
    """Who answers to the commander in person, each once."""
    everybody = (*leads, *roles, *(team.leader for team in teams))
    return tuple(dict.fromkeys(user for user in everybody if user is not None and user != commander))


def _require_leader(team: Team, by: UserId, others: Collection[UserId] = ()) -> None:
    if by != team.leader and by not in others:
        may = mentions(dict.fromkeys((team.leader, *others)))
        raise NotYourRole(f"change team {team.name}", f"its leader ({may})" if not others else may)


def _require_free(teams: Sequence[Team], user: UserId) -> None:
    held = next((team for team in teams if user in team.everybody), None)
    if held is not None:
        raise NotNeeded(
            f"{mention(user)} is in team {held.name}. Its leader, {mention(held.leader)}, lets them go first."
        )


def _fitting(box: timedelta) -> timedelta:
    if not SHORTEST_BOX <= box <= LONGEST_BOX:
        raise NeedsWords("The time box is between 5 minutes and 12 hours, such as 30m.", about="box")
    return box
