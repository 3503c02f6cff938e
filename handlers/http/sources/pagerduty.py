"""PagerDuty's v3 webhooks: what happens to its incidents.

Only what changes whether, or how badly, something burns is a signal: triggered, reopened, a new
priority, resolved; and that somebody acknowledged it. That somebody took over or wrote a note is not.

The origin is the system that measured. A trigger names it as ``client``; if it was a person or
PagerDuty itself, PagerDuty is the origin.

Source: PagerDuty developer docs, "Webhooks: Overview".
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, TypeAdapter

from handlers.http.sources.moments import Moment
from handlers.http.sources.payload import (
    MAX_WORD,
    Foreign,
    Malformed,
    Word,
    env_of,
    first,
    host_of,
    key_of,
    link_of,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalKind, SignalStatus

SOURCE: Final = "pagerduty"

_ACKNOWLEDGED: Final = "incident.acknowledged"
_TELLING = (
    "incident.triggered",
    "incident.reopened",
    "incident.resolved",
    "incident.priority_updated",
    _ACKNOWLEDGED,
)


class Named(Foreign):
    """A reference to something, by name and id."""

    id: Word = ""
    summary: Word = ""


class Client(Foreign):
    """Where an event was caused."""

    url: Word = ""


def _or_empty(value: object) -> object:
    return {} if value is None else value


class Incident(Foreign):
    """The incident as it is after the event."""

    id: Word = ""
    incident_key: Word = ""
    status: Word = ""
    title: Word = ""
    html_url: Word = ""
    urgency: Word = ""
    created_at: Moment = None
    reopened_at: Moment = None
    service: Annotated[Named, BeforeValidator(_or_empty)] = Named()
    priority: Annotated[Named, BeforeValidator(_or_empty)] = Named()


class PagerdutyKind(Foreign):
    """What every event says of itself."""

    event_type: Word


class PagerdutyEvent(PagerdutyKind):
    """An event about an incident."""

    occurred_at: Moment = None
    client: Annotated[Client, BeforeValidator(_or_empty)] = Client()
    agent: Annotated[Named, BeforeValidator(_or_empty)] = Named()
    """Who did it."""
    data: Incident


class PagerdutyDelivery(Foreign):
    """One event about an incident."""

    event: PagerdutyEvent


class PagerdutyEnvelope(Foreign):
    """One event about anything."""

    event: PagerdutyKind


_ENVELOPE = TypeAdapter(PagerdutyEnvelope)
_SHAPE = TypeAdapter(PagerdutyDelivery)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal; none if the event changes nothing for us. Raises Malformed."""
    if understood(_ENVELOPE, raw).event.event_type not in _TELLING:
        return ()
    return (_signal(understood(_SHAPE, raw).event, received_at),)


def _signal(event: PagerdutyEvent, received_at: datetime) -> Signal:
    incident = event.data
    key = key_of(incident.incident_key, incident.id)
    if not key:
        raise Malformed("This delivery cannot be read: event.data.incident_key or id: one is needed.")
    status = _status(event)
    at = event.occurred_at or received_at
    severity = first(incident.priority.summary, incident.urgency)
    service = first(incident.service.summary, incident.service.id)[:MAX_WORD]
    return Signal(
        source=SOURCE,
        dedup_key=key,
        origin=first(host_of(event.client.url), SOURCE)[:MAX_WORD],
        status=status,
        kind=SignalKind.ALERT,
        severity=severity_of(severity),
        service_hint=service,
        env=env_of(""),
        title=title_of(incident.title),
        link=link_of(incident.html_url),
        occurred_at=at,
        starts_at=_start(event),
        ends_at=at if status is SignalStatus.RESOLVED else None,
        labels=linted({"service": service} if service else {}, severity),
        by=event.agent.summary[:MAX_WORD] if status is SignalStatus.ACKNOWLEDGED else "",
    )


def _status(event: PagerdutyEvent) -> SignalStatus:
    if event.event_type == _ACKNOWLEDGED:
        return SignalStatus.ACKNOWLEDGED
    ends = event.event_type == "incident.resolved"
    changed = event.event_type == "incident.priority_updated"
    if ends or (changed and event.data.status == "resolved"):
        return SignalStatus.RESOLVED
    return SignalStatus.FIRING


def _start(event: PagerdutyEvent) -> datetime | None:
    """When it began to burn the last time; a reopened incident was created long before."""
    if event.event_type == "incident.reopened":
        return event.data.reopened_at or event.occurred_at
    return event.data.reopened_at or event.data.created_at
