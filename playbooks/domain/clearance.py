"""The commander's word on one change under one freeze, and what it is bound to.

An approval is for this change, this artefact and one operation. It expires, nobody approves
their own change, and it says nothing about a freeze that began after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from playbooks.domain.change import Change, Clearance, ClearanceState
from playbooks.domain.errors import OwnChange
from playbooks.domain.ids import IncidentId, UserId


def require_approver(clearance: Clearance, by: UserId) -> None:
    """Nobody approves a change they asked for. Raises OwnChange."""
    if by == clearance.requester:
        raise OwnChange(clearance.ref)


def is_usable(clearance: Clearance, change: Change, *, at: datetime) -> bool:
    """Whether the approval is good for the change's present operation at ``at``."""
    return (
        clearance.state is ClearanceState.APPROVED
        and _is_about(clearance, change)
        and clearance.expires_at is not None
        and at < clearance.expires_at
        and clearance.used_by_op in (None, change.op)
        and clearance.decided_by not in (clearance.requester, change.requester)
    )


def newest_word(
    clearances: Sequence[Clearance],
    change: Change,
    *,
    incident: IncidentId,
    since: datetime,
    at: datetime,
) -> Clearance | None:
    """The last approval or denial that counts at ``at`` for the freeze that began at ``since``."""
    counting = [
        (clearance.decided_at, clearance.id, clearance)
        for clearance in clearances
        if clearance.incident == incident
        and clearance.decided_at is not None
        and clearance.decided_at >= since
        and (is_usable(clearance, change, at=at) or _is_denial(clearance, change))
    ]
    return max(counting)[2] if counting else None


def _is_denial(clearance: Clearance, change: Change) -> bool:
    return clearance.state is ClearanceState.DENIED and _is_about(clearance, change)


def _is_about(clearance: Clearance, change: Change) -> bool:
    return clearance.change == change.id and clearance.digest == change.digest
