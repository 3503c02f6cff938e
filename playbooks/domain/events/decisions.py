"""Decisions: proposed, objected to, decided by silence or by somebody, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.decision import Objection
from playbooks.domain.events.fact import Event
from playbooks.domain.ids import DecisionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionProposed(Event):
    """The room is shown what somebody proposes; silence confirms after ``pause_seconds``."""

    decision: DecisionId
    number: int
    text: str
    options: tuple[str, ...]
    proposer: UserId
    pause_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionObjected(Event):
    """Somebody does not agree, so silence does not decide."""

    decision: DecisionId
    number: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionWaits(Event):
    """The pause is over and there are objections: somebody has to decide."""

    decision: DecisionId
    number: int
    text: str
    objections: tuple[Objection, ...]
    passed_up: bool
    """Whoever leads did not decide, so the duty managers are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade(Event):
    """It is decided; by the playbook where nobody objected."""

    decision: DecisionId
    number: int
    text: str
    options: tuple[str, ...]
    choice: str
    proposer: UserId
    objections: tuple[Objection, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionWithdrawn(Event):
    """It was taken back, by who proposed it or by who leads."""

    decision: DecisionId
    number: int
    text: str
    proposer: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLapsed(Event):
    """The incident ended before anybody decided."""

    decision: DecisionId
    number: int
    text: str
    proposer: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionShown(Event):
    """The room can read it, so the pause begins: silence decides at ``due_at``."""

    decision: DecisionId
    number: int
    due_at: datetime
