"""Datadog: what our own template makes of its variables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.http.sources import datadog
from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, at, parsed, refusal, stored

TEMPLATE = Path(datadog.__file__).with_name("datadog-webhook.json")


def told(**values: object) -> Signal:
    [signal] = parsed("datadog", {"cycle": "c", "transition": "Triggered"} | values)
    return signal


def test_a_trigger() -> None:
    [signal] = stored("datadog", "datadog-triggered.json")
    assert signal == Signal(
        source="datadog",
        dedup_key="7716548234011234567",
        origin="datadog",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=1,
        service_hint="checkout",
        env="production",
        title="[P1] [Triggered] Checkout is slow",
        link="https://app.datadoghq.example/event/event?id=1",
        occurred_at=at(10, 0),
        starts_at=None,
        ends_at=None,
        labels={"env": "prod", "host": "web-7", "monitor": "", "service": "checkout", "team": "shop"},
    )


@pytest.mark.parametrize(
    ("transition", "expected"),
    [
        ("Triggered", "firing"),
        ("Re-Triggered", "firing"),
        ("Warn", "firing"),
        ("Re-Warn", "firing"),
        ("Renotify", "firing"),
        ("No Data", "nodata"),
        ("Re-No Data", "nodata"),
        ("Recovered", "resolved"),
        ("recovered", "resolved"),
    ],
)
def test_transitions(transition: str, expected: str) -> None:
    signal = told(transition=transition, date=1780394400000)
    assert signal.status == expected
    assert signal.ends_at == (at(10, 0) if expected == "resolved" else None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"priority": "P2", "type": "error"}, 2, id="the monitor's priority"),
        pytest.param({"priority": "$ALERT_PRIORITY", "type": "warning"}, 3, id="a variable without a value"),
        pytest.param({"priority": "", "type": "error"}, 2, id="the type of the event"),
        pytest.param({"type": "success"}, 3, id="a type that says that it is over"),
    ],
)
def test_severity(values: dict[str, str], expected: int) -> None:
    signal = told(**values)
    assert (signal.severity, "unknown_severity" in signal.labels) == (expected, False)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"cycle": "a", "aggregate": "b"}, "a", id="the cycle"),
        pytest.param({"cycle": "$ALERT_CYCLE_KEY", "aggregate": "b"}, "b", id="the aggregate"),
        pytest.param({"cycle": "", "monitor": "1", "scope": "host:a"}, "1:host:a", id="monitor and scope"),
        pytest.param({"cycle": "", "monitor": 12}, "12", id="a monitor without scope"),
    ],
)
def test_the_key(values: dict[str, object], expected: str) -> None:
    assert told(**values).dedup_key == expected


def test_the_scope_and_the_host_are_second_to_the_tags() -> None:
    assert told(tags="service:a", scope="service:b").service_hint == "a"
    assert told(tags="", scope="service:b", host="h").service_hint == "b"
    assert told(tags="$TAGS", host="h").service_hint == "h"
    assert told(date="soon").occurred_at == RECEIVED


def test_what_cannot_be_read_is_refused_with_the_place() -> None:
    assert "transition: Field required" in refusal("datadog", {"cycle": "c"})
    assert "transition: none" in refusal("datadog", {"cycle": "c", "transition": "$ALERT_TRANSITION"})
    assert "cycle, aggregate or monitor" in refusal("datadog", {"transition": "Triggered"})


def test_the_template_has_the_keys_that_are_read() -> None:
    template = json.loads(TEMPLATE.read_text())
    assert sorted(template) == sorted(datadog.DatadogDelivery.model_fields)
    assert all(value.startswith("$") for value in template.values())
    assert "transition: none" in refusal("datadog", template)
