"""What is known, what may be told, and what stakeholders were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.digest import Digest
from playbooks.domain.events.fact import Event
from playbooks.domain.ids import StatementId, UpdateId
from playbooks.domain.statement import Audience, StatementClass


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMade(Event):
    """Somebody stated something; a cause is a hypothesis until it is verified."""

    statement: StatementId
    kind: StatementClass
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementVerified(Event):
    """A second person stands for it."""

    statement: StatementId
    kind: StatementClass
    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReleased(Event):
    """It may be told to an audience."""

    statement: StatementId
    kind: StatementClass
    text: str
    reach: Audience
    """The widest audience that may be told now."""
    asked: Audience | None = None
    """The audience that ``by`` wanted to tell: a cause needs another word beside theirs."""
    as_commander: bool = False
    as_comms: bool = False
    governed_by: str = ""
    """The id of the rule of governance that let them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRefuted(Event):
    """It turned out to be wrong; if readers were told, a correction is due now."""

    statement: StatementId
    kind: StatementClass
    text: str
    was_released: bool
    """Whether stakeholders may have been told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePromised(Event):
    """The next stakeholder update has a time."""

    update: UpdateId
    number: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDue(Event):
    """The promised time is here and nothing was sent; a draft is ready."""

    update: UpdateId
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOverdue(Event):
    """Still nothing was sent: somebody higher up is told."""

    update: UpdateId
    number: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSent(Event):
    """Stakeholders were told; ``text`` is what they read."""

    update: UpdateId
    number: int
    text: str
    cites: tuple[StatementId, ...]
    next_at: datetime | None
    digest: Digest | None = None
    """The same as ``text``, in its parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAdvanced(Event):
    """Readers are to hear of something now: the promised update is due earlier."""

    update: UpdateId
    number: int
    due_at: datetime
