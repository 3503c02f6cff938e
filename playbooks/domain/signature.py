"""A second word: an act that a rule of governance lets stand only if somebody else does not object.

It is asked for once, of whoever is at the centre, and for a bounded time. They agree, or object with
a reason; silence means what the rule says. Nobody gives the second word to their own act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from playbooks.domain.errors import AlreadyDecided, NeedsWords, NotYourRole, mentions
from playbooks.domain.ids import PROTOCOL, IncidentId, SignatureId, UserId
from playbooks.governance import Act, Silence

MAX_WORDS = 1_000

CALLED = {
    Act.DECLARE: "declare this incident",
    Act.COMMAND: "take command",
    Act.EXEMPT: "lift the freeze",
    Act.RELEASE: "release a statement",
    Act.RESOLVE: "resolve the incident",
}


class SignatureState(StrEnum):
    """Asked for; then given, left to silence, refused, or nobody's business any more."""

    ASKED = "asked"
    AGREED = "agreed"
    STOOD = "stood"
    """Nobody said anything in time, and the rule lets it stand."""
    VETOED = "vetoed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What somebody wants to do, and whose second word it waits for."""

    id: SignatureId
    incident: IncidentId
    act: Act
    subject: str
    """The change or the statement it is about; empty if it is the incident."""
    what: str
    """It in words: ``release statement 2``."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What was said with it, as the use case takes it again."""
    proposer: UserId
    rule: str
    signers: tuple[UserId, ...]
    silence: Silence
    asked_at: datetime
    due_at: datetime
    state: SignatureState = SignatureState.ASKED
    ended_at: datetime | None = None
    ended_by: UserId | None = None
    reason: str = ""
    """Why somebody objects, or why it came to nothing."""
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it waits for a word, or for its time to be up."""
        return self.state is SignatureState.ASKED

    @property
    def stands(self) -> bool:
        """Whether it is to be done now."""
        return self.state in (SignatureState.AGREED, SignatureState.STOOD)


def agree(signature: Signature, by: UserId, *, at: datetime) -> Signature:
    """Give the second word. Raises AlreadyDecided, NotYourRole."""
    require_signer(signature, by)
    return _ended(signature, SignatureState.AGREED, by, at=at)


def veto(signature: Signature, by: UserId, *, reason: str, at: datetime) -> Signature:
    """Object; it is not done. Raises AlreadyDecided, NotYourRole, NeedsWords."""
    require_signer(signature, by)
    words = " ".join(reason.split())[:MAX_WORDS]
    if not words:
        raise NeedsWords("Say why not: whoever asked reads it.", about="reason")
    return _ended(signature, SignatureState.VETOED, by, reason=words, at=at)


def silence(signature: Signature, *, at: datetime) -> Signature | None:
    """Its time is up: it stands or lapses, as the rule says. None if it is not time, or was answered."""
    if not signature.is_open or at < signature.due_at:
        return None
    if signature.silence is Silence.STANDS:
        return _ended(signature, SignatureState.STOOD, PROTOCOL, at=at)
    return _ended(signature, SignatureState.LAPSED, PROTOCOL, reason="nobody agreed in time", at=at)


def lapse(signature: Signature, *, why: str, at: datetime) -> Signature:
    """It cannot be done any more."""
    return _ended(signature, SignatureState.LAPSED, PROTOCOL, reason=why, at=at)


def waiting(known: Sequence[Signature], act: Act, subject: str) -> Signature | None:
    """What waits already for a word about the same act; there is at most one."""
    return next((one for one in known if one.is_open and (one.act, one.subject) == (act, subject)), None)


def require_signer(signature: Signature, by: UserId) -> None:
    """Raises AlreadyDecided, NotYourRole."""
    if not signature.is_open:
        ended_by = None if signature.ended_by == PROTOCOL else signature.ended_by
        raise AlreadyDecided(f"Whether to {signature.what}", ended_by, signature.ended_at)
    others = tuple(user for user in signature.signers if user != signature.proposer)
    if by not in others:
        who = f"{mentions(others)}, by rule {signature.rule},"
        raise NotYourRole(f"agree or object to what {mentions((signature.proposer,))} asked for", who)


def _ended(
    signature: Signature, state: SignatureState, by: UserId, *, reason: str = "", at: datetime
) -> Signature:
    return replace(signature, state=state, ended_by=by, ended_at=at, reason=reason)
