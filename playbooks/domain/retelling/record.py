"""Everything that belongs to one incident, as far as its log has been told.

The values are those of the domain, and the rules that change them here are those that changed
them then. Only identifiers that nothing points to are empty, because no log needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from playbooks.domain import handover as handovers
from playbooks.domain import ladder as ladders
from playbooks.domain.change import Clearance, Hold
from playbooks.domain.command import Contest, Handover, Ladder, Tenure
from playbooks.domain.decision import Proposal
from playbooks.domain.events import Event
from playbooks.domain.ids import (
    ClearanceId,
    ContestId,
    DecisionId,
    HandoverId,
    IncidentId,
    MergeId,
    ReportId,
    ReviewId,
    ServiceName,
    SignatureId,
    StatementId,
    TaskId,
    TeamId,
    UpdateId,
    UserId,
    incident_name,
)
from playbooks.domain.incident import Incident
from playbooks.domain.merging import MergeProposal
from playbooks.domain.report import UserReport
from playbooks.domain.review import Review
from playbooks.domain.roles import Assignment
from playbooks.domain.signature import Signature
from playbooks.domain.sla import ServiceClock
from playbooks.domain.statement import Statement
from playbooks.domain.task import Task
from playbooks.domain.team import Team
from playbooks.domain.update import Update
from playbooks.domain.workstream import Workstream


class Untold(ValueError):
    """The log speaks of something that it never said began: its beginning is missing or was changed."""

    def __init__(self, incident: IncidentId, what: str) -> None:
        super().__init__(f"the log of {incident_name(incident)} never said what led to {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Insider:
    """Somebody who may know of a private incident."""

    incident: IncidentId
    person: UserId


@dataclass(slots=True, kw_only=True)
class Record:
    """The rows of one incident, table by table."""

    number: IncidentId
    incidents: list[Incident] = field(default_factory=list)
    """The incident itself, once it has begun."""
    tenures: list[Tenure] = field(default_factory=list)
    contests: dict[ContestId, Contest] = field(default_factory=dict)
    ladders: list[Ladder] = field(default_factory=list)
    handovers: dict[HandoverId, Handover] = field(default_factory=dict)
    assignments: list[Assignment] = field(default_factory=list)
    workstreams: list[Workstream] = field(default_factory=list)
    teams: dict[TeamId, Team] = field(default_factory=dict)
    tasks: dict[TaskId, Task] = field(default_factory=dict)
    decisions: dict[DecisionId, Proposal] = field(default_factory=dict)
    statements: dict[StatementId, Statement] = field(default_factory=dict)
    updates: dict[UpdateId, Update] = field(default_factory=dict)
    clearances: dict[ClearanceId, Clearance] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)
    clocks: list[ServiceClock] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    """``body`` is a digest once somebody edited it, else empty; so is what ``findings`` holds."""
    findings: dict[ReviewId, str] = field(default_factory=dict)
    user_reports: dict[ReportId, UserReport] = field(default_factory=dict)
    mergers: dict[MergeId, MergeProposal] = field(default_factory=dict)
    signatures: dict[SignatureId, Signature] = field(default_factory=dict)
    insiders: list[Insider] = field(default_factory=list)

    @property
    def incident(self) -> Incident:
        """The incident as it is now. Raises Untold."""
        if not self.incidents:
            raise Untold(self.number, "it")
        return self.incidents[0]

    def becomes(self, **changes: object) -> None:
        """The incident reads otherwise from now on. Raises Untold."""
        self.incidents = [replace(self.incident, **changes)]  # type: ignore[arg-type]  # names of fields, checked by tests

    @property
    def tenure(self) -> Tenure | None:
        """Who commands now."""
        return next((tenure for tenure in self.tenures if tenure.until is None), None)

    @property
    def search(self) -> Ladder | None:
        """The search for a commander that goes on."""
        return next((ladder for ladder in self.ladders if ladder.ended_at is None), None)

    def searching(self, ladder: Ladder) -> None:
        """The search that goes on has come so far."""
        self.ladders = [ladder if one.ended_at is None else one for one in self.ladders]

    def end_search(self, at: datetime) -> None:
        """Nobody is searched for any more."""
        if self.search is not None:
            self.searching(ladders.end(self.search, at=at))

    def stream(self, service: ServiceName) -> Workstream | None:
        """The work on a service that goes on."""
        return next((s for s in self.workstreams if s.service == service and s.until is None), None)

    def void_offers(self, at: datetime, services: Sequence[ServiceName | None] | None = None) -> None:
        """Offers that nobody answered are over: of these services, None is command; all without any."""
        for offer in self.handovers.values():
            if services is None or offer.service in services:
                self.handovers[offer.id] = handovers.void(offer, at=at) or offer

    def rows(self) -> Mapping[str, Sequence[object]]:
        """Every row by the name of its table."""
        tables = {name: getattr(self, name) for name in self.__slots__ if name not in ("number", "findings")}
        return {
            name: tuple(kept.values() if isinstance(kept, dict) else kept) for name, kept in tables.items()
        }


Turn = Callable[[Record, Any], None]
Turns = Mapping[type[Event], Turn]
"""What an event of each class does to the record."""


def known(kept: Mapping[Any, Any], key: object, record: Record) -> Any:
    """What the log has spoken of. Raises Untold."""
    if key not in kept:
        raise Untold(record.number, f"{key}")
    return kept[key]
