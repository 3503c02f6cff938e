"""Every kind of message that the protocol owes is said where its readers are, once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.delivery.deliver import DELIVERERS
from playbooks.domain import effects
from playbooks.domain.change import ChangeType, Risk
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import Incident, ResolutionCode
from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from playbooks.domain.statement import Audience, StatementClass
from playbooks.protocol import command, communicate, decisions, declare, find, freeze, gate, intake, resolve
from sandbox.testing import Message
from tests.delivery.conftest import ADA, BOB, Office

CLEO = UserId("U0CLEO")


def test_every_effect_has_a_deliverer() -> None:
    """An effect that nobody delivers would be owed for ever."""
    kinds = {
        kind for kind in vars(effects).values() if isinstance(kind, type) and issubclass(kind, effects.Effect)
    }
    assert set(DELIVERERS) == kinds - {effects.Effect}


async def led_by_bob(office: Office) -> Incident:
    incident = await office.declare()
    await office.finish()
    await command.take(office.tools.ports, incident=incident.id, by=BOB)
    await office.finish()
    return incident


async def asked(office: Office, incident: IncidentId) -> str:
    """A pipeline wants to roll back; the answer needs the commander."""
    question = gate.GateQuestion(
        ref="github:acme/payments:1",
        kind=ChangeType.NORMAL,
        risk=Risk.LOW,
        services=("payments",),
        env="production",
        digest="sha256:1",
        op="1/production",
        op_started_at=None,
        remedies=incident,
        rollback_of=None,
        title="Roll payments back to 4.11",
        link="https://ci.example.com/1",
        requester="dev",
    )
    await gate.ask(office.tools.ports, question=question)
    picture = await find.picture(office.tools.ports, incident=incident)
    return str(picture.pending[0].id)


async def test_a_change_is_shown_with_buttons_and_then_with_its_decision(office: Office) -> None:
    incident = await led_by_bob(office)
    clearance = await asked(office, incident.id)
    await office.finish()
    card = (await office.said("inc-1-checkout"))[-1]
    assert "Approve" in card.buttons

    await freeze.approve(office.tools.ports, clearance=clearance, by=BOB)  # type: ignore[arg-type] # an id
    await office.finish()
    card = (await office.said("inc-1-checkout"))[-1]
    assert "Approve" not in card.buttons
    assert "bob" in card.text.lower()


async def test_the_commanders_own_copy_of_the_question_shows_the_decision_too(office: Office) -> None:
    incident = await led_by_bob(office)
    clearance = await asked(office, incident.id)
    await office.finish()
    assert "Approve" in (await own_copy(office)).buttons

    await freeze.approve(office.tools.ports, clearance=clearance, by=BOB)  # type: ignore[arg-type] # an id
    await office.finish()
    assert "Approve" not in (await own_copy(office)).buttons


async def own_copy(office: Office) -> Message:
    """The question as Bob has it in private."""
    private = await office.workspace.dm("bob", office.app)
    return next(m for m in await private.messages() if "Roll payments back" in m.text)


async def test_a_change_decided_while_its_question_was_on_the_way_shows_no_buttons(office: Office) -> None:
    incident = await led_by_bob(office)
    clearance = await asked(office, incident.id)
    await office.workspace.faults.add("ratelimited", name="chat.postMessage", count=1, retry_after=5)
    await office.work()
    await freeze.approve(office.tools.ports, clearance=clearance, by=BOB)  # type: ignore[arg-type] # an id
    await office.finish()
    cards = [m for m in await office.said("inc-1-checkout") if "Roll payments back" in m.text]
    assert all("Approve" not in card.buttons for card in (*cards, await own_copy(office)))


async def test_an_update_reaches_the_stakeholders_in_the_recorded_words(office: Office) -> None:
    incident = await led_by_bob(office)
    stated = await communicate.state(
        office.tools.ports, incident=incident.id, kind=StatementClass.IMPACT, text="Cards fail.", by=ADA
    )
    await communicate.verify(office.tools.ports, statement=stated.id, by=BOB)
    await communicate.release(office.tools.ports, statement=stated.id, by=BOB, reach=Audience.STAKEHOLDER)
    await communicate.send(office.tools.ports, incident=incident.id, by=BOB, note="We are sorry.")
    await office.finish()

    (update,) = await office.said("stakeholders")
    assert "Cards fail." in update.text
    assert "We are sorry." in update.text


async def test_the_taker_of_a_handover_gets_the_brief_privately(office: Office) -> None:
    incident = await led_by_bob(office)
    await command.offer(office.tools.ports, incident=incident.id, to=CLEO, by=BOB)
    await office.finish()
    cleo = await office.workspace.dm("cleo", office.app)
    brief = await cleo.expect("INC-1")
    assert {"Accept command", "Decline"} <= set(brief.buttons)


async def test_a_slow_redrawing_does_not_hide_a_newer_one(office: Office) -> None:
    """The card is drawn from the record when it is sent, so the last one sent has to be the newest."""
    incident = await led_by_bob(office)
    await office.workspace.faults.add("latency", name="chat.update", count=2, seconds=0.5, when="before")
    worker = office.worker()
    await resolve.severity(office.tools.ports, incident=incident.id, by=BOB, severity=2, reason="few users")
    async with asyncio.TaskGroup() as begun:
        assert await worker.look(begun)
        await asyncio.sleep(0.1)  # the first picture is on its way
        await resolve.severity(office.tools.ports, incident=incident.id, by=BOB, severity=3, reason="fewer")
        assert await worker.look(begun)
    await office.finish(worker)
    assert "SEV3" in (await office.said("inc-1-checkout"))[0].text


async def test_a_brief_whose_offer_is_over_is_not_sent(office: Office) -> None:
    incident = await led_by_bob(office)
    offer = await command.offer(office.tools.ports, incident=incident.id, to=CLEO, by=BOB)
    await command.decline(office.tools.ports, handover=offer.id, by=CLEO)
    await office.finish()
    (brief,) = await office.rows("SendBrief")
    assert brief.result == {"skipped": "there is nothing to say any more"}


async def test_a_resolved_incident_shows_its_post_mortem(office: Office) -> None:
    incident = await led_by_bob(office)
    await resolve.resolve(
        office.tools.ports,
        incident=incident.id,
        by=BOB,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="Rolled back.",
    )
    await office.finish()
    assert (await office.rows("PostReview"))[0].state == "done"
    assert await office.room().expect("ost-mortem")


def alert(service: str, at: datetime) -> Signal:
    return Signal(
        source="alertmanager",
        dedup_key=f"{service}/down",
        origin="prometheus-eu",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=1,
        service_hint=service,
        env="production",
        title=f"{service} is down",
        link="https://graphs.example.com/1",
        occurred_at=at,
        starts_at=at,
        ends_at=None,
    )


async def proposed(office: Office) -> Incident:
    """One system alone reports a critical fault: the playbook asks a person."""
    began = office.clock.now() - timedelta(minutes=11)
    await intake.absorb(
        office.tools.ports, signals=[alert("checkout", began)], received_at=office.clock.now()
    )
    await intake.evaluate(office.tools.ports)
    (incident,) = await find.live(office.tools.ports)
    await office.finish()
    return incident


async def test_a_proposal_becomes_the_announcement_when_it_is_accepted(office: Office) -> None:
    incident = await proposed(office)
    (question,) = await office.said("incidents")
    assert question.buttons

    await declare.accept(office.tools.ports, incident=incident.id, by=ADA)
    await office.finish()
    (announcement,) = await office.said("incidents")
    assert announcement.ts == question.ts
    assert "Join the room" in announcement.buttons


async def test_a_proposal_that_is_turned_down_loses_its_buttons(office: Office) -> None:
    incident = await proposed(office)
    await declare.reject(office.tools.ports, incident=incident.id, by=ADA, reason="a load test")
    await office.finish()
    (question,) = await office.said("incidents")
    assert question.buttons == []
    assert "Turned down" in question.text


@pytest.mark.parametrize("deleted", [True, False])
async def test_an_announcement_that_somebody_deleted_is_not_missed(office: Office, *, deleted: bool) -> None:
    """People tidy their channels; the room goes on."""
    incident = await office.declare()
    await office.finish()
    (announcement,) = await office.said("incidents")
    if deleted:
        await office.workspace.faults.happen("message_deleted", channel="incidents", ts=announcement.ts)
    else:
        await office.workspace.user("ada").archive("incidents")
    await command.take(office.tools.ports, incident=incident.id, by=BOB)
    await office.finish()
    assert {row.state for row in await office.rows()} == {"done"}


async def test_an_open_decision_whose_post_somebody_deleted_is_shown_anew_once(office: Office) -> None:
    incident = await office.declare()
    await command.take(office.tools.ports, incident=incident.id, by=BOB)
    ports = office.tools.ports
    made = await decisions.propose(ports, incident=incident.id, by=ADA, text="Roll payments back")
    await office.finish()

    async def shown() -> list[Message]:
        return [said for said in await office.said("inc-1-checkout") if "Roll payments back" in said.text]

    (post,) = await shown()
    await office.workspace.faults.happen("message_deleted", channel="inc-1-checkout", ts=post.ts)
    for who in (BOB, UserId("U0CLEO")):
        await decisions.object_to(ports, decision=made.id, by=who, reason="it loses orders")
        await office.finish()
    (again,) = await shown()
    assert again.ts != post.ts
    assert again.buttons
