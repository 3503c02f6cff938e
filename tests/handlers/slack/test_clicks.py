"""Buttons that answer what the bot asked, pressed where they stand."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.names import Action, Ref
from handlers.slack.actions import ACTIONS
from handlers.views.approval import approval
from handlers.views.brief import brief
from handlers.views.candidate import candidate
from handlers.views.home import home
from handlers.views.notices import private_notice, room_notice
from handlers.views.statements import facts
from playbooks.domain import events as e
from playbooks.domain.change import ChangeType, ClearanceState, Risk
from playbooks.domain.command import ContestPhase
from playbooks.domain.ids import MONITORING, IncidentId, ServiceName
from playbooks.domain.incident import AffectedService, Major, RoomState, ServiceRole
from playbooks.domain.statement import StatementStatus
from playbooks.protocol import command, communicate
from playbooks.protocol.gate import GateQuestion, ask
from tests.handlers import scenes
from tests.handlers.judging import accept_view, buttons, labels, words
from tests.handlers.scenes import ADA, BOB, DEV, GUS
from tests.handlers.slack.conftest import Office, labelled

ONE = IncidentId(1)


def said(answer: dict[str, Any]) -> str:
    return words(answer["blocks"])


def test_every_action_is_answered() -> None:
    assert set(ACTIONS) == set(Action)


@pytest.fixture
async def contested(office: Office) -> e.CommandContested:
    """Ada commands, Bob disputes it."""
    await office.in_room()
    await command.take(office.ports, incident=ONE, by=ADA)
    outcome = await command.take(office.ports, incident=ONE, by=BOB, reason="Checkout is mine")
    assert isinstance(outcome, e.CommandContested)
    return outcome


async def notice(office: Office, event: e.Event, user: Any) -> Any:
    return private_notice(event, await office.picture(), office.ports.handbook(), user)


async def test_the_commander_may_yield(office: Office, contested: e.CommandContested) -> None:
    asked = await notice(office, contested, ADA)
    assert labels(asked.blocks) == ["Yield", "Keep: decide now"]
    answer = await office.press(labelled(asked, "Yield"), by="U0ADA")
    assert answer["replace_original"] is True
    assert "<@U0BOB> has command" in said(answer)


async def test_the_commander_may_keep_and_the_tie_break_decides(
    office: Office, contested: e.CommandContested
) -> None:
    asked = await notice(office, contested, ADA)
    assert "The tie-break decided" in said(await office.press(labelled(asked, "Keep"), by="U0ADA"))


async def test_the_challenger_may_withdraw(office: Office, contested: e.CommandContested) -> None:
    asked = await notice(office, contested, BOB)
    assert labels(asked.blocks) == ["Withdraw"]
    assert "You withdrew" in said(await office.press(labelled(asked, "Withdraw"), by="U0BOB"))
    assert (await office.picture()).contest is None


async def test_the_duty_manager_may_decide_for_either(office: Office, contested: e.CommandContested) -> None:
    asked = await notice(office, contested, GUS)
    assert words(asked.blocks).index("<@U0ADA>") < words(asked.blocks).index("Give command to <@U0BOB>")
    second = [b for b in buttons(asked.blocks) if b["text"]["text"] == "Decide for them"][1]
    assert "<@U0BOB> has command" in said(await office.press(second, by="U0GUS"))


async def test_somebody_elses_button_is_refused_with_a_reason(
    office: Office, contested: e.CommandContested
) -> None:
    asked = await notice(office, contested, ADA)
    answer = await office.press(labelled(asked, "Yield"), by="U0DEV")
    assert answer["replace_original"] is False
    assert "Only the commander" in said(answer)
    contest = (await office.picture()).contest
    assert contest is not None
    assert contest.phase is ContestPhase.SETTLING


async def test_a_double_press_has_the_effect_of_one(office: Office, contested: e.CommandContested) -> None:
    asked = await notice(office, contested, ADA)
    first = await office.press(labelled(asked, "Yield"), by="U0ADA", trigger_id="same")
    second = await office.press(labelled(asked, "Yield"), by="U0ADA", trigger_id="same")
    assert (bool(first), bool(second)) == (True, False)


async def test_taking_command_can_be_contested_from_its_notice(office: Office) -> None:
    await office.in_room()
    taken = await command.take(office.ports, incident=ONE, by=ADA)
    shown = room_notice(taken, await office.picture(), office.ports.handbook())
    await office.press(labelled(shown, "Contest…"), by="U0BOB")
    assert office.slack.view()["title"]["text"] == "Contest command"


@pytest.mark.parametrize(("label", "holder"), [("Accept", BOB), ("Decline", ADA)])
async def test_an_offer_of_command_is_answered(office: Office, label: str, holder: str) -> None:
    await office.in_room()
    await command.take(office.ports, incident=ONE, by=ADA)
    offer = await command.offer(office.ports, incident=ONE, to=BOB, by=ADA)
    await office.press(labelled(brief(offer, await office.picture()), label), by="U0BOB")
    tenure = (await office.picture()).tenure
    assert tenure is not None
    assert tenure.user == holder


async def proposed(office: Office) -> Any:
    """A candidate, as a trigger rule proposes it."""
    event = e.CandidateProposed(
        incident=ONE,
        by=MONITORING,
        at=office.clock.now(),
        title="Checkout fails",
        severity=2,
        services=(ServiceName("checkout"),),
        rule="storm",
        rule_says="Three services fail.",
        evidence=(),
        decide_by=office.clock.now(),
    )
    plain = scenes.incident(
        id=ONE,
        major=Major.PROPOSED,
        room=None,
        room_state=RoomState.WANTED,
        freeze_since=None,
        fence=0,
        rule="storm",
        declared_by=MONITORING,
        services=(AffectedService(service=ServiceName("checkout"), role=ServiceRole.IMPACTED),),
    )
    async with office.store.units() as unit:
        assert await unit.incidents.next_number() == ONE
        await unit.incidents.add(plain)
        await unit.commit()
    return candidate(event, office.ports.handbook())


async def test_a_candidate_is_accepted_with_one_press(office: Office) -> None:
    answer = await office.press(labelled(await proposed(office), "Yes"), by="U0BOB")
    assert answer["replace_original"] is True
    assert "<@U0BOB> says yes. *INC-1* is declared" in said(answer)
    assert (await office.picture()).incident.major is Major.ACCEPTED


async def test_turning_a_candidate_down_needs_a_reason(office: Office) -> None:
    await office.press(labelled(await proposed(office), "No…"), by="U0BOB")
    view = office.slack.view()
    refused = await office.submit(view, {"reason": " "}, by="U0BOB")
    assert refused["response_action"] == "errors"
    assert await office.submit(view, {"reason": "A test"}, by="U0BOB") == {}
    assert (await office.picture()).incident.major is Major.REJECTED


async def waiting(office: Office) -> None:
    """A rollback waits for Ada, the commander."""
    await office.in_room()
    await command.take(office.ports, incident=ONE, by=ADA)
    question = GateQuestion(
        ref="ci:77",
        kind=ChangeType.NORMAL,
        risk=Risk.MODERATE,
        services=("checkout",),
        env="production",
        digest="sha256:1",
        op="77/production",
        op_started_at=None,
        remedies=ONE,
        rollback_of=None,
        title="Roll back",
        link="",
        requester="dev",
    )
    assert (await ask(office.ports, question=question)).verdict.decision.word == "needs_approval"


async def test_a_change_is_approved_and_the_card_says_so(office: Office) -> None:
    await waiting(office)
    picture = await office.picture()
    card = approval(picture.pending[0], picture)
    assert "Only the commander" in said(await office.press(labelled(card, "Approve"), by="U0BOB"))
    answer = await office.press(labelled(card, "Approve"), by="U0ADA")
    assert answer["replace_original"] is True
    assert "Approved by <@U0ADA>" in said(answer)


async def test_a_button_of_an_earlier_command_is_refused(office: Office) -> None:
    await waiting(office)
    picture = await office.picture()
    card = approval(picture.pending[0], picture)
    offer = await command.offer(office.ports, incident=ONE, to=BOB, by=ADA)
    await command.accept(office.ports, handover=offer.id, by=BOB)
    assert "earlier command" in said(await office.press(labelled(card, "Approve"), by="U0ADA"))
    assert (await office.picture()).clearances[0].state is ClearanceState.ASKED


async def test_a_change_is_denied_with_a_reason(office: Office) -> None:
    await waiting(office)
    picture = await office.picture()
    await office.press(labelled(approval(picture.pending[0], picture), "Deny"), by="U0ADA")
    assert await office.submit(office.slack.view(), {"reason": "Not now"}, by="U0ADA") == {}
    assert (await office.picture()).clearances[0].state is ClearanceState.DENIED


async def test_statements_move_on_by_buttons(office: Office) -> None:
    await office.in_room()
    await command.take(office.ports, incident=ONE, by=ADA)
    await office.slash("impact payments fail", by="U0BOB")
    shown = facts(await office.picture())
    verified = await office.press(labelled(shown, "Verify"), by="U0DEV")
    released = await office.press(labelled(verified, "Release"), by="U0ADA")
    refuted = await office.press(labelled(released, "It is wrong"), by="U0DEV")
    assert "refuted by <@U0DEV>" in said(refuted)
    assert (await office.picture()).statements[0].status is StatementStatus.REFUTED


async def test_a_failed_step_is_tried_again(office: Office) -> None:
    await office.in_room()
    event = e.StepFailed(
        incident=ONE,
        by=MONITORING,
        at=office.clock.now(),
        step="PinCard",
        reason="too_many_pins",
        delivery="d-1",
    )
    shown = await notice(office, event, ADA)
    assert "pinning the card" in words(shown.blocks)
    assert "tried again" in said(await office.press(labelled(shown, "Try again")))
    assert office.retried == ["d-1"]


async def test_on_the_home_tab_answers_are_modals_and_the_tab_is_drawn_anew(office: Office) -> None:
    await office.in_room()
    tab = home([await office.picture()], ADA, office.ports.handbook())
    await office.press(
        labelled(tab, "Take command"), by="U0ADA", response_url=None, view={"id": "V9", "type": "home"}
    )
    assert "You have command" in words(office.slack.view())
    user, drawn = office.homes[-1]
    assert user == "U0ADA"
    accept_view(dict(drawn))
    assert "<@U0ADA>" in words(drawn)


async def test_in_a_modal_the_answer_takes_its_place(office: Office) -> None:
    await office.in_room()
    button = {"action_id": "incident_status", "value": Ref(incident=ONE).encode()}
    await office.press(button, response_url=None, view={"id": "V9", "type": "modal"})
    method, arguments = office.slack.calls[-1]
    assert (method, arguments["view_id"]) == ("views.update", "V9")


@pytest.mark.parametrize(
    "button",
    [
        pytest.param({"action_id": "incident_take", "value": "not json"}, id="a value that is no reference"),
        pytest.param({"action_id": "incident_take", "value": '{"i":"7"}'}, id="a number as a word"),
        pytest.param({"action_id": "from_last_year", "value": "{}"}, id="an action that no longer exists"),
        pytest.param({"action_id": Action.PICK_INCIDENT.value, "value": '{"i":1}'}, id="a choice of nothing"),
    ],
)
async def test_old_buttons_are_answered(office: Office, button: dict[str, Any]) -> None:
    await office.in_room()
    assert "too old" in said(await office.press(button))


async def test_guests_of_a_shared_channel_cannot_press(office: Office) -> None:
    await office.in_room()
    button = {"action_id": "incident_take", "value": '{"i":1}'}
    answer = await office.press(button, user={"id": "U0KAI", "team_id": "T0PARTNER"})
    assert "belong to another workspace" in said(answer)
    assert (await office.picture()).tenure is None


async def test_a_link_button_needs_no_answer(office: Office) -> None:
    assert await office.press({"action_id": Action.OPEN_LINK.value}) == {}


async def test_what_breaks_inside_is_said_and_logged_once(office: Office) -> None:
    """Here Slack does not open the form."""
    office.slack.broken = True
    answer = await office.press({"action_id": "incident_declare", "value": "{}"})
    assert "That did not work" in said(answer)
    assert [event for event, _ in office.complaints] == ["slack.failed"]


async def test_a_button_without_the_incident_it_needs_is_too_old(office: Office) -> None:
    answer = await office.press({"action_id": Action.REJECT_CANDIDATE.value, "value": "{}"})
    assert "too old to be understood" in said(answer)
    assert [event for event, _ in office.complaints] == ["slack.not_understood"]


async def test_an_answer_that_cannot_be_given_is_only_logged(office: Office) -> None:
    await office.in_room()
    button = {"action_id": "incident_take", "value": '{"i":1}'}
    await office.press(button, response_url="http://127.0.0.1:9/hooks/1")
    assert [event for event, _ in office.complaints] == ["slack.answer_lost"]
    assert (await office.picture()).tenure is not None


async def test_a_correction_is_asked_for_with_a_button_to_send_it(office: Office) -> None:
    await office.in_room()
    await command.take(office.ports, incident=ONE, by=ADA)
    await office.slash("impact all payments fail", by="U0BOB")
    statement = (await office.picture()).statements[0].id
    await communicate.verify(office.ports, statement=statement, by=DEV)
    await communicate.release(office.ports, statement=statement, by=ADA)
    event = e.StatementRefuted(
        incident=ONE,
        by=DEV,
        at=office.clock.now(),
        statement=statement,
        kind=(await office.picture()).statements[0].kind,
        text="all payments fail",
        was_released=True,
    )
    shown = await notice(office, event, ADA)
    await office.press(labelled(shown, "Read and send"), by="U0ADA")
    assert office.slack.view()["title"]["text"] == "Stakeholder update"
