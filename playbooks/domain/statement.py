"""Statements: the only thing a stakeholder update may be made of.

A digest is a function of released statements. A hypothesis is an unverified cause; it
lives in the war room and nothing that composes an update ever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playbooks.domain.ids import IncidentId, StatementId, UserId


class StatementClass(StrEnum):
    """What a statement speaks of; its class bounds who may ever read it."""

    IMPACT = "impact"
    SCOPE = "scope"
    STATUS = "status"
    ACTION = "action"
    ESTIMATE = "estimate"
    WORKAROUND = "workaround"
    CAUSE = "cause"
    """Asserted, it is a hypothesis; verified, a cause."""


class StatementStatus(StrEnum):
    """asserted → verified → released; asserted → refuted; any → withdrawn."""

    ASSERTED = "asserted"
    VERIFIED = "verified"
    RELEASED = "released"
    REFUTED = "refuted"
    WITHDRAWN = "withdrawn"


class Audience(StrEnum):
    """A chain: each may read what those after it may read, and more."""

    WAR_ROOM = "war_room"
    INTERNAL = "internal"
    STAKEHOLDER = "stakeholder"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence somebody stands for."""

    id: StatementId
    incident: IncidentId
    kind: StatementClass
    text: str
    author: UserId
    asserted_at: datetime
    status: StatementStatus = StatementStatus.ASSERTED
    verifier: UserId | None = None
    verified_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    releaser: UserId | None = None
    released_at: datetime | None = None
    reach: Audience = Audience.WAR_ROOM
    """The widest audience it was released to."""
    commander_consent: UserId | None = None
    """The commander who agreed to tell stakeholders a cause: that takes two words."""
    comms_consent: UserId | None = None
    """The comms lead who did."""
    refuted_by: UserId | None = None
    refuted_at: datetime | None = None
    version: int = 0

    @property
    def is_hypothesis(self) -> bool:
        """Whether it is a cause nobody has verified."""
        return self.kind is StatementClass.CAUSE and self.status is StatementStatus.ASSERTED
