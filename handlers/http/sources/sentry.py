"""Sentry's integration webhooks: metric alerts, issue alerts and issues.

Which of them a delivery is stands in a header and follows from what ``data`` holds. An issue
alert only ever says "triggered"; that it is over is said by the issue, so both have the
issue's id as their key, and the integration has to subscribe to issues too. Sentry sends no
time with a change of an issue, so it counts from when it was received.

Source: Sentry docs, "Integration platform, webhooks".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, TypeAdapter

from handlers.http.sources.moments import Moment
from handlers.http.sources.payload import (
    MAX_WORD,
    Details,
    Foreign,
    Labels,
    Word,
    env_of,
    first,
    key_of,
    link_of,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalKind, SignalStatus

SOURCE: Final = "sentry"

_METRIC = {
    "critical": SignalStatus.FIRING,
    "warning": SignalStatus.FIRING,
    "resolved": SignalStatus.RESOLVED,
}
_ISSUE = {
    "created": SignalStatus.FIRING,
    "unresolved": SignalStatus.FIRING,
    "triggered": SignalStatus.FIRING,
    "resolved": SignalStatus.RESOLVED,
    "archived": SignalStatus.RESOLVED,
    "ignored": SignalStatus.RESOLVED,
}
_MAX_TAGS = 64
_PAIR = 2

Needed = Annotated[Word, Field(min_length=1)]


def _words(value: object) -> object:
    return [word for word in value[:_MAX_TAGS] if isinstance(word, str)] if isinstance(value, list) else []


def _pairs(value: object) -> object:
    """Tags come as a list of pairs of name and value."""
    return dict(_tags(value)) if isinstance(value, list) else {}


def _tags(value: list[Any]) -> Iterator[tuple[str, str]]:
    for tag in value[:_MAX_TAGS]:
        if isinstance(tag, list) and len(tag) == _PAIR and all(isinstance(word, str) for word in tag):
            yield tag[0], tag[1]


def _or_empty(value: object) -> object:
    return value if isinstance(value, dict) else {}


class Rule(Foreign):
    """The rule of a metric alert."""

    environment: Word = ""
    name: Word = ""


class MetricAlert(Foreign):
    """An incident in Sentry's words: from the threshold to the recovery."""

    id: Needed
    title: Word = ""
    projects: Annotated[tuple[Word, ...], BeforeValidator(_words)] = ()
    date_started: Moment = None
    date_closed: Moment = None
    alert_rule: Annotated[Rule, BeforeValidator(_or_empty)] = Rule()


class ErrorEvent(Foreign):
    """The event that set off an issue alert."""

    issue_id: Needed
    title: Word = ""
    level: Word = ""
    environment: Word = ""
    datetime: Moment = None
    url: Word = ""
    web_url: Word = ""
    tags: Annotated[Labels, BeforeValidator(_pairs)] = Field(default_factory=dict)


class Project(Foreign):
    """Where an issue belongs."""

    slug: Word = ""


class Issue(Foreign):
    """A group of events."""

    id: Needed
    title: Word = ""
    level: Word = ""
    firstSeen: Moment = None  # noqa: N815 - Sentry's name
    permalink: Word = ""
    web_url: Word = ""
    project: Annotated[Project, BeforeValidator(_or_empty)] = Project()
    metadata: Details = Field(default_factory=dict)


class SentryData(Foreign):
    """One of the three, or something that is none of our business."""

    metric_alert: MetricAlert | None = None
    event: ErrorEvent | None = None
    issue: Issue | None = None
    description_title: Word = ""
    web_url: Word = ""


class SentryDelivery(Foreign):
    """One change."""

    action: Needed
    data: SentryData


_SHAPE = TypeAdapter(SentryDelivery)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal; none if the change says nothing to us. Raises Malformed."""
    told = understood(_SHAPE, raw)
    data = told.data
    if data.metric_alert is not None:
        status = _METRIC.get(told.action)
        return () if status is None else (_metric(data.metric_alert, told, status, received_at),)
    if data.event is not None and told.action == "triggered":
        return (_event(data.event, received_at),)
    if data.issue is not None and told.action in _ISSUE:
        return (_issue(data.issue, told.action, received_at),)
    return ()


def _metric(alert: MetricAlert, told: SentryDelivery, status: SignalStatus, received_at: datetime) -> Signal:
    """The action is the severity, until it is the end."""
    resolved = status is SignalStatus.RESOLVED
    at = (alert.date_closed if resolved else alert.date_started) or received_at
    return Signal(
        source=SOURCE,
        dedup_key=key_of(f"metric:{alert.id}"),
        origin=SOURCE,
        status=status,
        kind=SignalKind.ALERT,
        severity=severity_of("" if resolved else told.action),
        service_hint=first(*alert.projects)[:MAX_WORD],
        env=env_of(alert.alert_rule.environment),
        title=title_of(told.data.description_title, alert.title, alert.alert_rule.name),
        link=link_of(told.data.web_url),
        occurred_at=at,
        starts_at=alert.date_started,
        ends_at=at if resolved else None,
    )


def _event(event: ErrorEvent, received_at: datetime) -> Signal:
    """Its instant is that of one error; when the trouble began, only the issue knows."""
    tags = event.tags
    return Signal(
        source=SOURCE,
        dedup_key=key_of(f"issue:{event.issue_id}"),
        origin=first(tags.get("origin", ""), SOURCE)[:MAX_WORD],
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=severity_of(first(event.level, tags.get("level", ""))),
        service_hint=first(tags.get("service", ""), _project_in(event.url), tags.get("server_name", ""))[
            :MAX_WORD
        ],
        env=env_of(first(event.environment, tags.get("environment", ""))),
        title=title_of(event.title),
        link=link_of(event.web_url),
        occurred_at=event.datetime or received_at,
        starts_at=None,
        ends_at=None,
        labels=linted(tags, first(event.level, tags.get("level", ""))),
    )


def _issue(issue: Issue, action: str, received_at: datetime) -> Signal:
    status = _ISSUE[action]
    resolved = status is SignalStatus.RESOLVED
    at = (issue.firstSeen if action == "created" else None) or received_at
    return Signal(
        source=SOURCE,
        dedup_key=key_of(f"issue:{issue.id}"),
        origin=SOURCE,
        status=status,
        kind=SignalKind.ALERT,
        severity=severity_of(issue.level),
        service_hint=issue.project.slug[:MAX_WORD],
        env=env_of(""),
        title=title_of(issue.title, issue.metadata.get("title", "")),
        link=link_of(issue.web_url, issue.permalink),
        occurred_at=at,
        starts_at=issue.firstSeen if action == "created" else None,
        ends_at=at if resolved else None,
        labels=linted({}, issue.level),
    )


def _project_in(address: str) -> str:
    """The project in the address of an event: ``…/projects/<organisation>/<project>/events/…``."""
    try:
        steps = urlsplit(address).path.split("/")
    except ValueError:
        return ""
    after = steps[steps.index("projects") + 1 :] if "projects" in steps else []
    return after[1] if len(after) >= _PAIR else ""
