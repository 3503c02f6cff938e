"""What a post-mortem is written from: the record, complete, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.change import Clearance, Hold
from playbooks.domain.command import Contest, Tenure
from playbooks.domain.decision import Proposal
from playbooks.domain.entry import Entry
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident
from playbooks.domain.review import Finding, KnownError
from playbooks.domain.signal import Episode
from playbooks.domain.sla import ClockReading
from playbooks.domain.statement import Statement
from playbooks.domain.task import Task
from playbooks.domain.update import Update


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMaterial:
    """Everything recorded about one incident. Sequences are in the order in which things happened."""

    at: datetime
    incident: Incident
    severity_name: str
    service_titles: tuple[str, ...]
    entries: tuple[Entry, ...]
    tenures: tuple[Tenure, ...]
    contests: tuple[Contest, ...]
    statements: tuple[Statement, ...]
    updates: tuple[Update, ...]
    readings: tuple[ClockReading, ...]
    clearances: tuple[Clearance, ...]
    holds: tuple[Hold, ...]
    """Every hold there was, released ones included."""
    episodes: tuple[Episode, ...]
    known_errors: tuple[KnownError, ...]
    """Known errors that looked alike."""
    tasks: tuple[Task, ...]
    """What people were asked to do, by number."""
    decisions: tuple[Proposal, ...]
    """What people proposed to decide, by number."""
    finding: Finding
    """What the record suggests; the human decides."""
    names: Mapping[UserId, str]
    """The catalogue's names of people; documents cannot show mentions."""
