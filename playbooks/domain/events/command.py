"""Who commands: asked, seated, contested, handed over, recalled; and the other roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.command import Brief, Seating, Settlement
from playbooks.domain.events.fact import Event
from playbooks.domain.ids import ContestId, HandoverId, LadderId, ServiceName, UserId
from playbooks.domain.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTaken(Event):
    """Somebody sits in the commander's seat."""

    commander: UserId
    how: Seating
    fence: int
    before: UserId | None = None
    """Who held the seat until then; None if nobody did."""
    reason: str = ""
    governed_by: str = ""
    """The id of the rule of governance that let them take it, unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBegan(Event):
    """Nobody commands: whoever wants to may, and somebody is asked when it is time."""

    ladder: LadderId
    asks_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAsked(Event):
    """Nobody took command, so somebody is asked to."""

    ladder: LadderId
    person: UserId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AskDeclined(Event):
    """Whoever was asked to take command cannot; the next one is asked at once."""

    ladder: LadderId
    person: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLapsed(Event):
    """Whoever was asked to take command did not answer in time."""

    ladder: LadderId
    person: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommanderRecalled(Event):
    """The commander is silent and is asked for a sign of life."""

    ladder: LadderId
    commander: UserId
    reason: str
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommanderAnswered(Event):
    """The commander who was recalled is there and keeps command."""

    ladder: LadderId
    commander: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommanderGone(Event):
    """The commander's account cannot command any more; somebody else is searched for."""

    ladder: LadderId
    commander: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandUnfilled(Event):
    """Everybody was asked, and there is no duty manager who could be seated."""

    ladder: LadderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven(Event):
    """Somebody was appointed; ``before`` had the role until then."""

    role: Role
    person: UserId
    before: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLaidDown(Event):
    """Somebody cannot do what they were appointed to, or need not any more."""

    role: Role
    person: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContested(Event):
    """A challenger disputes the seat; the incumbent stays in charge meanwhile."""

    contest: ContestId
    incumbent: UserId
    challenger: UserId
    reason: str
    settles_at: datetime
    final_at: datetime
    best_tier: int = 99
    """The best tier impacted then; a better one lets the same people dispute again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestJoined(Event):
    """One more challenger in the same contest; its clock is not restarted."""

    contest: ContestId
    challenger: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengerWithdrew(Event):
    """One challenger gave way, and others still dispute command."""

    contest: ContestId
    challenger: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestAwarded(Event):
    """Nobody gave way, so the tie-break awards; the duty manager may still override."""

    contest: ContestId
    winner: UserId
    loser: tuple[UserId, ...]
    reasons: tuple[str, ...]
    final_at: datetime
    settled_at: datetime | None = None
    """When the parties' time was over, which is when the award counts from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestDecided(Event):
    """The dispute is over."""

    contest: ContestId
    winner: UserId
    settlement: Settlement
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOffered(Event):
    """Command, or the lead of a service, was offered with a brief."""

    handover: HandoverId
    giver: UserId
    taker: UserId
    expires_at: datetime
    service: ServiceName | None = None
    """The service whose lead it is; None: command itself."""
    brief: Brief | None = None
    """What the taker was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAccepted(Event):
    """Command passed; both tenures changed in one transaction."""

    handover: HandoverId
    giver: UserId
    taker: UserId
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDeclined(Event):
    """The offer was declined; nothing changed."""

    handover: HandoverId
    giver: UserId
    taker: UserId
    reason: str
    service: ServiceName | None = None
    """The service whose lead it is; None: command itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverWithdrawn(Event):
    """Whoever made the offer took it back; they keep command."""

    handover: HandoverId
    giver: UserId
    taker: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverExpired(Event):
    """The offer was not answered in time; nothing changed."""

    handover: HandoverId
    giver: UserId
    taker: UserId
    service: ServiceName | None = None
    """The service whose lead it is; None: command itself."""
