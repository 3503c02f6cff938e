"""Decisions: silence confirms what nobody objected to, and nothing is ever decided twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.authority import Actor
from playbooks.domain.command import Seating, Tenure
from playbooks.domain.decision import (
    MAX_OPTION,
    RUNGS,
    DecisionState,
    Proposal,
    decide,
    lapse,
    object_to,
    propose,
    shown,
    silence,
    wakes_at,
    withdraw,
)
from playbooks.domain.errors import (
    AlreadyDecided,
    NeedsWords,
    NotNeeded,
    NotYourRole,
    ProtocolError,
    StaleCommand,
)
from playbooks.domain.ids import PROTOCOL, DecisionId, IncidentId, TenureId, UserId
from playbooks.loader import load
from playbooks.schema import Decisions
from tests.clock import START
from tests.library import CATALOGUE, PLAYBOOK
from tests.storage.records import INCIDENT

HANDBOOK = load(PLAYBOOK, CATALOGUE)
POLICY = Decisions()
PROPOSER, LEAD, OTHER = (UserId(name) for name in ("UPROPOSER", "ULEAD", "UOTHER"))
MANAGER = HANDBOOK.duty_managers[0]
TENURE = Tenure(
    id=TenureId("t"), incident=INCIDENT.id, user=LEAD, since=START, until=None, how=Seating.CLAIM, fence=3
)
RIGHTS = {"tenure": TENURE, "incident": INCIDENT, "handbook": HANDBOOK}
OVER = START + POLICY.pause


def proposed(text: str = "roll back", options: tuple[str, ...] = (), by: UserId = PROPOSER) -> Proposal:
    return propose(
        text,
        by,
        options=options,
        decision_id=DecisionId("d"),
        number=1,
        incident=IncidentId(7),
        policy=POLICY,
        at=START,
    )


def read(options: tuple[str, ...] = ()) -> Proposal:
    return shown(proposed(options=options), at=START)


def made(one: Proposal, by: UserId = LEAD, *, choice: str = "", reason: str = "") -> Proposal:
    return decide(one, Actor(user=by), choice=choice, reason=reason, at=OVER, **RIGHTS)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        pytest.param("  ", (), id="nothing to decide"),
        pytest.param("what", ("only one",), id="no choice"),
        pytest.param("what", ("a", " a "), id="the same twice"),
        pytest.param("what", tuple("abcdefg"), id="too many"),
        pytest.param("what", ("a", "b" * (MAX_OPTION + 1)), id="too long"),
    ],
)
def test_what_cannot_be_decided_is_sent_back(text: str, options: tuple[str, ...]) -> None:
    with pytest.raises(NeedsWords):
        proposed(text, options)


def test_the_pause_runs_from_when_the_room_can_read_it() -> None:
    unread = proposed()
    assert wakes_at(unread, POLICY) is None
    assert silence(unread, policy=POLICY, at=START + timedelta(days=1)) is None
    assert shown(read(), at=OVER).due_at == OVER, "and from the first time only"


@pytest.mark.parametrize(
    ("options", "choice"),
    [pytest.param((), "roll back", id="yes or no"), pytest.param(("a", "b"), "a", id="the proposer's own")],
)
def test_silence_takes_what_was_proposed(options: tuple[str, ...], choice: str) -> None:
    one = read(options)
    assert silence(one, policy=POLICY, at=OVER - timedelta(seconds=1)) is None
    decided = silence(one, policy=POLICY, at=OVER)
    assert decided is not None
    assert (decided.state, decided.choice, decided.ended_by) == (DecisionState.DECIDED, choice, PROTOCOL)


def test_an_objection_puts_it_to_whoever_leads_and_then_to_those_above() -> None:
    one = object_to(read(), OTHER, reason="it loses data", at=START)
    first = silence(one, policy=POLICY, at=OVER)
    assert first is not None
    assert (first.state, first.raised) == (DecisionState.PENDING, 1)
    assert silence(first, policy=POLICY, at=OVER) is None
    second = silence(first, policy=POLICY, at=OVER + POLICY.remind_after)
    assert second is not None
    assert (second.raised, wakes_at(second, POLICY)) == (2, None)


@pytest.mark.parametrize(
    ("who", "may_object", "may_decide", "may_withdraw"),
    [
        pytest.param(PROPOSER, False, False, True, id="who proposed it"),
        pytest.param(LEAD, True, True, True, id="the commander"),
        pytest.param(MANAGER, True, True, True, id="a duty manager"),
        pytest.param(OTHER, True, False, False, id="somebody else"),
    ],
)
def test_who_may_what(who: UserId, *, may_object: bool, may_decide: bool, may_withdraw: bool) -> None:
    for allowed, step in (
        (may_object, lambda: object_to(read(), who, reason="no", at=START)),
        (may_decide, lambda: made(read(), who)),
        (may_withdraw, lambda: withdraw(read(), who, at=START, **RIGHTS)),
    ):
        if allowed:
            assert step() != read()
        else:
            with pytest.raises(NotYourRole):
                step()


def test_over_objections_it_takes_a_reason_and_one_of_the_options() -> None:
    against = object_to(read(("a", "b")), OTHER, reason="no", at=START)
    with pytest.raises(NeedsWords):
        made(against, choice="b")
    with pytest.raises(NeedsWords):
        made(against, choice="c", reason="why not")
    assert made(against, choice="b", reason="safer").choice == "b"


def test_a_form_from_an_earlier_command_decides_nothing() -> None:
    with pytest.raises(StaleCommand):
        decide(read(), Actor(user=LEAD), choice="", reason="", fence=2, at=START, **RIGHTS)


def test_objecting_again_replaces_ones_reason() -> None:
    once = object_to(read(), OTHER, reason="no", at=START)
    assert [o.reason for o in object_to(once, OTHER, reason="data", at=START).objections] == ["data"]
    with pytest.raises(NotNeeded):
        object_to(once, OTHER, reason=" no ", at=START)
    with pytest.raises(NeedsWords):
        object_to(once, OTHER, reason="  ", at=START)


STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 400)),
    st.tuples(
        st.sampled_from(["shown", "object", "decide", "withdraw", "lapse"]),
        st.sampled_from([PROPOSER, LEAD, MANAGER, OTHER]),
    ),
)


@given(st.lists(STEPS, max_size=14), st.sampled_from([(), ("a", "b")]))
def test_it_ends_once_and_never_by_silence_over_an_objection(
    steps: list[tuple[str, object]], options: tuple[str, ...]
) -> None:
    """Whatever people press in whatever order, however late the alarm rings, and if it rings twice."""
    one, now, endings = proposed(options=options), START, 0
    for step, with_ in steps:
        before = one
        if step == "wait":
            now += timedelta(seconds=int(with_))  # type: ignore[call-overload]  # a tuple of its own kind
            one = _rung(one, now)
        else:
            one = _stepped(one, step, UserId(str(with_)), now)
        endings += before.is_pending and not one.is_pending
        assert before.is_pending or one == before, "what is ended stays as it was"
        assert one.is_pending == (one.ended_at is None)
        if one.ended_by == PROTOCOL and one.state is DecisionState.DECIDED:
            assert not one.objections, "an objection always stops silence"
            assert one.due_at is not None, "the room has read it"
            assert one.choice == one.proposed
    assert endings <= 1
    assert one.raised <= RUNGS
    assert one.is_pending or wakes_at(one, POLICY) is None


def _rung(one: Proposal, now: datetime) -> Proposal:
    """However late the alarm is, it brings one step, and again it brings none."""
    after = silence(one, policy=POLICY, at=now) or one
    assert silence(after, policy=POLICY, at=now) is None
    return after


def _stepped(one: Proposal, step: str, who: UserId, at: datetime) -> Proposal:
    try:
        match step:
            case "shown":
                return shown(one, at=at)
            case "object":
                return object_to(one, who, reason=f"no, at {at}", at=at)
            case "decide":
                return decide(one, Actor(user=who), choice="", reason="so it is", at=at, **RIGHTS)
            case "withdraw":
                return withdraw(one, who, at=at, **RIGHTS)
            case _:
                return lapse(one, why="over", at=at) if one.is_pending else one
    except ProtocolError:
        return one


def test_what_is_ended_is_answered_with_who_and_when() -> None:
    over = made(read())
    for again in (
        lambda: object_to(over, OTHER, reason="no", at=OVER),
        lambda: made(over),
        lambda: withdraw(over, PROPOSER, at=OVER, **RIGHTS),
    ):
        with pytest.raises(AlreadyDecided, match="<@ULEAD>"):
            again()
