"""A digest cannot leak: it reads released statements, and there is always something true to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain import hygiene
from playbooks.domain.digest import Digest, compose, duration, text
from playbooks.domain.ids import IncidentId, StatementId, UserId
from playbooks.domain.incident import State
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
ADA, BOB = UserId("U0ADA"), UserId("U0BOB")
Kind = StatementClass


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def said(kind: StatementClass, words: str, *, number: int = 1, **facts: object) -> Statement:
    plain = Statement(
        id=StatementId(f"s{number:02}"),
        incident=IncidentId(7),
        kind=kind,
        text=words,
        author=BOB,
        asserted_at=T0,
    )
    return replace(plain, **facts)


def told(kind: StatementClass, words: str, *, number: int = 1, after: float = 5) -> Statement:
    return said(
        kind,
        words,
        number=number,
        status=StatementStatus.RELEASED,
        releaser=ADA,
        released_at=T0 + minutes(after),
        reach=Audience.STAKEHOLDER,
    )


def digest(*statements: Statement, **facts: object) -> Digest:
    plain: dict[str, object] = {
        "incident": IncidentId(7),
        "severity": "SEV1",
        "services": ("Checkout",),
        "state": State.OPEN,
        "since": T0 + minutes(2),
        "statements": statements,
        "number": 2,
        "at": T0 + minutes(20),
        "next_at": T0 + minutes(40),
    }
    return compose(**(plain | facts))


def test_an_update_reads_in_the_same_order_every_time() -> None:
    update = digest(
        told(Kind.ACTION, "We are rolling back release 4.12.", number=2),
        told(Kind.WORKAROUND, "Pay by invoice.", number=3),
        told(Kind.IMPACT, "Checkout fails for about 30% of users.", number=1, after=4),
        told(Kind.ESTIMATE, "Between 11:00 and 11:30 UTC.", number=4),
    )
    assert text(update).splitlines() == [
        "SEV1 · Checkout · investigating · INC-7 · update 2",
        "Impact: Checkout fails for about 30% of users. (10:04 UTC)",
        "Began: 18 min ago (10:02 UTC)",
        "What we are doing: We are rolling back release 4.12. (10:05 UTC)",
        "What you can do: Pay by invoice. (10:05 UTC)",
        "Estimate: Between 11:00 and 11:30 UTC. (10:05 UTC)",
        "Next update by 10:40 UTC, even if nothing changes.",
    ]
    assert update.cites == ("s01", "s02", "s03", "s04")


def test_an_update_can_be_sent_when_nothing_is_known() -> None:
    assert text(digest(number=1)).splitlines() == [
        "SEV1 · Checkout · investigating · INC-7 · update 1",
        "Impact: Being assessed.",
        "Began: 18 min ago (10:02 UTC)",
        "What we are doing: We are investigating.",
        "Next update by 10:40 UTC, even if nothing changes.",
    ]


def test_the_last_update_says_so_and_speaks_of_the_past() -> None:
    lines = text(digest(told(Kind.IMPACT, "Payments failed."), state=State.RESOLVED, next_at=None))
    assert "Impact was: Payments failed." in lines
    assert "Status: It is over, users are served again." in lines
    assert lines.endswith("This is the last update.")


@pytest.mark.parametrize(
    ("state", "statements", "status"),
    [
        pytest.param(State.OPEN, (), "investigating", id="open"),
        pytest.param(State.OPEN, (told(Kind.CAUSE, "A bad release."),), "identified", id="cause released"),
        pytest.param(
            State.OPEN, (said(Kind.CAUSE, "A bad release."),), "investigating", id="only a hypothesis"
        ),
        pytest.param(State.MITIGATED, (), "monitoring", id="mitigated"),
        pytest.param(State.RESOLVED, (), "resolved", id="resolved"),
        pytest.param(State.MERGED, (), "merged into another incident", id="merged"),
    ],
)
def test_the_status_is_the_word_of_status_pages(
    state: State, statements: tuple[Statement, ...], status: str
) -> None:
    assert digest(*statements, state=state).status == status


def test_of_many_statements_the_newest_three_are_read_oldest_first() -> None:
    many = [told(Kind.IMPACT, f"Fact {n}.", number=n, after=n) for n in (4, 1, 3, 2)]
    impact = digest(*many).sections[0]
    assert [line.text for line in impact.lines] == ["Fact 2.", "Fact 3.", "Fact 4."]


def test_what_was_wrong_is_corrected_first_and_once() -> None:
    wrong = hygiene.refute(told(Kind.CAUSE, "A bad release."), ADA, at=T0 + minutes(15))
    update = digest(wrong, told_until=T0 + minutes(10))
    assert text(update).splitlines()[1] == (
        "Correction: We said “A bad release.”. That was wrong. (10:15 UTC)"
    )
    assert update.cites == ()
    assert "Correction" not in text(digest(wrong, told_until=T0 + minutes(16)))


@pytest.mark.parametrize(
    "last", [None, T0 + minutes(4)], ids=["no update yet", "released after the last one"]
)
def test_what_nobody_was_told_is_not_corrected(last: datetime | None) -> None:
    wrong = hygiene.refute(told(Kind.CAUSE, "A bad release."), ADA, at=T0 + minutes(15))
    assert "bad release" not in text(digest(wrong, told_until=last))


@pytest.mark.parametrize(
    ("facts", "headline"),
    [
        pytest.param(
            {"env": "staging"}, "SEV1 · Checkout (staging) · investigating · INC-7 · update 2", id="env"
        ),
        pytest.param({"number": 0}, "SEV1 · Checkout · investigating · INC-7", id="a draft has no number"),
        pytest.param(
            {"services": ("Checkout", "Payments")},
            "SEV1 · Checkout, Payments · investigating · INC-7 · update 2",
            id="two services",
        ),
        pytest.param(
            {"services": ()}, "SEV1 · Services · investigating · INC-7 · update 2", id="no service is sure"
        ),
    ],
)
def test_the_headline_fits_on_one_line(facts: dict[str, object], headline: str) -> None:
    assert text(digest(**facts)).splitlines()[0] == headline


def test_a_note_stands_on_one_line_of_its_own() -> None:
    assert text(digest(note="Thank you\n for waiting.")).splitlines()[-2] == "Thank you for waiting."


def test_over_midnight_a_time_carries_its_day() -> None:
    update = digest(at=T0 + timedelta(hours=14), next_at=T0 + timedelta(hours=15))
    assert "Began: 13 h 58 min ago (02 Jun 10:02 UTC)" in text(update)
    assert "Next update by 01:00 UTC" in text(update)


@pytest.mark.parametrize(
    ("seconds", "words"), [(59, "0 min"), (60, "1 min"), (3_599, "59 min"), (7_500, "2 h 05 min")]
)
def test_durations_are_whole_minutes_rounded_down(seconds: int, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


# ------------------------------------------------------------------ non-interference
statuses = st.sampled_from(
    [StatementStatus.ASSERTED, StatementStatus.VERIFIED, StatementStatus.REFUTED, StatementStatus.WITHDRAWN]
)
hidden = st.lists(
    st.builds(
        lambda kind, words, status, number: said(kind, words, status=status, number=number, refuted_at=T0),
        st.sampled_from(Kind),
        st.text(min_size=1, max_size=20),
        statuses,
        st.integers(1, 99),
    )
    | st.builds(
        lambda kind, words, after: replace(
            told(kind, words, number=50, after=after), reach=Audience.INTERNAL
        ),
        st.sampled_from(Kind),
        st.text(min_size=1, max_size=20),
        st.integers(0, 30),
    ),
    max_size=6,
)
public = st.lists(
    st.builds(
        lambda kind, number, after: told(kind, f"Fact {number}.", number=number, after=after),
        st.sampled_from(Kind),
        st.integers(1, 9),
        st.integers(0, 30),
    ),
    max_size=5,
    unique_by=lambda s: s.id,
)


@settings(max_examples=150)
@given(released=public, unreleased=hidden, data=st.data(), state=st.sampled_from(State))
def test_what_was_not_released_changes_no_byte(
    released: list[Statement], unreleased: list[Statement], data: st.DataObject, state: State
) -> None:
    mixed = data.draw(st.permutations([*released, *unreleased]))
    assert digest(*mixed, state=state) == digest(*released, state=state)
    assert text(digest(*mixed, state=state)) == text(digest(*released, state=state))


@given(released=public)
def test_an_update_cites_only_what_was_released(released: list[Statement]) -> None:
    assert set(digest(*released).cites) <= {s.id for s in released}
