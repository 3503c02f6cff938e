"""What is to be done in the world: one value per outbox row, in the imperative.

An effect names *what* to say, never the words: blocks are rendered at delivery from the
record as it is then. Nothing here needs a channel that does not exist yet; the effects
that need the room are enqueued by ``protocol.room`` once it is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from playbooks.domain.events import Event
from playbooks.domain.ids import (
    ChannelId,
    ClearanceId,
    DecisionId,
    HandoverId,
    IncidentId,
    ReviewId,
    Ts,
    UpdateId,
    UserId,
)


class Priority(IntEnum):
    """People first, decoration last. From ``MIRROR`` on it can wait while people are waiting."""

    PEOPLE = 0
    ANSWER = 1
    CARD = 2
    NEWS = 3
    MIRROR = 4
    DECORATION = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something owed to the world on behalf of one incident."""

    incident: IncidentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoom(Effect):
    """Create the war room; settles with ``protocol.room.opened`` or ``unavailable``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterRoom(Effect):
    """Be in the room again; settles with ``protocol.fate.came_back``."""

    by: UserId
    """Who made it possible, or wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRoom(Effect):
    """Give the room the name that an incident in earnest has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Effect):
    """Bring people into the room; settles with ``protocol.room.invited``."""

    users: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCard(Effect):
    """Post the incident card in the room; settles with ``protocol.room.card_posted``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshCard(Effect):
    """Bring the card up to date (coalesced)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireCard(Effect):
    """Say on a card that another one took its place."""

    channel: ChannelId
    ts: Ts


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCard(Effect):
    """Pin the card."""

    ts: Ts


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTopic(Effect):
    """Bring the room's topic up to date (coalesced)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBookmarks(Effect):
    """Add the room's bookmarks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Effect):
    """Announce in the incidents channel; settles with ``protocol.room.announced``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshAnnouncement(Effect):
    """Bring the announcement up to date (coalesced)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshBulletin(Effect):
    """Bring a post that announces several incidents up to date (coalesced); ``incident`` is one of them."""

    channel: ChannelId
    ts: Ts


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCandidate(Effect):
    """Ask the incidents channel whether this is a major incident."""

    about: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TellRoom(Effect):
    """Say in the room what happened."""

    about: Event
    quiet: bool = False
    """In the thread of the card: enough was said to the whole room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPerson(Effect):
    """Say privately what happened, with the buttons that person may press."""

    user: UserId
    about: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBrief(Effect):
    """Give the taker of a handover the brief, with Accept and Decline."""

    handover: HandoverId
    user: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApproval(Effect):
    """Show the approval card of a change in the room."""

    clearance: ClearanceId
    quiet: bool = False
    """In the thread of the card: enough was said to the whole room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseApproval(Effect):
    """Replace an approval card's buttons by the decision."""

    clearance: ClearanceId
    channel: ChannelId
    ts: Ts


@dataclass(frozen=True, slots=True, kw_only=True)
class PostProposal(Effect):
    """Show the room what somebody proposes; settles with ``protocol.decisions.posted``."""

    decision: DecisionId


@dataclass(frozen=True, slots=True, kw_only=True)
class RedrawProposal(Effect):
    """Bring the post of a proposal up to date (coalesced)."""

    decision: DecisionId
    channel: ChannelId
    ts: Ts


@dataclass(frozen=True, slots=True, kw_only=True)
class PostUpdate(Effect):
    """Send a stakeholder update."""

    update: UpdateId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEvidence(Effect):
    """Show below the card why it was declared, with the alerts as a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowUpdate(Effect):
    """Show in the room of a drill what stakeholders would read."""

    update: UpdateId


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReview(Effect):
    """Show the post-mortem draft in the room."""

    review: ReviewId


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshHome(Effect):
    """Bring somebody's Home tab up to date (coalesced); ``incident`` is the one that changed."""

    user: UserId


def lane(effect: Effect) -> str | None:
    """The queue in which readers see order; None if nobody could notice the order.

    Only posts to one conversation are ordered. A retry holds back its lane and no other.
    """
    match effect:
        case PostCard() | TellRoom() | AskApproval() | PostProposal() | ShowUpdate() | PostReview():
            return f"room:{effect.incident}"
        case TellPerson(user=user) | SendBrief(user=user):
            return f"person:{user}"
        case PostUpdate():
            return f"stakeholders:{effect.incident}"
        case (
            RefreshCard()
            | SetTopic()
            | RefreshAnnouncement()
            | RefreshBulletin()
            | RedrawProposal()
            | RefreshHome()
        ):
            return coalesces(effect)  # an older picture must not land on a newer one
        case _:
            return None


def coalesces(effect: Effect) -> str | None:
    """Waiting rows with this key are one: the picture is drawn from the record when it is sent."""
    match effect:
        case RefreshCard() | SetTopic() | RefreshAnnouncement():
            return f"{type(effect).__name__}:{effect.incident}"
        case RefreshBulletin(channel=channel, ts=ts) | RedrawProposal(channel=channel, ts=ts):
            return f"{type(effect).__name__}:{channel}:{ts}"
        case RefreshHome(user=user):
            return f"{type(effect).__name__}:{user}"
        case _:
            return None


def priority(effect: Effect) -> Priority:
    """Who waits for it."""
    match effect:
        case OpenRoom() | EnterRoom() | Invite():
            return Priority.PEOPLE
        case TellPerson() | SendBrief() | AskApproval() | PostProposal() | RedrawProposal():
            return Priority.ANSWER
        case PostCard():
            return Priority.CARD
        case RefreshCard() | RefreshAnnouncement() | RefreshBulletin():
            return Priority.MIRROR
        case PinCard() | RetireCard() | SetTopic() | AddBookmarks() | ShowEvidence() | RefreshHome():
            return Priority.DECORATION
        case _:
            return Priority.NEWS
