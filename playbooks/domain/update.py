"""Promised stakeholder updates, and what readers were told.

Silence is the failure that this record guards against: one update is always promised
while an incident lives, and it is due even when nothing changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playbooks.domain.digest import Digest
from playbooks.domain.ids import IncidentId, StatementId, UpdateId, UserId


class UpdateState(StrEnum):
    """due → sent | skipped."""

    DUE = "due"
    SENT = "sent"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One promised stakeholder update. It is due even when nothing changed."""

    id: UpdateId
    incident: IncidentId
    number: int
    due_at: datetime
    state: UpdateState = UpdateState.DUE
    cites: tuple[StatementId, ...] = ()
    sent_at: datetime | None = None
    sent_by: UserId | None = None
    next_promised_at: datetime | None = None
    """None on the last update: nothing more is promised."""
    digest: Digest | None = None
    """What readers were told, exactly; None until it was sent."""
    version: int = 0
