"""The change freeze: who waits, who asks, who passes, and that nothing loosens it by accident."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.catalogue import Catalogue, Channels, Dependency, Party, Person, Roster, Service
from playbooks.domain.change import (
    Change,
    ChangeType,
    Clearance,
    ClearanceState,
    Decision,
    Risk,
    Verdict,
)
from playbooks.domain.errors import OwnChange
from playbooks.domain.freeze import Freeze, require_approver, ring_of, rings, verdict
from playbooks.domain.graph import service_graph
from playbooks.domain.ids import ChangeId, ClearanceId, IncidentId, ServiceName, UserId
from playbooks.schema import Freeze as Policy

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
ADA, BOB = UserId("U0ADA"), UserId("U0BOB")
INC1, INC2 = IncidentId(1), IncidentId(2)
POLICY = Policy(
    thresholds={
        1: (1, 1, 2, 3),
        2: (1, 2, 3, None),
        3: (None, None, None, None),
    },
    approval_valid=timedelta(hours=1),
    allow_valid=timedelta(minutes=10),
    retry_after=timedelta(minutes=5),
    stabilisation=timedelta(minutes=30),
)
HARD = {
    "web": ("checkout", "search"),
    "checkout": ("payments", "orders-db"),
    "payments": ("psp-ext", "orders-db"),
    "search": ("search-idx",),
    "reporting": ("orders-db",),
}
SOFT = {"checkout": ("recs",), "web": ("ads",)}
OWNED = {"shop": ("checkout", "web", "cart-admin"), "payments": ("payments", "psp-ext")}
OTHERS = ("search", "search-idx", "reporting", "recs", "ads", "orders-db", "legacy-crm", "hr-portal")
ALL = (*(name for names in OWNED.values() for name in names), *OTHERS)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def service(name: str) -> Service:
    owner = next((party for party, names in OWNED.items() if name in names), f"team-{name}")
    edges = (
        *(Dependency(service=other, kind="hard") for other in HARD.get(name, ())),
        *(Dependency(service=other, kind="soft") for other in SOFT.get(name, ())),
    )
    hosts = ("vm1",) if name in ("orders-db", "legacy-crm") else ()
    return Service(title=name, tier=2, owner=owner, depends_on=edges, hosts=hosts)


CATALOGUE = Catalogue(
    parties={party: Party(title=party) for party in ("shop", "payments", *(f"team-{n}" for n in OTHERS))},
    people={"gus": Person(slack="U0GUS", party="shop")},
    services={name: service(name) for name in ALL},
    calendars={},
    agreements={},
    roster=Roster(commanders=("gus",), duty_managers=("gus",)),
    channels=Channels(incidents="incidents", stakeholders="stakeholders"),
)
GRAPH = service_graph(CATALOGUE)


def names(*words: str) -> frozenset[ServiceName]:
    return frozenset(map(ServiceName, words))


def freeze(severity: int = 2, *core: str, incident: IncidentId = INC1, **facts: object) -> Freeze:
    drawn = rings(names(*(core or ("checkout",))), GRAPH)
    return replace(Freeze(incident=incident, severity=severity, since=T0, rings=drawn), **facts)


def change(*services: str, risk: Risk = Risk.LOW, **facts: object) -> Change:
    plain = Change(
        id=ChangeId("c1"),
        ref="github:acme/shop/7713",
        kind=ChangeType.NORMAL,
        risk=risk,
        services=tuple(map(ServiceName, services)),
        unknown_services=(),
        env="production",
        digest="sha256:aaa",
        op="7713/prod",
        op_started_at=None,
        remedies=None,
        rollback_of=None,
        title="Deploy",
        link="",
        requester="ci",
        first_asked_at=T0,
    )
    return replace(plain, **facts)


def approval(**facts: object) -> Clearance:
    plain = Clearance(
        id=ClearanceId("k1"),
        change=ChangeId("c1"),
        ref="github:acme/shop/7713",
        digest="sha256:aaa",
        incident=INC1,
        services=(),
        title="Deploy",
        reason_code="remedy",
        requester="ci",
        asked_at=T0 + minutes(1),
        state=ClearanceState.APPROVED,
        decided_by=ADA,
        decided_at=T0 + minutes(2),
        expires_at=T0 + minutes(62),
    )
    return replace(plain, **facts)


def ask(subject: Change, *freezes: Freeze, words: tuple[Clearance, ...] = (), after: float = 10) -> Verdict:
    return verdict(subject, freezes or (freeze(),), words, policy=POLICY, at=T0 + minutes(after))


# ------------------------------------------------------------------ rings
def test_rings_are_drawn_around_the_core() -> None:
    drawn = rings(names("checkout"), GRAPH)
    assert drawn.ring0 == names("checkout", "payments", "orders-db", "psp-ext")
    assert drawn.ring1 == names("web", "recs")
    assert drawn.ring2 == names("cart-admin")
    assert drawn.of(ServiceName("hr-portal")) == 3


def test_what_shares_a_machine_with_the_core_is_in_ring_0() -> None:
    drawn = rings(names("orders-db"), GRAPH)
    assert drawn.of(ServiceName("legacy-crm")) == 0
    assert {"checkout", "web", "payments", "reporting"} <= drawn.ring1


@pytest.mark.parametrize(
    ("subject", "ring"),
    [
        pytest.param(change("hr-portal", "payments"), 0, id="the innermost service decides"),
        pytest.param(change("hr-portal"), 3, id="unrelated"),
        pytest.param(change(), 0, id="no service could be any service"),
        pytest.param(change("hr-portal", unknown_services=("chekout",)), 0, id="so could a misspelt one"),
    ],
)
def test_a_change_is_in_its_innermost_ring(subject: Change, ring: int) -> None:
    assert ring_of(subject, rings(names("checkout"), GRAPH)) == ring


# ------------------------------------------------------------------ verdicts
EMERGENCY = ChangeType.EMERGENCY


@pytest.mark.parametrize(
    ("subject", "on", "decision", "code"),
    [
        pytest.param(
            change("checkout", kind=ChangeType.STANDARD),
            freeze(2),
            "hold",
            "freeze_ring0",
            id="the broken service",
        ),
        pytest.param(change("web"), freeze(1), "hold", "freeze_ring1", id="SEV1 holds its dependants"),
        pytest.param(change("web"), freeze(2), "allow", "outside_ring1", id="SEV2 lets low risk pass there"),
        pytest.param(
            change("cart-admin", risk=Risk.MODERATE),
            freeze(2),
            "allow",
            "outside_ring2",
            id="the same owners",
        ),
        pytest.param(
            change("hr-portal", risk=Risk.HIGH),
            freeze(1),
            "hold",
            "freeze_ring3",
            id="high risk waits everywhere",
        ),
        pytest.param(
            change("hr-portal", risk=Risk.HIGH), freeze(2), "allow", "outside_ring3", id="but not in a SEV2"
        ),
        pytest.param(
            change("checkout", risk=Risk.HIGH, kind=EMERGENCY, remedies=INC1),
            freeze(1),
            "needs_approval",
            "remedy",
            id="a remedy is never held",
        ),
        pytest.param(
            change("checkout", remedies=INC2),
            freeze(1),
            "hold",
            "freeze_ring0",
            id="a remedy of something else",
        ),
        pytest.param(
            change("checkout", rollback_of="CHG-1"), freeze(1), "needs_approval", "rollback", id="a rollback"
        ),
        pytest.param(
            change("web", rollback_of="CHG-1"),
            freeze(1),
            "needs_approval",
            "rollback",
            id="a rollback near by",
        ),
        pytest.param(
            change("hr-portal", rollback_of="CHG-1"),
            freeze(1),
            "allow",
            "outside_ring3",
            id="a rollback far away",
        ),
        pytest.param(
            change("hr-portal", kind=EMERGENCY), freeze(1), "allow", "outside_emergency", id="far emergency"
        ),
        pytest.param(
            change("web", kind=EMERGENCY),
            freeze(1),
            "needs_approval",
            "emergency",
            id="an emergency close by",
        ),
        pytest.param(
            change("checkout", op_started_at=T0 - minutes(1)),
            freeze(2),
            "needs_approval",
            "in_flight",
            id="running when the freeze began",
        ),
        pytest.param(
            change("checkout", op_started_at=T0),
            freeze(2),
            "hold",
            "freeze_ring0",
            id="started at that instant",
        ),
        pytest.param(change("hr-portal", "payments"), freeze(2), "hold", "freeze_ring0", id="two services"),
        pytest.param(
            change("legacy-crm"), freeze(2, "orders-db"), "hold", "freeze_ring0", id="on the same machine"
        ),
        pytest.param(
            change("checkout", env="staging"), freeze(1), "allow", "non_production", id="a test environment"
        ),
        pytest.param(
            change("checkout", env=""), freeze(2), "hold", "freeze_ring0", id="an unnamed environment"
        ),
        pytest.param(
            change("checkout", risk=Risk.HIGH), freeze(3), "allow", "outside_severity", id="a minor incident"
        ),
        pytest.param(
            change("checkout"),
            freeze(1, env="staging"),
            "allow",
            "no_freeze",
            id="an incident of a test system",
        ),
    ],
)
def test_the_gate_answers(subject: Change, on: Freeze, decision: str, code: str) -> None:
    answer = ask(subject, on)
    assert answer.decision.word == decision
    assert answer.reasons[0].code == code
    assert answer.reasons[0].text.endswith(".")


def test_without_a_freeze_everything_goes() -> None:
    answer = verdict(change("checkout", risk=Risk.HIGH), (), (), policy=POLICY, at=T0)
    assert (answer.decision, answer.retry_after) == (Decision.ALLOW, 0)
    assert answer.valid_until == T0 + minutes(10)


def test_a_held_change_is_told_when_to_ask_again() -> None:
    answer = ask(change("checkout"))
    assert (answer.valid_until, answer.retry_after) == (None, 300)


def test_what_the_catalogue_does_not_know_needs_a_person_even_without_a_freeze() -> None:
    subject = change(unknown_services=("chekout",))
    answer = verdict(subject, (), (), policy=POLICY, at=T0)
    assert answer.decision is Decision.NEEDS_APPROVAL
    assert (answer.reasons[0].code, answer.reasons[0].approvers) == ("unknown_scope", ("change authority",))
    assert "chekout" in answer.reasons[0].text
    assert ask(subject).decision is Decision.HOLD


def test_a_name_the_catalogue_does_not_know_is_not_called_broken() -> None:
    answer = ask(change("hr-portal", unknown_services=("chekout",)))
    assert answer.reasons[0].code == "freeze_ring0"
    assert answer.reasons[0].text.startswith("The catalogue does not know chekout")


def test_an_emergency_close_by_is_for_both_authorities() -> None:
    assert ask(change("web", kind=EMERGENCY)).reasons[0].approvers == ("commander", "change authority")


def test_the_reason_names_service_incident_and_severity_but_not_what_is_only_suspected() -> None:
    suspected = freeze(2, "checkout", "psp-ext", severity_name="Major")
    assert "checkout is at the heart of INC-1 (Major)" in ask(change("checkout"), suspected).reasons[0].text
    told = {s: ask(change(s), suspected).reasons[0].text.replace(s, "") for s in ("checkout", "psp-ext")}
    assert len(set(told.values())) == 1


# ------------------------------------------------------------------ two freezes
def test_two_incidents_hold_one_change_until_both_let_go() -> None:
    both = (freeze(2), freeze(2, "orders-db", incident=INC2))
    answer = ask(change("orders-db"), *both)
    assert [(r.incident, r.decision) for r in answer.reasons] == [
        (INC1, Decision.HOLD),
        (INC2, Decision.HOLD),
    ]
    assert ask(change("orders-db"), both[1]).decision is Decision.HOLD
    assert ask(change("orders-db"), *both, words=(approval(),)).decision is Decision.HOLD


def test_the_strictest_reason_is_read_first() -> None:
    both = (freeze(2), freeze(2, "orders-db", incident=INC2))
    answer = ask(change("orders-db", remedies=INC1), *both)
    assert [r.code for r in answer.reasons] == ["freeze_ring0", "remedy"]


# ------------------------------------------------------------------ the commander's word
def test_an_approval_lets_the_change_pass() -> None:
    answer = ask(change("checkout"), words=(approval(),))
    assert (answer.decision, answer.reasons[0].code) == (Decision.ALLOW, "approved")


def test_an_allow_under_an_approval_ends_with_it() -> None:
    assert ask(change("checkout"), words=(approval(),), after=55).valid_until == T0 + minutes(62)


@pytest.mark.parametrize(
    ("word", "after"),
    [
        pytest.param(approval(digest="sha256:bbb"), 10, id="a new commit"),
        pytest.param(approval(change=ChangeId("c2")), 10, id="another change"),
        pytest.param(approval(incident=INC2), 10, id="another incident"),
        pytest.param(approval(), 62, id="at the instant it expires"),
        pytest.param(approval(used_by_op="7700/prod"), 10, id="used by another operation"),
        pytest.param(approval(requester="U0ADA"), 10, id="by the requester"),
        pytest.param(approval(decided_at=T0 - minutes(1)), 10, id="from before this freeze"),
        pytest.param(approval(state=ClearanceState.ASKED, decided_at=None), 10, id="asked for only"),
    ],
)
def test_an_approval_covers_only_what_was_approved(word: Clearance, after: float) -> None:
    assert ask(change("checkout"), words=(word,), after=after).decision is Decision.HOLD


def test_one_operation_may_ask_as_often_as_it_likes() -> None:
    assert ask(change("checkout"), words=(approval(used_by_op="7713/prod"),)).decision is Decision.ALLOW


def test_a_denied_remedy_is_held_instead_of_asking_again_and_again() -> None:
    denied = approval(state=ClearanceState.DENIED, expires_at=None)
    answer = ask(change("checkout", remedies=INC1), words=(denied,))
    assert (answer.decision, answer.reasons[0].code) == (Decision.HOLD, "denied")
    fixed = change("checkout", remedies=INC1, digest="sha256:bbb")
    assert ask(fixed, words=(denied,)).decision is Decision.NEEDS_APPROVAL


def test_the_newest_word_counts() -> None:
    denied = approval(state=ClearanceState.DENIED, expires_at=None)
    again = approval(id=ClearanceId("k2"), decided_at=T0 + minutes(5))
    assert ask(change("checkout"), words=(again, denied)).decision is Decision.ALLOW


def test_nobody_approves_their_own_change() -> None:
    require_approver(approval(requester="U0BOB"), ADA)
    with pytest.raises(OwnChange):
        require_approver(approval(requester="U0ADA"), ADA)


# ------------------------------------------------------------------ properties
changes = st.builds(
    lambda services, unknown, **facts: change(*services, unknown_services=tuple(unknown), **facts),
    st.lists(st.sampled_from(ALL), max_size=3, unique=True),
    st.lists(st.just("chekout"), max_size=1),
    risk=st.sampled_from(Risk),
    kind=st.sampled_from(ChangeType),
    remedies=st.sampled_from([None, None, INC1]),
    rollback_of=st.sampled_from([None, None, "CHG-1"]),
    op_started_at=st.sampled_from([None, T0 - minutes(5), T0 + minutes(5)]),
    env=st.sampled_from(["production", "production", "staging"]),
)
cores = st.lists(st.sampled_from(ALL), min_size=1, max_size=3, unique=True)
freezes = st.builds(
    lambda severity, core, incident: freeze(severity, *core, incident=incident),
    st.sampled_from([1, 2, 3]),
    cores,
    st.sampled_from([INC1, INC2]),
)


@settings(max_examples=150)
@given(subject=changes, on=freezes, more=st.sampled_from(ALL))
def test_a_worse_or_wider_incident_never_loosens_a_verdict(subject: Change, on: Freeze, more: str) -> None:
    before = ask(subject, on).decision
    worse = replace(on, severity=max(1, on.severity - 1))
    wider = replace(on, rings=rings(on.rings.core | {ServiceName(more)}, GRAPH))
    assert ask(subject, worse).decision >= before
    assert ask(subject, wider).decision >= before


@settings(max_examples=100)
@given(subject=changes, on=freezes, other=freezes)
def test_more_risk_or_another_freeze_never_loosens_a_verdict(
    subject: Change, on: Freeze, other: Freeze
) -> None:
    before = ask(subject, on).decision
    assert ask(subject, on, replace(other, incident=IncidentId(3))).decision >= before
    riskier = replace(subject, risk=Risk(min(3, subject.risk + 1)))
    assert ask(riskier, on).decision >= before


@settings(max_examples=100)
@given(subject=changes, on=freezes, decided=st.booleans())
def test_an_approval_changes_the_verdict_of_its_own_change_only(
    subject: Change, on: Freeze, decided: bool
) -> None:
    word = approval(incident=on.incident)
    assert ask(subject, on, words=(word,)).decision <= ask(subject, on).decision
    other = replace(subject, id=ChangeId("c2"))
    assert ask(other, on, words=(word,)).decision == ask(other, on).decision


@settings(max_examples=100)
@given(subject=changes, data=st.data(), first=freezes, second=freezes)
def test_equal_input_gives_an_equal_answer_whatever_its_order(
    subject: Change, data: st.DataObject, first: Freeze, second: Freeze
) -> None:
    both = [replace(first, incident=INC1), replace(second, incident=INC2)]
    shuffled = replace(subject, services=tuple(data.draw(st.permutations(subject.services))))
    one, other = ask(subject, *both), ask(shuffled, *reversed(both))
    assert (one.decision, one.reasons, one.input_digest) == (
        other.decision,
        other.reasons,
        other.input_digest,
    )
    if one.decision is not Decision.ALLOW:
        assert one.reasons[0].text


@pytest.mark.parametrize(
    "facts",
    [
        {"risk": Risk.HIGH},
        {"digest": "sha256:bbb"},
        {"kind": EMERGENCY},
        {"remedies": INC1},
        {"op_started_at": T0},
        {"env": "prod"},
        {"requester": "U0BOB"},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_whatever_a_verdict_reads_changes_its_digest(facts: dict[str, object]) -> None:
    assert ask(change("web", **facts)).input_digest != ask(change("web")).input_digest


def test_the_digest_also_reads_freeze_and_approval() -> None:
    seen = {
        ask(change("web")).input_digest,
        ask(change("web"), freeze(1)).input_digest,
        ask(change("web"), freeze(2, since=T0 - minutes(1))).input_digest,
        ask(change("web"), words=(approval(),)).input_digest,
        ask(change("web"), words=(approval(digest="sha256:bbb"),)).input_digest,
    }
    assert len(seen) == 4
