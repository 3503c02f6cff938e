"""Disputes about the commander's seat, bounded in time.

The incumbent stays in charge while a contest is open. First the parties may agree, by
yielding or withdrawing; then the tie-break awards; then the duty manager may overrule, and
silence confirms. Everybody who disputes the same tenure is part of one contest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from playbooks.domain.command import (
    Challenger,
    Claimant,
    Contest,
    ContestPhase,
    Seating,
    Settlement,
    Tenure,
)
from playbooks.domain.errors import (
    AlreadyDecided,
    AlreadyInCommand,
    ContestPending,
    ContestTooLate,
    NeedsWords,
    NoStanding,
    NotNeeded,
    NotYourRole,
    SeatVacant,
    mention,
)
from playbooks.domain.ids import ContestId, TenureId, UserId
from playbooks.domain.instants import time_of
from playbooks.domain.seat import Seated, seat
from playbooks.domain.tie_break import tie_break
from playbooks.schema import Command

# Somebody sat down on their own or was sat down by a timer; an award or an agreed handover is final.
DISPUTABLE = (Seating.CLAIM, Seating.ASKED, Seating.ACTING, Seating.DEPUTY)


def may_contest(
    holder: Tenure | None,
    by: UserId,
    *,
    standing: bool,
    best_tier: int,
    earlier: Sequence[Contest],
    policy: Command,
    at: datetime,
) -> Tenure:
    """The tenure that ``by`` may dispute now.

    Only people with standing may (the commander roster, leads of impacted services), only
    soon after somebody sat down, and the same two people only once, unless a service of a
    better tier than then is impacted now. ``best_tier`` is the best one impacted now, and
    ``earlier`` are the incident's contests so far.

    Raises SeatVacant, AlreadyInCommand, ContestPending, ContestTooLate, NoStanding, NotNeeded.
    """
    if holder is None:
        raise SeatVacant
    if holder.user == by:
        raise AlreadyInCommand
    for contest in earlier:
        if contest.phase is not ContestPhase.DECIDED:
            raise ContestPending(contest.final_at)
    if not standing:
        raise NoStanding(holder.user)
    if holder.how not in DISPUTABLE or at >= holder.since + policy.contest_within:
        raise ContestTooLate(holder.user)
    if any(_is_between(contest, by, holder.user) and best_tier >= contest.best_tier for contest in earlier):
        message = f"You and {mention(holder.user)} had this dispute already. A duty manager can change it."
        raise NotNeeded(message)
    return holder


def open_contest(
    holder: Tenure | None,
    by: UserId,
    reason: str,
    *,
    contest_id: ContestId,
    standing: bool,
    best_tier: int,
    earlier: Sequence[Contest],
    policy: Command,
    at: datetime,
) -> Contest:
    """Dispute the seat. The incumbent stays in charge until the dispute is settled.

    Raises what ``may_contest`` raises, and NeedsWords without a reason.
    """
    incumbent = may_contest(
        holder, by, standing=standing, best_tier=best_tier, earlier=earlier, policy=policy, at=at
    )
    settles_at = at + policy.settle_within
    return Contest(
        id=contest_id,
        incident=incumbent.incident,
        incumbent=incumbent.user,
        incumbent_since=incumbent.since,
        challengers=(Challenger(user=by, reason=_words(reason), at=at),),
        opened_at=at,
        settles_at=settles_at,
        final_at=settles_at + policy.duty_within,
        best_tier=best_tier,
    )


def join(contest: Contest, by: UserId, reason: str, *, standing: bool, at: datetime) -> Contest:
    """Add a challenger to an open contest. Its clock is not restarted: one decision for all.

    Raises AlreadyDecided, AlreadyInCommand, NoStanding, NotNeeded or NeedsWords.
    """
    _require_settling(contest)
    if by == contest.incumbent:
        raise AlreadyInCommand
    if not standing:
        raise NoStanding(contest.incumbent)
    before = next((c for c in contest.challengers if c.user == by), None)
    if before is not None:
        said = "You withdrew from this dispute." if before.withdrawn else "You already dispute command."
        message = f"{said} It is settled by {time_of(contest.settles_at)}; tell the others in the room."
        raise NotNeeded(message)
    challenger = Challenger(user=by, reason=_words(reason), at=at)
    return replace(contest, challengers=(*contest.challengers, challenger))


def withdraw(contest: Contest, by: UserId, *, at: datetime) -> Contest:
    """A challenger gives way. When the last one does, the incumbent has won.

    Raises AlreadyDecided, or NotYourRole for somebody who is not challenging.
    """
    _require_settling(contest)
    if by not in _users(contest.standing):
        raise NotYourRole("withdraw", "somebody who disputes command")
    challengers = tuple(replace(c, withdrawn=True) if c.user == by else c for c in contest.challengers)
    left = replace(contest, challengers=challengers)
    if left.standing:
        return left
    reason = f"{mention(by)} withdrew, and nobody else disputes command."
    return _decided(left, contest.incumbent, Settlement.WITHDRAW, reasons=(reason,), at=at)


def yield_to(
    contest: Contest,
    by: UserId,
    *,
    claimants: Iterable[Claimant],
    at: datetime,
    to: UserId | None = None,
) -> Contest:
    """The incumbent gives way to the challenger named, or to the one the tie-break prefers.

    ``claimants`` must cover every standing challenger; anybody else in it is ignored.
    Raises AlreadyDecided, NotYourRole, or NotNeeded if ``to`` is no challenger.
    """
    _require_settling(contest)
    if by != contest.incumbent:
        raise NotYourRole("yield", f"the commander, {mention(contest.incumbent)},")
    challengers = _users(contest.standing)
    if to is not None and to not in challengers:
        message = f"{mention(to)} does not dispute command. Offer a handover instead."
        raise NotNeeded(message)
    winner = to or tie_break(_among(claimants, challengers)).winner
    reason = f"{mention(by)} yielded to {mention(winner)}."
    return _decided(contest, winner, Settlement.YIELD, reasons=(reason,), at=at)


def insist(contest: Contest, by: UserId, *, policy: Command, at: datetime) -> Contest:
    """The incumbent will not yield, so waiting is pointless: the tie-break is due now.

    Raises AlreadyDecided, or NotYourRole for anybody but the incumbent.
    """
    _require_settling(contest)
    if by != contest.incumbent:
        raise NotYourRole("insist", f"the commander, {mention(contest.incumbent)},")
    due = min(at, contest.settles_at)
    return replace(contest, settles_at=due, final_at=due + policy.duty_within)


def settle_due(contest: Contest, claimants: Iterable[Claimant], *, at: datetime) -> Contest | None:
    """Award the seat by the tie-break if nobody gave way in time; None if it is not time.

    The award is dated at ``settles_at``, however late the alarm rings, so that a restart
    changes nothing. ``claimants`` must cover the incumbent and every standing challenger.
    """
    if contest.phase is not ContestPhase.SETTLING or at < contest.settles_at:
        return None
    award = tie_break(_among(claimants, (contest.incumbent, *_users(contest.standing))))
    return replace(
        contest,
        phase=ContestPhase.AWARDED,
        winner=award.winner,
        by=Settlement.TIE_BREAK,
        reasons=award.reasons,
        decided_at=contest.settles_at,
    )


def overrule(contest: Contest, by: UserId, *, to: UserId, is_duty_manager: bool, at: datetime) -> Contest:
    """The duty manager decides: for one of the parties, or by taking command in person.

    Possible from the opening of the contest until ``final_at``. Naming the winner of the
    tie-break confirms it. Raises NotYourRole, AlreadyDecided or NotNeeded.
    """
    if not is_duty_manager:
        raise NotYourRole("decide a dispute about command", "a duty manager")
    if contest.phase is ContestPhase.DECIDED or at >= contest.final_at:
        raise AlreadyDecided("This dispute", None, contest.decided_at)
    if to not in (by, contest.incumbent, *_users(contest.standing)):
        message = (
            f"{mention(to)} takes no part in this dispute. Choose one who does, or take command yourself."
        )
        raise NotNeeded(message)
    reason = f"{mention(by)}, duty manager, decided for {mention(to)}."
    return _decided(contest, to, Settlement.DUTY_MANAGER, reasons=(reason,), at=at)


def supersede(contest: Contest, by: UserId, *, at: datetime) -> Contest:
    """Close an open contest because somebody took command in person, over everybody's head."""
    reason = f"{mention(by)} took command in person."
    return _decided(contest, by, Settlement.DUTY_MANAGER, reasons=(reason,), at=at)


def final(contest: Contest, *, at: datetime) -> Contest | None:
    """Close an awarded contest once the duty manager's time is over; None if it is not time.

    Silence confirms the award.
    """
    if contest.phase is not ContestPhase.AWARDED or at < contest.final_at:
        return None
    return replace(contest, phase=ContestPhase.DECIDED)


def abandon(contest: Contest, *, at: datetime) -> Contest | None:
    """Close an open contest because the incident is over; None if it is decided already.

    Whoever holds the seat at that moment keeps it: the winner is the incumbent, or the one
    to whom it was awarded.
    """
    if contest.phase is ContestPhase.DECIDED:
        return None
    winner = contest.winner or contest.incumbent
    reason = "The incident was over before the dispute was."
    return _decided(contest, winner, Settlement.INCIDENT_OVER, reasons=(reason,), at=at)


def award(
    contest: Contest,
    holder: Tenure,
    *,
    tenure_id: TenureId,
    fence: int,
    at: datetime,
) -> Seated | None:
    """Seat the winner of a contest; None if the winner holds the seat already.

    The seat changes hands at ``at``, when people can know, even if the award is dated earlier.
    """
    if contest.winner is None or contest.winner == holder.user:
        return None
    return seat(
        holder,
        contest.winner,
        how=Seating.AWARD,
        tenure_id=tenure_id,
        incident=holder.incident,
        fence=fence,
        at=at,
    )


def _require_settling(contest: Contest) -> None:
    """Only until the award can the parties still agree, or more of them join."""
    if contest.phase is not ContestPhase.SETTLING:
        raise AlreadyDecided("This dispute", None, contest.decided_at)


def _decided(
    contest: Contest, winner: UserId, by: Settlement, *, reasons: tuple[str, ...], at: datetime
) -> Contest:
    return replace(
        contest,
        phase=ContestPhase.DECIDED,
        winner=winner,
        by=by,
        reasons=reasons,
        decided_at=max(at, contest.opened_at),
    )


def _is_between(contest: Contest, one: UserId, other: UserId) -> bool:
    return {one, other} <= {contest.incumbent, *_users(contest.challengers)}


def _users(challengers: Iterable[Challenger]) -> tuple[UserId, ...]:
    return tuple(challenger.user for challenger in challengers)


def _among(claimants: Iterable[Claimant], parties: Collection[UserId]) -> list[Claimant]:
    known = [claimant for claimant in claimants if claimant.user in parties]
    missing = set(parties) - {claimant.user for claimant in known}
    if missing:
        message = f"the tie-break was told nothing about {sorted(missing)}"
        raise ValueError(message)
    return known


def _words(reason: str) -> str:
    if not reason.strip():
        message = "Say in one sentence why you should have command."
        raise NeedsWords(message)
    return reason.strip()
