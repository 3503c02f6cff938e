"""Changes: held, asked for, allowed, denied, let go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import ChangeId, ClearanceId, IncidentId, ServiceName


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeBegan(Event):
    """Non-critical changes around the outage are held."""

    ring0: tuple[ServiceName, ...]
    ring1: tuple[ServiceName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHeld(Event):
    """A pipeline asked and was told to wait."""

    change: ChangeId
    ref: str
    services: tuple[ServiceName, ...]
    reason: str
    ring: int = 0
    """How far the change is from the outage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLetGo(Event):
    """A change that was held goes ahead while the freeze lasts."""

    change: ChangeId
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(Event):
    """A change that may help needs the commander's word."""

    clearance: ClearanceId
    ref: str
    title: str
    services: tuple[ServiceName, ...]
    reason: str
    requester: str
    link: str
    change: ChangeId | None = None
    digest: str = ""
    """The artefact that it is about."""
    reason_code: str = ""
    asked_at: datetime | None = None
    """When it was asked; earlier than the event if it waited in another incident before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalWithdrawn(Event):
    """The incident became part of another one, so nobody decides here any more."""

    clearance: ClearanceId
    ref: str
    requester: str
    into: IncidentId
    asked_there: bool
    """Whether the other one's commander is asked now; if not, nothing there keeps it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeApproved(Event):
    """The commander let one change with one artefact through."""

    clearance: ClearanceId
    ref: str
    expires_at: datetime
    governed_by: str = ""
    """The id of the rule of governance that let them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDenied(Event):
    """The commander kept a change back."""

    clearance: ClearanceId
    ref: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAllowed(Event):
    """A change under an approval went ahead."""

    ref: str
    op: str
    clearance: ClearanceId | None = None
    """The approval that it used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeLifted(Event):
    """Holds are gone; their owners may ask the gate again."""

    released: tuple[str, ...]
    reason: str
    governed_by: str = ""
    """The id of the rule of governance that let them."""
