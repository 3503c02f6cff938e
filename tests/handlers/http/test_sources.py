"""What senders write becomes signals; what nobody can understand is refused with a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.http.sources import ADAPTERS, Malformed
from playbooks.domain.signal import Signal, SignalKind, SignalStatus

STORED = Path(__file__).parents[2] / "fixtures" / "alerts"
RECEIVED = datetime(2026, 6, 2, 10, 5, tzinfo=UTC)
FIRING, RESOLVED, NODATA = SignalStatus.FIRING, SignalStatus.RESOLVED, SignalStatus.NODATA


def at(hour: int, minute: int, second: int = 0, micro: int = 0) -> datetime:
    return datetime(2026, 6, 2, hour, minute, second, micro, tzinfo=UTC)


def parsed(source: str, payload: object) -> tuple[Signal, ...]:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return ADAPTERS[source](raw, received_at=RECEIVED)


def stored(source: str, name: str) -> tuple[Signal, ...]:
    return parsed(source, (STORED / name).read_bytes())


def alertmanager(**alert: object) -> Signal:
    [signal] = parsed("alertmanager", {"externalURL": "http://am.example:9093", "alerts": [alert]})
    return signal


def labelled(**labels: object) -> Signal:
    return alertmanager(status="firing", labels=labels)


def generic(**alert: object) -> Signal:
    [signal] = parsed("generic", {"key": "k", "status": "firing", "service": "web"} | alert)
    return signal


def refusal(source: str, payload: object) -> str:
    with pytest.raises(Malformed) as refused:
        parsed(source, payload)
    return refused.value.says


# ------------------------------------------------------------------ Alertmanager
def test_every_alert_of_a_group_is_a_signal_of_its_own() -> None:
    firing, resolved = stored("alertmanager", "alertmanager-mixed.json")
    assert firing == Signal(
        source="alertmanager",
        dedup_key="a1b2c3d4e5f60718",
        origin="monitoring/k8s",
        status=FIRING,
        kind=SignalKind.ALERT,
        severity=1,
        service_hint="checkout",
        env="production",
        title="Checkout answers 12 % of requests with an error",
        link="http://prometheus.example:9090/graph?g0.expr=errors",
        occurred_at=at(10, 0, 0, 123456),
        starts_at=at(10, 0, 0, 123456),
        ends_at=None,
        labels={
            "alertname": "HighErrorRate",
            "cluster": "eu-1",
            "env": "prod",
            "job": "checkout-api",
            "prometheus": "monitoring/k8s",
            "service": "checkout",
            "severity": "critical",
        },
    )
    assert (resolved.status, resolved.starts_at, resolved.ends_at) == (
        RESOLVED,
        at(9, 30, 0, 500_000),
        at(9, 45),
    )


def test_the_status_of_the_group_says_nothing_about_an_alert() -> None:
    _, resolved = stored("alertmanager", "alertmanager-mixed.json")
    assert resolved.status is RESOLVED
    assert resolved.occurred_at == resolved.ends_at
    assert (resolved.title, resolved.service_hint) == ("HighLatency", "payments-api")
    assert resolved.link == "http://alertmanager.example:9093"


def test_an_alert_that_only_proves_that_alerting_works_is_information() -> None:
    [watchdog] = stored("alertmanager", "alertmanager-watchdog.json")
    assert (watchdog.severity, watchdog.origin) == (5, "alertmanager.example")
    assert watchdog.title == "This alert always fires. It shows that alerting works."
    assert watchdog.link == "http://alertmanager.example:9093?orgId=1"


def test_a_template_may_leave_out_nearly_everything() -> None:
    full, slow, hot = stored("alertmanager", "alertmanager-template.json")
    assert (full.status, full.severity, full.title) == (FIRING, 3, "DiskFull")
    assert (full.occurred_at, full.starts_at, full.origin, full.link) == (RECEIVED, None, "alertmanager", "")
    assert (slow.status, slow.ends_at) == (RESOLVED, at(9, 59))
    assert slow.labels["replica"] == "2"
    assert slow.labels["owner"] == ""
    assert (hot.status, hot.ends_at, hot.service_hint) == (FIRING, None, "")
    assert len({full.dedup_key, slow.dedup_key, hot.dedup_key}) == 3
    assert stored("alertmanager", "alertmanager-template.json")[0].dedup_key == full.dedup_key


def test_a_repeated_firing_speaks_of_its_start_so_it_cannot_overtake_its_end() -> None:
    assert alertmanager(status="firing", startsAt="2026-06-02T08:00:00Z").occurred_at == at(8, 0)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({"origin": "a", "prometheus": "b"}, "a", id="a rule names it"),
        pytest.param({"prometheus": "b", "cluster": "d"}, "b", id="the operator's external label"),
        pytest.param({"monitor": "c", "cluster": "d"}, "c", id="the older external label"),
        pytest.param({"cluster": "d"}, "d", id="one Prometheus in each cluster"),
        pytest.param({}, "am.example", id="nothing: one Alertmanager is one origin"),
    ],
)
def test_the_origin_is_who_measured_not_who_delivered(labels: dict[str, str], expected: str) -> None:
    assert labelled(**labels).origin == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({"service": "a", "job": "b"}, "a", id="service"),
        pytest.param({"job": "b", "namespace": "c"}, "b", id="job"),
        pytest.param({"namespace": "c", "instance": "d"}, "c", id="namespace"),
        pytest.param({"instance": "d"}, "d", id="instance"),
    ],
)
def test_the_service_is_looked_for_where_people_write_it(labels: dict[str, str], expected: str) -> None:
    assert labelled(**labels).service_hint == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({}, "production", id="unnamed: assume the worst"),
        pytest.param({"env": "Prod"}, "production", id="abbreviated"),
        pytest.param({"environment": "staging"}, "staging", id="the long name of the label"),
        pytest.param({"env": "", "environment": "qa"}, "qa", id="an empty label is none"),
    ],
)
def test_the_environment(labels: dict[str, str], expected: str) -> None:
    assert labelled(**labels).env == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("critical", 1), ("P1", 1), ("Sev0", 1), ("fatal", 1), ("page", 1), (1, 1),
        ("high", 2), ("error", 2), ("P2", 2), ("sev1", 2),
        ("warning", 3), ("P3", 3), ("sev2", 3),
        ("low", 4), ("P4", 4), ("sev3", 4),
        ("info", 5), ("debug", 5), ("none", 5), ("P5", 5), ("sev4", 5),
        ("", 3), ("rather bad", 3), ("0", 3), ("9", 3), (None, 3),
    ],
)  # fmt: skip
def test_words_for_severity(word: object, expected: int) -> None:
    """An unknown word is in the middle: never a reason to wake everybody, never information."""
    assert labelled(severity=word).severity == expected
    assert generic(severity=word).severity == expected


def test_a_rule_may_say_that_it_watches_a_budget() -> None:
    assert labelled(kind="slo_burn").kind is SignalKind.SLO_BURN
    assert labelled(kind="anything").kind is SignalKind.ALERT


@pytest.mark.parametrize(
    "generator",
    [
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("http://[broken", id="no address"),
        pytest.param("http://p.example/" + "x" * 2000, id="longer than Slack shows"),
    ],
)
def test_only_links_that_can_be_opened_are_shown(generator: str) -> None:
    signals = parsed("alertmanager", {"alerts": [{"status": "firing", "generatorURL": generator}]})
    assert signals[0].link == ""


def test_an_address_nobody_can_read_is_no_link_and_no_origin() -> None:
    alert = {"status": "firing", "generatorURL": "graph?x"}
    [signal] = parsed("alertmanager", {"externalURL": "http://[broken", "alerts": [alert]})
    assert (signal.link, signal.origin) == ("", "alertmanager")


# ------------------------------------------------------------------ generic
def test_our_own_format_reads_a_list() -> None:
    probe, search, login = stored("generic", "generic-list.json")
    assert probe == Signal(
        source="generic",
        dedup_key="probe-checkout",
        origin="probe-eu",
        status=FIRING,
        kind=SignalKind.PROBE,
        severity=1,
        service_hint="checkout-api",
        env="production",
        title="Checkout times out",
        link="https://probe.example/1",
        occurred_at=at(10, 0),
        starts_at=at(10, 0),
        ends_at=None,
        labels={"attempt": "3", "region": "eu"},
    )
    assert (search.status, search.occurred_at, search.ends_at) == (RESOLVED, at(9, 30), at(9, 30))
    assert (search.env, search.origin, search.title) == ("production", "generic", "probe-search")
    assert (login.status, login.severity, login.occurred_at) == (NODATA, 2, RECEIVED)


def test_our_own_format_reads_a_single_alert() -> None:
    signal = generic(occurred_at="2026-06-02T12:01:00+02:00")
    assert (signal.dedup_key, signal.occurred_at) == ("k", at(10, 1))


def test_an_empty_delivery_is_no_mistake() -> None:
    assert parsed("generic", []) == ()
    assert parsed("alertmanager", {"alerts": []}) == ()


# ------------------------------------------------------------------ bounds and refusals
@pytest.mark.parametrize(
    ("source", "payload", "says"),
    [
        pytest.param("alertmanager", b"", "Invalid JSON", id="empty"),
        pytest.param("alertmanager", b"\xff\xfe", "Invalid JSON", id="not text"),
        pytest.param("alertmanager", b"[" * 9000, "recursion limit", id="nested without end"),
        pytest.param("alertmanager", [], "should be an object", id="a list"),
        pytest.param("alertmanager", {"status": "firing"}, "alerts: Field required", id="no alerts"),
        pytest.param("alertmanager", {"alerts": [1]}, "alerts.0: ", id="an alert that is a number"),
        pytest.param(
            "alertmanager", {"alerts": [{"status": "suppressed"}]}, "alerts.0.status: ",
            id="a status we would have to guess at",
        ),
        pytest.param("alertmanager", {"alerts": [{"labels": ["a"]}]}, "alerts.0.labels: ", id="list"),
        pytest.param("alertmanager", {"alerts": [{"labels": {"a": {}}}]}, "alerts.0.labels.a: ", id="nested"),
        pytest.param("alertmanager", {"alerts": [{"startsAt": "soon"}]}, "alerts.0.startsAt: ", id="time"),
        pytest.param("generic", {"status": "firing", "service": "web"}, "0.key: Field required", id="no key"),
        pytest.param("generic", {"key": "k", "status": "firing"}, "0.service: Field required", id="service"),
        pytest.param("generic", {"key": "", "status": "firing", "service": "w"}, "0.key: ", id="empty key"),
        pytest.param(
            "generic", {"key": "k" * 256, "status": "firing", "service": "w"}, "0.key: ",
            id="a key too long: cut, it might be another one's",
        ),
        pytest.param(
            "generic", {"key": "k", "status": "firing", "service": "w", "started_at": "2026-06-02T10:00:00"},
            "needs its offset", id="an instant without a zone",
        ),
        pytest.param(
            "generic",
            {"key": "k", "status": "firing", "service": "w", "ended_at": "9999-12-31T23:59:59-05:00"},
            "too far away", id="an instant no offset may move",
        ),
        pytest.param("generic", [{}] * 4, "and 9 more", id="many mistakes are summed up"),
        pytest.param("generic", b"null", "should be an object", id="nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_the_place(source: str, payload: object, says: str) -> None:
    assert says in refusal(source, payload)


def test_a_refusal_never_repeats_what_was_sent() -> None:
    assert "hunter2" not in refusal("generic", {"key": {"password": "hunter2"}, "status": "hunter2"})


def test_more_than_a_thousand_alerts_are_refused() -> None:
    alert = {"key": "k", "status": "firing", "service": "web"}
    assert len(parsed("generic", [alert] * 1000)) == 1000
    assert refusal("generic", [alert] * 1001) == "This delivery holds 1001 alerts; send at most 1000 at once."
    assert "1001 alerts" in refusal("alertmanager", {"alerts": [{}] * 1001})


def test_labels_are_bounded_but_the_telling_ones_stay() -> None:
    many = {f"a{n:03}": "x" * 2000 for n in range(200)} | {"service": "web", "k" * 500: "long"}
    signal = labelled(**many)
    assert len(signal.labels) == 64
    assert signal.service_hint == "web"
    assert max(len(value) for value in signal.labels.values()) == 512
    assert max(len(name) for name in labelled(**{"k" * 500: "long"}).labels) == 128


def test_titles_are_one_line_and_short_and_hold_no_null() -> None:
    assert generic(title="a\nb\x00c").title == "a bc"
    assert len(generic(title="x" * 9000).title) == 300
    assert alertmanager(status="firing").title == "Alert without a title"


def read_or_refused(source: str, payload: object) -> tuple[Signal, ...]:
    """The signals; none if the adapter refuses. Anything else than these two is a crash."""
    try:
        return parsed(source, payload)
    except Malformed:
        return ()


@given(st.binary(max_size=80), st.sampled_from(sorted(ADAPTERS)))
@settings(max_examples=100, deadline=None)
def test_bytes_that_mean_nothing_are_refused_not_crashed_on(raw: bytes, source: str) -> None:
    assert read_or_refused(source, raw) == ()


words = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
alertmanager_keys = "status labels annotations startsAt endsAt generatorURL fingerprint"
generic_keys = "status key service env severity kind origin url started_at ended_at occurred_at labels"
records = st.dictionaries(
    st.sampled_from(sorted({*alertmanager_keys.split(), *generic_keys.split()})),
    st.one_of(words, st.dictionaries(st.text(max_size=8), words, max_size=3)),
    max_size=8,
)


@given(st.lists(records, max_size=3), words, st.sampled_from(sorted(ADAPTERS)))
@settings(max_examples=150, deadline=None)
def test_records_of_any_shape_are_read_or_refused(
    alerts: list[dict[str, object]], url: object, source: str
) -> None:
    signals = read_or_refused(
        source, alerts if source == "generic" else {"alerts": alerts, "externalURL": url}
    )
    assert all(1 <= signal.severity <= 5 and "\x00" not in signal.title for signal in signals)
    assert all(signal.occurred_at.tzinfo is UTC for signal in signals)
