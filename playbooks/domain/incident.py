"""The incident record and its life: open, mitigated, resolved, closed.

The major-incident state runs beside it (ITIL: proposed, accepted, rejected, demoted).
Severity follows the field's habit: lower is worse, SEV1 and SEV2 are major.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playbooks.domain.ids import ChannelId, IncidentId, ServiceName, Ts, UserId


class State(StrEnum):
    """Where the incident stands."""

    OPEN = "open"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


class Major(StrEnum):
    """Where its promotion to a major incident stands."""

    NONE = "none"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEMOTED = "demoted"


class RoomState(StrEnum):
    """How far the war room has come.

    ``hub`` means that no room could be made and the incident runs in the incidents channel;
    ``lost`` that there was one and the incident goes on there.
    """

    WANTED = "wanted"
    NONE = "none"
    """Nobody needed one: it was entered when it was over."""
    OPEN = "open"
    HUB = "hub"
    LOST = "lost"


class RoomHarm(StrEnum):
    """What is wrong with a room that was open."""

    REMOVED = "removed"
    """We were removed from a public room: we can write there, and hear nothing."""
    SHUT_OUT = "shut out"
    """We were removed from a private one."""
    ARCHIVED = "archived"
    DELETED = "deleted"
    HIDDEN = "hidden"
    """Slack says that there is no such room, or none that we may see."""
    SHARED = "shared"
    """People of another organisation read it."""


class ServiceRole(StrEnum):
    """Why a service belongs to an incident. ``suspected_root`` never leaves the war room."""

    IMPACTED = "impacted"
    SUSPECTED_ROOT = "suspected_root"
    CLEARED = "cleared"


class ResolutionCode(StrEnum):
    """How it ended, in the words of ITSM tools."""

    WORKAROUND_PROVIDED = "workaround provided"
    SOLUTION_PROVIDED = "solution provided"
    RESOLVED_BY_CHANGE = "resolved by change"
    KNOWN_ERROR = "known error"
    NO_RESOLUTION = "no resolution provided"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedService:
    """A service and the part it plays; a service may be impacted and suspected at once."""

    service: ServiceName
    role: ServiceRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """Somebody took authority in an emergency, with a reason, for a while."""

    by: UserId
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One outage. All instants are aware UTC; ``None`` means it has not happened."""

    id: IncidentId
    title: str
    env: str
    severity: int
    state: State
    major: Major
    services: tuple[AffectedService, ...]
    impact_started_at: datetime
    detected_at: datetime
    declared_at: datetime
    declared_by: UserId
    rule: str | None
    """The trigger rule that declared it; None if a person did."""
    merged_into: IncidentId | None = None
    """The incident of which it turned out to be a part."""
    parent: IncidentId | None = None
    """The incident of which it is a part, with a commander and a room of its own."""
    source_link: str = ""
    """The message from which a person declared it; empty if from none."""
    request_key: str = ""
    """What the tool that declared it calls its request; empty if none did."""
    drill: tuple[UserId, ...] | None = None
    """Who takes part in what is only rehearsed; None for what is in earnest."""
    private: bool = False
    """Whether only its insiders may know of it."""
    entered_at: datetime | None = None
    """When somebody entered it, though it was over; None if it was lived through."""
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolution: ResolutionCode | None = None
    resolution_note: str = ""
    room: ChannelId | None = None
    room_name: str = ""
    room_state: RoomState = RoomState.WANTED
    room_harm: RoomHarm | None = None
    """What befell the room; None while it is as we made it."""
    topic: str = ""
    """What stands above the room: it is set again only when it would read otherwise."""
    card_ts: Ts | None = None
    announcement_ts: Ts | None = None
    invited_at: datetime | None = None
    ready_at: datetime | None = None
    """When people could work on it in Slack: asked in, with a card before them, and announced."""
    freeze_since: datetime | None = None
    thawed_at: datetime | None = None
    clear_asked_at: datetime | None = None
    """When the commander was asked whether the quiet monitoring means mitigation."""
    fence: int = 0
    """The newest fencing number of command; every commander's button carries it."""
    glass: tuple[Glass, ...] = ()
    """Who broke the glass, and may do for now what leads may."""
    version: int = 0

    @property
    def is_live(self) -> bool:
        """Whether people still work on it."""
        return self.state in (State.OPEN, State.MITIGATED)

    @property
    def is_ready(self) -> bool:
        """Whether people can work on it in Slack; without a room nobody has to be let in."""
        let_in = self.invited_at is not None or self.room_state in (RoomState.HUB, RoomState.LOST)
        announced = self.announcement_ts is not None or self.private
        return let_in and self.card_ts is not None and announced

    @property
    def impacted(self) -> tuple[ServiceName, ...]:
        """The services that users miss, in the order in which they were found."""
        return tuple(s.service for s in self.services if s.role is ServiceRole.IMPACTED)

    @property
    def core(self) -> tuple[ServiceName, ...]:
        """Impacted and suspected-root services: what a freeze is drawn around."""
        named = (s.service for s in self.services if s.role is not ServiceRole.CLEARED)
        return tuple(dict.fromkeys(named))
