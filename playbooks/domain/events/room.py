"""The room: opened, peopled, ready, or not to be had; and what befell it later."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import ChannelId, UserId
from playbooks.domain.incident import RoomHarm


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomOpened(Event):
    """The war room exists."""

    room: ChannelId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomUnavailable(Event):
    """No room could be made; the incident runs in the incidents channel."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleInvited(Event):
    """Who was brought into the room, and who could not be."""

    users: tuple[UserId, ...]
    failed: tuple[tuple[UserId, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReady(Event):
    """People can work on it in Slack: asked in, with a card before them, and announced."""

    seconds: float
    """Since the declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed(Event):
    """Something the bot owed could not be delivered."""

    step: str
    reason: str
    delivery: str
    """The outbox row, so that a person can have it tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomHarmed(Event):
    """Something befell the room; the incident goes on, if need be in the incidents channel."""

    how: RoomHarm
    before: RoomHarm | None = None
    """What was wrong with it already."""
    is_news: bool = True
    """Whether people were not told before that nobody can write there."""
    team: str = ""
    """The workspace with which it was shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMended(Event):
    """The room can be used again as before."""

    was: RoomHarm
    was_mute: bool
    """Whether the incident went on elsewhere meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRenamed(Event):
    """The room has another name; Slack knows it by its id, and so do we."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomConverted(Event):
    """Who may see the room changed."""

    private: bool
    """Whether only its members see it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMoved(Event):
    """Slack gave the room another id, with everything that is in it."""

    before: ChannelId
    room: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoomAsked(Event):
    """Somebody wants another room, because of what befell this one."""

    instead_of: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class HubHarmed(Event):
    """Something befell the incidents channel, where everybody looks for incidents."""

    channel: ChannelId
    how: RoomHarm


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRenamed(Event):
    """The incidents channel has another name than the catalogue says."""

    channel: ChannelId
    after: str
