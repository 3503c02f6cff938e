"""The room: opened, peopled, ready, or not to be had."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import ChannelId, UserId


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
