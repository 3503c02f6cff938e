"""What people said and marked in the room."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import ChannelId, Ts, UserId
from playbooks.domain.label import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSaid(Event):
    """A message of the room; ``at`` is the channel's own timestamp."""

    channel: ChannelId
    ts: Ts
    thread: Ts | None
    text: str
    app: str
    """The posting app's bot id; empty for people."""
    files: tuple[str, ...] = ()
    recovered: bool = False
    """Whether it was missed when it was said, and read from the room later; ``text`` is of then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Event):
    """A revision; the earlier words stay in the log."""

    channel: ChannelId
    ts: Ts
    before: str
    after: str
    recovered: bool = False
    """Whether the room was read later; ``before`` is then what the log had heard, not every wording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(Event):
    """A tombstone: when and which message, without its words."""

    channel: ChannelId
    ts: Ts
    removed: tuple[int, ...] = ()
    """Entries whose words went with it, if the playbook wants that; their hashes stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsRemoved(Event):
    """The words of entries were removed for a lawful reason; their hashes stay, so the chain holds."""

    entries: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEventMarked(Event):
    """Somebody marked what matters; ``at`` is the time of what is marked."""

    text: str
    channel: ChannelId | None
    ts: Ts | None
    author: UserId
    how: str
    """``command`` or ``reaction``."""
    label: Label | None = None
    """What it is, if its writer said so."""
    recovered: bool = False
    """Whether the mark was missed when it was made, and found in the room later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCorrected(Event):
    """What somebody wrote down reads differently from now on; both stay in the log."""

    entry: int
    """The entry that is corrected; never itself a correction."""
    author: UserId
    """Who wrote that one."""
    text: str
    label: Label | None
