"""A declared incident becomes a room with people in it, whatever goes wrong on the way."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from playbooks.domain.incident import RoomState
from playbooks.protocol import command, find
from tests.delivery.conftest import Office, announced

WRITES = [
    "conversations.create",
    "conversations.invite",
    "conversations.setTopic",
    "chat.postMessage",
    "chat.update",
    "pins.add",
    "bookmarks.add",
]
TROUBLES = [
    pytest.param({"do": "lost"}, id="the answer is lost"),
    pytest.param({"do": "reset"}, id="the connection is reset"),
    pytest.param(
        {"do": "error", "error": "internal_error", "when": "after"}, id="an error after it happened"
    ),
    pytest.param(
        {"do": "error", "error": "fatal_error", "when": "before"}, id="an error and it did not happen"
    ),
    pytest.param({"do": "http", "status": 502, "body": "html"}, id="a bad gateway"),
    pytest.param({"do": "http", "status": 200, "body": "truncated", "when": "after"}, id="half an answer"),
    pytest.param({"do": "ratelimited", "retry_after": 3}, id="slow down"),
]


async def essence(office: Office) -> dict[str, object]:
    """What people see of the incident, however it came about."""
    room = office.room()
    state = await office.workspace.state()
    return {
        "rooms": [c["name"] for c in state["channels"] if c.get("name", "").startswith("inc-")],
        "members": sorted(await room.members()),
        "topic": await room.topic(),
        "bookmarks": [bookmark["link"] for bookmark in await room.bookmarks()],
        "pins": len(await room.pins()),
        "in the room": sorted(message.buttons for message in await office.said("inc-1-checkout")),
        "announced": len(await office.said("incidents")),
    }


EXPECTED = {
    "rooms": ["inc-1-checkout"],
    "members": ["ada", "bob", "dev", "eve", "tocsin"],
    "bookmarks": ["https://tocsin.example/incidents/1"],
    "pins": 1,
    "announced": 1,
}


async def test_a_declaration_becomes_a_room(office: Office) -> None:
    incident = await office.declare()
    await office.work()

    seen = await essence(office)
    assert seen | EXPECTED == seen
    assert len(await office.said("inc-1-checkout")) == 1
    found = await find.incident(office.tools.ports, number=incident.id)
    assert found.room_state is RoomState.OPEN
    assert {row.state for row in await office.rows()} == {"done"}
    assert office.took == [(found.ready_at - found.declared_at).total_seconds()]  # type: ignore[operator] # it is


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_whatever_happens_to_a_call_the_room_opens_once(
    office: Office, method: str, trouble: dict[str, Any]
) -> None:
    """The promise of the outbox: nothing lost, nothing twice."""
    await office.workspace.faults.add(**trouble, name=method, count=1)
    await office.declare()
    await office.finish()

    seen = await essence(office)
    assert seen | EXPECTED == seen
    assert {row.state for row in await office.rows()} == {"done"}


async def test_every_call_may_fail_at_once(office: Office) -> None:
    """A storm of lost answers: each call loses its first two."""
    for method in WRITES:
        await office.workspace.faults.add("lost", name=method, count=2)
    await office.declare()
    await office.finish()

    seen = await essence(office)
    assert seen | EXPECTED == seen


async def test_a_slow_answer_is_not_sent_again_blindly(office: Office) -> None:
    """slack_sdk's client would give up and post twice; we look first."""
    await office.workspace.faults.add("latency", name="chat.postMessage", count=1, seconds=1.5, when="after")
    await office.declare()
    await office.finish()
    assert len(await office.said("incidents")) == 1
    assert len(await office.said("inc-1-checkout")) == 1


async def test_a_taken_name_gets_a_suffix(office: Office) -> None:
    await office.workspace.faults.happen("name_taken", name="inc-1-checkout", is_private=True)
    await office.declare()
    await office.finish()
    assert "tocsin" in await office.room("inc-1-checkout-2").members()


async def test_without_a_room_the_incident_runs_in_a_thread_of_the_incidents_channel(office: Office) -> None:
    await office.workspace.faults.add("error", name="conversations.create", error="restricted_action")
    incident = await office.declare()
    await office.finish()

    found = await find.incident(office.tools.ports, number=incident.id)
    assert found.room_state is RoomState.HUB
    threads = [m for m in await office.said("incidents", threads=True) if m.thread_ts]
    assert any("Take command" in message.buttons for message in threads)
    ada = await office.workspace.dm("ada", office.app)
    assert await ada.expect("workspace setting")


async def test_people_who_can_come_come_although_others_cannot(office: Office) -> None:
    await office.workspace.faults.happen("user_deactivated", user="dev")
    await office.declare()
    await office.finish()

    members = await office.room().members()
    assert {"ada", "bob", "eve"} <= set(members)
    told = await office.room().expect("U0DEV")
    assert "may not be invited" in told.text


async def test_a_deleted_card_is_posted_anew(office: Office) -> None:
    incident = await office.declare()
    await office.finish()
    (card,) = await office.said("inc-1-checkout")
    await office.workspace.faults.happen("message_deleted", channel="inc-1-checkout", ts=card.ts)

    await command.take(
        office.tools.ports, incident=incident.id, by=office.tools.ports.handbook().commanders[0]
    )
    await office.finish()
    assert len(await office.room().pins()) == 1
    cards = [m for m in await office.said("inc-1-checkout") if "Mitigated…" in m.buttons]
    assert len(cards) == 1


async def test_a_storm_of_incidents_stays_within_slacks_limits(office: Office) -> None:
    """Twenty-five rooms at once; Slack promises twenty new channels a minute."""
    await office.workspace.faults.happen("rate_limits", profile="documented")
    for number in range(25):
        await office.declare(title=f"Outage {number}")
    await office.finish()

    assert {row.state for row in await office.rows()} == {"done"}
    said = await office.said("incidents")
    assert len(said) < 25, "announcements of one moment share posts"
    assert announced(said) == Counter(range(1, 26))
    refused = [entry for entry in await office.workspace.journal() if entry["status"] == 429]
    assert refused == []
