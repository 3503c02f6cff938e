"""Tasks: however people answer and time passes, silence is spoken of twice and nobody ends another's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.command import Seating, Tenure
from playbooks.domain.errors import AlreadyDecided, NeedsWords, NotNeeded, NotYourRole, ProtocolError
from playbooks.domain.ids import PROTOCOL, IncidentId, TaskId, TenureId, UserId
from playbooks.domain.task import (
    REMINDERS,
    Task,
    TaskState,
    accept,
    assign,
    decline,
    done,
    drop,
    give,
    in_order,
    remind,
    speaks_at,
)
from playbooks.loader import load
from playbooks.schema import Tasks
from tests.clock import START
from tests.library import CATALOGUE, PLAYBOOK
from tests.storage.records import INCIDENT

HANDBOOK = load(PLAYBOOK, CATALOGUE)
POLICY = Tasks()
ASKER, DOER, LEAD, OTHER = (UserId(name) for name in ("UASKER", "UDOER", "ULEAD", "UOTHER"))
MANAGER = HANDBOOK.duty_managers[0]
TENURE = Tenure(
    id=TenureId("t"), incident=INCIDENT.id, user=LEAD, since=START, until=None, how=Seating.CLAIM, fence=1
)
RIGHTS = {"tenure": TENURE, "incident": INCIDENT, "handbook": HANDBOOK}
MINUTE = timedelta(minutes=1)


def asked(to: UserId = DOER, by: UserId = ASKER, box: timedelta | None = None, text: str = "look") -> Task:
    return assign(
        text,
        to,
        by,
        box=box,
        task_id=TaskId("k"),
        number=1,
        incident=IncidentId(7),
        policy=POLICY,
        at=START,
    )


def test_a_task_of_ones_own_needs_no_answer() -> None:
    task = asked(to=ASKER)
    assert (task.state, task.due_at) == (TaskState.ACCEPTED, START + POLICY.box)


def test_the_time_box_runs_from_the_acceptance() -> None:
    later = START + 4 * MINUTE
    assert accept(asked(box=10 * MINUTE), DOER, at=later).due_at == later + 10 * MINUTE


@pytest.mark.parametrize(
    ("words", "to", "box"),
    [
        pytest.param("  ", DOER, None, id="nothing to do"),
        pytest.param("look", PROTOCOL, None, id="the machinery does nothing"),
        pytest.param("look", DOER, timedelta(0), id="no time"),
        pytest.param("look", DOER, timedelta(hours=25), id="a project"),
    ],
)
def test_what_is_missing_is_asked_for(words: str, to: UserId, box: timedelta | None) -> None:
    with pytest.raises(NeedsWords):
        asked(to=to, box=box, text=words)


@pytest.mark.parametrize("who", [ASKER, LEAD, MANAGER, OTHER])
def test_nobody_answers_for_somebody_else(who: UserId) -> None:
    with pytest.raises(NotYourRole):
        accept(asked(), who, at=START)
    with pytest.raises(NotYourRole):
        decline(asked(), who, reason="", at=START)


@pytest.mark.parametrize(
    ("who", "may_end", "may_drop"),
    [
        pytest.param(DOER, True, False, id="whose task it is"),
        pytest.param(ASKER, True, True, id="who asked"),
        pytest.param(LEAD, True, True, id="the commander"),
        pytest.param(MANAGER, True, True, id="a duty manager"),
        pytest.param(OTHER, False, False, id="somebody else"),
    ],
)
def test_who_may_end_it(who: UserId, *, may_end: bool, may_drop: bool) -> None:
    for allowed, end in (
        (may_end, lambda: done(asked(), who, note="", at=START, **RIGHTS)),
        (may_drop, lambda: drop(asked(), who, reason="", at=START, **RIGHTS)),
        (may_drop, lambda: give(asked(), OTHER, who, policy=POLICY, at=START, **RIGHTS)),
    ):
        if allowed:
            assert end() != asked()
        else:
            with pytest.raises(NotYourRole, match=f"<@{ASKER}>.*<@{LEAD}>"):
                end()


def test_what_its_person_cannot_do_anybody_may_take() -> None:
    refused = decline(asked(), DOER, reason="no access", at=START)
    taken = give(refused, OTHER, OTHER, policy=POLICY, at=START, **RIGHTS)
    assert (taken.assignee, taken.state, taken.assigner) == (OTHER, TaskState.ACCEPTED, ASKER)
    with pytest.raises(NotYourRole):
        give(asked(), OTHER, OTHER, policy=POLICY, at=START, **RIGHTS)
    with pytest.raises(NotNeeded):
        give(asked(), DOER, ASKER, policy=POLICY, at=START, **RIGHTS)


def test_what_is_ended_stays_so() -> None:
    over = done(asked(), DOER, note="", at=START, **RIGHTS)
    for again in (
        lambda: accept(over, DOER, at=START),
        lambda: decline(over, DOER, reason="", at=START),
        lambda: done(over, ASKER, note="", at=START, **RIGHTS),
        lambda: drop(over, ASKER, reason="", at=START, **RIGHTS),
        lambda: give(over, OTHER, ASKER, policy=POLICY, at=START, **RIGHTS),
    ):
        with pytest.raises(AlreadyDecided):
            again()


def test_ones_own_come_first_and_late_ones_before_others() -> None:
    tasks = [
        replace(asked(to=to), number=number, due_at=START + minutes * MINUTE)
        for number, to, minutes in ((1, DOER, 9), (2, OTHER, -1), (3, OTHER, 5), (4, DOER, -2))
    ]
    assert [task.number for task in in_order(tasks, DOER, at=START)] == [4, 1, 2, 3]


STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 30)),
    st.tuples(
        st.sampled_from(["accept", "decline", "done", "drop"]), st.sampled_from([ASKER, DOER, LEAD, OTHER])
    ),
    st.tuples(st.just("give"), st.sampled_from([ASKER, DOER, OTHER])),
)


@given(st.lists(STEPS, max_size=12))
def test_silence_is_spoken_of_twice_after_each_answer_and_never_of_what_is_over(
    steps: list[tuple[str, object]],
) -> None:
    """Whatever people do and however late alarms ring; an alarm that rings twice changes nothing."""
    task, now, since_answer = asked(), START, 0
    for step, with_ in steps:
        before = task
        if step == "wait":
            now += int(with_) * MINUTE  # type: ignore[call-overload]  # a tuple of its own kind
            task, spoken = _ring(task, now)
            since_answer += spoken
        else:
            task = _stepped(task, step, UserId(str(with_)), now)
            since_answer = 0 if task != before and task.is_open else since_answer
        assert since_answer == task.reminded <= REMINDERS
        assert task.assignee in (ASKER, DOER, OTHER)
        assert task.is_open or speaks_at(task, POLICY) is None
        assert task.is_open == (task.ended_at is None)


def _ring(task: Task, now: datetime) -> tuple[Task, int]:
    """However late the alarm is, it brings one step, and again it brings none."""
    reminded = remind(task, policy=POLICY, at=now)
    assert remind(reminded or task, policy=POLICY, at=now) is None
    return reminded or task, int(reminded is not None)


def _stepped(task: Task, step: str, who: UserId, at: datetime) -> Task:
    try:
        match step:
            case "accept":
                return accept(task, who, at=at)
            case "decline":
                return decline(task, who, reason="", at=at)
            case "done":
                return done(task, who, note="", at=at, **RIGHTS)
            case "drop":
                return drop(task, who, reason="", at=at, **RIGHTS)
            case _:
                return give(task, who, LEAD, policy=POLICY, at=at, **RIGHTS)
    except ProtocolError:
        return task
