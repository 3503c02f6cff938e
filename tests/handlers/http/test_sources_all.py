"""What holds for every sender: odd times, hostile sizes, unknown words, and no crash on anything."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.http.sources import ADAPTERS, Malformed, unknown_severities
from handlers.http.sources.moments import moment
from handlers.http.sources.severity import severity_of
from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, STORED, parsed

EXAMPLES = {path: path.name.partition("-")[0] for path in sorted(STORED.glob("*.json"))}
SAID = {
    "alertmanager": {"alerts": [{"status": "firing", "labels": {"severity": "??"}}]},
    "azuremonitor": {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": {"alertId": "a", "monitorCondition": "Fired", "severity": "??"}},
    },
    "cdevents": {
        "context": {"type": "dev.cdevents.incident.detected.0.3.0"},
        "subject": {"id": "i"},
        "customData": {"severity": "??"},
    },
    "cloudevents": {"id": "1", "source": "s", "type": "x.firing", "subject": "k", "data": {"severity": "??"}},
    "cloudwatch": {"AlarmName": "a", "NewStateValue": "ALARM", "AlarmDescription": "severity=dreadful"},
    "datadog": {"cycle": "c", "transition": "Triggered", "priority": "??"},
    "generic": {"key": "k", "status": "firing", "service": "web", "severity": "??"},
    "grafana": {"alerts": [{"status": "firing", "labels": {"severity": "??"}}]},
    "opsgenie": {"action": "Create", "alert": {"alias": "a", "priority": "??"}},
    "pagerduty": {
        "event": {"event_type": "incident.triggered", "data": {"id": "i", "priority": {"summary": "??"}}}
    },
    "pagerdutyevents": {"event_action": "trigger", "dedup_key": "k", "payload": {"severity": "??"}},
    "sentry": {"action": "triggered", "data": {"event": {"issue_id": "1", "level": "??"}}},
}
COUNTING = {"sli"}
"""Senders that count and leave it to us how bad that is."""
"""One alert of every sender, with a severity that nobody knows."""


def require_valid(signal: Signal, source: str) -> None:
    assert signal.source == source
    assert 1 <= len(signal.dedup_key) <= 255
    assert 1 <= len(signal.origin) <= 255
    assert len(signal.service_hint) <= 255
    assert 1 <= len(signal.env) <= 255
    assert 1 <= len(signal.title) <= 300
    assert 1 <= signal.severity <= 5
    assert isinstance(signal.status, SignalStatus)
    assert isinstance(signal.kind, SignalKind)
    assert signal.link == "" or (
        urlsplit(signal.link).scheme in ("http", "https") and len(signal.link) <= 2000
    )
    for instant in (signal.occurred_at, signal.starts_at, signal.ends_at):
        assert instant is None or (instant.tzinfo is UTC and 1 < instant.year < 9999)
    assert len(signal.labels) <= 65
    words = (signal.dedup_key, signal.origin, signal.service_hint, signal.env, signal.title, signal.link)
    for word in (*words, *signal.labels, *signal.labels.values()):
        assert "\x00" not in word
        word.encode()
    json.dumps(dict(signal.labels))


def read_or_refused(source: str, raw: bytes) -> tuple[Signal, ...]:
    """The signals, all of them valid; none if the adapter refuses. Everything else is a crash."""
    try:
        signals = ADAPTERS[source](raw, received_at=RECEIVED)
    except Malformed:
        return ()
    for signal in signals:
        require_valid(signal, source)
    return signals


def test_there_is_an_example_of_every_sender() -> None:
    assert set(EXAMPLES.values()) == set(ADAPTERS) == set(SAID) | COUNTING


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_understood_the_same_way_every_time(path: Path) -> None:
    assert read_or_refused(EXAMPLES[path], path.read_bytes()) == read_or_refused(
        EXAMPLES[path], path.read_bytes()
    )


# ------------------------------------------------------------------ severity
@pytest.mark.parametrize("source", sorted(SAID))
def test_an_unknown_severity_is_in_the_middle_and_told(source: str) -> None:
    signals = parsed(source, SAID[source])
    assert [signal.severity for signal in signals] == [3]
    assert unknown_severities(signals) == ("dreadful" if source == "cloudwatch" else "??",)


@pytest.mark.parametrize("source", sorted(SAID))
def test_a_known_severity_or_none_is_no_mistake(source: str) -> None:
    for word in ("P1", ""):
        text = json.dumps(SAID[source]).replace("??", word).replace("dreadful", word)
        assert unknown_severities(parsed(source, text.encode())) == ()


def test_an_unknown_word_is_told_once_and_cut() -> None:
    alerts = [
        {"key": "k", "status": "firing", "service": "web", "severity": word} for word in ("x" * 900, "b", "b")
    ]
    assert unknown_severities(parsed("generic", alerts)) == ("b", "x" * 80)


# ------------------------------------------------------------------ times
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("2026-06-02T10:00:00Z", datetime(2026, 6, 2, 10, tzinfo=UTC), id="as it should be"),
        pytest.param("2026-06-02T12:00:00+0200", datetime(2026, 6, 2, 10, tzinfo=UTC), id="no colon"),
        pytest.param(
            "2026-06-02T10:00:00.1234567Z", datetime(2026, 6, 2, 10, 0, 0, 123456, UTC), id="7 digits"
        ),
        pytest.param("2026-06-02 10:00:00", datetime(2026, 6, 2, 10, tzinfo=UTC), id="no zone is UTC"),
        pytest.param(1780394400, datetime(2026, 6, 2, 10, tzinfo=UTC), id="seconds"),
        pytest.param(1780394400.5, datetime(2026, 6, 2, 10, 0, 0, 500_000, UTC), id="parts of them"),
        pytest.param(1780394400000, datetime(2026, 6, 2, 10, tzinfo=UTC), id="milliseconds"),
        pytest.param("1780394400000", datetime(2026, 6, 2, 10, tzinfo=UTC), id="as text"),
        pytest.param(1780394400000000, datetime(2026, 6, 2, 10, tzinfo=UTC), id="microseconds"),
        pytest.param(1780394400000000000, datetime(2026, 6, 2, 10, tzinfo=UTC), id="nanoseconds"),
        pytest.param("0001-01-01T00:00:00Z", None, id="the zero of Go"),
        pytest.param("9999-12-31T23:59:59-05:00", None, id="for ever"),
        pytest.param(0, None, id="the zero of Unix"),
        pytest.param(-5, None, id="before it"),
        pytest.param(10**400, None, id="a number without end"),
        pytest.param(float("nan"), None, id="no number"),
        pytest.param("1e999", None, id="infinity"),
        pytest.param("soon", None, id="a word"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="nothing"),
        pytest.param(True, None, id="a truth"),
        pytest.param(["2026"], None, id="a list"),
    ],
)
def test_times_as_they_are_really_written(written: object, expected: datetime | None) -> None:
    assert moment(written) == expected


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001 - naive here
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
@settings(max_examples=60, deadline=None)
def test_every_offset_means_the_same_instant(naive: datetime, minutes: int) -> None:
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(instant.isoformat()) == instant


# ------------------------------------------------------------------ anything at all
def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every key and index inside of a document, with what holds it."""
    for step in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, step
        yield from places(value[step])


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "\x00", "x" * 5_000, "<!channel>", "9" * 30, "http://[", "2026-13-45", "é" * 300]),
    st.recursive(
        st.none() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=6,
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.sampled_from(sorted(ADAPTERS)))
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_or_refused(document: object, source: str) -> None:
    read_or_refused(source, json.dumps(document).encode())


@given(st.data(), st.sampled_from(sorted(EXAMPLES)))
@settings(max_examples=300, deadline=None)
def test_an_example_in_which_anything_is_anything_is_read_or_refused(data: st.DataObject, path: Path) -> None:
    document = json.loads(path.read_text())
    if (
        isinstance(document, dict)
        and data.draw(st.booleans())
        and str(document.get("Message", ""))[:1] == "{"
    ):
        document = json.loads(document["Message"])
    for _ in range(data.draw(st.integers(min_value=1, max_value=3))):
        holder, step = data.draw(st.sampled_from(list(places(document)) or [([0], 0)]))
        if isinstance(holder, dict) and data.draw(st.booleans()):
            holder.pop(step, None)
        elif step in holder or isinstance(holder, list):
            holder[step] = data.draw(ODD)
    read_or_refused(EXAMPLES[path], json.dumps(document).encode())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_hostile_sizes_are_cut_or_refused(path: Path) -> None:
    """Every text in turn a megabyte, every list in turn very long, every record in turn very wide."""
    document = json.loads(path.read_text())
    for number in range(len(list(places(document)))):
        grown = copy.deepcopy(document)
        holder, step = list(places(grown))[number]
        match holder[step]:
            case list() as some:
                holder[step] = some * 600
            case dict() as record:
                record |= {f"k{n}": "v" * 50 for n in range(10_000)}
            case _:
                holder[step] = "A" * (1024 * 1024)
        read_or_refused(EXAMPLES[path], json.dumps(grown).encode())


@pytest.mark.parametrize("source", sorted(ADAPTERS))
def test_what_is_nested_without_end_is_refused(source: str) -> None:
    for raw in (b"[" * 9_000, b'{"data":' * 9_000, b'{"alerts":[' * 9_000 + b"]}" * 9_000):
        assert read_or_refused(source, raw) == ()


# ------------------------------------------------------------------ what the page promises
PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text()


def test_the_page_puts_every_word_where_the_code_does() -> None:
    table = PAGE.partition("### Severities")[2].partition("###")[0]
    told = re.findall(r"^\| (\d) \| (.+) \|$", table, re.MULTILINE)
    assert [level for level, _ in told] == ["1", "2", "3", "4", "5"]
    for level, words in told:
        assert {severity_of(word) for word in re.findall(r"`(\w+)`", words)} == {int(level)}
        assert len(re.findall(r"`(\w+)`", words)) >= 4


@pytest.mark.parametrize("source", sorted(ADAPTERS))
def test_the_page_names_every_address(source: str) -> None:
    assert re.search(rf"/hooks/{source}\b", PAGE)
