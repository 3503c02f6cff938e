"""The post-incident review and the known errors it feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playbooks.domain.ids import IncidentId, KnownErrorId, ReviewId, ServiceName, UserId, WorkaroundId


class ReviewState(StrEnum):
    """A draft is never published by itself."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a workaround does to the world: the unit in which conflicts are found."""

    target: str
    action: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a review teaches: symptom, cause and the way around it."""

    symptom: str
    cause: str
    """Empty while unknown."""
    workaround: str
    effects: tuple[Effect, ...]
    services: tuple[ServiceName, ...]
    signature: tuple[str, ...]
    """``alert:<name>``, ``err:<code>``, ``exc:<class>``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The post-mortem: a drafted document that a human edits and publishes."""

    id: ReviewId
    incident: IncidentId
    state: ReviewState
    body: str
    """Markdown."""
    finding: Finding | None
    """What the review concluded; needed before publishing."""
    drafted_at: datetime
    edited_by: UserId | None = None
    edited_at: datetime | None = None
    published_by: UserId | None = None
    published_at: datetime | None = None
    known_error: KnownErrorId | None = None
    version: int = 0


class Confidence(StrEnum):
    """KCS article states."""

    WORK_IN_PROGRESS = "wip"
    NOT_VALIDATED = "not_validated"
    VALIDATED = "validated"
    ARCHIVED = "archived"


class WorkaroundStatus(StrEnum):
    """Two overlapping workarounds that conflict can never both be verified."""

    PROPOSED = "proposed"
    VERIFIED = "verified"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workaround:
    """A temporary way to restore service."""

    id: WorkaroundId
    text: str
    effects: tuple[Effect, ...]
    status: WorkaroundStatus
    added_by: UserId
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownError:
    """A problem with a cause or a workaround, and no permanent fix yet."""

    id: KnownErrorId
    title: str
    services: tuple[ServiceName, ...]
    signature: tuple[str, ...]
    symptoms: tuple[str, ...]
    cause: str
    confidence: Confidence
    workarounds: tuple[Workaround, ...]
    incidents: tuple[IncidentId, ...]
    created_at: datetime
    created_by: UserId
    version: int = 0


class Kinship(StrEnum):
    """How a new finding relates to an existing known error."""

    DUPLICATE = "duplicate"
    SAME_CAUSE = "same_cause"
    CONFLICT = "conflict"
    SIBLING = "sibling"
    SAME_CAUSE_ELSEWHERE = "same_cause_elsewhere"
    CANDIDATE = "candidate"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What publishing would do, for a human to confirm. ``known_error`` is None only for new."""

    kinship: Kinship
    known_error: KnownErrorId | None
    symptom_score: float
    cause_score: float | None
    why: str
