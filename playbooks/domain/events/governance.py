"""What rules of governance decided: a second word asked for, given, refused or not needed any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import SignatureId, UserId
from playbooks.governance import Act, Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureAsked(Event):
    """Somebody wants to do what takes the word of somebody else, too."""

    signature: SignatureId
    act: Act
    what: str
    rule: str
    proposer: UserId
    signers: tuple[UserId, ...]
    due_at: datetime
    silence: Silence
    subject: str = ""
    """The change or the statement it is about; empty if it is the incident."""
    words: tuple[tuple[str, str], ...] = ()
    """What was said with it, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureGiven(Event):
    """It stands: somebody agreed, or (by the playbook) nobody objected in time."""

    signature: SignatureId
    act: Act
    what: str
    rule: str
    proposer: UserId
    signers: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRefused(Event):
    """Somebody objected, so it is not done."""

    signature: SignatureId
    act: Act
    what: str
    rule: str
    proposer: UserId
    signers: tuple[UserId, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLapsed(Event):
    """It came to nothing: nobody agreed in time, or it cannot be done any more."""

    signature: SignatureId
    act: Act
    what: str
    rule: str
    proposer: UserId
    signers: tuple[UserId, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRefused(Event):
    """A rule of governance kept somebody from something."""

    what: str
    rule: str
    why: str
