"""Azure Monitor: the common alert schema, and only that."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, at, parsed, refusal, stored

SCHEMA = "azureMonitorCommonAlertSchema"


def delivery(custom: object = None, **essentials: object) -> dict[str, Any]:
    told = {"alertId": "a", "monitorCondition": "Fired"} | essentials
    return {"schemaId": SCHEMA, "data": {"essentials": told, "customProperties": custom}}


def azure(custom: object = None, **essentials: object) -> Signal:
    [signal] = parsed("azuremonitor", delivery(custom, **essentials))
    return signal


def test_an_alert_that_is_over_carries_both_times() -> None:
    [signal] = stored("azuremonitor", "azuremonitor-resolved.json")
    assert signal == Signal(
        source="azuremonitor",
        dedup_key="/subscriptions/0000/providers/Microsoft.AlertsManagement/alerts/"
        "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e",
        origin="azuremonitor",
        status=SignalStatus.RESOLVED,
        kind=SignalKind.ALERT,
        severity=2,
        service_hint="checkout",
        env="production",
        title="checkout-cpu",
        link="",
        occurred_at=at(10, 3, 16, 224_631),
        starts_at=at(9, 58, 24, 371_321),
        ends_at=at(10, 3, 16, 224_631),
        labels={"service": "checkout", "env": "prod"},
    )


@pytest.mark.parametrize(
    ("word", "expected"), [("Sev0", 1), ("Sev1", 2), ("Sev2", 3), ("Sev3", 4), ("Sev4", 5)]
)
def test_severities(word: str, expected: int) -> None:
    assert azure(severity=word).severity == expected


def test_a_fired_alert_has_no_end() -> None:
    signal = azure(firedDateTime="2026-06-02T10:00:00Z", resolvedDateTime=None)
    assert (signal.status, signal.occurred_at, signal.ends_at) == (SignalStatus.FIRING, at(10, 0), None)


@pytest.mark.parametrize(
    ("custom", "essentials", "expected"),
    [
        ({"service": "a"}, {"configurationItems": ["b"]}, "a"),
        ({}, {"configurationItems": ["b"], "alertTargetIDs": ["/x/c"]}, "b"),
        (None, {"alertTargetIDs": ["/x/y/c/", 7]}, "c"),
        ("text", {"alertTargetIDs": "c"}, ""),
    ],
)
def test_the_service(custom: object, essentials: dict[str, object], expected: str) -> None:
    assert azure(custom, **essentials).service_hint == expected


def test_an_alert_may_have_only_the_id_of_its_origin_and_no_time() -> None:
    signal = azure(alertId="", originAlertId="o" * 400, firedDateTime="soon")
    assert (len(signal.dedup_key) <= 255, signal.occurred_at, signal.starts_at) == (True, RECEIVED, None)
    assert signal.dedup_key != azure(alertId="", originAlertId="o" * 401).dedup_key


def test_what_cannot_be_read_is_refused_with_the_place() -> None:
    assert "schemaId" in refusal("azuremonitor", delivery() | {"schemaId": "AzureMonitorMetricAlert"})
    assert "monitorCondition" in refusal("azuremonitor", delivery(monitorCondition="Muted"))
    assert "alertId or originAlertId" in refusal("azuremonitor", delivery(alertId=None))
    assert "data.essentials: Field required" in refusal("azuremonitor", {"schemaId": SCHEMA, "data": {}})
