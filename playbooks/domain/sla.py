"""Service-level clocks: stored as events, everything else derived.

A deadline is a pure function of the clock's events, the agreement's target and its
calendar, so it survives restarts and can be recomputed years later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from playbooks.domain.ids import ClockId, IncidentId


class ClockEventKind(StrEnum):
    """What moves a clock."""

    START = "start"
    STOP = "stop"
    RESUME = "resume"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent:
    """One movement, at an aware UTC instant, with why."""

    kind: ClockEventKind
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClock:
    """A promise that runs: agreement and version it started with, and its history."""

    id: ClockId
    incident: IncidentId
    agreement: str
    metric: str
    target: timedelta
    calendar: str
    events: tuple[ClockEvent, ...]
    version: int = 0


class ClockState(StrEnum):
    """Derived, never stored."""

    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What a clock says at one instant."""

    agreement: str
    metric: str
    state: ClockState
    target: timedelta
    elapsed: timedelta
    deadline: datetime | None
    """None once it is stopped or cancelled."""
    margin: timedelta
    """Target minus elapsed: negative by how much it is breached."""
