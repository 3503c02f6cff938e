"""What the edges need from the process around them, as one plain value.

``bot.wiring`` builds the desk; nothing here opens, connects or remembers anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from playbooks.domain.ids import ChannelId, IncidentId, UserId
from playbooks.ports import Ports

Headers = Mapping[str, str]


class Fate(Enum):
    """What became of a request that did not come to its end."""

    NOTHING = "nothing"
    """Nothing was changed."""
    KEPT = "kept"
    """It is done."""
    UNKNOWN = "unknown"
    """It was being written down when the records broke off, and they cannot be asked yet."""


class Unavailable(Exception):
    """The records cannot be reached; the sender may send it again."""

    def __init__(self, reason: str = "", *, fate: Fate = Fate.NOTHING) -> None:
        super().__init__(reason)
        self.fate = fate


class Complain(Protocol):
    """Writes one log line: a constant event name, keywords for data."""

    def __call__(self, event: str, /, **data: object) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Bolt answered to a verified HTTP delivery."""

    status: int
    body: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether requests can be served, and the state of each thing they need."""

    ready: bool
    checks: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A delivery that was given up."""

    delivery: str
    step: str
    """What was to be done: the effect's class name."""
    incident: IncidentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A delivery from outside that nobody could understand."""

    arrival: str
    source: str
    reason: str
    """Where it fails; never a part of what was sent."""
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What the machinery could not do by itself, for those who run it."""

    neglected: Mapping[str, int]
    """Queue → rows that are due and that nobody took for a while."""
    undelivered: tuple[Undelivered, ...]
    """The newest first."""
    put_aside: int
    """Deliveries from outside that nobody could understand."""
    newest_aside: tuple[Aside, ...] = ()
    """The newest of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything an edge may use besides its own request."""

    ports: Ports
    complain: Complain
    wall: Callable[[], datetime]
    """Real time, aware UTC: signatures are checked against it, whatever time a rehearsal plays."""
    public_url: str
    """Where browsers reach this process, without a slash at the end; empty if nowhere."""

    team: str
    """Our workspace; people of other workspaces are refused. Empty: nobody is a stranger."""
    signing_secret: str = field(repr=False)
    """Slack's; empty refuses every HTTP delivery (Socket Mode needs none)."""
    dispatch: Callable[[str, Headers], Awaitable[Answer]]
    """Hands a verified HTTP delivery to Bolt; see ``handlers.slack.edge.dispatcher``."""
    once: Callable[[str], Ports]
    """``ports`` for one command, click or submission, by its key. A unit of them raises Repeated if
    one with this key was committed before."""
    became_of: Callable[[str], Awaitable[Fate]]
    """What such a request has changed, by its key; asked when it failed inside."""
    accept_event: Callable[[str, bytes, Headers], Awaitable[bool]]
    """Store a Slack event (key, body, headers) in the inbox; False if it was there already."""
    room_url: Callable[[ChannelId], str]
    """The address that opens a conversation in Slack."""
    publish_home: Callable[[UserId, Mapping[str, object]], Awaitable[None]]
    """Show a Home tab (``views.publish``)."""
    acquaint: Callable[[UserId], Awaitable[bool]]
    """Learn from Slack who somebody is; False if Slack does not say so now."""
    groups_changed: Callable[[], None]
    """Have the user groups read again."""
    retry: Callable[[str], Awaitable[bool]]
    """Have a buried delivery tried again; False if there is none of that id to try."""

    trouble: Callable[[], Awaitable[Trouble]]
    """What operators have to look at."""

    webhook_secrets: Mapping[str, tuple[str, ...]] = field(repr=False)
    """Source → the secrets valid now; two while one is being replaced."""
    accept_webhook: Callable[[str, str, Headers, bytes], Awaitable[bool]]
    """Store a webhook (source, key, headers, body) in the inbox; False if it was there already."""
    admit: Callable[[str], timedelta | None]
    """Let one more delivery of a source in; else how long it has to wait, in whole seconds."""
    gate_tokens: tuple[str, ...] = field(repr=False)
    health: Callable[[], Awaitable[Health]]
    metrics: Callable[[], tuple[bytes, str]]
    """The exposition of the metrics, and its content type."""
