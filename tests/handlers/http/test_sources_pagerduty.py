"""PagerDuty, both ways: its webhooks, and events in its shape."""

from __future__ import annotations

import json

import pytest

from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, STORED, at, parsed, refusal, stored


def changed(what: str, *, data: dict[str, object] | None = None, **event: object) -> tuple[Signal, ...]:
    told = json.loads((STORED / "pagerduty-triggered.json").read_text())["event"]
    told |= {"event_type": f"incident.{what}"} | event
    told["data"] = told["data"] | (data or {})
    return parsed("pagerduty", {"event": told})


def event(**values: object) -> Signal:
    [signal] = parsed("pagerdutyevents", {"event_action": "trigger", "dedup_key": "k"} | values)
    return signal


# ------------------------------------------------------------------ webhooks, version 3
def test_a_trigger() -> None:
    [signal] = stored("pagerduty", "pagerduty-triggered.json")
    assert signal == Signal(
        source="pagerduty",
        dedup_key="d3640fbd41094207a1c11e58e46b1662",
        origin="alertmanager.example",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=1,
        service_hint="checkout",
        env="production",
        title="Checkout fails for many",
        link="https://acme.pagerduty.example/incidents/PGR0VU2",
        occurred_at=at(10, 0, 5, 169_000),
        starts_at=at(10, 0),
        ends_at=None,
        labels={"service": "checkout"},
    )


def test_a_note_is_no_signal() -> None:
    assert stored("pagerduty", "pagerduty-annotated.json") == ()


@pytest.mark.parametrize(
    "event_type",
    ["unacknowledged", "escalated", "delegated", "reassigned", "responder.added", "invented"],
)
def test_what_people_do_to_it_is_no_signal(event_type: str) -> None:
    assert changed(event_type) == ()


def test_who_acknowledged_it_is_told_and_nothing_else() -> None:
    [signal] = changed("acknowledged", agent={"summary": "Ada Lovelace", "type": "user_reference"})
    assert (signal.status, signal.by, signal.ends_at) == (SignalStatus.ACKNOWLEDGED, "Ada Lovelace", None)
    [signal] = changed("acknowledged", agent=None)
    assert signal.by == ""


def test_a_test_of_the_subscription_is_no_signal() -> None:
    ping = {"id": "1", "event_type": "pagey.ping", "data": {"message": "hello", "type": "ping"}}
    assert parsed("pagerduty", {"event": ping}) == ()


def test_the_end() -> None:
    [signal] = changed("resolved", client=None, occurred_at="2026-06-02T10:04:00Z")
    assert (signal.status, signal.ends_at, signal.origin) == (SignalStatus.RESOLVED, at(10, 4), "pagerduty")


def test_what_is_reopened_burns_since_then() -> None:
    [signal] = changed("reopened", data={"reopened_at": "2026-06-02T10:03:00Z"})
    assert (signal.status, signal.starts_at) == (SignalStatus.FIRING, at(10, 3))
    [signal] = changed("reopened")
    assert signal.starts_at == signal.occurred_at


@pytest.mark.parametrize(("status", "expected"), [("acknowledged", "firing"), ("resolved", "resolved")])
def test_a_new_priority_does_not_change_whether_it_burns(status: str, expected: str) -> None:
    [signal] = changed("priority_updated", data={"status": status, "priority": {"summary": "P2"}})
    assert (signal.status, signal.severity) == (expected, 2)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"priority": {"summary": "P3"}, "urgency": "high"}, 3),
        ({"priority": None, "urgency": "high"}, 2),
        ({"priority": None, "urgency": "low"}, 4),
        ({"priority": None, "urgency": None}, 3),
    ],
)
def test_the_urgency_is_second_to_the_priority(data: dict[str, object], expected: int) -> None:
    [signal] = changed("triggered", data=data)
    assert signal.severity == expected


def test_an_incident_without_a_key_has_its_id() -> None:
    [signal] = changed("triggered", data={"incident_key": None, "service": None, "created_at": "soon"})
    assert (signal.dedup_key, signal.service_hint, signal.starts_at) == ("PGR0VU2", "", None)


def test_a_webhook_that_cannot_be_read_is_refused_with_the_place() -> None:
    assert "event: Field required" in refusal("pagerduty", {"messages": []})
    assert "event.event_type: Field required" in refusal("pagerduty", {"event": {}})
    assert "event.data: Field required" in refusal(
        "pagerduty", {"event": {"event_type": "incident.triggered"}}
    )
    nameless = {"event": {"event_type": "incident.resolved", "data": {}}}
    assert "incident_key or id" in refusal("pagerduty", nameless)


# ------------------------------------------------------------------ events, version 2
def test_an_event() -> None:
    [signal] = stored("pagerdutyevents", "pagerdutyevents-trigger.json")
    assert signal == Signal(
        source="pagerdutyevents",
        dedup_key="samplekeyhere",
        origin="monitoring.example",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=2,
        service_hint="orders-postgres",
        env="production",
        title="DISK at 99 % on web-7",
        link="https://monitoring.example/web-7",
        occurred_at=at(10, 0),
        starts_at=at(10, 0),
        ends_at=None,
        labels={"free space": "1 %", "env": "prod", "load": "0.75"},
    )


def test_the_routing_key_is_no_part_of_a_signal() -> None:
    assert "0123456789abcdef" not in repr(stored("pagerdutyevents", "pagerdutyevents-trigger.json"))


def test_an_end_needs_nothing_but_the_key() -> None:
    signal = event(event_action="resolve")
    assert (signal.status, signal.dedup_key, signal.ends_at) == (SignalStatus.RESOLVED, "k", RECEIVED)


def test_an_acknowledgement_needs_nothing_but_the_key() -> None:
    signal = event(event_action="acknowledge")
    assert (signal.status, signal.dedup_key, signal.by) == (SignalStatus.ACKNOWLEDGED, "k", "")
    assert "dedup_key" in refusal("pagerdutyevents", {"event_action": "acknowledge"})


def test_a_trigger_without_a_key_is_known_by_its_words() -> None:
    words = {"summary": "Disk full", "source": "web-7"}
    one, two = (event(dedup_key="", payload=words | {"timestamp": moment}) for moment in ("", "2026-06-02"))
    assert one.dedup_key == two.dedup_key != event(dedup_key="", payload={"summary": "Disk full"}).dedup_key


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"custom_details": {"service": "a"}, "component": "b"}, "a"),
        ({"component": "b", "group": "c", "source": "d"}, "b"),
        ({"group": "c", "source": "d"}, "c"),
        ({"source": "d", "custom_details": "only text"}, "d"),
    ],
)
def test_the_service_of_an_event(payload: dict[str, object], expected: str) -> None:
    assert event(payload=payload).service_hint == expected


def test_an_event_that_cannot_be_read_is_refused_with_the_place() -> None:
    assert "event_action" in refusal("pagerdutyevents", {"event_action": "explode"})
    assert "dedup_key" in refusal("pagerdutyevents", {"event_action": "resolve"})
    assert "dedup_key" in refusal("pagerdutyevents", {"event_action": "trigger", "payload": None})
