"""The ladder: how the seat is filled when nobody takes it.

People are asked one after the other, each for a bounded time; when all have declined or
stayed silent a duty manager is seated, acting, without being asked. However the answers
come and however late an alarm rings, somebody sits by ``bound``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.command import Ask, AskState, Ladder, LadderCause
from playbooks.domain.errors import AlreadyDecided, NotYourRole, mention
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, LadderId, UserId
from playbooks.schema import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """The ladder after a step: whose ask lapsed with it, and who is to be asked or seated."""

    ladder: Ladder
    lapsed: UserId | None = None
    asked: Ask | None = None
    seated: UserId | None = None
    """A duty manager who sits down without being asked; None with no ask either: there is nobody."""


def begin(
    ladder_id: LadderId, incident: IncidentId, *, cause: LadderCause, policy: Command, at: datetime
) -> Ladder:
    """Start searching: the seat is open to anybody, and nobody is asked yet."""
    return Ladder(id=ladder_id, incident=incident, cause=cause, begun_at=at, asks_from=at + policy.ask_after)


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
) -> Rung | None:
    """The next step; None if it is not time for one.

    ``candidates`` are asked in this order, each once; the first of ``last_resort`` is seated
    when they are used up or time is.
    """
    if ladder.ended_at is not None or at < due_at(ladder):
        return None
    silent = ladder.open_ask
    tried = _answered(ladder, AskState.LAPSED, at=silent.until) if silent else ladder
    lapsed = silent.user if silent else None
    asked_before = {ask.user for ask in ladder.asks}
    left = [user for user in candidates if user not in asked_before]
    if left and len(tried.asks) < policy.ask_at_most and at < bound(ladder, policy):
        ask = Ask(user=left[0], at=at, until=min(at + policy.ask_within, bound(ladder, policy)))
        return Rung(ladder=replace(tried, asks=(*tried.asks, ask)), lapsed=lapsed, asked=ask)
    seated = last_resort[0] if last_resort else None
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
