"""Opsgenie: what its outgoing webhook says of an alert."""

from __future__ import annotations

import pytest

from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, at, parsed, refusal, stored


def acted(action: str, **alert: object) -> tuple[Signal, ...]:
    return parsed("opsgenie", {"action": action, "alert": {"alias": "a"} | alert})


def test_an_alert_is_created() -> None:
    [signal] = stored("opsgenie", "opsgenie-create.json")
    assert signal == Signal(
        source="opsgenie",
        dedup_key="checkout-timeout",
        origin="alertmanager.example",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=2,
        service_hint="checkout-api",
        env="production",
        title="Checkout times out",
        link="https://alertmanager.example/#/alerts",
        occurred_at=at(10, 0, 0, 104_000),
        starts_at=at(10, 0, 0, 104_000),
        ends_at=None,
        labels={"region": "eu"},
    )


@pytest.mark.parametrize("action", ["Close", "Delete", "close"])
def test_an_alert_ends_when_it_was_last_changed(action: str) -> None:
    [signal] = acted(action, updatedAt=1780394400166002000)
    assert (signal.status, signal.ends_at) == (SignalStatus.RESOLVED, at(10, 0, 0, 166_002))


@pytest.mark.parametrize("action", ["UnAcknowledge", "AddNote", "AssignOwnership", "Escalate"])
def test_what_people_do_to_it_is_no_signal(action: str) -> None:
    assert acted(action) == ()


def test_who_acknowledged_it_is_told() -> None:
    [signal] = acted("Acknowledge", updatedAt=1780394400166002000, username="ada@example.com")
    assert (signal.status, signal.by) == (SignalStatus.ACKNOWLEDGED, "ada@example.com")
    assert (signal.occurred_at, signal.ends_at) == (at(10, 0, 0, 166_002), None)


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        ({"details": {"service": "a"}, "entity": "b"}, "a"),
        ({"tags": ["x", "service:c"], "entity": "b"}, "c"),
        ({"tags": ["x"], "entity": "b"}, "b"),
        ({"tags": ["x", 7, None]}, "x"),
        ({"tags": "x"}, ""),
    ],
)
def test_the_service(alert: dict[str, object], expected: str) -> None:
    [signal] = acted("Create", **alert)
    assert signal.service_hint == expected


def test_an_alert_without_times_counts_from_now() -> None:
    [signal] = acted("Create", alias="", alertId="id-1", createdAt="soon", source="203.0.113.7")
    assert (signal.dedup_key, signal.occurred_at, signal.starts_at) == ("id-1", RECEIVED, None)
    assert (signal.origin, signal.link) == ("opsgenie", "")


def test_what_cannot_be_read_is_refused_with_the_place() -> None:
    assert "action: Field required; alert: Field required" in refusal("opsgenie", {})
    assert "alert.alias or alert.alertId" in refusal("opsgenie", {"action": "Create", "alert": {}})
