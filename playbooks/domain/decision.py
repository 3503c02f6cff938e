"""Decisions: one proposal that the room can read, a pause, and silence that confirms.

Whoever objects before the pause is over stops the silence; then whoever leads decides, or the
proposal is taken back. The pause runs from when the room could read the proposal: nobody
agrees to what they were never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from playbooks.domain.authority import Action, Actor, may, require
from playbooks.domain.command import Tenure
from playbooks.domain.errors import AlreadyDecided, NeedsWords, NotNeeded, NotYourRole, mentions
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import PROTOCOL, DecisionId, IncidentId, UserId
from playbooks.domain.incident import Incident
from playbooks.schema import Decisions

MAX_WORDS = 500
MAX_OPTION = 70
"""What a list in a form shows whole (Slack docs, option object: 75 characters)."""
MAX_OPTIONS = 6
EXAMPLE = "/incident decide roll back 4.12 / fail over to Dublin"
RUNGS = 2
"""First whoever leads, then the duty managers; after that it is silent."""


class DecisionState(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """The incident ended before anybody decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why somebody does not agree."""

    by: UserId
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is to be decided. ``number`` counts from 1 within the incident."""

    id: DecisionId
    incident: IncidentId
    number: int
    text: str
    options: tuple[str, ...]
    """What may be chosen, the proposer's own choice first; empty if it is yes or no."""
    proposer: UserId
    proposed_at: datetime
    pause: timedelta
    due_at: datetime | None = None
    """When silence decides; None until the room can read it."""
    objections: tuple[Objection, ...] = ()
    raised: int = 0
    """How often those above were asked to decide, because silence may not."""
    raised_at: datetime | None = None
    state: DecisionState = DecisionState.PENDING
    choice: str = ""
    """The option that was taken, or the whole proposal."""
    ended_at: datetime | None = None
    ended_by: UserId | None = None
    reason: str = ""
    """Why it was decided so, taken back, or lapsed."""
    version: int = 0

    @property
    def is_pending(self) -> bool:
        """Whether it waits for silence or for somebody."""
        return self.state is DecisionState.PENDING

    @property
    def proposed(self) -> str:
        """What silence takes: the first option, or the whole proposal."""
        return self.options[0] if self.options else self.text


def propose(
    text: str,
    by: UserId,
    *,
    options: Sequence[str] = (),
    decision_id: DecisionId,
    number: int,
    incident: IncidentId,
    policy: Decisions,
    at: datetime,
) -> Proposal:
    """Propose something; with options, the first one is what is proposed. Raises NeedsWords."""
    words = " ".join(text.split())[:MAX_WORDS]
    offered = tuple(dict.fromkeys(one for one in (" ".join(option.split()) for option in options) if one))
    if not words:
        raise NeedsWords(f"Say what is to be decided: {EXAMPLE}", about="text")
    if offered and not 1 < len(offered) <= MAX_OPTIONS:
        raise NeedsWords(f"Name two to {MAX_OPTIONS} different options, or none.", about="choice")
    if any(len(option) > MAX_OPTION for option in offered):
        raise NeedsWords(f"An option has at most {MAX_OPTION} characters.", about="choice")
    return Proposal(
        id=decision_id,
        incident=incident,
        number=number,
        text=words,
        options=offered,
        proposer=by,
        proposed_at=at,
        pause=policy.pause,
    )


def shown(proposal: Proposal, *, at: datetime) -> Proposal:
    """The room can read it from now on: the pause begins, once."""
    if not proposal.is_pending or proposal.due_at is not None:
        return proposal
    return replace(proposal, due_at=at + proposal.pause)


def object_to(proposal: Proposal, by: UserId, *, reason: str, at: datetime) -> Proposal:
    """Disagree; silence cannot confirm it any more. Raises AlreadyDecided, NotYourRole, NeedsWords."""
    require_open_to(proposal, by)
    words = " ".join(reason.split())[:MAX_WORDS]
    if not words:
        raise NeedsWords("Say why: whoever decides reads it.", about="reason")
    if any((one.by, one.reason) == (by, words) for one in proposal.objections):
        raise NotNeeded(f"You have objected to decision {proposal.number} already.")
    others = tuple(one for one in proposal.objections if one.by != by)
    return replace(proposal, objections=(*others, Objection(by=by, at=at, reason=words)))


def require_open_to(proposal: Proposal, by: UserId) -> None:
    """Whether ``by`` may object to it. Raises AlreadyDecided, NotYourRole."""
    _require_pending(proposal)
    if by == proposal.proposer:
        raise NotYourRole("object to this: you proposed it, and may withdraw it", "somebody else")


def decide(
    proposal: Proposal,
    by: Actor,
    *,
    choice: str,
    reason: str,
    tenure: Tenure | None,
    incident: Incident,
    handbook: Handbook,
    fence: int | None = None,
    at: datetime,
) -> Proposal:
    """Whoever leads decides at once; over objections only with a reason.

    ``choice`` "" takes what was proposed. Raises AlreadyDecided, NotWelcome, NotYourRole,
    StaleCommand, NeedsWords.
    """
    _require_pending(proposal)
    require(by, Action.DECIDE, handbook=handbook, tenure=tenure, incident=incident, fence=fence)
    taken = choice or proposal.proposed
    if taken not in (proposal.options or (proposal.text,)):
        raise NeedsWords("Choose one of the options.", about="choice")
    words = " ".join(reason.split())[:MAX_WORDS]
    if proposal.objections and not words:
        raise NeedsWords("Somebody objected: say why you decide so.", about="reason")
    return _ended(proposal, DecisionState.DECIDED, by.user, choice=taken, reason=words, at=at)


def withdraw(
    proposal: Proposal,
    by: UserId,
    *,
    reason: str = "",
    tenure: Tenure | None,
    incident: Incident,
    handbook: Handbook,
    at: datetime,
) -> Proposal:
    """Take it back: whoever proposed it, or whoever leads. Raises AlreadyDecided, NotYourRole."""
    _require_pending(proposal)
    verdict = may(Actor(user=by), Action.DECIDE, handbook=handbook, tenure=tenure, incident=incident)
    if by != proposal.proposer and not verdict.allowed:
        who = mentions(dict.fromkeys((proposal.proposer, *verdict.who_may)))
        raise NotYourRole("withdraw this proposal", who)
    return _ended(proposal, DecisionState.WITHDRAWN, by, reason=reason.strip()[:MAX_WORDS], at=at)


def lapse(proposal: Proposal, *, why: str, at: datetime) -> Proposal:
    """Its incident ended first."""
    return _ended(proposal, DecisionState.LAPSED, PROTOCOL, reason=why, at=at)


def wakes_at(proposal: Proposal, policy: Decisions) -> datetime | None:
    """When silence decides, or when those who have to decide are asked; None if never."""
    if not proposal.is_pending or proposal.raised >= RUNGS:
        return None
    # From when they were in fact asked: an alarm that came late must not bring both at once.
    return proposal.due_at if proposal.raised_at is None else proposal.raised_at + policy.remind_after


def silence(proposal: Proposal, *, policy: Decisions, at: datetime) -> Proposal | None:
    """The pause is over: decided if nobody objected, else those are asked who may decide.

    None if it is not time, or was decided meanwhile.
    """
    due = wakes_at(proposal, policy)
    if due is None or at < due:
        return None
    if not proposal.objections:
        return _ended(proposal, DecisionState.DECIDED, PROTOCOL, choice=proposal.proposed, at=at)
    return replace(proposal, raised=proposal.raised + 1, raised_at=at)


def _ended(
    proposal: Proposal,
    state: DecisionState,
    by: UserId,
    *,
    choice: str = "",
    reason: str = "",
    at: datetime,
) -> Proposal:
    return replace(proposal, state=state, choice=choice, ended_at=at, ended_by=by, reason=reason)


def _require_pending(proposal: Proposal) -> None:
    if not proposal.is_pending:
        by = None if proposal.ended_by == PROTOCOL else proposal.ended_by
        raise AlreadyDecided(f"Decision {proposal.number}", by, proposal.ended_at)
