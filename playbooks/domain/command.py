"""Records of command: who holds the seat, who disputes it, to whom it is offered.

Command is a lease with a fencing number. The seat has one holder, never none after the
first, and a contest never unseats the incumbent while it is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playbooks.domain.ids import ContestId, HandoverId, IncidentId, LadderId, ServiceName, TenureId, UserId
from playbooks.domain.role import Role


class Seating(StrEnum):
    """How somebody came to hold a role."""

    CLAIM = "claim"
    ASKED = "asked"
    ACTING = "acting"
    AWARD = "award"
    HANDOVER = "handover"
    DEPUTY = "deputy"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """One person's time in command, half-open: [since, until). ``until`` None means now."""

    id: TenureId
    incident: IncidentId
    user: UserId
    since: datetime
    until: datetime | None
    how: Seating
    fence: int


class ContestPhase(StrEnum):
    """Settling: incumbent and challengers may still agree. Awarded: the duty manager may override."""

    SETTLING = "settling"
    AWARDED = "awarded"
    DECIDED = "decided"


class Settlement(StrEnum):
    """What decided a contest."""

    YIELD = "yield"
    WITHDRAW = "withdraw"
    TIE_BREAK = "tie_break"
    DUTY_MANAGER = "duty_manager"
    INCIDENT_OVER = "incident_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenger:
    """One claim against the incumbent."""

    user: UserId
    reason: str
    at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A dispute about the seat, bounded in time by ``settles_at`` and ``final_at``."""

    id: ContestId
    incident: IncidentId
    incumbent: UserId
    incumbent_since: datetime
    challengers: tuple[Challenger, ...]
    opened_at: datetime
    settles_at: datetime
    final_at: datetime
    best_tier: int = 99
    """The best tier impacted when it opened; a better one lets the same people dispute again."""
    phase: ContestPhase = ContestPhase.SETTLING
    winner: UserId | None = None
    by: Settlement | None = None
    reasons: tuple[str, ...] = ()
    decided_at: datetime | None = None
    version: int = 0

    @property
    def standing(self) -> tuple[Challenger, ...]:
        """Challengers who have not withdrawn."""
        return tuple(c for c in self.challengers if not c.withdrawn)


class LadderCause(StrEnum):
    """Why somebody has to be found for the seat."""

    FIRST = "first"
    """Nobody has taken it yet."""
    RECALL = "recall"
    """The commander is silent."""
    GONE = "gone"
    """The commander's account cannot command any more."""


class AskState(StrEnum):
    """An ask is open, or how it ended."""

    ASKED = "asked"
    TAKEN = "taken"
    DECLINED = "declined"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One person was asked to take the seat, and had until ``until`` to answer."""

    user: UserId
    at: datetime
    until: datetime
    state: AskState = AskState.ASKED
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The search for a commander, one person after the other; see ``domain.ladder``."""

    id: LadderId
    incident: IncidentId
    cause: LadderCause
    begun_at: datetime
    asks_from: datetime
    """When the first person is asked, if nobody came of their own accord by then."""
    absent: UserId | None = None
    """Who keeps command until somebody is found; None while the seat is empty."""
    by: UserId | None = None
    """Who recalled them."""
    reason: str = ""
    asks: tuple[Ask, ...] = ()
    ended_at: datetime | None = None
    version: int = 0

    @property
    def open_ask(self) -> Ask | None:
        """The ask that waits for its answer."""
        newest = self.asks[-1] if self.asks else None
        return newest if newest is not None and newest.state is AskState.ASKED else None


class HandoverState(StrEnum):
    """The incumbent holds command until the offer is accepted."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the next commander is told: filled from the record, never from memory."""

    situation: str
    impact: tuple[str, ...]
    since: datetime
    verified_facts: tuple[str, ...]
    open_hypotheses: tuple[str, ...]
    key_events: tuple[str, ...]
    running_clocks: tuple[str, ...]
    held_changes: tuple[str, ...]
    pending_approvals: tuple[str, ...]
    next_update_due: datetime | None
    services: tuple[ServiceName, ...]
    roles: tuple[tuple[Role, UserId], ...] = ()
    """Who was appointed to what."""
    leads: tuple[tuple[ServiceName, UserId | None], ...] = ()
    """Who leads the work on what; None: nobody does."""
    open_tasks: tuple[tuple[UserId, str], ...] = ()
    """Who is doing what, or was asked to do it, those that are late first."""
    pending_decisions: tuple[str, ...] = ()
    """What was proposed and is not decided, by number."""
    teams: tuple[tuple[UserId, tuple[UserId, ...], str], ...] = ()
    """Who leads which team, with whom: its name, task and until when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """An offer of command, or of the lead of one service, open until it is answered or expires."""

    id: HandoverId
    incident: IncidentId
    giver: UserId
    taker: UserId
    offered_at: datetime
    expires_at: datetime
    brief: Brief
    service: ServiceName | None = None
    """The service whose lead is offered; None: command itself."""
    state: HandoverState = HandoverState.OFFERED
    answered_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """What the tie-break reads of one person; see ``domain.tie_break``."""

    user: UserId
    on_roster: bool
    on_shift: bool
    best_tier: int
    """The best tier among the impacted services this person leads; 99 if none."""
    dependants: int
    """How many impacted services depend on the ones this person leads."""
    seats_held: int
    claimed_at: datetime
