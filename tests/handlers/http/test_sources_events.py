"""CloudEvents and CDEvents: envelopes first, then what is inside."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.http.sources.cloudevents import structured
from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, STORED, at, parsed, refusal, stored


def cloud(data: object = None, **attributes: object) -> Signal:
    told = {"id": "1", "source": "/s", "type": "x.firing", "subject": "k", "data": data} | attributes
    [signal] = parsed("cloudevents", told)
    return signal


def incident(what: str, **changes: Any) -> tuple[Signal, ...]:
    told = json.loads((STORED / "cdevents-detected.json").read_text())
    told["context"]["type"] = what
    return parsed("cdevents", told | changes)


# ------------------------------------------------------------------ CloudEvents
def test_a_batch() -> None:
    slow, nightly = stored("cloudevents", "cloudevents-batch.json")
    assert slow == Signal(
        source="cloudevents",
        dedup_key="https://watch.example/eu#checkout/latency",
        origin="watch.example",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=2,
        service_hint="checkout",
        env="production",
        title="Checkout is slow",
        link="https://watch.example/1",
        occurred_at=at(10, 0),
        starts_at=None,
        ends_at=None,
        labels={"region": "eu"},
    )
    assert (nightly.dedup_key, nightly.origin, nightly.status) == (
        "nightly-export",
        "/cron/nightly",
        SignalStatus.RESOLVED,
    )
    assert (nightly.starts_at, nightly.ends_at, nightly.occurred_at) == (at(2, 0), at(2, 30), at(2, 30))


@pytest.mark.parametrize(
    ("attributes", "data", "expected"),
    [
        ({"type": "com.example.alert.firing"}, None, "firing"),
        ({"type": "com.example.alert.Resolved"}, None, "resolved"),
        ({"type": "resolved"}, {"status": "firing"}, "firing"),
        ({"type": "com.example.alert"}, {"status": "nodata"}, "nodata"),
        ({"type": "com.example.alert"}, {"status": "OK"}, "resolved"),
    ],
)
def test_the_status_is_in_the_data_or_ends_the_type(
    attributes: dict[str, object], data: object, expected: str
) -> None:
    assert cloud(data, **attributes).status == expected


def test_data_that_is_no_record_says_nothing() -> None:
    signal = cloud("text", time="soon")
    assert (signal.title, signal.service_hint, signal.occurred_at) == ("k", "", RECEIVED)


def test_attributes_in_headers_and_in_the_body_are_the_same() -> None:
    data = b'{"service": "checkout", "severity": "high"}'
    headers = {
        "CE-SpecVersion": "1.0",
        "ce-id": "1",
        "ce-source": "/s",
        "ce-type": "x.firing",
        "ce-subject": "K%C3%A4se",
    }
    read = json.loads(structured(headers, data))
    assert (read["subject"], read["data"]) == ("Käse", json.loads(data))
    [signal] = parsed("cloudevents", structured(headers, data))
    assert (signal.service_hint, signal.dedup_key) == ("checkout", "/s#Käse")


def test_a_body_that_holds_its_attributes_is_left_alone() -> None:
    assert structured({"Content-Type": "application/json"}, b"[]") == b"[]"
    given = {"Content-Type": "application/cloudevents+json; charset=utf-8", "ce-specversion": "1.0"}
    assert structured(given, b"{}") == b"{}"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        pytest.param({}, "0.id: Field required; 0.source: Field required; 0.type", id="no envelope"),
        pytest.param({"id": "1", "source": "s", "type": "x.firing"}, "data.key or subject", id="no key"),
        pytest.param(
            {"id": "1", "source": "s", "type": "order.created", "subject": "k"}, "data.status", id="no status"
        ),
        pytest.param([{"id": "1", "source": "s", "type": "x.ok", "subject": "k"}, 7], "1: ", id="not all"),
        pytest.param([{"id": "1", "source": "s", "type": "x.ok"}] * 1001, "1001 alerts", id="too many"),
    ],
)
def test_an_event_that_cannot_be_read_is_refused_with_the_place(told: object, says: str) -> None:
    assert says in refusal("cloudevents", told)


# ------------------------------------------------------------------ CDEvents
def test_an_incident_is_detected() -> None:
    [signal] = stored("cdevents", "cdevents-detected.json")
    assert signal == Signal(
        source="cdevents",
        dedup_key="incident-123",
        origin="/monitoring/prod1",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=1,
        service_hint="checkout",
        env="production",
        title="Response time above 100 ms",
        link="",
        occurred_at=at(10, 0, 0, 79_000),
        starts_at=at(10, 0, 0, 79_000),
        ends_at=None,
        labels={"metric": "responseTime", "severity": "critical", "threshold": "100"},
    )


@pytest.mark.parametrize(
    ("what", "status", "kind"),
    [
        ("dev.cdevents.incident.detected.0.1.0", "firing", "alert"),
        ("dev.cdevents.incident.detected", "firing", "alert"),
        ("dev.cdevents.incident.reported.9.9.9-draft", "firing", "report"),
        ("dev.cdevents.incident.resolved.0.3.0", "resolved", "alert"),
    ],
)
def test_the_version_of_the_type_does_not_matter(what: str, status: str, kind: str) -> None:
    [signal] = incident(what)
    assert (signal.status, signal.kind) == (status, kind)


@pytest.mark.parametrize(
    "what", ["dev.cdevents.service.deployed.0.2.0", "dev.cdevents.incident.detectedly.0.1.0", "other"]
)
def test_events_about_other_things_are_no_signals(what: str) -> None:
    assert incident(what) == ()
    assert parsed("cdevents", {"context": {"type": what}}) == ()


def test_an_event_inside_of_a_cloudevent() -> None:
    inside = json.loads((STORED / "cdevents-detected.json").read_text())
    assert parsed("cdevents", {"specversion": "1.0", "id": "1", "data": inside}) == parsed("cdevents", inside)


def test_an_incident_that_cannot_be_read_is_refused_with_the_place() -> None:
    assert "context: Field required" in refusal("cdevents", {})
    assert "context.type: Field required" in refusal("cdevents", {"context": {}})
    told = {"context": {"type": "dev.cdevents.incident.resolved.0.3.0"}}
    assert "subject: Field required" in refusal("cdevents", told)
    [bare] = parsed("cdevents", told | {"subject": {"id": "i", "content": None}, "customData": "text"})
    assert (bare.title, bare.origin, bare.service_hint, bare.ends_at) == ("i", "cdevents", "", RECEIVED)
