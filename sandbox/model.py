"""What a workspace consists of.

Plain mutable records; the rules live in the modules that change them, and the shape
in which Slack shows them in ``shapes.py``. All in one place, because they name each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.manifest import Manifest
from sandbox.timeline import Timeline

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class User:
    """A person, or the bot user of an app (then ``bot_id`` and ``app_id`` are set)."""

    id: str
    name: str
    real_name: str
    display_name: str = ""
    email: str | None = None
    title: str = ""
    phone: str = ""
    tz: str = "Europe/London"
    tz_label: str = "Greenwich Mean Time"
    team_id: str = ""
    color: str = "9f69e7"
    is_admin: bool = False
    is_owner: bool = False
    is_primary_owner: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    updated: int = 0
    active: bool = True
    snoozed_until: int = 0
    channels: dict[str, None] = field(default_factory=dict)

    @property
    def is_bot(self) -> bool:
        return self.bot_id is not None

    @property
    def is_guest(self) -> bool:
        return self.is_restricted or self.is_ultra_restricted


@dataclass(slots=True, kw_only=True)
class Note:
    """A topic or a purpose, with who set it and when (0: never)."""

    value: str = ""
    creator: str = ""
    last_set: int = 0


@dataclass(slots=True, kw_only=True)
class Pin:
    ts: str
    created: int
    created_by: str


@dataclass(slots=True, kw_only=True)
class Bookmark:
    id: str
    channel_id: str
    title: str
    link: str
    emoji: str | None = None
    type: str = "link"
    entity_id: str | None = None
    parent_id: str | None = None
    access_level: str | None = None
    created: int = 0
    updated: int = 0
    rank: str = "i"
    last_updated_by_user_id: str = ""
    last_updated_by_team_id: str = ""


@dataclass(slots=True, kw_only=True)
class Message:
    """One message; ``extra`` holds the keys that only its subtype has (inviter, topic, old_name …).

    ``reactions`` maps a name to the users who reacted, in order. ``reply_users`` counts
    the replies per user of the thread that this message starts.
    """

    ts: str
    channel: str
    user: str | None
    text: str = ""
    subtype: str | None = None
    thread_ts: str | None = None
    parent_user_id: str | None = None
    broadcast: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None
    icons: Json | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    files: list[str] = field(default_factory=list)
    metadata: Json | None = None
    edited: Json | None = None
    client_msg_id: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    pinned: bool = False
    locked: bool = False
    reply_count: int = 0
    reply_users: dict[str, int] = field(default_factory=dict)
    latest_reply: str | None = None
    ephemeral_to: str | None = None
    hidden: bool = False
    extra: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation of any kind; ``messages`` has what the channel shows, ``threads`` the replies.

    A broadcast reply stands in both. ``everything`` finds any message by timestamp.
    """

    id: str
    name: str
    created: int
    creator: str
    number: int = 0
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_archived: bool = False
    is_general: bool = False
    is_ext_shared: bool = False
    posting: Literal["open", "read_only", "thread_only", "non_threadable"] = "open"
    topic: Note = field(default_factory=Note)
    purpose: Note = field(default_factory=Note)
    previous_names: list[str] = field(default_factory=list)
    connected_team_ids: list[str] = field(default_factory=list)
    members: dict[str, None] = field(default_factory=dict)
    messages: Timeline = field(default_factory=Timeline)
    threads: dict[str, Timeline] = field(default_factory=dict)
    everything: dict[str, Message] = field(default_factory=dict)
    pins: dict[str, Pin] = field(default_factory=dict)
    bookmarks: dict[str, Bookmark] = field(default_factory=dict)
    last_read: dict[str, str] = field(default_factory=dict)
    closed_for: set[str] = field(default_factory=set)
    canvas: str | None = None
    updated: int = 0

    @property
    def is_direct(self) -> bool:
        return self.is_im or self.is_mpim

    @property
    def kind(self) -> Literal["public_channel", "private_channel", "im", "mpim"]:
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "private_channel" if self.is_private else "public_channel"


@dataclass(slots=True, kw_only=True)
class UserGroup:
    id: str
    name: str
    handle: str
    description: str = ""
    users: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    created: int = 0
    created_by: str = ""
    updated: int = 0
    updated_by: str = ""
    deleted_at: int = 0


@dataclass(slots=True, kw_only=True)
class Section:
    """A piece of a canvas."""

    id: str
    markdown: str

    @property
    def kind(self) -> str:
        """``h1`` to ``h3`` for headers, ``paragraph`` for the rest."""
        marks = len(self.markdown) - len(self.markdown.lstrip("#"))
        return f"h{marks}" if 1 <= marks <= 3 else "paragraph"  # noqa: PLR2004  Slack knows three levels


@dataclass(slots=True, kw_only=True)
class File:
    """A file or canvas; ``content`` is None until it was uploaded, ``shared`` once it was completed."""

    id: str
    name: str
    title: str
    user: str
    length: int
    created: int
    content: bytes | None = None
    mimetype: str = "application/octet-stream"
    filetype: str = "binary"
    pretty_type: str = "Binary"
    alt_text: str | None = None
    completed: bool = False
    deleted: bool = False
    is_canvas: bool = False
    sections: list[Section] = field(default_factory=list)
    shares: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class View:
    """A modal or a Home tab of one user. ``content`` is what the app sent, ``state`` what was typed."""

    id: str
    app_id: str
    bot_id: str
    team_id: str
    user: str
    type: Literal["modal", "home"]
    content: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    external_id: str = ""
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class App:
    """An installed app: who it is, what it may do, where it listens.

    ``refusal`` is what its tokens are answered once it is not installed any more.
    """

    id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    client_id: str
    client_secret: str
    verification_token: str
    manifest: Manifest
    scopes: set[str]
    bot_events: set[str]
    socket_mode: bool
    installed: bool = True
    refusal: str = "token_revoked"
    installed_by: str = ""
    installed_at: int = 0
    event_url_verified: bool = False
    events_disabled: bool = False


@dataclass(slots=True, kw_only=True)
class Draft:
    """What somebody wants to post. ``user`` is the author; ``app`` if a bot posts."""

    channel: Channel
    user: str | None
    text: str = ""
    app: App | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: Json | None = None
    username: str | None = None
    icons: Json | None = None
    subtype: str | None = None
    files: list[str] = field(default_factory=list)
    extra: Json = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ScheduledMessage:
    id: str
    app_id: str
    post_at: int
    created: int
    draft: Draft
