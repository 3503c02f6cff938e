"""The seat is filled by its bound: people are asked in turn, then a duty manager sits down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain import ladder as climbing
from playbooks.domain.command import Ask, AskState, Ladder, LadderCause, Seating, Tenure
from playbooks.domain.errors import AlreadyDecided, NotNeeded, NotYourRole, SeatVacant
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, LadderId, TenureId, UserId
from playbooks.domain.ladder import Rung
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
ADA, BOB, CLEO, GUS = (UserId(f"U0{name}") for name in ("ADA", "BOB", "CLEO", "GUS"))
POLICY = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE).playbook.command
ROSTER = (ADA, BOB, CLEO)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def begun() -> Ladder:
    return climbing.begin(LadderId("l1"), IncidentId(7), cause=LadderCause.FIRST, policy=POLICY, at=T0)


def step(
    ladder: Ladder, after: float, *, roster: tuple[UserId, ...] = ROSTER, duty: tuple[UserId, ...] = (GUS,)
) -> Rung | None:
    return climbing.climb(ladder, candidates=roster, last_resort=duty, policy=POLICY, at=T0 + minutes(after))


def asked(ladder: Ladder, after: float) -> Ladder:
    rung = step(ladder, after)
    assert rung is not None
    assert rung.asked is not None
    return rung.ladder


def test_nobody_is_asked_while_anybody_may_come_of_their_own_accord() -> None:
    assert step(begun(), 1.99) is None


def test_nobody_reacts_so_three_are_asked_and_the_duty_manager_sits_after_eleven_minutes() -> None:
    """T-b 3."""
    ladder, seen = begun(), []
    for minute in range(12):
        rung = step(ladder, minute)
        if rung is not None:
            ladder = rung.ladder
            seen.append((minute, rung.lapsed, rung.asked.user if rung.asked else None, rung.seated))
    assert seen == [
        (2, None, ADA, None),
        (5, ADA, BOB, None),
        (8, BOB, CLEO, None),
        (11, CLEO, None, GUS),
    ]
    assert POLICY.seated_within == minutes(11)


def test_whoever_cannot_passes_the_question_on_at_once() -> None:
    declined = climbing.decline(asked(begun(), 2), ADA, at=T0 + minutes(2.5))
    rung = step(declined, 2.5)
    assert rung is not None
    assert rung.asked == Ask(user=BOB, at=T0 + minutes(2.5), until=T0 + minutes(5.5))


def test_an_alarm_that_rings_too_late_for_everybody_seats_the_duty_manager() -> None:
    """The process was down: nobody is asked for three minutes that are over."""
    rung = step(begun(), 11)
    assert rung is not None
    assert (rung.asked, rung.seated) == (None, GUS)


def test_the_last_one_asked_has_no_more_time_than_there_is() -> None:
    late = step(begun(), 10)
    assert late is not None
    assert late.asked == Ask(user=ADA, at=T0 + minutes(10), until=T0 + minutes(11))


def test_a_short_roster_brings_the_duty_manager_sooner() -> None:
    ladder = step(begun(), 2, roster=(ADA,))
    assert ladder is not None
    rung = step(ladder.ladder, 5, roster=(ADA,))
    assert rung is not None
    assert rung.seated == GUS


def test_where_there_is_nobody_at_all_the_ladder_ends_and_says_so() -> None:
    rung = step(begun(), 2, roster=(), duty=())
    assert rung is not None
    assert (rung.asked, rung.seated) == (None, None)
    assert rung.ladder.ended_at is not None


def test_who_was_asked_may_still_say_yes_after_their_time() -> None:
    first = asked(begun(), 2)
    second = asked(first, 5)
    taken = climbing.accept(second, ADA, at=T0 + minutes(6))
    assert [ask.state for ask in taken.asks] == [AskState.TAKEN, AskState.ASKED]


def test_who_was_not_asked_is_told_who_was() -> None:
    with pytest.raises(NotYourRole, match="<@U0ADA>"):
        climbing.accept(asked(begun(), 2), CLEO, at=T0 + minutes(3))


def test_an_answer_to_a_question_that_is_over_changes_nothing() -> None:
    first = asked(begun(), 2)
    with pytest.raises(AlreadyDecided):
        climbing.decline(asked(first, 5), ADA, at=T0 + minutes(6))
    with pytest.raises(AlreadyDecided):
        climbing.accept(climbing.end(first, at=T0 + minutes(3)), ADA, at=T0 + minutes(4))


@given(
    steps=st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["wait", "decline"])), min_size=1, max_size=12),
    roster=st.lists(st.sampled_from(ROSTER), unique=True).map(tuple),
)
def test_however_people_answer_somebody_sits_by_the_bound(
    steps: list[tuple[float, str]], roster: tuple[UserId, ...]
) -> None:
    """The bot may sleep; whenever it looks at or after the bound, the seat is filled."""
    ladder, now = begun(), 0.0
    for pause, answer in steps:
        now += pause
        if answer == "decline" and ladder.open_ask is not None:
            ladder = climbing.decline(ladder, ladder.open_ask.user, at=T0 + minutes(now))
        rung = step(ladder, now, roster=roster)
        if rung is None:
            continue
        ladder = rung.ladder
        if rung.seated:
            return
        assert rung.asked is not None
        assert rung.asked.until <= climbing.bound(ladder, POLICY)
    rung = step(ladder, 11 + now, roster=roster)
    assert rung is not None
    assert rung.seated == GUS


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    return load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)


def test_the_shift_is_asked_before_the_roster_and_the_free_before_the_busy(handbook: Handbook) -> None:
    assert climbing.candidates(handbook, seats_held={}, unfit=()) == [ADA, BOB, CLEO]
    assert climbing.candidates(handbook, seats_held={BOB: 1, ADA: 2}, unfit=()) == [ADA, CLEO, BOB]
    assert climbing.candidates(handbook, seats_held={}, unfit={ADA}) == [BOB, CLEO]


def test_whoever_may_not_command_is_not_seated_either(handbook: Handbook) -> None:
    assert climbing.last_resort(handbook, unfit=())[0] == GUS
    assert climbing.last_resort(handbook, unfit={GUS}) == [ADA, BOB, CLEO]


def test_a_clock_that_runs_behind_ends_no_search_before_it_began() -> None:
    ended = climbing.end(begun(), at=T0 - minutes(1))
    assert ended == replace(begun(), ended_at=T0)


# ------------------------------------------------------------------ recall
HELD = Tenure(
    id=TenureId("t1"), incident=IncidentId(7), user=BOB, since=T0, until=None, how=Seating.CLAIM, fence=1
)


def recalled(
    by: UserId = CLEO,
    *,
    holder: Tenure | None = HELD,
    heard: float = 0,
    after: float = 10,
    pending: Ladder | None = None,
) -> Ladder:
    return climbing.recall(
        holder,
        by,
        "the vendor waits",
        ladder_id=LadderId("l2"),
        heard_at=T0 + minutes(heard),
        pending=pending,
        contest=None,
        policy=POLICY,
        at=T0 + minutes(after),
    )


def test_a_silent_commander_has_three_minutes_and_keeps_command_meanwhile() -> None:
    ladder = recalled()
    assert (ladder.absent, ladder.by) == (BOB, CLEO)
    assert step(ladder, 12.9) is None
    assert not climbing.is_open_to_all(ladder, at=T0 + minutes(12.9))
    assert climbing.is_open_to_all(ladder, at=T0 + minutes(13))
    rung = step(ladder, 13)
    assert rung is not None
    assert rung.asked is not None
    assert rung.asked.user == ADA


def test_the_silent_commander_is_not_asked_to_replace_themselves() -> None:
    ladder, seen = recalled(), list[UserId]()
    for minute in range(13, 26):
        rung = step(ladder, minute)
        if rung is None:
            continue
        ladder = rung.ladder
        seen += [rung.asked.user] if rung.asked else [rung.seated or BOB]
    assert seen == [ADA, CLEO, GUS]


def test_the_deputy_succeeds_at_once() -> None:
    """T-b 13: the laptop died, the offer expired, the recall was not answered."""
    rung = climbing.climb(
        recalled(), candidates=ROSTER, last_resort=(GUS,), deputy=CLEO, policy=POLICY, at=T0 + minutes(13)
    )
    assert rung is not None
    assert (rung.seated, rung.how) == (CLEO, Seating.DEPUTY)
    assert rung.ladder.ended_at is not None


def test_a_deputy_does_not_fill_the_first_seat() -> None:
    rung = climbing.climb(
        begun(), candidates=ROSTER, last_resort=(GUS,), deputy=CLEO, policy=POLICY, at=T0 + minutes(2)
    )
    assert rung is not None
    assert rung.asked is not None


@pytest.mark.parametrize(
    ("facts", "refusal", "why"),
    [
        pytest.param({"holder": None}, SeatVacant, "Nobody is in command", id="nobody commands"),
        pytest.param({"by": BOB}, NotNeeded, "You command", id="the commander"),
        pytest.param({"heard": 6}, NotNeeded, "from 10:11 UTC on", id="heard of a moment ago"),
        pytest.param({"heard": -60, "after": 4}, NotNeeded, "heard of at 10:00", id="just sat down"),
        pytest.param({"pending": recalled()}, NotNeeded, "recalled at 10:10", id="recalled already"),
    ],
)
def test_a_recall_is_refused(facts: dict[str, object], refusal: type[Exception], why: str) -> None:
    with pytest.raises(refusal, match=why):
        recalled(**facts)  # type: ignore[arg-type]  # passed through as given


def test_the_commander_who_is_there_ends_the_recall() -> None:
    with pytest.raises(NotYourRole):
        climbing.answer(recalled(), CLEO, at=T0 + minutes(11))
    ended = climbing.answer(recalled(), BOB, at=T0 + minutes(11))
    assert ended.ended_at == T0 + minutes(11)
    with pytest.raises(AlreadyDecided):
        climbing.answer(ended, BOB, at=T0 + minutes(12))


def test_for_a_commander_whose_account_is_gone_somebody_is_asked_at_once() -> None:
    ladder = climbing.replacing(HELD, ladder_id=LadderId("l3"), why="left", at=T0)
    rung = step(ladder, 0)
    assert rung is not None
    assert rung.asked is not None
    assert climbing.bound(ladder, POLICY) == T0 + minutes(9)
    with pytest.raises(NotYourRole):
        climbing.answer(ladder, BOB, at=T0)
