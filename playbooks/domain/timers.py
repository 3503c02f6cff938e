"""Alarms: rows that say when the protocol must look again, and at what.

Every deadline is a pure function of stored facts; a timer only wakes the use case that
re-reads them, so a late or doubled alarm changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playbooks.domain.ids import IncidentId


class TimerKind(StrEnum):
    """Which use case is to be woken."""

    EVALUATE = "evaluate"
    """Trigger rules: some condition may have become sustained."""
    CANDIDATE = "candidate"
    LADDER = "ladder"
    """Nobody commands: the next one is to be asked."""
    CONTEST_SETTLES = "contest_settles"
    CONTEST_FINAL = "contest_final"
    HANDOVER_EXPIRES = "handover_expires"
    LEAD_WANTED = "lead_wanted"
    """Nobody has led the work on a service for a while."""
    TEAM = "team"
    """A sub-team's time is up."""
    UPDATE_DUE = "update_due"
    UPDATE_OVERDUE = "update_overdue"
    QUIET = "quiet"
    FAMILY = "family"
    """Parts of an incident are to hear what became of it."""
    STALE = "stale"
    """Nobody may have said anything for long."""
    THAW = "thaw"
    GLASS = "glass"
    """Authority that somebody took in an emergency ends."""
    MERGER_EXPIRES = "merger_expires"
    TASK = "task"
    """Somebody has not answered, or is not done in time."""
    DECISION = "decision"
    """Silence confirms a proposal, or somebody has to decide."""
    SIGNATURE = "signature"
    """The time for a second word is up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """One alarm; there is at most one per (kind, subject), setting it again moves it."""

    kind: TimerKind
    subject: str
    """The record's id, or ``all``."""
    incident: IncidentId | None
    due_at: datetime
