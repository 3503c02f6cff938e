"""Everything that is true of an incident now, gathered once, for whoever shows it.

Cards, menus, briefs and pages read a picture, never tables; what is derived (deadlines,
elapsed times, what is open) is derived here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.change import Clearance, ClearanceState, Hold
from playbooks.domain.clock import read
from playbooks.domain.command import Contest, Handover, HandoverState, Ladder, Tenure
from playbooks.domain.decision import Proposal
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, StatementId
from playbooks.domain.incident import Incident
from playbooks.domain.report import UserReport
from playbooks.domain.review import KnownError, Review
from playbooks.domain.roles import Assignment
from playbooks.domain.signal import Episode
from playbooks.domain.signature import Signature
from playbooks.domain.sla import ClockReading
from playbooks.domain.statement import Statement, StatementClass, StatementStatus
from playbooks.domain.task import Task
from playbooks.domain.team import Team
from playbooks.domain.update import Update
from playbooks.domain.workstream import Workstream
from playbooks.ports import Unit
from playbooks.protocol.lookalikes import lookalikes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is said of an incident beyond its room, at one instant. Statements are oldest first."""

    at: datetime
    incident: Incident
    severity_name: str
    service_titles: tuple[str, ...]
    tenure: Tenure | None
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Outline):
    """One incident at one instant. Sequences are in the order in which things happened."""

    contest: Contest | None
    handover: Handover | None
    due: Update | None
    updates: tuple[Update, ...]
    readings: tuple[ClockReading, ...]
    clearances: tuple[Clearance, ...]
    holds: tuple[Hold, ...]
    episodes: tuple[Episode, ...]
    known_errors: tuple[tuple[KnownError, float], ...]
    """Known errors that look alike, best first, with their match in [0, 1]."""
    reports: tuple[UserReport, ...]
    review: Review | None
    log_head: tuple[int, str]
    """Number of log entries and the hash of the newest."""
    search: Ladder | None = None
    """The search for a commander that goes on."""
    children: tuple[Incident, ...] = ()
    """Its parts, by number."""
    roles: tuple[Assignment, ...] = ()
    """Who was appointed to what, as it is now."""
    workstreams: tuple[Workstream, ...] = ()
    """Who leads the work on each impacted service, by its name."""
    teams: tuple[Team, ...] = ()
    """Sub-teams that work now."""
    lead_offers: tuple[Handover, ...] = ()
    """Offers of leads, answered ones included."""
    tasks: tuple[Task, ...] = ()
    """What people were asked to do, by number."""
    decisions: tuple[Proposal, ...] = ()
    """What people proposed to decide, by number."""
    signatures: tuple[Signature, ...] = ()
    """What took, or takes, somebody else's word."""

    @property
    def hypotheses(self) -> tuple[Statement, ...]:
        """Causes nobody has verified."""
        return tuple(s for s in self.statements if s.is_hypothesis)

    @property
    def impact(self) -> tuple[Statement, ...]:
        """What users experience, as far as a second person stands for it, newest first."""
        return tuple(s for s in reversed(self.facts) if s.kind is StatementClass.IMPACT)

    @property
    def freeze_is_on(self) -> bool:
        """Whether changes around this incident are held now."""
        return self.incident.freeze_since is not None and self.incident.thawed_at is None

    @property
    def facts(self) -> tuple[Statement, ...]:
        """What a second person or a measurement stands for."""
        trusted = (StatementStatus.VERIFIED, StatementStatus.RELEASED)
        return tuple(s for s in self.statements if s.status in trusted)

    @property
    def pending(self) -> tuple[Clearance, ...]:
        """Changes that wait for the commander."""
        return tuple(c for c in self.clearances if c.state is ClearanceState.ASKED)

    @property
    def offers(self) -> tuple[Handover, ...]:
        """What waits for its taker's answer: command, and leads."""
        command = (self.handover,) if self.handover else ()
        return (*command, *(offer for offer in self.lead_offers if offer.state is HandoverState.OFFERED))

    def title_of(self, service: ServiceName) -> str:
        """What readers call an impacted service; its name if it is none."""
        return dict(zip(self.incident.impacted, self.service_titles, strict=False)).get(service, service)

    @property
    def undecided(self) -> tuple[Proposal, ...]:
        """What was proposed and waits for silence or for somebody."""
        return tuple(proposal for proposal in self.decisions if proposal.is_pending)

    @property
    def unsigned(self) -> tuple[Signature, ...]:
        """What waits for somebody else's word."""
        return tuple(one for one in self.signatures if one.is_open)

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """What is still to be done."""
        return tuple(task for task in self.tasks if task.is_open)

    def number_of(self, statement: StatementId) -> int:
        """The number by which people name a statement in commands; counts from 1."""
        return 1 + next(i for i, s in enumerate(self.statements) if s.id == statement)


async def outline(unit: Unit, handbook: Handbook, incident: Incident, *, at: datetime) -> Outline:
    """The few things that an announcement shows, inside the caller's transaction."""
    return Outline(
        at=at,
        incident=incident,
        severity_name=handbook.playbook.severity_name(incident.severity),
        service_titles=tuple(handbook.title(service) for service in incident.impacted),
        tenure=await unit.tenures.current(incident.id),
        statements=tuple(await unit.statements.of(incident.id)),
    )


async def draw(unit: Unit, handbook: Handbook, incident: Incident, *, at: datetime) -> Picture:
    """Gather the picture inside the caller's transaction."""
    number = incident.id
    episodes = tuple(await unit.episodes.of(number))
    return Picture(
        at=at,
        incident=incident,
        severity_name=handbook.playbook.severity_name(incident.severity),
        service_titles=tuple(handbook.title(service) for service in incident.impacted),
        tenure=await unit.tenures.current(number),
        contest=await unit.contests.open_for(number),
        handover=await unit.handovers.open_for(number),
        statements=tuple(await unit.statements.of(number)),
        due=await unit.updates.due(number),
        updates=tuple(await unit.updates.of(number)),
        readings=tuple(
            read(c, handbook.catalogue.calendars[c.calendar], at=at) for c in await unit.clocks.of(number)
        ),
        clearances=tuple(await unit.clearances.of(number)),
        holds=tuple(await unit.holds.open_for(number)),
        episodes=episodes,
        known_errors=await lookalikes(unit, handbook, incident, episodes),
        reports=tuple(await unit.reports.of(number)),
        review=await unit.reviews.of(number),
        log_head=await unit.entries.head(number),
        search=await unit.ladders.open_for(number),
        children=tuple(await unit.incidents.children_of(number)),
        roles=tuple(await unit.assignments.current(number)),
        workstreams=tuple(await unit.workstreams.current(number)),
        teams=tuple(await unit.teams.current(number)),
        lead_offers=tuple(await unit.handovers.of_leads(number)),
        tasks=tuple(await unit.tasks.of(number)),
        decisions=tuple(await unit.decisions.of(number)),
        signatures=tuple(await unit.signatures.of(number)),
    )
