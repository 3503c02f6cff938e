"""Sentry: metric alerts say when it is over, issue alerts leave that to the issue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, STORED, at, parsed, refusal, stored


def changed(name: str, action: str, **more: object) -> tuple[Signal, ...]:
    """A stored delivery with another action and other values in the record it is about."""
    told: dict[str, Any] = json.loads((STORED / name).read_text())
    record = next(key for key in ("metric_alert", "event", "issue") if key in told["data"])
    told["action"] = action
    told["data"][record] |= more
    return parsed("sentry", told)


def test_a_metric_alert() -> None:
    [signal] = stored("sentry", "sentry-metric.json")
    assert signal == Signal(
        source="sentry",
        dedup_key="metric:4",
        origin="sentry",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=1,
        service_hint="checkout",
        env="production",
        title="Critical: Too many errors",
        link="https://sentry.example/organizations/acme/alerts/4/",
        occurred_at=at(10, 0),
        starts_at=at(10, 0),
        ends_at=None,
    )


def test_a_metric_alert_says_when_it_is_over() -> None:
    [signal] = changed("sentry-metric.json", "resolved", date_closed="2026-06-02T10:04:00Z")
    assert (signal.status, signal.ends_at, dict(signal.labels)) == (SignalStatus.RESOLVED, at(10, 4), {})
    [signal] = changed("sentry-metric.json", "warning")
    assert (signal.status, signal.severity) == (SignalStatus.FIRING, 3)


def test_an_issue_alert_and_the_end_of_its_issue_have_one_key() -> None:
    [begun] = stored("sentry", "sentry-issue-alert.json")
    [ended] = stored("sentry", "sentry-issue-resolved.json")
    assert begun.dedup_key == ended.dedup_key == "issue:1170820242"
    assert (begun.status, begun.severity, begun.occurred_at) == (
        SignalStatus.FIRING,
        1,
        at(10, 0, 1, 403_000),
    )
    assert (begun.service_hint, begun.env, begun.starts_at) == ("checkout", "production", None)
    assert (ended.status, ended.ends_at, ended.service_hint) == (SignalStatus.RESOLVED, RECEIVED, "checkout")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("created", "firing"),
        ("unresolved", "firing"),
        ("resolved", "resolved"),
        ("archived", "resolved"),
        ("ignored", "resolved"),
    ],
)
def test_the_life_of_an_issue(action: str, expected: str) -> None:
    [signal] = changed("sentry-issue-resolved.json", action)
    assert signal.status == expected
    assert signal.occurred_at == (at(9, 0) if action == "created" else RECEIVED)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"action": "assigned", "data": {"issue": {"id": "1"}}}, id="somebody was asked to look"),
        pytest.param({"action": "created", "data": {"installation": {"uuid": "u"}}}, id="an installation"),
        pytest.param({"action": "created", "data": {"comment": "hm", "issue_id": 1}}, id="a comment"),
        pytest.param({"action": "created", "data": {"error": {"issue_id": "1"}}}, id="an error"),
        pytest.param({"action": "open", "data": {"metric_alert": {"id": 4}}}, id="an action to come"),
    ],
)
def test_what_is_no_alert_is_no_signal(told: dict[str, object]) -> None:
    assert parsed("sentry", told) == ()


def test_odd_records_are_read_as_far_as_they_go() -> None:
    [signal] = changed(
        "sentry-issue-alert.json", "triggered", url="http://[", tags=[["service", "a"], ["b"], 7]
    )
    assert (signal.service_hint, dict(signal.labels)) == ("a", {"service": "a"})
    [signal] = changed("sentry-issue-alert.json", "triggered", url="/projects/", tags=None, datetime="soon")
    assert (signal.service_hint, signal.occurred_at) == ("", RECEIVED)
    [signal] = changed("sentry-metric.json", "critical", projects="x", alert_rule=None)
    assert (signal.service_hint, signal.env) == ("", "production")


def test_what_cannot_be_read_is_refused_with_the_place() -> None:
    assert "action: Field required" in refusal("sentry", {"data": {}})
    assert "data: Field required" in refusal("sentry", {"action": "created"})
    assert "data.metric_alert.id" in refusal("sentry", {"action": "critical", "data": {"metric_alert": {}}})
