"""The ladder: how the seat is filled when nobody takes it.

People are asked one after the other, each for a bounded time; when all have declined or
stayed silent a duty manager is seated, acting, without being asked. However the answers
come and however late an alarm rings, somebody sits by ``bound``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.command import (
    Ask,
    AskState,
    Contest,
    ContestPhase,
    Ladder,
    LadderCause,
    Seating,
    Tenure,
)
from playbooks.domain.errors import (
    AlreadyDecided,
    ContestPending,
    NotNeeded,
    NotYourRole,
    SeatVacant,
    mention,
)
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, LadderId, UserId
from playbooks.domain.instants import time_of
from playbooks.schema import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """The ladder after a step: whose ask lapsed with it, and who is to be asked or seated."""

    ladder: Ladder
    lapsed: UserId | None = None
    asked: Ask | None = None
    seated: UserId | None = None
    """A deputy or duty manager who sits down unasked; None with no ask either: there is nobody."""
    how: Seating = Seating.ACTING


def begin(
    ladder_id: LadderId, incident: IncidentId, *, cause: LadderCause, policy: Command, at: datetime
) -> Ladder:
    """Start searching: the seat is open to anybody, and nobody is asked yet."""
    return Ladder(id=ladder_id, incident=incident, cause=cause, begun_at=at, asks_from=at + policy.ask_after)


def recall(
    holder: Tenure | None,
    by: UserId,
    reason: str,
    *,
    ladder_id: LadderId,
    heard_at: datetime,
    pending: Ladder | None,
    contest: Contest | None,
    policy: Command,
    at: datetime,
) -> Ladder:
    """A silent commander is asked for a sign of life, and keeps command meanwhile.

    ``heard_at`` is when the commander was last heard of. Raises SeatVacant, NotNeeded,
    ContestPending.
    """
    if holder is None:
        raise SeatVacant
    if by == holder.user:
        raise NotNeeded("You command. To give it to somebody, use /incident handover.")
    if contest is not None and contest.phase is not ContestPhase.DECIDED:
        raise ContestPending(contest.final_at)
    if pending is not None:
        raise NotNeeded(f"{mention(holder.user)} was recalled at {time_of(pending.begun_at)} already.")
    heard = max(heard_at, holder.since)
    if at < heard + policy.recall_after:
        silent_at = heard + policy.recall_after
        raise NotNeeded(
            f"{mention(holder.user)} was heard of at {time_of(heard)}. Write to them first; "
            f"from {time_of(silent_at)} on they may be recalled."
        )
    return Ladder(
        id=ladder_id,
        incident=holder.incident,
        cause=LadderCause.RECALL,
        begun_at=at,
        asks_from=at + policy.recall_within,
        absent=holder.user,
        by=by,
        reason=reason,
    )


def replacing(holder: Tenure, *, ladder_id: LadderId, why: str, at: datetime) -> Ladder:
    """The commander's account cannot command any more: somebody is asked at once."""
    return Ladder(
        id=ladder_id,
        incident=holder.incident,
        cause=LadderCause.GONE,
        begun_at=at,
        asks_from=at,
        absent=holder.user,
        reason=why,
    )


def answer(ladder: Ladder, by: UserId, *, at: datetime) -> Ladder:
    """The commander is there after all. Raises NotYourRole, AlreadyDecided."""
    if by != ladder.absent or ladder.cause is not LadderCause.RECALL:
        raise NotYourRole("answer this", mention(ladder.absent) if ladder.absent else "nobody")
    if ladder.ended_at is not None:
        raise AlreadyDecided("Who commands", None, ladder.ended_at)
    return end(ladder, at=at)


def is_open_to_all(ladder: Ladder | None, *, at: datetime) -> bool:
    """Whether a claim takes effect at once although somebody still holds the seat."""
    return ladder is not None and ladder.absent is not None and at >= ladder.asks_from


def bound(ladder: Ladder, policy: Command) -> datetime:
    """When somebody sits in the seat at the latest."""
    return ladder.asks_from + policy.ask_at_most * policy.ask_within


def due_at(ladder: Ladder) -> datetime:
    """When the ladder has to be looked at again: the next step is due then."""
    if ladder.open_ask is not None:
        return ladder.open_ask.until
    answered = [ask.answered_at for ask in ladder.asks if ask.answered_at is not None]
    return max([ladder.asks_from, *answered])


def climb(
    ladder: Ladder,
    *,
    candidates: Sequence[UserId],
    last_resort: Sequence[UserId],
    policy: Command,
    at: datetime,
    deputy: UserId | None = None,
) -> Rung | None:
    """The next step; None if it is not time for one.

    ``deputy`` succeeds an absent commander without being asked. ``candidates`` are asked in
    this order, each once; the first of ``last_resort`` is seated when they are used up or
    time is.
    """
    if ladder.ended_at is not None or at < due_at(ladder):
        return None
    if deputy is not None and deputy != ladder.absent and ladder.absent is not None and not ladder.asks:
        return Rung(ladder=end(ladder, at=at), seated=deputy, how=Seating.DEPUTY)
    silent = ladder.open_ask
    tried = _answered(ladder, AskState.LAPSED, at=silent.until) if silent else ladder
    lapsed = silent.user if silent else None
    asked_before = {ladder.absent, *(ask.user for ask in ladder.asks)}
    left = [user for user in candidates if user not in asked_before]
    if left and len(tried.asks) < policy.ask_at_most and at < bound(ladder, policy):
        ask = Ask(user=left[0], at=at, until=min(at + policy.ask_within, bound(ladder, policy)))
        return Rung(ladder=replace(tried, asks=(*tried.asks, ask)), lapsed=lapsed, asked=ask)
    seated = next((user for user in last_resort if user != ladder.absent), None)
    return Rung(ladder=end(tried, at=at), lapsed=lapsed, seated=seated)


def accept(ladder: Ladder, by: UserId, *, at: datetime) -> Ladder:
    """Whoever was asked takes the seat; so may one whose time ran out, while it is still empty.

    Raises NotYourRole, or AlreadyDecided if the search is over.
    """
    _require_asked(ladder, by)
    asks = tuple(
        replace(ask, state=AskState.TAKEN, answered_at=at) if ask.user == by else ask for ask in ladder.asks
    )
    return replace(ladder, asks=asks)


def decline(ladder: Ladder, by: UserId, *, at: datetime) -> Ladder:
    """Whoever was asked cannot. Raises NotYourRole, AlreadyDecided."""
    _require_asked(ladder, by)
    if ladder.open_ask is None or ladder.open_ask.user != by:
        raise AlreadyDecided("This question", by, _answer_of(ladder, by).answered_at)
    return _answered(ladder, AskState.DECLINED, at=at)


def end(ladder: Ladder, *, at: datetime) -> Ladder:
    """Nobody is searched for any more."""
    return replace(ladder, ended_at=max(at, ladder.begun_at))


def candidates(
    handbook: Handbook, *, seats_held: Mapping[UserId, int], unfit: Collection[UserId]
) -> list[UserId]:
    """Whom to ask, in order: the roster, those on shift first, and the freest of equals.

    ``seats_held`` counts the commands of other live incidents; ``unfit`` may not command.
    """
    on_shift = set(handbook.on_shift)
    fit = [user for user in handbook.commanders if user not in unfit]
    return sorted(fit, key=lambda user: (user not in on_shift, seats_held.get(user, 0)))


def last_resort(handbook: Handbook, *, unfit: Collection[UserId]) -> list[UserId]:
    """Who is seated without being asked: duty managers before anybody on shift or on the roster."""
    known = (*handbook.duty_managers, *handbook.on_shift, *handbook.commanders)
    return [user for user in dict.fromkeys(known) if user not in unfit]


def _answered(ladder: Ladder, state: AskState, *, at: datetime) -> Ladder:
    newest = replace(ladder.asks[-1], state=state, answered_at=at)
    return replace(ladder, asks=(*ladder.asks[:-1], newest))


def _require_asked(ladder: Ladder, by: UserId) -> None:
    asked = [ask.user for ask in ladder.asks]
    if by not in asked:
        raise NotYourRole("answer this question", " and ".join(mention(user) for user in asked) or "nobody")
    if ladder.ended_at is not None:
        raise AlreadyDecided("Who commands", None, ladder.ended_at)


def _answer_of(ladder: Ladder, by: UserId) -> Ask:
    return next(ask for ask in ladder.asks if ask.user == by)
