"""How an incident came to be: proposed, declared, fed by alerts and reports, merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.events.fact import Event, Evidence
from playbooks.domain.ids import EpisodeId, IncidentId, KnownErrorId, MergeId, ReportId, ServiceName, UserId
from playbooks.domain.incident import AffectedService
from playbooks.domain.report import UserReport


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateProposed(Event):
    """A rule asks a person whether this is a major incident."""

    title: str
    severity: int
    services: tuple[ServiceName, ...]
    rule: str
    rule_says: str
    evidence: tuple[Evidence, ...]
    decide_by: datetime
    env: str = ""
    affected: tuple[AffectedService, ...] = ()
    """The services with the part that each plays."""
    began_at: datetime | None = None
    """When users began to miss something; at the latest when it was detected."""
    detected_at: datetime | None = None
    source_link: str = ""
    """The message from which a person wants to declare it; empty if from none."""
    request_key: str = ""
    private: bool = False
    again: str = ""
    """What became worse since its outage was turned down; empty if it never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRejected(Event):
    """A person said that this is no major incident."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDeclared(Event):
    """A major incident exists from here on. ``rule`` is empty when a person declared it."""

    title: str
    env: str
    severity: int
    services: tuple[ServiceName, ...]
    rule: str
    rule_says: str
    evidence: tuple[Evidence, ...]
    source_link: str = ""
    """The message from which a person declared it; empty if from none."""
    drill: bool = False
    """Whether it is only rehearsed."""
    private: bool = False
    """Whether only insiders may know of it."""
    governed_by: str = ""
    """The id of the rule of governance that let them."""
    people: tuple[UserId, ...] = ()
    """Who takes part in what is only rehearsed."""
    affected: tuple[AffectedService, ...] = ()
    """The services with the part that each plays."""
    began_at: datetime | None = None
    """When users began to miss something; at the latest when it was detected."""
    detected_at: datetime | None = None
    request_key: str = ""
    """What the tool that declared it calls its request; empty if none did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEntered(Event):
    """Somebody entered an incident that was over; nobody was called for it."""

    title: str
    env: str
    severity: int
    services: tuple[ServiceName, ...]
    began_at: datetime
    detected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsAttached(Event):
    """More alerts of the same outage; they open nothing."""

    evidence: tuple[Evidence, ...]
    new_services: tuple[ServiceName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAcknowledged(Event):
    """Somebody saw an alert in the tool that told it; it burns as before."""

    episode: EpisodeId
    title: str
    who: str
    """As that tool names them; empty if it does not say."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserReported(Event):
    """Somebody noticed it too; reports open nothing."""

    report: ReportId
    service: ServiceName
    text: str
    link: str
    """The message in which it was said; empty if it was written to us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityChanged(Event):
    """Severity was raised or lowered; lower numbers are worse."""

    before: int
    after: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownErrorRecognised(Event):
    """The pattern was seen before; its workaround may help now."""

    known_error: KnownErrorId
    title: str
    workaround: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposed(Event):
    """Two incidents may be one; both commanders are asked. Each of the two logs has it."""

    other: IncidentId
    other_title: str
    survives: IncidentId
    merger: MergeId
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeAgreed(Event):
    """One side has said yes; the other one is still asked."""

    other: IncidentId
    merger: MergeId


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeDeclined(Event):
    """They stay two."""

    other: IncidentId
    merger: MergeId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMerged(Event):
    """It ended as a part of another incident, in which the work goes on."""

    into: IncidentId
    room: str
    """The other's room; empty if it has none."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAbsorbed(Event):
    """Another incident turned out to be a part of this one."""

    other: IncidentId
    other_title: str
    new_services: tuple[ServiceName, ...]
    newcomer: UserId
    """Who led the other one, or declared it."""
    affected: tuple[AffectedService, ...] = ()
    """The services of both, with the part that each plays."""
    began_at: datetime | None = None
    """When the earlier of the two began."""
    detected_at: datetime | None = None
    reports: tuple[UserReport, ...] = ()
    """What users said of the other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeWeighed(Event):
    """Where the question stands whether this incident ends as a part of the other one."""

    other: IncidentId
    merger: MergeId
    proposed_by: UserId
    proposed_at: datetime
    reason: str
    expires_at: datetime
    agreed: tuple[IncidentId, ...]
    """The sides that have said yes."""
    decided: bool
    """Whether both have."""
