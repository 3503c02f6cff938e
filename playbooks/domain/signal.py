"""Signals and episodes: what monitoring says, and for how long it has been saying it.

A signal is one line of one delivery. An episode is the life of one alert: at most one is
open per (source, dedup key). The origin is the system that measured, not the one that
delivered: two roads from one Prometheus are one origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from playbooks.domain.ids import EpisodeId, IncidentId, ServiceName


class SignalStatus(StrEnum):
    """What the sender says."""

    FIRING = "firing"
    RESOLVED = "resolved"
    NODATA = "nodata"
    ACKNOWLEDGED = "acknowledged"
    """Somebody saw it, where it was told; it burns as before."""


class SignalKind(StrEnum):
    """What sort of measurement it is; ``nodata`` can only ever propose."""

    ALERT = "alert"
    SLO_BURN = "slo_burn"
    PROBE = "probe"
    NODATA = "nodata"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was counted over a window that ends now: bad events, and all of them."""

    window: timedelta
    bad: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One normalised line of an alert delivery. Severity 1 is worst, 5 is information."""

    source: str
    dedup_key: str
    origin: str
    status: SignalStatus
    kind: SignalKind
    severity: int
    service_hint: str
    env: str
    title: str
    link: str
    occurred_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    labels: Mapping[str, str] = field(default_factory=dict)
    objective: str = ""
    measured: tuple[Measured, ...] = ()
    """Counts for an objective; what they amount to is found out with the catalogue at hand."""
    by: str = ""
    """Who acknowledged it, in the sender's words; empty if it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A firing interval, half-open; ``end`` None while it still fires."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody saw an alert where it was told: ``where`` is the source, ``by`` as it names them."""

    by: str
    where: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """The life of one alert, with every firing interval it had."""

    id: EpisodeId
    source: str
    dedup_key: str
    origin: str
    kind: SignalKind
    severity: int
    service: ServiceName | None
    """None: the catalogue does not know it. Such an episode never declares anything."""
    service_hint: str
    env: str
    title: str
    link: str
    intervals: tuple[Interval, ...]
    last_event_at: datetime
    received_at: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    incident: IncidentId | None = None
    acknowledged: tuple[Acknowledgement, ...] = ()
    """By time; it opens and closes nothing."""
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the sender still says that it fires."""
        return self.intervals[-1].end is None

    @property
    def starts_at(self) -> datetime:
        """When the newest firing interval began."""
        return self.intervals[-1].start
