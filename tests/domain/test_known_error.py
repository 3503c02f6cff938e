"""Known errors: merged on cause and symptom, never on symptom alone; conflicts never slip in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain.errors import Conflict
from playbooks.domain.ids import IncidentId, KnownErrorId, ServiceName, UserId, WorkaroundId
from playbooks.domain.known_error import attach, cause_similarity, match, propose, symptom_similarity
from playbooks.domain.likeness import text_similarity
from playbooks.domain.review import (
    Confidence,
    Effect,
    Finding,
    Kinship,
    KnownError,
    Workaround,
    WorkaroundStatus,
)
from playbooks.domain.wording import lasting_words, words
from playbooks.domain.workaround import clashes, conflicts
from playbooks.schema import KnownErrors

POLICY = KnownErrors(symptom=0.55, cause=0.60, show_at_least=0.55, unrelated_cap=0.49)
T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
ADA = UserId("U0ADA")
POOL_200 = Effect(target="pool.max", action="set", value="200")
RESTART = Effect(target="workers", action="restart")
POOL_50 = Effect(target="pool.max", action="set", value="50")


def services(*names: str) -> tuple[ServiceName, ...]:
    return tuple(map(ServiceName, names))


def workaround(*effects: Effect, text: str = "Set the pool to 200", number: int = 1) -> Workaround:
    return Workaround(
        id=WorkaroundId(f"w{number}"),
        text=text,
        effects=effects,
        status=WorkaroundStatus.PROPOSED,
        added_by=ADA,
        added_at=T0,
    )


KNOWN = KnownError(
    id=KnownErrorId(3),
    title="Checkout returns 503",
    services=services("checkout"),
    signature=("alert:CheckoutErrorRate", "err:PoolTimeout"),
    symptoms=("Checkout returns 503 for about 30% of users",),
    cause="Connection pool exhausted after release 4.12 raised worker count",
    confidence=Confidence.NOT_VALIDATED,
    workarounds=(workaround(POOL_200),),
    incidents=(IncidentId(7),),
    created_at=T0,
    created_by=ADA,
)
SECOND = Finding(
    symptom="30 percent of customers get 503 when paying at checkout",
    cause="Database connection pool exhaustion after worker count was raised in release 4.13",
    workaround="Set pool.max to 200",
    effects=(POOL_200,),
    services=services("checkout"),
    signature=("alert:CheckoutErrorRate", "err:PoolTimeout"),
)
SEARCH = Finding(
    symptom="Search answers slowly",
    cause="The index was compacted in the daytime",
    workaround="Pause compaction",
    effects=(),
    services=services("search"),
    signature=("alert:SearchLatency",),
)


# ------------------------------------------------------------------ likeness
def test_two_wordings_of_one_outage_are_alike_enough() -> None:
    assert symptom_similarity(SECOND, KNOWN, POLICY) == pytest.approx(0.747, abs=0.0005)
    assert cause_similarity(SECOND.cause, KNOWN.cause) == pytest.approx(0.752, abs=0.0005)


def test_another_outage_is_not_alike() -> None:
    assert symptom_similarity(SEARCH, KNOWN, POLICY) < 0.05


def test_without_a_service_in_common_it_stays_below_the_cap() -> None:
    elsewhere = replace(SECOND, symptom=KNOWN.symptoms[0], services=services("login"))
    assert symptom_similarity(elsewhere, KNOWN, POLICY) == POLICY.unrelated_cap


def test_where_monitoring_said_nothing_words_and_services_count_alone() -> None:
    silent = replace(SECOND, symptom=KNOWN.symptoms[0], signature=())
    assert symptom_similarity(silent, KNOWN, POLICY) == pytest.approx(1.0)


def test_an_unknown_cause_is_like_nothing_and_unlike_nothing() -> None:
    assert cause_similarity("", KNOWN.cause) is None
    assert cause_similarity(KNOWN.cause, " ") is None


@pytest.mark.parametrize(
    "text",
    [
        "Timeout after 30 s on 10.0.0.7:5432",
        "Timeout after 45 s on 192.168.3.9:5432",
        "timeout AFTER 1 s on https://db.internal/a?b=c",
        "Timeout after 12.5 s on 3f2a9c1be77d",
        "Timeout after 2 s on 0fae12aa-1111-2222-3333-444455556666",
    ],
)
def test_what_differs_each_time_does_not_count(text: str) -> None:
    assert lasting_words(text) == ("timeout", "s")


def test_versions_are_words_where_they_matter() -> None:
    assert words("We were rolling back release 4.12.") == ("we", "rolling", "back", "release", "4.12")


texts = st.text(alphabet="abcdefgh XYZ0123.", max_size=40)


@settings(max_examples=100)
@given(one=texts, other=texts)
def test_likeness_is_symmetric_between_0_and_1_and_1_with_itself(one: str, other: str) -> None:
    assert text_similarity(one, other) == text_similarity(other, one)
    assert 0 <= text_similarity(one, other) <= 1
    assert text_similarity(one, one) == 1


# ------------------------------------------------------------------ an incident that is going on
@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        pytest.param(("alert:CheckoutErrorRate", "err:PoolTimeout"), 1.0, id="the same alerts"),
        pytest.param(
            ("alert:checkouterrorrate", "err:PoolTimeout", "alert:Cpu", "alert:Queue"),
            1.0,
            id="a storm carries extra alerts",
        ),
        pytest.param(("alert:CheckoutErrorRate",), 0.75, id="half of the known alerts"),
        pytest.param(("alert:Cpu",), 0.5, id="other alerts"),
    ],
)
def test_a_known_error_is_recognised_by_its_own_alerts(signature: tuple[str, ...], expected: float) -> None:
    score = match(
        KNOWN, signature=signature, services=services("checkout"), symptoms=KNOWN.symptoms, policy=POLICY
    )
    assert score == pytest.approx(expected)


def test_nothing_is_recognised_on_an_unrelated_service() -> None:
    score = match(
        KNOWN,
        signature=KNOWN.signature,
        services=services("login"),
        symptoms=KNOWN.symptoms,
        policy=POLICY,
    )
    assert score == POLICY.unrelated_cap < POLICY.show_at_least


# ------------------------------------------------------------------ what publishing would do
OTHER_CAUSE = "The certificate of the payment provider had expired"


@pytest.mark.parametrize(
    ("finding", "known", "kinship"),
    [
        pytest.param(SECOND, KNOWN, Kinship.DUPLICATE, id="same in other words"),
        pytest.param(
            replace(SECOND, workaround="", effects=()), KNOWN, Kinship.DUPLICATE, id="no workaround"
        ),
        pytest.param(
            SECOND,
            replace(KNOWN, workarounds=(workaround(POOL_200, RESTART),)),
            Kinship.DUPLICATE,
            id="part of a known workaround",
        ),
        pytest.param(
            replace(SECOND, effects=(POOL_200, RESTART)),
            KNOWN,
            Kinship.SAME_CAUSE,
            id="more than a known workaround",
        ),
        pytest.param(SEARCH, KNOWN, Kinship.NEW, id="something else"),
        pytest.param(
            replace(SECOND, effects=(POOL_50,)), KNOWN, Kinship.CONFLICT, id="the same switch, another value"
        ),
        pytest.param(
            replace(
                SECOND,
                workaround="Restart the workers",
                effects=(RESTART,),
            ),
            KNOWN,
            Kinship.SAME_CAUSE,
            id="another way around it",
        ),
        pytest.param(
            replace(SECOND, cause=OTHER_CAUSE), KNOWN, Kinship.SIBLING, id="same looks, other cause"
        ),
        pytest.param(
            replace(SEARCH, cause=SECOND.cause),
            KNOWN,
            Kinship.SAME_CAUSE_ELSEWHERE,
            id="same cause, other looks",
        ),
        pytest.param(
            replace(SECOND, cause=""),
            replace(KNOWN, cause="", confidence=Confidence.WORK_IN_PROGRESS),
            Kinship.CANDIDATE,
            id="looks like a draft without a cause",
        ),
        pytest.param(
            replace(SECOND, cause=""), KNOWN, Kinship.NEW, id="no cause is never filed under a cause"
        ),
        pytest.param(
            SECOND, replace(KNOWN, confidence=Confidence.ARCHIVED), Kinship.NEW, id="archived ones are gone"
        ),
        pytest.param(
            replace(SECOND, effects=(POOL_50,)),
            replace(KNOWN, workarounds=(replace(workaround(POOL_200), status=WorkaroundStatus.SUPERSEDED),)),
            Kinship.SAME_CAUSE,
            id="a superseded workaround contradicts nobody",
        ),
    ],
)
def test_the_store_is_searched_before_anything_is_created(
    finding: Finding, known: KnownError, kinship: Kinship
) -> None:
    proposal = propose(finding, [known], policy=POLICY)
    assert proposal.kinship is kinship
    assert (proposal.known_error is None) is (kinship is Kinship.NEW)
    assert proposal.why


def test_an_empty_store_knows_nothing() -> None:
    assert propose(SECOND, [], policy=POLICY).kinship is Kinship.NEW


def test_a_conflict_is_told_with_both_effects() -> None:
    why = propose(replace(SECOND, effects=(POOL_50,)), [KNOWN], policy=POLICY).why
    assert "“set pool.max = 50” against “set pool.max = 200”" in why


def test_of_several_the_nearest_kin_is_proposed_whatever_their_order() -> None:
    sibling = replace(KNOWN, id=KnownErrorId(1), cause=OTHER_CAUSE)
    twin = replace(KNOWN, id=KnownErrorId(9))
    for store in ([sibling, KNOWN, twin], [twin, KNOWN, sibling]):
        assert propose(SECOND, store, policy=POLICY).known_error == 3


def test_of_two_that_publish_the_same_finding_the_second_is_a_duplicate() -> None:
    first = replace(
        KNOWN,
        signature=SECOND.signature,
        symptoms=(SECOND.symptom,),
        cause=SECOND.cause,
        workarounds=(workaround(POOL_200, text=SECOND.workaround),),
    )
    assert propose(SECOND, [first], policy=POLICY).kinship is Kinship.DUPLICATE


# ------------------------------------------------------------------ attaching
def test_attaching_adds_the_wording_and_the_incident_and_rewrites_nothing() -> None:
    joined = attach(KNOWN, SECOND, incident=IncidentId(9))
    assert joined.symptoms == (*KNOWN.symptoms, SECOND.symptom)
    assert joined.incidents == (7, 9)
    assert (joined.cause, joined.signature, joined.workarounds) == (
        KNOWN.cause,
        KNOWN.signature,
        KNOWN.workarounds,
    )


def test_attaching_twice_changes_nothing() -> None:
    added = workaround(RESTART, text="Restart", number=2)
    once = attach(KNOWN, SECOND, incident=IncidentId(9), workaround=added)
    assert once.workarounds == (*KNOWN.workarounds, added)
    assert attach(once, SECOND, incident=IncidentId(9), workaround=added) == once


def test_attaching_in_either_order_gives_the_same_sets() -> None:
    one = attach(attach(KNOWN, SECOND, incident=IncidentId(9)), SEARCH, incident=IncidentId(8))
    other = attach(attach(KNOWN, SEARCH, incident=IncidentId(8)), SECOND, incident=IncidentId(9))
    assert set(one.symptoms) == set(other.symptoms)
    assert set(one.incidents) == set(other.incidents)
    assert set(one.services) == set(other.services)


def test_a_contradicting_workaround_is_never_attached() -> None:
    with pytest.raises(Conflict, match="KE-3"):
        attach(KNOWN, SECOND, incident=IncidentId(9), workaround=workaround(POOL_50, number=2))


# ------------------------------------------------------------------ conflicts
def effect(action: str, target: str = "checkout", value: str = "") -> Effect:
    return Effect(target=target, action=action, value=value)


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        pytest.param(POOL_200, POOL_50, True, id="two values for one setting"),
        pytest.param(POOL_200, POOL_200, False, id="the same value"),
        pytest.param(POOL_200, replace(POOL_50, target="pool.min"), False, id="two settings"),
        pytest.param(effect("scale up"), effect("Scale-Down"), True, id="up and down, however spelt"),
        pytest.param(effect("restart"), effect("keep running"), True, id="restart and keep running"),
        pytest.param(effect("enable"), effect("disable", target="search"), False, id="two targets"),
        pytest.param(effect("enable"), effect("restart"), False, id="two harmless actions"),
    ],
)
def test_two_effects_contradict_each_other(one: Effect, other: Effect, answer: bool) -> None:
    assert conflicts([one], [other]) is answer


effects = st.lists(
    st.builds(
        Effect,
        target=st.sampled_from(["pool", "checkout"]),
        action=st.sampled_from(["set", "enable", "disable", "restart"]),
        value=st.sampled_from(["", "1", "2"]),
    ),
    max_size=4,
)


@settings(max_examples=100)
@given(one=effects, other=effects)
def test_conflict_is_symmetric_and_nothing_conflicts_with_itself(
    one: list[Effect], other: list[Effect]
) -> None:
    assert conflicts(one, other) is conflicts(other, one)
    assert not conflicts(one, one)
    assert len(clashes(one, other)) == len(clashes(other, one))
