"""Who commanded, who disputed it, to whom it was offered, and who was appointed to what."""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain import contest as disputes
from playbooks.domain import events as e
from playbooks.domain import ladder as ladders
from playbooks.domain import roles
from playbooks.domain.command import (
    Ask,
    AskState,
    Challenger,
    Contest,
    ContestPhase,
    Handover,
    HandoverState,
    Ladder,
    LadderCause,
    Seating,
    Settlement,
)
from playbooks.domain.ids import AssignmentId, LadderId, TenureId, UserId
from playbooks.domain.retelling.record import Record, Turns, Untold, known
from playbooks.domain.role import Role
from playbooks.domain.seat import seat


def _seat(record: Record, event: e.CommandTaken | e.HandoverAccepted, user: UserId, how: Seating) -> None:
    """One tenure ends and the next one begins; nobody is searched for, and nothing is offered, any more."""
    seated = seat(
        record.tenure,
        user,
        how=how,
        tenure_id=TenureId(""),
        incident=event.incident,
        fence=event.fence - 1,
        at=event.at,
    )
    if seated.closed is not None:
        record.tenures = [seated.closed if t.until is None else t for t in record.tenures]
    record.tenures.append(seated.opened)
    record.becomes(fence=seated.opened.fence)
    at = seated.opened.since
    record.end_search(at)
    record.void_offers(at, (None,))
    free = (Role.DEPUTY, Role.COMMS)
    record.assignments = [
        roles.end(held, at=at) if held.until is None and held.user == user and held.role in free else held
        for held in record.assignments
    ]


def _taken(record: Record, event: e.CommandTaken) -> None:
    if event.how is Seating.ASKED and record.search is not None:
        record.searching(ladders.accept(record.search, event.commander, at=event.at))
    _seat(record, event, event.commander, event.how)


def _accepted(record: Record, event: e.HandoverAccepted) -> None:
    _answered(record, event, HandoverState.ACCEPTED)
    _seat(record, event, event.taker, Seating.HANDOVER)


def _answered(
    record: Record,
    event: e.HandoverAccepted | e.HandoverDeclined | e.HandoverWithdrawn | e.HandoverExpired,
    state: HandoverState,
) -> None:
    offer: Handover = known(record.handovers, event.handover, record)
    at = offer.expires_at if state is HandoverState.EXPIRED else event.at
    record.handovers[offer.id] = replace(offer, state=state, answered_at=at)


def _offered(record: Record, event: e.HandoverOffered) -> None:
    if event.brief is None:
        raise Untold(event.incident, "an offer of command")
    record.handovers[event.handover] = Handover(
        id=event.handover,
        incident=event.incident,
        giver=event.giver,
        taker=event.taker,
        offered_at=event.at,
        expires_at=event.expires_at,
        brief=event.brief,
        service=event.service,
    )


# ------------------------------------------------------------------ the search
def _search_began(record: Record, event: e.SearchBegan) -> None:
    record.ladders.append(
        Ladder(
            id=event.ladder,
            incident=event.incident,
            cause=LadderCause.FIRST,
            begun_at=event.at,
            asks_from=event.asks_from,
        )
    )


def _recalled(record: Record, event: e.CommanderRecalled) -> None:
    record.ladders.append(
        Ladder(
            id=event.ladder,
            incident=event.incident,
            cause=LadderCause.RECALL,
            begun_at=event.at,
            asks_from=event.answer_by,
            absent=event.commander,
            by=event.by,
            reason=event.reason,
        )
    )


def _gone(record: Record, event: e.CommanderGone) -> None:
    record.end_search(event.at)
    if record.tenure is None:
        raise Untold(event.incident, "command")
    begun = ladders.replacing(record.tenure, ladder_id=event.ladder, why=event.reason, at=event.at)
    record.ladders.append(begun)


def _asked(record: Record, event: e.CommandAsked) -> None:
    search = _search(record, event.ladder)
    ask = Ask(user=event.person, at=event.at, until=event.until)
    record.searching(replace(search, asks=(*search.asks, ask)))


def _ask_declined(record: Record, event: e.AskDeclined) -> None:
    record.searching(ladders.decline(_search(record, event.ladder), event.person, at=event.at))


def _ask_lapsed(record: Record, event: e.AskLapsed) -> None:
    search = _search(record, event.ladder)
    *before, newest = search.asks
    lapsed = replace(newest, state=AskState.LAPSED, answered_at=newest.until)
    record.searching(replace(search, asks=(*before, lapsed)))


def _search(record: Record, ladder: LadderId) -> Ladder:
    if record.search is None or record.search.id != ladder:
        raise Untold(record.number, f"the search {ladder}")
    return record.search


# ------------------------------------------------------------------ disputes
def _contested(record: Record, event: e.CommandContested) -> None:
    holder = record.tenure
    if holder is None:
        raise Untold(event.incident, "command")
    record.contests[event.contest] = Contest(
        id=event.contest,
        incident=event.incident,
        incumbent=event.incumbent,
        incumbent_since=holder.since,
        challengers=(Challenger(user=event.challenger, reason=event.reason, at=event.at),),
        opened_at=event.at,
        settles_at=event.settles_at,
        final_at=event.final_at,
        best_tier=event.best_tier,
    )


def _joined(record: Record, event: e.ContestJoined) -> None:
    contest: Contest = known(record.contests, event.contest, record)
    record.contests[contest.id] = disputes.join(
        contest, event.challenger, event.reason, standing=True, at=event.at
    )


def _withdrew(record: Record, event: e.ChallengerWithdrew) -> None:
    contest: Contest = known(record.contests, event.contest, record)
    record.contests[contest.id] = _without(contest, event.challenger)


def _awarded(record: Record, event: e.ContestAwarded) -> None:
    contest: Contest = known(record.contests, event.contest, record)
    settled_at = event.settled_at or contest.settles_at
    record.contests[contest.id] = replace(
        contest,
        settles_at=settled_at,
        final_at=event.final_at,
        phase=ContestPhase.AWARDED,
        winner=event.winner,
        by=Settlement.TIE_BREAK,
        reasons=event.reasons,
        decided_at=settled_at,
    )


def _decided(record: Record, event: e.ContestDecided) -> None:
    contest: Contest = known(record.contests, event.contest, record)
    if event.settlement is Settlement.WITHDRAW:
        contest = _without(contest, event.by)
    confirmed = event.settlement is Settlement.TIE_BREAK
    record.contests[contest.id] = replace(
        contest,
        phase=ContestPhase.DECIDED,
        winner=event.winner,
        by=event.settlement,
        reasons=event.reasons,
        decided_at=contest.decided_at if confirmed else event.at,
    )


def _without(contest: Contest, challenger: UserId) -> Contest:
    left = (replace(c, withdrawn=True) if c.user == challenger else c for c in contest.challengers)
    return replace(contest, challengers=tuple(left))


# ------------------------------------------------------------------ other roles
def _given(record: Record, event: e.RoleGiven) -> None:
    _end_role(record, event)
    record.assignments.append(
        roles.Assignment(
            id=AssignmentId(""),
            incident=event.incident,
            role=event.role,
            user=event.person,
            by=event.by,
            since=event.at,
        )
    )


def _end_role(record: Record, event: e.RoleGiven | e.RoleLaidDown) -> None:
    record.assignments = [
        roles.end(held, at=event.at) if held.role is event.role and held.until is None else held
        for held in record.assignments
    ]


COMMAND: Turns = {
    e.CommandTaken: _taken,
    e.HandoverOffered: _offered,
    e.HandoverAccepted: _accepted,
    e.HandoverDeclined: lambda r, v: _answered(r, v, HandoverState.DECLINED),
    e.HandoverWithdrawn: lambda r, v: _answered(r, v, HandoverState.WITHDRAWN),
    e.HandoverExpired: lambda r, v: _answered(r, v, HandoverState.EXPIRED),
    e.SearchBegan: _search_began,
    e.CommanderRecalled: _recalled,
    e.CommanderGone: _gone,
    e.CommandAsked: _asked,
    e.AskDeclined: _ask_declined,
    e.AskLapsed: _ask_lapsed,
    e.CommanderAnswered: lambda r, v: r.end_search(v.at),
    e.CommandUnfilled: lambda r, v: r.end_search(v.at),
    e.CommandContested: _contested,
    e.ContestJoined: _joined,
    e.ChallengerWithdrew: _withdrew,
    e.ContestAwarded: _awarded,
    e.ContestDecided: _decided,
    e.RoleGiven: _given,
    e.RoleLaidDown: _end_role,
}
