"""Grafana: Alertmanager's format, with links of its own and alerts about missing data."""

from __future__ import annotations

import pytest

from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, at, parsed, refusal, stored

FIRING, RESOLVED, NODATA = SignalStatus.FIRING, SignalStatus.RESOLVED, SignalStatus.NODATA


def grafana(**alert: object) -> Signal:
    [signal] = parsed("grafana", {"externalURL": "https://grafana.example/", "alerts": [alert]})
    return signal


def test_every_alert_of_a_group_is_a_signal_of_its_own() -> None:
    firing, resolved, blind = stored("grafana", "grafana-mixed.json")
    assert firing == Signal(
        source="grafana",
        dedup_key="c6eadffa33fcdf37",
        origin="prometheus-eu",
        status=FIRING,
        kind=SignalKind.ALERT,
        severity=1,
        service_hint="checkout",
        env="production",
        title="Checkout answers 9 % of requests with an error",
        link="https://grafana.example/d/abc?viewPanel=2",
        occurred_at=at(10, 0, 0, 500_000),
        starts_at=at(10, 0, 0, 500_000),
        ends_at=None,
        labels=firing.labels,
    )
    assert (resolved.status, resolved.ends_at, resolved.occurred_at) == (RESOLVED, at(9, 45), at(9, 45))
    assert (resolved.origin, resolved.service_hint) == ("grafana.example", "orders")
    assert (blind.status, blind.title) == (NODATA, "Nothing is heard of the queue")


def test_a_link_that_is_only_a_query_belongs_to_grafana_itself() -> None:
    assert grafana(status="firing", generatorURL="?orgId=1").link == "https://grafana.example/?orgId=1"


@pytest.mark.parametrize("name", ["DatasourceNoData", "DatasourceError"])
def test_missing_data_is_over_when_grafana_says_so(name: str) -> None:
    assert grafana(status="firing", labels={"alertname": name}).status is NODATA
    assert grafana(status="resolved", labels={"alertname": name}).status is RESOLVED


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({"service": "a", "grafana_folder": "b"}, "a", id="the label"),
        pytest.param({"grafana_folder": "b", "job": "c"}, "b", id="the folder"),
        pytest.param({"job": "c"}, "c", id="what was scraped"),
        pytest.param({"alertname": "d"}, "d", id="at least a name for operators"),
    ],
)
def test_the_service(labels: dict[str, str], expected: str) -> None:
    assert grafana(labels=labels).service_hint == expected


def test_a_template_may_leave_out_nearly_everything() -> None:
    signal = grafana()
    assert (signal.status, signal.severity, signal.occurred_at) == (FIRING, 3, RECEIVED)
    assert (signal.title, signal.link) == ("Alert without a title", "https://grafana.example/")


def test_what_cannot_be_read_is_refused_with_the_place() -> None:
    assert "alerts: Field required" in refusal("grafana", {"status": "firing"})
    assert "alerts.0.status" in refusal("grafana", {"alerts": [{"status": "paused"}]})
    assert "1001 alerts" in refusal("grafana", {"alerts": [{}] * 1001})
