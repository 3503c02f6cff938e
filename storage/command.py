"""Who commands, who disputes it, to whom it is offered.

The database itself refuses a second open tenure or a second open contest of an incident:
the promise that there is one commander does not rest on code alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.command import Contest, ContestPhase, Handover, HandoverState, Ladder, Tenure
from playbooks.domain.ids import (
    ContestId,
    HandoverId,
    IncidentId,
    LadderId,
    ServiceName,
    TeamId,
    WorkstreamId,
)
from playbooks.domain.roles import Assignment
from playbooks.domain.team import Team
from playbooks.domain.workstream import Workstream
from storage import tables
from storage.mapping import Codec
from storage.memory import Memory
from storage.records import SqlRecords, SqlRepository, asked

_TENURES = Codec(Tenure, tables.tenures)
_CONTESTS = Codec(Contest, tables.contests)
_ASSIGNMENTS = Codec(Assignment, tables.assignments)
_LADDERS = Codec(Ladder, tables.ladders)
_HANDOVERS = Codec(Handover, tables.handovers)
_WORKSTREAMS = Codec(Workstream, tables.workstreams)
_TEAMS = Codec(Team, tables.teams)

_UNDECIDED = asked(tables.contests, ("incident",), frozenset(), "", first=True).where(
    tables.contests.c.phase != ContestPhase.DECIDED.value
)
_OF_LEADS = asked(tables.handovers, ("incident",), frozenset(), "offered_at id").where(
    tables.handovers.c.service.is_not(None)
)
_SEAT = "seat"


class SqlTenures(SqlRecords[Tenure]):
    """``ports.Tenures``. End the old tenure before adding the new one: the seat has one holder."""

    def __init__(self, connection: AsyncConnection, memory: Memory) -> None:
        super().__init__(connection, _TENURES)
        self._memory = memory

    async def current(self, incident: IncidentId) -> Tenure | None:
        return await self._memory.recall(
            (_SEAT, incident), lambda: self._first_with(incident=incident, until=None)
        )

    async def add(self, value: Tenure) -> None:
        await super().add(value)
        self._memory.forget(_SEAT)

    async def of(self, incident: IncidentId) -> Sequence[Tenure]:
        """In the order in which the seat was held."""
        return await self._all(
            self._columns.incident == incident,
            order=(self._columns.fence, self._columns.since, self._columns.id),
        )

    async def end(self, tenure: Tenure, at: datetime) -> None:
        """Close a tenure at ``at``. Raises StaleWrite if it is over already."""
        self._memory.forget(_SEAT)
        await self._change({"until": at}, self._columns.id == tenure.id, self._columns.until.is_(None))


class SqlContests(SqlRepository[ContestId, Contest]):
    """``ports.Contests``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _CONTESTS)

    async def open_for(self, incident: IncidentId) -> Contest | None:
        return await self._one(_UNDECIDED, {"incident": incident})

    async def of(self, incident: IncidentId) -> Sequence[Contest]:
        """In the order in which they were opened."""
        return await self._all(
            self._columns.incident == incident,
            order=(self._columns.opened_at, self._columns.id),
        )


class SqlAssignments(SqlRecords[Assignment]):
    """``ports.Assignments``. End one before adding the next: a role has one holder."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _ASSIGNMENTS)

    async def current(self, incident: IncidentId) -> Sequence[Assignment]:
        return await self._all_with("since id", incident=incident, until=None)

    async def end(self, assignment: Assignment) -> None:
        await self._change(
            {"until": assignment.until}, self._columns.id == assignment.id, self._columns.until.is_(None)
        )


class SqlLadders(SqlRepository[LadderId, Ladder]):
    """``ports.Ladders``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _LADDERS)

    async def open_for(self, incident: IncidentId) -> Ladder | None:
        return await self._first_with(incident=incident, ended_at=None)


class SqlHandovers(SqlRepository[HandoverId, Handover]):
    """``ports.Handovers``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _HANDOVERS)

    async def open_for(self, incident: IncidentId, service: ServiceName | None = None) -> Handover | None:
        """The newest offer that is not answered."""
        offered = HandoverState.OFFERED.value
        return await self._first_with("-offered_at -id", incident=incident, service=service, state=offered)

    async def of_leads(self, incident: IncidentId) -> Sequence[Handover]:
        return await self._every(_OF_LEADS, {"incident": incident})


class SqlWorkstreams(SqlRepository[WorkstreamId, Workstream]):
    """``ports.Workstreams``. End one stretch before adding the next: a service has one lead."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _WORKSTREAMS)

    async def current(self, incident: IncidentId) -> Sequence[Workstream]:
        return await self._all_with("service", incident=incident, until=None)

    async def of(self, incident: IncidentId) -> Sequence[Workstream]:
        return await self._all_with("since id", incident=incident)


class SqlTeams(SqlRepository[TeamId, Team]):
    """``ports.Teams``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _TEAMS)

    async def current(self, incident: IncidentId) -> Sequence[Team]:
        return await self._all_with("formed_at id", incident=incident, ended_at=None)
