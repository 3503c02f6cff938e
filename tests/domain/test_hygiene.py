"""Information hygiene: what may be told to whom, and what a person's own sentence gives away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain import hygiene
from playbooks.domain.errors import (
    AlreadyDecided,
    NeedsWords,
    NotNeeded,
    NotReleasable,
    NotYourRole,
    ProtocolError,
    SecondPersonNeeded,
)
from playbooks.domain.ids import MONITORING, IncidentId, StatementId, UserId
from playbooks.domain.leak import withheld
from playbooks.domain.reach import CHAIN, is_range, reach_limit, reaches, was_told
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
LATER = T0 + timedelta(minutes=5)
ADA, BOB, EVE = UserId("U0ADA"), UserId("U0BOB"), UserId("U0EVE")
"""Ada commands, Eve writes to stakeholders, Bob is a responder."""
H1 = "Connection pool exhausted after release 4.12 raised worker count"
H2 = "Vendor AcmePay is dropping TLS handshakes"
FAILING = "Checkout is failing for about 30% of users since 10:02 UTC"
ROLLBACK = "We are rolling back release 4.12 of checkout"
Kind = StatementClass


def said(
    kind: StatementClass, text: str = "Something", *, author: UserId = BOB, **facts: object
) -> Statement:
    plain = Statement(
        id=StatementId(f"{kind}:{text}"),
        incident=IncidentId(7),
        kind=kind,
        text=text,
        author=author,
        asserted_at=T0,
    )
    return replace(plain, **facts)


def released(kind: StatementClass, text: str, reach: Audience = Audience.STAKEHOLDER) -> Statement:
    return said(kind, text, status=StatementStatus.RELEASED, releaser=ADA, released_at=LATER, reach=reach)


def verified(kind: StatementClass, text: str = "Something") -> Statement:
    return hygiene.verify(said(kind, text), ADA, evidence=("https://graphs/7",), at=LATER)


def release(statement: Statement, by: UserId, audience: Audience = Audience.STAKEHOLDER) -> Statement:
    return hygiene.release(statement, by, audience, at=LATER, is_commander=by == ADA, is_comms=by == EVE)


# ------------------------------------------------------------------ verifying
def test_nobody_verifies_their_own_statement() -> None:
    with pytest.raises(SecondPersonNeeded):
        hygiene.verify(said(Kind.CAUSE, H1), BOB, evidence=("https://graphs/7",), at=LATER)


def test_a_second_person_stands_for_a_statement() -> None:
    statement = hygiene.verify(said(Kind.IMPACT), ADA, at=LATER)
    assert (statement.status, statement.verifier, statement.verified_at) == (
        StatementStatus.VERIFIED,
        ADA,
        LATER,
    )


@pytest.mark.parametrize("evidence", [(), ("", "  ")], ids=["none", "only blanks"])
def test_a_cause_is_not_verified_without_evidence(evidence: tuple[str, ...]) -> None:
    with pytest.raises(NeedsWords, match="graph"):
        hygiene.verify(said(Kind.CAUSE, H1), ADA, evidence=evidence, at=LATER)


def test_of_two_who_verify_at_once_the_second_is_told_who_was_first() -> None:
    with pytest.raises(AlreadyDecided, match="<@U0ADA>"):
        hygiene.verify(verified(Kind.IMPACT), EVE, at=LATER)


def test_what_is_refuted_stays_refuted() -> None:
    wrong = hygiene.refute(said(Kind.CAUSE, H1), ADA, at=LATER)
    with pytest.raises(AlreadyDecided):
        hygiene.verify(wrong, EVE, evidence=("https://graphs/7",), at=LATER)
    with pytest.raises(AlreadyDecided):
        hygiene.refute(wrong, EVE, at=LATER)
    with pytest.raises(NotReleasable, match="refuted"):
        release(wrong, ADA)


def test_what_was_taken_back_stays_so() -> None:
    withdrawn = hygiene.withdraw(said(Kind.CAUSE, H1), BOB, is_commander=False)
    with pytest.raises(AlreadyDecided):
        hygiene.verify(withdrawn, ADA, evidence=("https://graphs/7",), at=LATER)


# ------------------------------------------------------------------ how far each kind may rise
@pytest.mark.parametrize(
    ("statement", "limit"),
    [
        pytest.param(said(Kind.IMPACT), Audience.WAR_ROOM, id="an impact that one person saw"),
        pytest.param(said(Kind.IMPACT, author=MONITORING), Audience.PUBLIC, id="a measured impact"),
        pytest.param(verified(Kind.SCOPE), Audience.PUBLIC, id="a confirmed scope"),
        pytest.param(said(Kind.ACTION), Audience.STAKEHOLDER, id="an action, before readers know it"),
        pytest.param(released(Kind.ACTION, ROLLBACK), Audience.PUBLIC, id="an action that was told"),
        pytest.param(said(Kind.ESTIMATE, "Fixed in 30 min"), Audience.WAR_ROOM, id="a single time"),
        pytest.param(said(Kind.ESTIMATE, "30 to 60 min"), Audience.STAKEHOLDER, id="a range"),
        pytest.param(said(Kind.WORKAROUND), Audience.WAR_ROOM, id="an untested workaround"),
        pytest.param(verified(Kind.WORKAROUND), Audience.PUBLIC, id="a verified workaround"),
        pytest.param(said(Kind.CAUSE, H1), Audience.WAR_ROOM, id="a hypothesis"),
        pytest.param(verified(Kind.CAUSE, H1), Audience.STAKEHOLDER, id="a verified cause"),
        pytest.param(
            hygiene.refute(verified(Kind.IMPACT), EVE, at=LATER), Audience.WAR_ROOM, id="what is wrong"
        ),
    ],
)
def test_the_kind_and_the_proof_bound_the_audience(statement: Statement, limit: Audience) -> None:
    assert reach_limit(statement) is limit


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Between 11:00 and 11:30 UTC", True),
        ("30-60 min", True),
        ("2 to 3 hours", True),
        ("In 30 min", False),
        ("By 2026-06-02", False),
    ],
)
def test_an_estimate_is_a_range_of_two_bounds(text: str, answer: bool) -> None:
    assert is_range(text) is answer


# ------------------------------------------------------------------ releasing
def test_releasing_what_somebody_else_saw_confirms_it() -> None:
    statement = release(said(Kind.IMPACT, FAILING), ADA)
    assert (statement.verifier, statement.releaser, statement.reach) == (ADA, ADA, Audience.STAKEHOLDER)
    assert reaches(statement, Audience.STAKEHOLDER)
    assert not reaches(statement, Audience.PUBLIC)


@pytest.mark.parametrize(
    ("statement", "by", "audience", "refusal"),
    [
        pytest.param(said(Kind.IMPACT, author=ADA), BOB, "stakeholder", NotYourRole, id="by a responder"),
        pytest.param(said(Kind.IMPACT, author=ADA), ADA, "stakeholder", NotReleasable, id="one's own word"),
        pytest.param(said(Kind.CAUSE, H1), ADA, "internal", NotReleasable, id="a hypothesis, even inside"),
        pytest.param(said(Kind.ESTIMATE, "30 min"), ADA, "stakeholder", NotReleasable, id="a promise"),
        pytest.param(said(Kind.ESTIMATE, "1 to 2 h"), EVE, "stakeholder", NotYourRole, id="comms forecasts"),
        pytest.param(said(Kind.ACTION), EVE, "stakeholder", NotYourRole, id="comms tells a decision"),
        pytest.param(said(Kind.ACTION), ADA, "public", NotReleasable, id="the public before stakeholders"),
        pytest.param(verified(Kind.WORKAROUND), ADA, "stakeholder", NotYourRole, id="user advice by others"),
        pytest.param(said(Kind.WORKAROUND), EVE, "stakeholder", NotReleasable, id="an untested workaround"),
        pytest.param(verified(Kind.CAUSE, H1), ADA, "public", NotReleasable, id="a cause to the public"),
        pytest.param(verified(Kind.IMPACT), ADA, "war_room", NotNeeded, id="the room knows already"),
        pytest.param(
            released(Kind.IMPACT, FAILING), EVE, "internal", NotNeeded, id="told more widely already"
        ),
    ],
)
def test_a_release_is_refused(
    statement: Statement, by: UserId, audience: str, refusal: type[ProtocolError]
) -> None:
    with pytest.raises(refusal):
        release(statement, by, Audience(audience))


@pytest.mark.parametrize(
    ("statement", "by", "audience"),
    [
        pytest.param(said(Kind.IMPACT, author=MONITORING), EVE, "public", id="a measured impact"),
        pytest.param(said(Kind.ACTION), ADA, "stakeholder", id="a decision by the commander"),
        pytest.param(released(Kind.ACTION, ROLLBACK), EVE, "public", id="an action that stakeholders know"),
        pytest.param(said(Kind.ESTIMATE, "1 to 2 h"), ADA, "stakeholder", id="a range by the commander"),
        pytest.param(verified(Kind.WORKAROUND), EVE, "public", id="advice to users by comms"),
        pytest.param(verified(Kind.CAUSE, H1), EVE, "internal", id="a verified cause inside"),
    ],
)
def test_a_release_reaches_its_audience(statement: Statement, by: UserId, audience: str) -> None:
    assert reaches(release(statement, by, Audience(audience)), Audience(audience))


@pytest.mark.parametrize("order", [(ADA, EVE), (EVE, ADA)], ids=["commander first", "comms first"])
def test_telling_stakeholders_a_cause_takes_two_words(order: tuple[UserId, UserId]) -> None:
    half = release(verified(Kind.CAUSE, H1), order[0])
    assert half.reach is Audience.INTERNAL
    with pytest.raises(NotNeeded, match="has to release it too"):
        release(half, order[0])
    whole = release(half, order[1])
    assert whole.reach is Audience.STAKEHOLDER
    assert (whole.commander_consent, whole.comms_consent) == (ADA, EVE)


def test_who_commands_and_writes_gives_both_words_at_once() -> None:
    cause = hygiene.release(
        verified(Kind.CAUSE, H1), ADA, Audience.STAKEHOLDER, at=LATER, is_commander=True, is_comms=True
    )
    assert cause.reach is Audience.STAKEHOLDER


# ------------------------------------------------------------------ refuting and withdrawing
def test_refuting_what_readers_were_told_owes_them_a_correction() -> None:
    wrong = hygiene.refute(released(Kind.CAUSE, H1), BOB, at=LATER)
    assert hygiene.correction_due(wrong)
    assert not reaches(wrong, Audience.INTERNAL)
    assert was_told(wrong, Audience.STAKEHOLDER)


@pytest.mark.parametrize(
    "statement",
    [said(Kind.CAUSE, H1), verified(Kind.CAUSE, H1), released(Kind.CAUSE, H1, Audience.INTERNAL)],
    ids=["a hypothesis", "a verified cause", "told inside only"],
)
def test_refuting_what_readers_never_heard_owes_nothing(statement: Statement) -> None:
    assert not hygiene.correction_due(hygiene.refute(statement, ADA, at=LATER))


def test_only_what_was_not_told_can_be_taken_back() -> None:
    assert hygiene.withdraw(said(Kind.CAUSE), BOB, is_commander=False).status is StatementStatus.WITHDRAWN
    assert hygiene.withdraw(said(Kind.CAUSE), ADA, is_commander=True).status is StatementStatus.WITHDRAWN
    with pytest.raises(NotYourRole):
        hygiene.withdraw(said(Kind.CAUSE), EVE, is_commander=False)
    with pytest.raises(NotNeeded, match="correction"):
        hygiene.withdraw(released(Kind.IMPACT, FAILING), BOB, is_commander=True)


# ------------------------------------------------------------------ whatever people press
Step = Callable[[Statement], Statement]
steps = st.one_of(
    st.builds(
        lambda by, shown: lambda s: hygiene.verify(s, by, evidence=shown, at=LATER),
        st.sampled_from([ADA, BOB, EVE]),
        st.sampled_from([(), ("https://graphs/7",)]),
    ),
    st.builds(
        lambda by, to: lambda s: release(s, by, to), st.sampled_from([ADA, BOB, EVE]), st.sampled_from(CHAIN)
    ),
    st.builds(lambda by: lambda s: hygiene.refute(s, by, at=LATER), st.sampled_from([ADA, BOB])),
)


@settings(max_examples=80)
@given(
    kind=st.sampled_from(Kind), author=st.sampled_from([ADA, BOB, EVE]), presses=st.lists(steps, max_size=8)
)
def test_whatever_people_press_no_statement_outruns_its_limit(
    kind: StatementClass, author: UserId, presses: list[Step]
) -> None:
    statement = said(kind, "Between 1 and 2 h", author=author)
    for press in presses:
        try:
            statement = press(statement)
        except ProtocolError:
            continue
        assert statement.verifier != statement.author
        told_outside = reaches(statement, Audience.STAKEHOLDER)
        if told_outside and kind is Kind.CAUSE:
            assert statement.evidence
            assert {statement.commander_consent, statement.comms_consent} == {ADA, EVE}
        if told_outside and kind in hygiene.OBSERVATIONS:
            assert statement.verifier is not None


# ------------------------------------------------------------------ a person's own sentence
STATEMENTS = (
    said(Kind.CAUSE, H1),
    said(Kind.CAUSE, H2),
    released(Kind.IMPACT, FAILING),
    released(Kind.ACTION, ROLLBACK),
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Checkout is failing for about 30% of users. We are rolling back release 4.12. "
            "Next update 10:40 UTC.",
            id="its shared words are released already",
        ),
        pytest.param("The swimming pool is open.", id="one word in common is a coincidence"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_harmless_sentence_passes(text: str) -> None:
    assert withheld(text, STATEMENTS) is None


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        pytest.param(
            "The connection pool was exhausted when the worker count went up.",
            "connection pool exhaust worker count",
            id="a hypothesis retold",
        ),
        pytest.param(
            "The CONNECTION-POOL had exhausted itself, count on it", "connection pool", id="in other forms"
        ),
        pytest.param("We believe the pool is full.", "believe", id="a guess in one word"),
        pytest.param("It will Likely be over soon", "Likely", id="a guess in capitals"),
        pytest.param("Payments fail due to a vendor", "due to", id="a cause nobody released"),
        pytest.param("AcmePay is the culprit", "culprit", id="blame"),
    ],
)
def test_a_sentence_that_gives_something_away_is_withheld_with_its_words(text: str, phrase: str) -> None:
    reason = withheld(text, STATEMENTS)
    assert reason is not None
    assert f"“{phrase}" in reason


def test_one_word_of_a_short_statement_is_a_coincidence_too() -> None:
    assert withheld("Search is fine.", (said(Kind.CAUSE, "Search broken"),)) is None


def test_a_cause_may_be_named_once_it_is_released() -> None:
    text = "The outage was caused by a connection pool that release 4.12 exhausted with its worker count."
    told = (*STATEMENTS[1:], released(Kind.CAUSE, H1))
    assert withheld(text, told) is None
    assert withheld("It was caused by somebody else.", told) is not None


def test_a_released_estimate_may_sound_like_one() -> None:
    estimate = released(Kind.ESTIMATE, "Recovery is likely between 11:00 and 11:30 UTC")
    assert withheld("Recovery is likely between 11:00 and 11:30 UTC.", (*STATEMENTS, estimate)) is None
    assert withheld("Everything is likely fine.", (*STATEMENTS, estimate)) is not None


def test_a_released_sentence_may_always_be_repeated() -> None:
    words = "Users may be logged out because of the restart"
    assert withheld(words, (released(Kind.IMPACT, words),)) is None


def test_what_was_told_inside_is_withheld_from_stakeholders_only() -> None:
    inside = (released(Kind.CAUSE, H1, Audience.INTERNAL),)
    text = "The connection pool ran out, with too many workers: pool exhausted, worker count raised."
    assert withheld(text, inside) is not None
    assert withheld(text, inside, audience=Audience.INTERNAL) is None


def test_words_that_readers_know_anyway_do_not_count() -> None:
    hidden = (said(Kind.IMPACT, "Order database slow"),)
    assert withheld("The order database team is here.", hidden) is not None
    assert withheld("The order database team is here.", hidden, known=("Order database",)) is None
