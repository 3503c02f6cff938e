"""Command: one holder, disputes that end, handovers that cannot lose the seat."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain import contest as dispute
from playbooks.domain import handover as passing
from playbooks.domain import seat
from playbooks.domain.command import (
    Brief,
    Claimant,
    Contest,
    ContestPhase,
    Handover,
    HandoverState,
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
    OfferExpired,
    ProtocolError,
    SeatTaken,
    SeatVacant,
    StaleCommand,
)
from playbooks.domain.ids import PROTOCOL, ContestId, HandoverId, IncidentId, ServiceName, TenureId, UserId
from playbooks.domain.tie_break import NO_TIER, best_tier, claimant, has_standing, tie_break
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
ADA, BOB, CLEO, DEV, GUS = (UserId(f"U0{name}") for name in ("ADA", "BOB", "CLEO", "DEV", "GUS"))
INC = IncidentId(7)
SOON = T0 + timedelta(minutes=1)
HANDBOOK = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
POLICY = HANDBOOK.playbook.command


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def held(user: UserId = ADA, *, how: Seating = Seating.CLAIM, since: datetime = T0, fence: int = 1) -> Tenure:
    return Tenure(
        id=TenureId(f"t{fence}"), incident=INC, user=user, since=since, until=None, how=how, fence=fence
    )


def person(user: UserId, **facts: object) -> Claimant:
    plain = Claimant(
        user=user,
        on_roster=False,
        on_shift=False,
        best_tier=NO_TIER,
        dependants=0,
        seats_held=0,
        claimed_at=T0,
    )
    return replace(plain, **facts)


def opened(
    by: UserId = BOB, *, holder: Tenure | None = None, at: datetime = SOON, **facts: object
) -> Contest:
    asked = {"standing": True, "best_tier": 2, "earlier": (), "policy": POLICY} | facts
    return dispute.open_contest(
        holder or held(), by, "I know this database.", contest_id=ContestId("c1"), at=at, **asked
    )


BRIEF = Brief(
    situation="Checkout fails",
    impact=(),
    since=T0,
    verified_facts=(),
    open_hypotheses=(),
    key_events=(),
    running_clocks=(),
    held_changes=(),
    pending_approvals=(),
    next_update_due=None,
    services=(),
)


def offered(to: UserId = BOB, *, at: datetime = T0, **facts: object) -> Handover:
    asked = {"pending": None, "contest": None} | facts
    return passing.offer(
        held(), ADA, to, handover_id=HandoverId("h1"), brief=BRIEF, policy=POLICY, at=at, **asked
    )


# ------------------------------------------------------------------ the seat
def test_a_claim_on_the_vacant_seat_takes_effect_at_once() -> None:
    seated = seat.claim(None, ADA, tenure_id=TenureId("t1"), incident=INC, fence=0, at=T0)
    assert seated.closed is None
    assert seated.opened == held(ADA, fence=1)


def test_the_second_of_two_people_who_press_take_command_is_told_who_was_first() -> None:
    with pytest.raises(SeatTaken, match="<@U0ADA> took command at 10:00 UTC"):
        seat.claim(held(), BOB, tenure_id=TenureId("t2"), incident=INC, fence=1, at=T0)


def test_taking_command_twice_changes_nothing() -> None:
    with pytest.raises(AlreadyInCommand):
        seat.claim(held(), ADA, tenure_id=TenureId("t2"), incident=INC, fence=1, at=T0)


def test_a_new_tenure_begins_when_the_old_one_ends_even_if_the_clock_runs_behind() -> None:
    behind = T0 - timedelta(seconds=2)
    seated = seat.seat(
        held(), BOB, how=Seating.AWARD, tenure_id=TenureId("t2"), incident=INC, fence=1, at=behind
    )
    assert seated.closed is not None
    assert seated.closed.until == seated.opened.since == T0


def test_the_fence_grows_over_a_vacancy_too() -> None:
    seated = seat.claim(None, ADA, tenure_id=TenureId("t9"), incident=INC, fence=4, at=T0)
    assert seated.opened.fence == 5


def test_a_duty_manager_takes_command_at_any_time_and_for_good() -> None:
    seated = seat.take_over(
        held(),
        GUS,
        handbook=HANDBOOK,
        tenure_id=TenureId("t2"),
        incident=INC,
        fence=1,
        at=T0 + minutes(50),
    )
    assert (seated.opened.user, seated.opened.how) == (GUS, Seating.OVERRIDE)
    with pytest.raises(ContestTooLate):
        opened(BOB, holder=seated.opened, at=T0 + minutes(51))


def test_a_duty_manager_who_commands_already_takes_nothing_over() -> None:
    with pytest.raises(AlreadyInCommand):
        seat.take_over(
            held(GUS), GUS, handbook=HANDBOOK, tenure_id=TenureId("t2"), incident=INC, fence=1, at=T0
        )


def test_nobody_else_takes_command_from_its_holder() -> None:
    with pytest.raises(NotYourRole, match="duty manager"):
        seat.take_over(held(), BOB, handbook=HANDBOOK, tenure_id=TenureId("t2"), incident=INC, fence=1, at=T0)


# ------------------------------------------------------------------ opening a contest
def test_a_contest_is_bounded_from_its_first_moment() -> None:
    contest = opened(at=T0 + minutes(4))
    assert contest.settles_at == T0 + minutes(7)
    assert contest.final_at == T0 + minutes(12)
    assert (contest.incumbent, contest.incumbent_since) == (ADA, T0)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        pytest.param({"holder": held(BOB)}, AlreadyInCommand, id="the commander contests nobody"),
        pytest.param({"at": T0 + minutes(5)}, ContestTooLate, id="five minutes are over"),
        pytest.param({"holder": held(how=Seating.AWARD)}, ContestTooLate, id="an award is final"),
        pytest.param({"holder": held(how=Seating.HANDOVER)}, ContestTooLate, id="a handover was agreed"),
        pytest.param({"standing": False}, NoStanding, id="neither on the roster nor a lead"),
        pytest.param({"earlier": (opened(CLEO),)}, ContestPending, id="another contest is open"),
    ],
)
def test_a_contest_is_refused(facts: dict[str, object], refusal: type[ProtocolError]) -> None:
    with pytest.raises(refusal):
        opened(**facts)


def test_nobody_contests_an_empty_seat() -> None:
    with pytest.raises(SeatVacant):
        dispute.may_contest(None, BOB, standing=True, best_tier=1, earlier=(), policy=POLICY, at=T0)


def test_a_contest_needs_a_reason() -> None:
    with pytest.raises(NeedsWords):
        dispute.open_contest(
            held(),
            BOB,
            "  ",
            contest_id=ContestId("c1"),
            standing=True,
            best_tier=2,
            earlier=(),
            policy=POLICY,
            at=T0,
        )


def test_the_same_two_dispute_once_unless_a_better_tier_breaks() -> None:
    earlier = (dispute.withdraw(opened(best_tier=2), BOB, at=T0 + minutes(2)),)
    with pytest.raises(NotNeeded):
        opened(at=T0 + minutes(3), earlier=earlier, best_tier=2)
    assert opened(at=T0 + minutes(3), earlier=earlier, best_tier=1).incumbent == ADA
    assert opened(CLEO, at=T0 + minutes(3), earlier=earlier, best_tier=2).standing[0].user == CLEO


# ------------------------------------------------------------------ joining, withdrawing, yielding
def test_a_third_person_joins_without_restarting_the_clock() -> None:
    contest = opened()
    joined = dispute.join(contest, CLEO, "Payments is the cause.", standing=True, at=T0 + minutes(3))
    assert [c.user for c in joined.challengers] == [BOB, CLEO]
    assert (joined.settles_at, joined.final_at) == (contest.settles_at, contest.final_at)


@pytest.mark.parametrize(
    ("by", "standing", "refusal"),
    [
        pytest.param(ADA, True, AlreadyInCommand, id="the incumbent"),
        pytest.param(BOB, True, NotNeeded, id="who disputes already"),
        pytest.param(DEV, False, NoStanding, id="without standing"),
    ],
)
def test_joining_is_refused(by: UserId, standing: bool, refusal: type[ProtocolError]) -> None:
    with pytest.raises(refusal):
        dispute.join(opened(), by, "Because.", standing=standing, at=T0 + minutes(2))


def test_who_withdrew_does_not_come_back() -> None:
    contest = dispute.join(opened(), CLEO, "Because.", standing=True, at=T0 + minutes(2))
    contest = dispute.withdraw(contest, BOB, at=T0 + minutes(2))
    assert contest.phase is ContestPhase.SETTLING
    with pytest.raises(NotNeeded, match="withdrew"):
        dispute.join(contest, BOB, "Changed my mind.", standing=True, at=T0 + minutes(3))


def test_when_the_last_challenger_withdraws_the_incumbent_stays() -> None:
    contest = dispute.withdraw(opened(), BOB, at=T0 + minutes(2))
    assert (contest.phase, contest.winner, contest.by) == (ContestPhase.DECIDED, ADA, Settlement.WITHDRAW)
    assert dispute.award(contest, held(), tenure_id=TenureId("t2"), fence=1, at=T0 + minutes(2)) is None


def test_only_a_challenger_withdraws() -> None:
    with pytest.raises(NotYourRole):
        dispute.withdraw(opened(), CLEO, at=T0 + minutes(2))


def test_a_yield_decides_at_once_without_a_tie_break() -> None:
    contest = dispute.yield_to(opened(), ADA, claimants=[person(BOB)], at=T0 + minutes(1.5))
    assert (contest.phase, contest.winner, contest.by) == (ContestPhase.DECIDED, BOB, Settlement.YIELD)
    seated = dispute.award(contest, held(), tenure_id=TenureId("t2"), fence=1, at=T0 + minutes(1.5))
    assert seated is not None
    assert (seated.opened.user, seated.opened.fence, seated.opened.how) == (BOB, 2, Seating.AWARD)


def test_a_yield_between_two_challengers_goes_to_the_better_claim_or_to_the_one_named() -> None:
    contest = dispute.join(opened(), CLEO, "Because.", standing=True, at=T0 + minutes(2))
    claimants = [person(ADA, on_roster=True), person(BOB), person(CLEO, on_roster=True)]
    assert dispute.yield_to(contest, ADA, claimants=claimants, at=T0 + minutes(3)).winner == CLEO
    assert dispute.yield_to(contest, ADA, claimants=[], to=BOB, at=T0 + minutes(3)).winner == BOB
    with pytest.raises(NotNeeded):
        dispute.yield_to(contest, ADA, claimants=claimants, to=DEV, at=T0 + minutes(3))


def test_only_the_incumbent_yields() -> None:
    with pytest.raises(NotYourRole):
        dispute.yield_to(opened(), BOB, claimants=[], at=T0 + minutes(2))


def test_an_incumbent_who_insists_brings_the_award_forward_and_with_it_the_last_word() -> None:
    insisted = dispute.insist(opened(), ADA, policy=POLICY, at=T0 + minutes(2))
    assert (insisted.settles_at, insisted.final_at) == (T0 + minutes(2), T0 + minutes(7))
    assert dispute.settle_due(insisted, CLAIMANTS, at=T0 + minutes(2)) is not None


def test_nobody_else_insists() -> None:
    with pytest.raises(NotYourRole):
        dispute.insist(opened(), BOB, policy=POLICY, at=T0 + minutes(2))


# ------------------------------------------------------------------ the tie-break
@pytest.mark.parametrize(
    ("winner", "loser", "because"),
    [
        pytest.param(
            {"on_roster": True},
            {"best_tier": 1, "on_shift": True},
            "on the commander roster",
            id="an off-shift roster commander before the lead of the database",
        ),
        pytest.param({"on_shift": True}, {"best_tier": 1}, "on shift", id="the shift before ownership"),
        pytest.param({"best_tier": 1}, {"best_tier": 2}, "one of tier 2", id="the better tier"),
        pytest.param({"best_tier": 3}, {}, "the other none", id="any lead before no lead"),
        pytest.param({"dependants": 2}, {"dependants": 1}, "2 against 1", id="more depends on it"),
        pytest.param({}, {"seats_held": 1}, "0 against 1", id="who commands nothing else"),
        pytest.param({}, {"claimed_at": T0 + timedelta(seconds=2)}, "claimed first", id="two seconds apart"),
        pytest.param({}, {}, "user ids", id="equal in everything"),
    ],
)
def test_the_tie_break_says_which_rule_decided(
    winner: dict[str, object], loser: dict[str, object], because: str
) -> None:
    award = tie_break([person(BOB, **loser), person(ADA, **winner)])
    assert award.winner == ADA
    assert len(award.reasons) == 1
    assert award.reasons[0].startswith("<@U0ADA> before <@U0BOB>: ")
    assert because in award.reasons[0]


def test_who_is_left_alone_needs_no_rule() -> None:
    assert tie_break([person(BOB)]).winner == BOB


def test_the_claim_of_a_person_is_read_from_the_handbook() -> None:
    handbook = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
    impacted = (ServiceName("web"), ServiceName("payments"), ServiceName("orders-db"))
    ada = claimant(handbook, ADA, impacted=impacted, seats_held=1, claimed_at=T0)
    assert ada == person(ADA, on_roster=True, on_shift=True, best_tier=2, dependants=2, seats_held=1)
    dev = claimant(handbook, DEV, impacted=impacted, seats_held=0, claimed_at=T0)
    assert dev == person(DEV, best_tier=1, dependants=1)
    assert has_standing(handbook, DEV, impacted)
    assert not has_standing(handbook, DEV, (ServiceName("web"),))
    assert best_tier(handbook, impacted) == 1
    assert best_tier(handbook, (ServiceName("forgotten"),)) == NO_TIER


facts = st.fixed_dictionaries(
    {
        "on_roster": st.booleans(),
        "on_shift": st.booleans(),
        "best_tier": st.sampled_from([1, 2, NO_TIER]),
        "dependants": st.integers(0, 2),
        "seats_held": st.integers(0, 1),
        "claimed_at": st.sampled_from([T0, T0 + timedelta(seconds=2)]),
    }
)
crowds = st.lists(facts, min_size=2, max_size=6).map(
    lambda rows: [person(UserId(f"U{i}"), **row) for i, row in enumerate(rows)]
)


@settings(max_examples=60)
@given(crowd=crowds, data=st.data())
def test_the_winner_depends_on_no_order_and_on_no_loser(crowd: list[Claimant], data: st.DataObject) -> None:
    award = tie_break(crowd)
    assert tie_break(data.draw(st.permutations(crowd))) == award
    losers = [c.user for c in crowd if c.user != award.winner]
    assert len(award.reasons) == len(losers)
    gone = data.draw(st.sampled_from(losers))
    assert tie_break([c for c in crowd if c.user != gone]).winner == award.winner


# ------------------------------------------------------------------ the award and the last word
CLAIMANTS = (person(ADA), person(BOB, on_roster=True))


@pytest.mark.parametrize(
    ("at", "awarded"),
    [
        pytest.param(T0 + minutes(4) - timedelta(microseconds=1), False, id="not yet"),
        pytest.param(T0 + minutes(4), True, id="at the instant"),
        pytest.param(T0 + minutes(90), True, id="after the bot was away"),
    ],
)
def test_a_late_alarm_awards_what_a_punctual_one_would_have(at: datetime, awarded: bool) -> None:
    settled = dispute.settle_due(opened(), CLAIMANTS, at=at)
    assert (settled is not None) is awarded
    if settled is not None:
        assert settled == dispute.settle_due(opened(), CLAIMANTS, at=T0 + minutes(4))
        assert (settled.winner, settled.by) == (BOB, Settlement.TIE_BREAK)
        assert settled.decided_at == T0 + minutes(4)


def test_an_award_is_made_once() -> None:
    settled = dispute.settle_due(opened(), CLAIMANTS, at=T0 + minutes(4))
    assert settled is not None
    assert dispute.settle_due(settled, CLAIMANTS, at=T0 + minutes(5)) is None
    with pytest.raises(AlreadyDecided):
        dispute.join(settled, CLEO, "Because.", standing=True, at=T0 + minutes(5))
    with pytest.raises(AlreadyDecided):
        dispute.yield_to(settled, ADA, claimants=CLAIMANTS, at=T0 + minutes(5))


def test_a_party_the_tie_break_knows_nothing_about_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="U0BOB"):
        dispute.settle_due(opened(), [person(ADA)], at=T0 + minutes(4))


def test_silence_of_the_duty_manager_confirms() -> None:
    settled = dispute.settle_due(opened(), CLAIMANTS, at=T0 + minutes(4))
    assert settled is not None
    assert dispute.final(settled, at=T0 + minutes(9) - timedelta(microseconds=1)) is None
    closed = dispute.final(settled, at=T0 + minutes(9))
    assert closed is not None
    assert (closed.phase, closed.winner, closed.by) == (ContestPhase.DECIDED, BOB, Settlement.TIE_BREAK)
    assert dispute.final(closed, at=T0 + minutes(10)) is None


@pytest.mark.parametrize("to", [ADA, BOB, GUS], ids=["for the incumbent", "for the winner", "in person"])
def test_a_duty_manager_has_the_last_word(to: UserId) -> None:
    settled = dispute.settle_due(opened(), CLAIMANTS, at=T0 + minutes(4))
    assert settled is not None
    closed = dispute.overrule(settled, GUS, to=to, is_duty_manager=True, at=T0 + minutes(6))
    assert (closed.phase, closed.winner, closed.by) == (ContestPhase.DECIDED, to, Settlement.DUTY_MANAGER)
    seated = dispute.award(closed, held(BOB, fence=2), tenure_id=TenureId("t3"), fence=2, at=T0 + minutes(6))
    assert (seated is None) is (to == BOB)


@pytest.mark.parametrize(
    ("by", "to", "duty", "at", "refusal"),
    [
        pytest.param(BOB, BOB, False, 3, NotYourRole, id="a party is no judge"),
        pytest.param(GUS, DEV, True, 3, NotNeeded, id="somebody who takes no part"),
        pytest.param(GUS, ADA, True, 9, AlreadyDecided, id="too late"),
    ],
)
def test_overruling_is_refused(
    by: UserId,
    to: UserId,
    duty: bool,
    at: int,
    refusal: type[ProtocolError],
) -> None:
    with pytest.raises(refusal):
        dispute.overrule(opened(), by, to=to, is_duty_manager=duty, at=T0 + minutes(at))


def test_a_dispute_ends_with_its_incident() -> None:
    over = dispute.abandon(opened(), at=T0 + minutes(2))
    assert over is not None
    assert (over.phase, over.winner, over.by) == (ContestPhase.DECIDED, ADA, Settlement.INCIDENT_OVER)
    assert dispute.abandon(over, at=T0 + minutes(3)) is None


# ------------------------------------------------------------------ handover
def test_the_giver_commands_until_the_offer_is_accepted() -> None:
    accepted = passing.accept(
        offered(), held(), BOB, tenure_id=TenureId("t2"), contest=None, fence=1, at=T0 + minutes(2)
    )
    assert accepted.handover.state is HandoverState.ACCEPTED
    assert accepted.seated.closed == replace(held(), until=T0 + minutes(2))
    assert accepted.seated.opened == held(BOB, how=Seating.HANDOVER, since=T0 + minutes(2), fence=2)


@pytest.mark.parametrize(
    ("to", "facts", "refusal"),
    [
        pytest.param(ADA, {}, AlreadyInCommand, id="to oneself"),
        pytest.param(PROTOCOL, {}, NeedsWords, id="to the machinery"),
        pytest.param(CLEO, {"pending": offered()}, NotNeeded, id="while another offer is open"),
        pytest.param(CLEO, {"contest": opened()}, ContestPending, id="in the middle of a dispute"),
    ],
)
def test_an_offer_is_refused(to: UserId, facts: dict[str, object], refusal: type[ProtocolError]) -> None:
    with pytest.raises(refusal):
        offered(to, at=T0 + minutes(1), **facts)


def test_an_offer_past_its_time_does_not_block_the_next_even_before_the_alarm_rings() -> None:
    assert offered(CLEO, at=T0 + minutes(5), pending=offered(BOB)).taker == CLEO


def test_only_the_commander_offers_command() -> None:
    with pytest.raises(NotYourRole):
        passing.offer(
            held(BOB),
            ADA,
            CLEO,
            handover_id=HandoverId("h1"),
            brief=BRIEF,
            pending=None,
            contest=None,
            policy=POLICY,
            at=T0,
        )


@pytest.mark.parametrize(
    ("by", "holder", "at", "contest", "refusal"),
    [
        pytest.param(CLEO, held(), 1, None, NotYourRole, id="by somebody else"),
        pytest.param(BOB, held(), 5, None, OfferExpired, id="at the instant it expires"),
        pytest.param(BOB, held(CLEO, fence=2), 1, None, StaleCommand, id="the giver lost command"),
        pytest.param(BOB, None, 1, None, SeatVacant, id="the incident was resolved"),
        pytest.param(BOB, held(), 1, opened(CLEO), ContestPending, id="a dispute began meanwhile"),
    ],
)
def test_accepting_is_refused(
    by: UserId, holder: Tenure | None, at: int, contest: Contest | None, refusal: type[ProtocolError]
) -> None:
    with pytest.raises(refusal):
        passing.accept(
            offered(), holder, by, tenure_id=TenureId("t2"), contest=contest, fence=1, at=T0 + minutes(at)
        )


def test_an_offer_is_answered_once() -> None:
    declined = passing.decline(offered(), BOB, at=T0 + minutes(1))
    assert declined.state is HandoverState.DECLINED
    with pytest.raises(AlreadyDecided):
        passing.decline(declined, BOB, at=T0 + minutes(1))
    assert passing.expire_due(declined, at=T0 + minutes(6)) is None


def test_an_unanswered_offer_expires_and_changes_nothing() -> None:
    assert passing.expire_due(offered(), at=T0 + minutes(5) - timedelta(microseconds=1)) is None
    expired = passing.expire_due(offered(), at=T0 + minutes(30))
    assert expired is not None
    assert (expired.state, expired.answered_at) == (HandoverState.EXPIRED, T0 + minutes(5))
    with pytest.raises(OfferExpired):
        passing.decline(expired, BOB, at=T0 + minutes(31))


# ------------------------------------------------------------------ however people click
class Story:
    """One incident's command, driven by arbitrary clicks; refusals change nothing."""

    def __init__(self) -> None:
        self.at = T0
        self.tenures: list[Tenure] = []
        self.contests: list[Contest] = []
        self.offer: Handover | None = None

    @property
    def holder(self) -> Tenure | None:
        return self.tenures[-1] if self.tenures else None

    @property
    def fence(self) -> int:
        return self.holder.fence if self.holder else 0

    @property
    def open(self) -> Contest | None:
        newest = self.contests[-1] if self.contests else None
        return newest if newest and newest.phase is not ContestPhase.DECIDED else None

    def sit(self, seated: seat.Seated | None) -> None:
        if seated is None:
            return
        if seated.closed is not None:
            self.tenures[-1] = seated.closed
        self.tenures.append(seated.opened)

    def keep(self, contest: Contest | None) -> None:
        if contest is None or self.holder is None:
            return
        self.contests[-1] = contest
        self.sit(dispute.award(contest, self.holder, tenure_id=TenureId("t"), fence=self.fence, at=self.at))

    def ring(self) -> None:
        if self.open:
            self.keep(dispute.settle_due(self.open, [person(u) for u in PEOPLE], at=self.at))
        if self.open:
            self.keep(dispute.final(self.open, at=self.at))

    def click(self, what: str, who: UserId, whom: UserId) -> None:
        everybody = [person(user) for user in PEOPLE]
        match what:
            case "claim":
                self.sit(
                    seat.claim(
                        self.holder, who, tenure_id=TenureId("t"), incident=INC, fence=self.fence, at=self.at
                    )
                )
            case "contest" if self.open:
                self.contests[-1] = dispute.join(self.open, who, "why", standing=True, at=self.at)
            case "contest" if self.holder:
                self.contests.append(opened(who, holder=self.holder, at=self.at, earlier=self.contests))
            case "yield" if self.open:
                self.keep(dispute.yield_to(self.open, who, claimants=everybody, at=self.at))
            case "withdraw" if self.open:
                self.keep(dispute.withdraw(self.open, who, at=self.at))
            case "overrule" if self.open:
                self.keep(dispute.overrule(self.open, who, to=whom, is_duty_manager=who == GUS, at=self.at))
            case "offer":
                self.offer = passing.offer(
                    self.holder,
                    who,
                    whom,
                    handover_id=HandoverId("h"),
                    brief=BRIEF,
                    pending=self.offer,
                    contest=self.open,
                    policy=POLICY,
                    at=self.at,
                )
            case "accept" if self.offer:
                accepted = passing.accept(
                    self.offer,
                    self.holder,
                    who,
                    tenure_id=TenureId("t"),
                    contest=self.open,
                    fence=self.fence,
                    at=self.at,
                )
                self.offer = accepted.handover
                self.sit(accepted.seated)
            case _:
                pass


PEOPLE = (ADA, BOB, CLEO, GUS)
clicks = st.tuples(
    st.sampled_from(["claim", "contest", "contest", "yield", "withdraw", "overrule", "offer", "accept"]),
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    st.integers(0, 150),
)


@settings(max_examples=40, deadline=None)
@given(presses=st.lists(clicks, min_size=5, max_size=25))
def test_however_people_click_there_is_one_commander(presses: list[tuple[str, UserId, UserId, int]]) -> None:
    """Tenures tile the time from the first one on, fences count up, and disputes end in time."""
    story = Story()
    for what, who, whom, wait in presses:
        story.at += timedelta(seconds=wait)
        story.ring()
        with suppress(ProtocolError):
            story.click(what, who, whom)
        if story.open:
            assert story.at < story.open.final_at <= story.open.incumbent_since + minutes(13)
    assert [t.fence for t in story.tenures] == list(range(1, len(story.tenures) + 1))
    for before, after in zip(story.tenures, story.tenures[1:], strict=False):
        assert before.until == after.since
    assert all(t.until is None for t in story.tenures[-1:])
