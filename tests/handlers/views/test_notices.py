"""Changes of state are said once in plain words; everything else is written down in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from handlers.views.notices import private_notice, room_notice
from playbooks.domain import events as e
from playbooks.domain.command import Challenger, Contest, Seating, Settlement
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import (
    MONITORING,
    PROTOCOL,
    SLACK,
    ContestId,
    HandoverId,
    ServiceName,
    UpdateId,
)
from playbooks.domain.incident import RoomHarm, State
from playbooks.domain.statement import StatementClass
from tests.handlers import scenes
from tests.handlers.judging import labels
from tests.handlers.reading import heard, read
from tests.handlers.scenes import ADA, AT, BOB, CLEO, EVE, GUS, SEVEN, minutes, picture


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
        "Freeze lifted by the playbook: stable",
    ),
    (event(e.ChangeAllowed, ref="ci:77", op="77"), "`ci:77` goes ahead, as the commander approved."),
    (
        event(e.IncidentMitigated, note="Rolled back"),
        "the work goes on. The change freeze stays on.\n> Rolled back",
    ),
    (
        event(e.IncidentResolved, code="workaround provided", note=""),
        "*Resolved* by <@U0ADA>: workaround provided.",
    ),
    (event(e.IncidentReopened, reason="Again"), "*It came back*, says <@U0ADA>.\n> Again"),
    (event(e.IncidentReopened, reason="Again", by=MONITORING), "*It came back*, says monitoring.\n> Again"),
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


DISPUTE = Contest(
    id=ContestId("c1"),
    incident=SEVEN,
    incumbent=ADA,
    incumbent_since=AT,
    challengers=(Challenger(user=BOB, reason="Checkout is mine", at=AT),),
    opened_at=AT,
    settles_at=minutes(3),
    final_at=minutes(8),
)


def test_a_duty_manager_chooses_among_everybody_who_takes_part(handbook: Handbook) -> None:
    third = Challenger(user=CLEO, reason="I am on shift", at=AT)
    gone = Challenger(user=EVE, reason="mine", at=AT, withdrawn=True)
    joined = event(e.ContestJoined, contest=ContestId("c1"), challenger=CLEO, reason="I am on shift")
    dispute = replace(DISPUTE, challengers=(*DISPUTE.challengers, third, gone))
    shown = private_notice(joined, picture(contest=dispute), handbook, GUS)
    assert shown is not None
    assert labels(shown.blocks) == ["Decide for them"] * 3
    decided = private_notice(joined, picture(contest=None), handbook, GUS)
    assert decided is not None
    assert labels(decided.blocks) == [], "it is over"


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
    shown = private_notice(CONTESTED, picture(contest=DISPUTE), handbook, user)
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


@pytest.mark.parametrize(
    ("how", "says", "expected"),
    [
        (RoomHarm.REMOVED, "<@U0ADA> removed me from the room.", ["Come back", "Open a new room"]),
        (RoomHarm.SHUT_OUT, "goes on in its thread in *incidents*", ["Open a new room"]),
        (RoomHarm.ARCHIVED, "<@U0ADA> archived the room.", ["Open a new room"]),
        (RoomHarm.DELETED, "<@U0ADA> deleted the room.", ["Open a new room"]),
        (RoomHarm.HIDDEN, "Slack says that the room is gone, or hidden from me.", ["Open a new room"]),
        (RoomHarm.SHARED, "hypotheses included", ["Open a new room"]),
    ],
)
def test_what_befell_the_room_is_told_with_what_works_and_what_can_be_done(
    how: RoomHarm, says: str, expected: list[str], handbook: Handbook
) -> None:
    harmed = picture(incident=replace(picture().incident, room_harm=how))
    shown = private_notice(event(e.RoomHarmed, how=how), harmed, handbook, EVE)
    assert shown is not None
    assert says in read(shown)
    assert labels(shown.blocks) == expected
    mended = private_notice(event(e.RoomHarmed, how=how), picture(), handbook, EVE)
    assert mended is not None
    assert labels(mended.blocks) == [], "nothing is to be mended any more"


def test_news_of_the_room_and_of_the_incidents_channel_say_what_follows(handbook: Handbook) -> None:
    for what, says in (
        (event(e.RoomMended, was=RoomHarm.REMOVED, was_mute=False), "I am back in <#C0ROOM>"),
        (event(e.RoomMended, was=RoomHarm.SHARED, was_mute=False), "not shared with another organisation"),
        (event(e.RoomRenamed, before="inc-7", after="lost"), "<@U0ADA> renamed the room to <#C0ROOM>."),
        (event(e.RoomConverted, private=True), "private: only its members see it now"),
        (event(e.RoomConverted, private=False), "everybody in the workspace can read it now"),
        (event(e.HubHarmed, channel="C0HUB", how=RoomHarm.ARCHIVED), "archived the incidents channel."),
        (event(e.HubHarmed, channel="C0HUB", how=RoomHarm.REMOVED, by=SLACK), "I was removed from the inc"),
        (event(e.HubRenamed, channel="C0HUB", after="x"), "write the new name into the catalogue"),
    ):
        shown = private_notice(what, picture(), handbook, EVE)
        assert shown is not None
        assert says in read(shown)
        assert labels(shown.blocks) == []


def test_what_befalls_the_incidents_channel_between_incidents_is_about_none_of_them(
    handbook: Handbook,
) -> None:
    over = picture(scenes.incident(state=State.RESOLVED))
    harm = event(e.HubHarmed, channel="C0HUB", how=RoomHarm.REMOVED, by=SLACK)
    shown = private_notice(harm, over, handbook, EVE)
    assert shown is not None
    assert "INC-7" not in read(shown)
    assert "No incident is live now." in read(shown)


def test_a_request_for_approval_that_is_gone_is_not_sent(handbook: Handbook) -> None:
    asked = event(
        e.ApprovalAsked, clearance="a1", ref="r", title="t", services=(), reason="x", requester="y", link=""
    )
    assert labels(private_notice(asked, picture(), handbook, ADA).blocks) == ["Approve", "Deny…"]  # type: ignore[union-attr]
    assert private_notice(asked, picture(clearances=()), handbook, ADA) is None
