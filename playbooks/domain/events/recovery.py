"""The way back: quiet, mitigated, resolved, reopened, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.events.fact import Event
from playbooks.domain.sla import ClockEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietNoticed(Event):
    """Monitoring has been quiet for a while; the commander is asked, nothing is assumed."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStale(Event):
    """Nobody has said or done anything for long; whoever commands is asked, then a duty manager is told."""

    since: datetime
    """The last sign of life."""
    rung: int
    """1: the commander is asked; 2: a duty manager is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMitigated(Event):
    """Users are served again; the work goes on."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRead(Event):
    """A service-level clock stopped: met or breached, by how much (seconds)."""

    agreement: str
    metric: str
    met: bool
    elapsed_seconds: int
    margin_seconds: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted(Event):
    """A service-level clock runs; ``at`` is when it was set, ``since`` from when it counts."""

    agreement: str
    metric: str
    target_seconds: float
    calendar: str
    since: datetime
    served_at: datetime | None = None
    """When users were served again, if they were already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTurned(Event):
    """A service-level clock runs on, runs no more, or counts from another instant."""

    agreement: str
    kind: ClockEventKind
    since: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(Event):
    """It is over, with a code and a note."""

    code: str
    note: str
    despite: str = ""
    """Why, although monitoring was not quiet yet; empty if it was."""
    governed_by: str = ""
    """The id of the rule of governance that let them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened(Event):
    """It came back."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(Event):
    """The record is closed by hand."""

    note: str
