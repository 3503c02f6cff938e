"""Handing command over: an offer with a brief, and an answer within a bounded time.

The giver commands until the offer is accepted. Declined, expired or forgotten, an offer
has changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.authority import require_command
from playbooks.domain.command import (
    Brief,
    Contest,
    ContestPhase,
    Handover,
    HandoverState,
    Seating,
    Tenure,
)
from playbooks.domain.errors import (
    AlreadyDecided,
    AlreadyInCommand,
    ContestPending,
    NeedsWords,
    NotNeeded,
    NotYourRole,
    OfferExpired,
    OfferWithdrawn,
    SeatVacant,
    StaleCommand,
    mention,
)
from playbooks.domain.ids import HandoverId, IncidentId, ServiceName, TenureId, UserId, is_person
from playbooks.domain.instants import time_of
from playbooks.domain.seat import Seated, seat
from playbooks.schema import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Command passed: the answered offer, and both tenures."""

    handover: Handover
    seated: Seated


def offer(
    holder: Tenure | None,
    by: UserId,
    to: UserId,
    *,
    handover_id: HandoverId,
    brief: Brief,
    pending: Handover | None,
    contest: Contest | None,
    policy: Command,
    at: datetime,
) -> Handover:
    """Offer command to somebody. Nothing changes until they accept.

    ``pending`` is the incident's unanswered offer and ``contest`` its open contest, if any.
    Raises SeatVacant, NotYourRole, NeedsWords, NotNeeded or ContestPending.
    """
    giver = require_command(by, holder, what="hand command over")
    if not is_person(to):
        message = "Name the person who is to take command."
        raise NeedsWords(message)
    if to == by:
        raise AlreadyInCommand
    _require_undisputed(contest)
    if pending is not None and _is_open(pending, at=at):
        message = (
            f"Command is already offered to {mention(pending.taker)} until {time_of(pending.expires_at)}."
        )
        raise NotNeeded(message)
    return ask(giver.incident, by, to, handover_id=handover_id, brief=brief, policy=policy, at=at)


def ask(
    incident: IncidentId,
    giver: UserId,
    taker: UserId,
    *,
    handover_id: HandoverId,
    brief: Brief,
    policy: Command,
    at: datetime,
    service: ServiceName | None = None,
) -> Handover:
    """An open offer, of command or of the lead of one service; whether it may be made is decided before."""
    return Handover(
        id=handover_id,
        incident=incident,
        giver=giver,
        taker=taker,
        offered_at=at,
        expires_at=at + policy.handover_within,
        brief=brief,
        service=service,
    )


def accept(
    handover: Handover,
    holder: Tenure | None,
    by: UserId,
    *,
    tenure_id: TenureId,
    contest: Contest | None,
    fence: int,
    at: datetime,
) -> Accepted:
    """Take the command that was offered; from this instant on the taker commands.

    ``holder`` is who commands now and ``contest`` the open contest, if any. Raises
    NotYourRole, AlreadyDecided, OfferExpired, SeatVacant, ContestPending, or StaleCommand
    if the giver has lost command meanwhile.
    """
    answered = say_yes(handover, by, at=at)
    if holder is None:
        raise SeatVacant
    if holder.user != handover.giver:
        raise StaleCommand(holder.user)
    _require_undisputed(contest)
    seated = seat(
        holder,
        handover.taker,
        how=Seating.HANDOVER,
        tenure_id=tenure_id,
        incident=handover.incident,
        fence=fence,
        at=at,
    )
    return Accepted(handover=answered, seated=seated)


def say_yes(handover: Handover, by: UserId, *, at: datetime) -> Handover:
    """The offer as it is once accepted. Raises NotYourRole, AlreadyDecided or OfferExpired."""
    _require_answerable(handover, by, at=at)
    return replace(handover, state=HandoverState.ACCEPTED, answered_at=at)


def decline(handover: Handover, by: UserId, *, at: datetime) -> Handover:
    """Refuse the offer; the giver keeps command.

    Raises NotYourRole, AlreadyDecided or OfferExpired.
    """
    _require_answerable(handover, by, at=at)
    return replace(handover, state=HandoverState.DECLINED, answered_at=at)


def withdraw(handover: Handover, by: UserId, *, at: datetime) -> Handover:
    """Take the offer back; only who made it may. Raises NotYourRole, AlreadyDecided, OfferExpired."""
    if by != handover.giver:
        raise NotYourRole("take this offer back", mention(handover.giver))
    _require_open(handover, at=at)
    return replace(handover, state=HandoverState.WITHDRAWN, answered_at=at)


def expire_due(handover: Handover, *, at: datetime) -> Handover | None:
    """Close an offer that nobody answered; None if it is not time, or it was answered."""
    if handover.state is not HandoverState.OFFERED or at < handover.expires_at:
        return None
    return replace(handover, state=HandoverState.EXPIRED, answered_at=handover.expires_at)


def void(handover: Handover, *, at: datetime) -> Handover | None:
    """Close an unanswered offer because the incident is over; None if it was answered."""
    if handover.state is not HandoverState.OFFERED:
        return None
    return replace(handover, state=HandoverState.EXPIRED, answered_at=at)


def _require_answerable(handover: Handover, by: UserId, *, at: datetime) -> None:
    if by != handover.taker:
        raise NotYourRole("answer this offer", mention(handover.taker))
    _require_open(handover, at=at)


def _require_open(handover: Handover, *, at: datetime) -> None:
    if handover.state is HandoverState.WITHDRAWN:
        raise OfferWithdrawn(handover.giver, handover.answered_at or at)
    if handover.state is HandoverState.EXPIRED or (
        handover.state is HandoverState.OFFERED and at >= handover.expires_at
    ):
        raise OfferExpired(handover.giver, handover.expires_at)
    if handover.state is not HandoverState.OFFERED:
        raise AlreadyDecided("This offer", handover.taker, handover.answered_at)


def _require_undisputed(contest: Contest | None) -> None:
    """A handover in the middle of a dispute would settle it behind the parties' backs."""
    if contest is not None and contest.phase is not ContestPhase.DECIDED:
        raise ContestPending(contest.final_at)


def _is_open(handover: Handover, *, at: datetime) -> bool:
    return handover.state is HandoverState.OFFERED and at < handover.expires_at
