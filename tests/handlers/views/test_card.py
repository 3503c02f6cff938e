"""The card and the announcement: the worst first, and at most five buttons that fit the moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from handlers.views.announcement import announcement
from handlers.views.approval import approval
from handlers.views.candidate import candidate
from handlers.views.card import card
from playbooks.domain import events as e
from playbooks.domain.command import ContestPhase
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import (
    MONITORING,
    EpisodeId,
    UserId,
)
from playbooks.domain.incident import Major, RoomState, State
from playbooks.domain.signal import Acknowledgement
from playbooks.domain.sla import ClockState
from playbooks.domain.statement import Audience, StatementStatus
from tests.handlers import scenes
from tests.handlers.judging import labels
from tests.handlers.reading import heard, read
from tests.handlers.scenes import AT, CHECKOUT, SEVEN, incident, minutes, picture


@pytest.mark.parametrize(
    ("about", "tenure", "expected"),
    [
        pytest.param(
            incident(),
            None,
            ["Take command", "State the impact…", "Add to log…", "More…"],
            id="nobody commands",
        ),
        pytest.param(
            incident(),
            scenes.TENURE,
            ["Update…", "Mitigated…", "Hand over…", "Freeze…", "More…"],
            id="somebody commands",
        ),
        pytest.param(
            incident(state=State.MITIGATED, mitigated_at=minutes(40)),
            scenes.TENURE,
            ["Resolve…", "Update…", "It came back…", "Freeze…", "More…"],
            id="mitigated",
        ),
        pytest.param(
            incident(state=State.RESOLVED, resolved_at=minutes(50)),
            scenes.TENURE,
            ["Post-mortem", "It came back…", "Close…", "More…"],
            id="resolved",
        ),
        pytest.param(incident(state=State.CLOSED), scenes.TENURE, ["Post-mortem", "More…"], id="closed"),
    ],
)
def test_the_card_has_at_most_five_buttons_that_fit_the_state(
    about: Any, tenure: Any, expected: list[str]
) -> None:
    shown = labels(card(picture(about, tenure=tenure)).blocks)
    assert shown == expected
    assert len(shown) <= 5


def test_the_card_says_the_worst_first() -> None:
    lines = read(card(picture())).splitlines()
    assert lines[0] == "🔴 INC-7 · SEV1 · Payments time out"
    assert lines[1] == "*Commander* <@U0ADA> since 14:05 UTC"
    assert "30 % of payments fail in the EU" in "\n".join(lines[:4])


def test_the_card_is_heard_in_one_sentence() -> None:
    assert heard(card(picture())) == (
        "🔴 SEV1 *INC-7* Payments time out. *Commander* <@U0ADA> since 14:05 UTC."
    )
    assert "Nobody is in command yet" in heard(card(scenes.quiet_picture()))


def test_the_card_counts_and_shows_what_waits() -> None:
    shown = read(card(picture()))
    for part in (
        "1 fact · 1 hypothesis · 1 change waiting",
        "log 42 · a1b2c3d4",
        "restore by 2026-03-02 18:03 UTC (gold-restore)",
        "no. 2 by 14:28 UTC",
        "on since 14:04 UTC, 1 change held",
        "Looks like KE-3",
        "Set pool.max to 40 and restart payments",
        "*Roll payments back to 4.11* (github:acme/payments:77), asked by <@U0DEV>",
        "5xx rate above 20 %",
    ):
        assert part in shown


def test_the_card_says_who_saw_an_alert_elsewhere() -> None:
    nods = (Acknowledgement(by="<!here> Ada", where="pagerduty", at=minutes(6)),)
    shown = read(card(picture(episodes=(replace(scenes.EPISODE, acknowledged=nods),))))
    assert "👀 &lt;!here&gt; Ada in pagerduty at 14:09 UTC" in shown
    assert "👀" not in read(card(picture()))


@pytest.mark.parametrize(
    ("at", "says"),
    [
        pytest.param(24, "\nno. 2 by 14:28 UTC", id="before"),
        pytest.param(25, "\nno. 2 due now", id="on the minute"),
        pytest.param(27, "\nno. 2 due now", id="somebody is writing it"),
        pytest.param(28, "⚠️ no. 2 overdue since 14:28 UTC", id="late"),
    ],
)
def test_an_update_is_overdue_once_its_writers_had_time_to_write_it(at: int, says: str) -> None:
    assert says in read(card(picture(at=minutes(at))))


def test_a_change_whose_owner_is_unknown_was_asked_by_a_pipeline() -> None:
    nameless = replace(scenes.CLEARANCE, requester=UserId(""))
    assert "asked by a pipeline" in read(card(picture(clearances=(nameless,))))
    assert "*Asked by* a pipeline at" in read(approval(nameless, picture()))


@pytest.mark.parametrize(
    ("state", "margin", "says"),
    [
        (ClockState.MET, 193, "met with 3 h 13 min to spare"),
        (ClockState.BREACHED, -20, "missed by 20 min"),
        (ClockState.RUNNING, -5, "missed by 5 min"),
    ],
)
def test_a_clock_says_how_it_ended(state: ClockState, margin: int, says: str) -> None:
    reading = replace(scenes.READING, state=state, margin=minutes(margin) - AT)
    assert says in read(card(picture(readings=(reading,))))


def test_an_impact_nobody_verified_asks_for_it() -> None:
    said = replace(scenes.IMPACT, status=StatementStatus.ASSERTED, reach=Audience.WAR_ROOM)
    assert "to be verified: `/incident verify 1`" in read(card(picture(statements=(said,))))


def test_a_dispute_and_an_offer_are_on_the_card() -> None:
    assert "Disputed by <@U0BOB>. Until 14:09 UTC they may agree" in read(
        card(picture(contest=scenes.CONTEST))
    )
    awarded = replace(scenes.CONTEST, phase=ContestPhase.AWARDED)
    assert "A duty manager may overrule until 14:14 UTC" in read(card(picture(contest=awarded)))
    assert "Offered to <@U0BOB>, who has until 14:18 UTC" in read(card(picture(handover=scenes.HANDOVER)))


def test_the_address_to_share_is_on_the_card_if_there_is_one() -> None:
    assert "link to share" in read(card(picture(), link=lambda path: f"https://tocsin.example{path}"))
    assert "link to share" not in read(card(picture(), link=lambda path: path))


def test_the_announcement_tells_no_hypothesis_and_nothing_unreleased() -> None:
    secret = replace(
        scenes.IMPACT, status=StatementStatus.VERIFIED, reach=Audience.WAR_ROOM, text="All data is lost"
    )
    shown = read(announcement(picture(statements=(secret, scenes.HUNCH))))
    assert "All data is lost" not in shown
    assert "worker" not in shown
    assert "*Room* <#C0ROOM>" in shown


@pytest.mark.parametrize(
    ("about", "says"),
    [
        (incident(room=None, room_state=RoomState.WANTED), "is being opened"),
        (incident(room=None, room_state=RoomState.HUB), "none could be made"),
        (incident(major=Major.REJECTED, state=State.CLOSED), "no major incident"),
        (incident(major=Major.PROPOSED), "Waiting for somebody to decide"),
        (incident(major=Major.PROPOSED, declared_by=MONITORING, rule="storm"), "Proposed by the rule storm"),
        (incident(declared_by=MONITORING, rule="storm"), "Declared by the rule storm"),
    ],
)
def test_the_announcement_says_where_and_whether(about: Any, says: str) -> None:
    assert says in read(announcement(picture(about)))


def test_a_candidate_says_what_happens_if_nobody_answers(handbook: Handbook) -> None:
    event = e.CandidateProposed(
        incident=SEVEN,
        by=MONITORING,
        at=AT,
        title="Checkout fails",
        severity=2,
        services=(CHECKOUT,),
        rule="storm",
        rule_says="Three services that hang together fail.",
        evidence=tuple(
            e.Evidence(
                episode=EpisodeId(f"e{n}"),
                service=CHECKOUT,
                origin=f"o{n}",
                title="5xx",
                since=AT,
                link="https://x.example",
            )
            for n in range(7)
        ),
        decide_by=minutes(10),
    )
    shown = read(candidate(event, handbook))
    assert "*Decide by 14:13 UTC.* If nobody does, it is declared if the alerts still stand." in shown
    assert "and 2 more" in shown
    assert labels(candidate(event, handbook).blocks) == ["Yes, declare SEV2", "Merge…", "No…"]
    assert "turned down" in read(candidate(replace(event, rule="gone"), handbook))
    again = replace(event, again="INC-3 was turned down. It is materially worse: tier 1.")
    assert "*Asked again.* INC-3 was turned down. It is materially worse: tier 1." in read(
        candidate(again, handbook)
    )
