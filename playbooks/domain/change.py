"""Changes as a pipeline asks about them, verdicts, and the commander's clearance.

A hold is an overlay: the change keeps its state, the freeze of an incident sits on top.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from playbooks.domain.ids import ChangeId, ClearanceId, IncidentId, ServiceName, UserId


class ChangeType(StrEnum):
    """ITIL's three."""

    STANDARD = "standard"
    NORMAL = "normal"
    EMERGENCY = "emergency"


class Risk(IntEnum):
    """How much a change could break."""

    LOW = 1
    MODERATE = 2
    HIGH = 3


class Decision(IntEnum):
    """Verdicts join upward: allow < needs_approval < hold."""

    ALLOW = 0
    NEEDS_APPROVAL = 1
    HOLD = 2

    @property
    def word(self) -> str:
        """The word of the gate API."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a pipeline wants to do. Identity is ``ref``: (source, run) or a change number."""

    id: ChangeId
    ref: str
    kind: ChangeType
    risk: Risk
    services: tuple[ServiceName, ...]
    unknown_services: tuple[str, ...]
    """Names the pipeline used which the catalogue does not know."""
    env: str
    digest: str
    """Artefact digest, e.g. ``sha256:…``; empty if the pipeline gave none."""
    op: str
    """The operation's id; an allow is good for one operation."""
    op_started_at: datetime | None
    remedies: IncidentId | None
    rollback_of: str | None
    title: str
    link: str
    requester: str
    first_asked_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule's contribution to a verdict, in words a pipeline log can print."""

    code: str
    decision: Decision
    text: str
    incident: IncidentId | None = None
    approvers: tuple[str, ...] = ()
    """Who may approve, e.g. ``commander``."""
    private: bool = False
    """Whether ``incident`` is nothing that a pipeline may know of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The gate's answer. Equal input digests mean equal answers."""

    decision: Decision
    reasons: tuple[Reason, ...]
    input_digest: str
    at: datetime
    valid_until: datetime | None
    retry_after: int
    """Seconds after which asking again makes sense."""


class ClearanceState(StrEnum):
    """A request for the commander's approval of one change and one artefact.

    asked → approved | denied | withdrawn, the last when its incident became part of another.
    """

    ASKED = "asked"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """The commander's word on one change under one incident's freeze."""

    id: ClearanceId
    change: ChangeId
    ref: str
    digest: str
    incident: IncidentId
    services: tuple[ServiceName, ...]
    title: str
    reason_code: str
    requester: str
    asked_at: datetime
    state: ClearanceState = ClearanceState.ASKED
    decided_by: UserId | None = None
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    used_by_op: str | None = None
    """The operation that used it: an approval is good for one."""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A change that a freeze keeps back, so that its owner can be told when it is lifted."""

    change: ChangeId
    ref: str
    incident: IncidentId
    since: datetime
    ring: int
    reason: str
    released_at: datetime | None = None
