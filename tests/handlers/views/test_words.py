"""What a tired person reads on a phone: the first words say what matters, buttons fit the moment."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import handlers.views
from handlers.views import rooms, update
from handlers.views.announcement import announcement
from handlers.views.approval import approval, decided
from handlers.views.brief import brief
from handlers.views.candidate import candidate
from handlers.views.card import card
from handlers.views.home import home
from handlers.views.menu import menu
from handlers.views.notices import private_notice, room_notice
from handlers.views.status import status
from playbooks.domain import events as e
from playbooks.domain.change import ClearanceState
from playbooks.domain.command import ContestPhase, Seating, Settlement
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import MONITORING, PROTOCOL, ContestId, EpisodeId, HandoverId, ServiceName, UpdateId
from playbooks.domain.incident import Major, RoomState, State
from playbooks.domain.sla import ClockState
from playbooks.domain.statement import Audience, StatementClass, StatementStatus
from tests.handlers import scenes
from tests.handlers.judging import labels, words
from tests.handlers.scenes import ADA, AT, BOB, CHECKOUT, CLEO, EVE, GUS, SEVEN, incident, minutes, picture
from tests.handlers.views.test_safety import digest_of

DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")


def read(message: Any) -> str:
    """The words as somebody in UTC reads them."""
    return DATE.sub(r"\1", words(message.blocks if hasattr(message, "blocks") else message))


def heard(message: Any) -> str:
    """What a notification shows."""
    return DATE.sub(r"\1", message.text)


# ------------------------------------------------------------------ the card
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
        "1 fact · 1 hypothesis · 1 decision waiting",
        "log 42 · a1b2c3d4",
        "restore by 18:03 UTC (gold-restore)",
        "no. 2 by 14:28 UTC",
        "on since 14:04 UTC, 1 change held",
        "Looks like KE-3",
        "Set pool.max to 40 and restart payments",
        "*Roll payments back to 4.11* (github:acme/payments:77), asked by <@U0DEV>",
        "5xx rate above 20 %",
    ):
        assert part in shown


def test_an_overdue_update_is_seen() -> None:
    assert "⚠️ no. 2 overdue since 14:28 UTC" in read(card(picture(at=minutes(30))))


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


# ------------------------------------------------------------------ the incidents channel
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
    assert labels(candidate(event, handbook).blocks) == ["Yes, declare SEV2", "No…"]
    assert "turned down" in read(candidate(replace(event, rule="gone"), handbook))


# ------------------------------------------------------------------ stakeholders
def test_an_update_is_three_lines_on_a_phone_and_then_the_rest() -> None:
    lines = read(update.update(digest_of(picture()))).splitlines()
    assert lines[0].startswith("SEV1 · Checkout · investigating")
    assert lines[1].startswith("*Impact* 30 % of payments fail in the EU")
    assert lines[2] == "*Next update by 14:33 UTC*, even if nothing changes"


def test_a_correction_comes_first() -> None:
    wrong = replace(
        scenes.IMPACT, status=StatementStatus.REFUTED, refuted_by=CLEO, refuted_at=minutes(8), releaser=ADA
    )
    lines = read(update.update(digest_of(picture(statements=(wrong,))))).splitlines()
    assert lines[1].startswith("*Correction* We said “30 % of payments fail in the EU”. That was wrong.")


def test_whoever_shows_an_update_cannot_see_anything_else() -> None:
    """Non-interference by type: the view of stakeholders imports no picture and no statement."""
    source = (Path(handlers.views.__file__).parent / "update.py").read_text()
    imported = {
        node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    ours = {module for module in imported if module.startswith("playbooks")}
    assert ours == {"playbooks.domain.digest"}


def test_two_incidents_that_differ_in_hypotheses_read_the_same() -> None:
    other = replace(scenes.HUNCH, text="The database is on fire")
    assert update.update(digest_of(picture())) == update.update(
        digest_of(picture(statements=(scenes.IMPACT, other, scenes.WRONG)))
    )


# ------------------------------------------------------------------ notices
def event(happened: type[e.Event], /, **parts: Any) -> e.Event:
    return happened(**{"incident": SEVEN, "by": ADA, "at": AT, **parts})


QUIET = [
    event(e.MessageSaid, channel="C0ROOM", ts="1.1", thread=None, text="hello", app="", files=()),
    event(e.KeyEventMarked, text="x", channel=None, ts=None, author=ADA, how="command"),
    event(e.StatementMade, statement="s", kind=StatementClass.IMPACT, text="x"),
    event(e.StatementVerified, statement="s", kind=StatementClass.IMPACT, text="x", evidence=()),
    event(e.UpdatePromised, update="u", number=2, due_at=AT),
    event(e.RoomOpened, room="C0ROOM", name="inc-7"),
    event(e.PeopleInvited, users=(ADA,), failed=()),
    event(e.ReviewDrafted, review="r"),
]


@pytest.mark.parametrize("what", QUIET, ids=lambda what: type(what).__name__)
def test_what_people_say_and_do_is_written_down_in_silence(what: e.Event, handbook: Handbook) -> None:
    assert room_notice(what, picture(), handbook) is None


SPOKEN = [
    (event(e.CommandTaken, commander=BOB, how=Seating.CLAIM, fence=1), "<@U0BOB> has command."),
    (event(e.CommandTaken, commander=GUS, how=Seating.ACTING, fence=1, by=PROTOCOL), "acting commander"),
    (
        event(e.SeverityChanged, before=2, after=1, reason="All of the EU"),
        "⬆️ Raised from SEV2 to *SEV1* by <@U0ADA>: All of the EU",
    ),
    (event(e.SeverityChanged, before=1, after=2, reason=""), "⬇️ Lowered from SEV1 to *SEV2* by <@U0ADA>"),
    (
        event(e.HandoverOffered, handover=HandoverId("h"), giver=ADA, taker=BOB, expires_at=minutes(5)),
        "<@U0ADA> offers command to <@U0BOB>, until 14:08 UTC.",
    ),
    (
        event(e.HandoverAccepted, handover=HandoverId("h"), giver=ADA, taker=BOB, fence=2),
        "<@U0BOB> has command now, from <@U0ADA>.",
    ),
    (
        event(
            e.ContestDecided,
            contest=ContestId("c"),
            winner=BOB,
            settlement=Settlement.YIELD,
            reasons=("<@U0ADA> yielded",),
        ),
        "Settled: <@U0BOB> has command.\n• <@U0ADA> yielded",
    ),
    (
        event(e.PeopleInvited, users=(), failed=((CLEO, "is deactivated"),)),
        "Could not be invited. Call them another way:\n• <@U0CLEO>: is deactivated",
    ),
    (
        event(e.RoomUnavailable, reason="not allowed"),
        "No war room could be made (not allowed). Work on INC-7 goes on here.",
    ),
    (
        event(e.StepFailed, step="PinCard", reason="too many pins", delivery="d"),
        "Not done: pinning the card.",
    ),
    (
        event(e.FreezeLifted, released=("a", "b"), reason="stable", by=PROTOCOL),
        "Freeze lifted by the protocol rule: stable",
    ),
    (event(e.ChangeAllowed, ref="ci:77", op="77"), "`ci:77` goes ahead, as the commander approved."),
    (event(e.IncidentMitigated, note="Rolled back"), "*Mitigated*, says <@U0ADA>."),
    (
        event(e.IncidentResolved, code="workaround provided", note=""),
        "*Resolved* by <@U0ADA>: workaround provided.",
    ),
    (event(e.IncidentReopened, reason="Again"), "*It came back*, says <@U0ADA>.\n> Again"),
    (
        event(
            e.ClockRead,
            agreement="gold",
            metric="restore",
            met=True,
            elapsed_seconds=2_820,
            margin_seconds=11_580,
        ),
        "gold met: restored in 47 min, 3 h 13 min to spare.",
    ),
    (
        event(
            e.ClockRead,
            agreement="gold",
            metric="restore",
            met=False,
            elapsed_seconds=15_600,
            margin_seconds=-1_200,
        ),
        "gold missed: restored in 4 h 20 min, 20 min too late.",
    ),
    (
        event(
            e.UpdateSent, update=UpdateId("u"), number=2, text="Payments fail", cites=(), next_at=minutes(20)
        ),
        "<@U0ADA> sent update 2 to the stakeholders. The next one is due by 14:23 UTC.\n> Payments fail",
    ),
    (
        event(e.AlertsAttached, evidence=(), new_services=(ServiceName("payments"),)),
        "It spreads: Payments.",
    ),
]


@pytest.mark.parametrize(
    ("what", "says"), SPOKEN, ids=[f"{type(what).__name__} {n}" for n, (what, _) in enumerate(SPOKEN)]
)
def test_changes_of_state_are_said_once_in_plain_words(what: e.Event, says: str, handbook: Handbook) -> None:
    shown = room_notice(what, picture(), handbook)
    assert shown is not None
    assert says in read(shown)
    assert says.splitlines()[0] in heard(shown)


CONTESTED = event(
    e.CommandContested,
    contest=ContestId("c1"),
    incumbent=ADA,
    challenger=BOB,
    reason="Checkout is mine",
    settles_at=minutes(3),
    final_at=minutes(8),
)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (ADA, ["Yield", "Keep: decide now"]),
        (BOB, ["Withdraw"]),
        (GUS, ["Decide for them", "Decide for them"]),
        (EVE, []),
    ],
)
def test_in_a_dispute_everybody_gets_their_own_buttons(
    user: Any, expected: list[str], handbook: Handbook
) -> None:
    shown = private_notice(CONTESTED, picture(), handbook, user)
    assert shown is not None
    assert labels(shown.blocks) == expected
    assert "until 14:06 UTC" in read(shown).replace("They have ", "")


@pytest.mark.parametrize(
    ("what", "label"),
    [
        (event(e.UpdateDue, update=UpdateId("u"), number=2), "Read and send…"),
        (event(e.UpdateOverdue, update=UpdateId("u"), number=2, due_at=AT), "Read and send…"),
        (event(e.QuietNoticed, since=AT), "Mitigated…"),
        (event(e.RoomOpened, room="C0ROOM", name="inc-7"), "Take command"),
        (event(e.StepFailed, step="SetTopic", reason="x", delivery="d"), "Try again"),
    ],
)
def test_a_private_message_stands_alone(what: e.Event, label: str, handbook: Handbook) -> None:
    """It names the incident and the room, and carries the button that answers it."""
    shown = private_notice(what, picture(), handbook, EVE)
    assert shown is not None
    assert labels(shown.blocks) == [label]
    assert "*INC-7* Payments time out" in read(shown)
    assert "<#C0ROOM>" in read(shown)
    assert "INC-7" in heard(shown)


def test_a_request_for_approval_that_is_gone_is_not_sent(handbook: Handbook) -> None:
    asked = event(
        e.ApprovalAsked, clearance="a1", ref="r", title="t", services=(), reason="x", requester="y", link=""
    )
    assert labels(private_notice(asked, picture(), handbook, ADA).blocks) == ["Approve", "Deny…"]  # type: ignore[union-attr]
    assert private_notice(asked, picture(clearances=()), handbook, ADA) is None


# ------------------------------------------------------------------ the rest
@pytest.mark.parametrize(
    ("state", "says"),
    [
        (ClearanceState.APPROVED, "✅ Approved by <@U0ADA> at 14:12 UTC"),
        (ClearanceState.DENIED, "⛔ Denied by <@U0ADA>"),
    ],
)
def test_a_decided_approval_says_by_whom_and_has_no_buttons(state: ClearanceState, says: str) -> None:
    done = replace(scenes.CLEARANCE, state=state, decided_by=ADA, decided_at=minutes(9))
    shown = decided(done, picture())
    assert says in read(shown)
    assert labels(shown.blocks) == []
    assert labels(approval(scenes.CLEARANCE, picture()).blocks) == ["Approve", "Deny…"]


def test_the_brief_shows_what_is_running_before_what_is_believed() -> None:
    shown = read(brief(scenes.HANDOVER, picture()))
    order = ["*Situation*", "*Next update* by 14:23 UTC", "*Waiting for you*", "*Verified*", "*Hypotheses*"]
    assert [shown.index(part) for part in order] == sorted(shown.index(part) for part in order)
    assert "(and 3 earlier)" in shown


def test_the_menu_fits_the_person_and_the_moment(handbook: Handbook) -> None:
    commander = labels(menu(picture(), ADA, handbook).blocks)
    writer = labels(menu(picture(), EVE, handbook).blocks)
    anybody = labels(menu(picture(), BOB, handbook).blocks)
    assert "Hand over…" in commander
    assert "Send an update…" in writer
    assert "Hand over…" not in writer
    assert "Send an update…" not in anybody
    assert max(len(each) for each in (commander, writer, anybody)) <= 12
    over = picture(incident(state=State.RESOLVED, resolved_at=minutes(50)))
    assert labels(menu(over, BOB, handbook).blocks) == [
        "Status",
        "Post-mortem",
        "Add to log…",
        "It came back…",
    ]
    proposed = picture(incident(major=Major.PROPOSED), tenure=None, due=None)
    assert labels(menu(proposed, BOB, handbook).blocks) == ["Yes, a major incident", "No…", "Status"]


def test_home_shows_first_what_waits_for_you(handbook: Handbook) -> None:
    busy = picture(contest=scenes.CONTEST, handover=replace(scenes.HANDOVER, taker=ADA))
    shown = read(home([busy], ADA, handbook))
    assert shown.startswith("What waits for you\n🤝 <@U0ADA> offers you command")
    assert "1 change to approve in *INC-7*" in shown
    assert "Nothing. Sleep well." in read(home([], BOB, handbook))


def test_the_status_lists_what_is_known_by_its_numbers() -> None:
    shown = read(status(picture()))
    assert "📣 *1* Impact: 30 % of payments fail in the EU" in shown
    assert "❔ *2* Hypothesis: The pool of workers is too small" in shown
    assert "`github:acme/checkout:812`" in shown


def test_the_room_is_named_by_number_and_service_never_by_title(handbook: Handbook) -> None:
    assert rooms.room_name(picture(), handbook.playbook, 1) == "inc-7-checkout"
    assert rooms.room_name(incident(), handbook.playbook, 3) == "inc-7-checkout-3"


def test_the_topic_says_how_bad_it_is_and_whether_somebody_commands() -> None:
    assert rooms.topic(picture()) == "🔴 SEV1 · Open · Checkout · /incident for the menu"
    assert "commander wanted" in rooms.topic(scenes.quiet_picture())


def test_bookmarks_are_the_alerts_and_the_address_to_share() -> None:
    assert rooms.bookmarks(picture(), "https://tocsin.example") == (
        ("Alert: 5xx rate above 20 %", "https://graphs.example.com/d/1", ":rotating_light:"),
        ("INC-7: link to share", "https://tocsin.example/incidents/7", ":link:"),
    )
    assert rooms.bookmarks(scenes.quiet_picture(), "") == ()
