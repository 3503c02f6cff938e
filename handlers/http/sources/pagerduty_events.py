"""Events in the shape of PagerDuty's Events API v2, sent to us instead of PagerDuty.

Dozens of tools can send this and nothing else. ``routing_key`` is how they prove who they are
(``handlers.http.authenticity``); it is not read here and never becomes part of a signal.

Source: PagerDuty developer docs, "Send an Alert Event".
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, TypeAdapter

from handlers.http.sources.moments import Moment
from handlers.http.sources.payload import (
    MAX_WORD,
    Details,
    Foreign,
    Malformed,
    Word,
    env_of,
    fingerprint,
    first,
    host_of,
    key_of,
    kind_of,
    link_of,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalStatus

SOURCE: Final = "pagerdutyevents"

_STATUS = {
    "trigger": SignalStatus.FIRING,
    "resolve": SignalStatus.RESOLVED,
    "acknowledge": SignalStatus.ACKNOWLEDGED,
}
_MAX_LINKS = 50


class Link(Foreign):
    """Somewhere to look."""

    href: Word = ""


class Alert(Foreign):
    """What is wrong; only a trigger has to say it."""

    summary: Word = ""
    source: Word = ""
    severity: Word = ""
    timestamp: Moment = None
    component: Word = ""
    group: Word = ""
    custom_details: Details = Field(default_factory=dict)


def _or_empty(value: object) -> object:
    return {} if value is None else value


def _few(value: object) -> object:
    return value[:_MAX_LINKS] if isinstance(value, list) else []


class EventsDelivery(Foreign):
    """One event."""

    event_action: Literal["trigger", "acknowledge", "resolve"]
    dedup_key: Word = ""
    payload: Annotated[Alert, BeforeValidator(_or_empty)] = Alert()
    links: Annotated[tuple[Link, ...], BeforeValidator(_few)] = ()
    client: Word = ""
    client_url: Word = ""


_SHAPE = TypeAdapter(EventsDelivery)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal. Raises Malformed."""
    return (_signal(understood(_SHAPE, raw), received_at),)


def _signal(event: EventsDelivery, received_at: datetime) -> Signal:
    alert, details = event.payload, event.payload.custom_details
    status = _STATUS[event.event_action]
    begins, resolved = status is SignalStatus.FIRING, status is SignalStatus.RESOLVED
    at = (alert.timestamp if begins else None) or received_at
    return Signal(
        source=SOURCE,
        dedup_key=_key(event),
        origin=_origin(event),
        status=status,
        kind=kind_of(details.get("kind", "")),
        severity=severity_of(alert.severity),
        service_hint=first(details.get("service", ""), alert.component, alert.group, alert.source)[:MAX_WORD],
        env=env_of(first(details.get("env", ""), details.get("environment", ""))),
        title=title_of(alert.summary),
        link=link_of(*(link.href for link in event.links), event.client_url),
        occurred_at=at,
        starts_at=alert.timestamp if begins else None,
        ends_at=at if resolved else None,
        labels=linted(details, alert.severity),
    )


def _key(event: EventsDelivery) -> str:
    """Senders may leave the key to the receiver, for a trigger; the same words are then the same alert.

    Raises Malformed if there is nothing by which the alert could be known again.
    """
    alert = event.payload
    if not event.dedup_key and (event.event_action != "trigger" or not alert.summary):
        raise Malformed("This delivery cannot be read: dedup_key: needed, or payload.summary of a trigger.")
    words = {"summary": alert.summary, "source": alert.source, "component": alert.component}
    return key_of(event.dedup_key, fingerprint(words))


def _origin(event: EventsDelivery) -> str:
    named = event.payload.custom_details.get("origin", "")
    return first(named, host_of(event.client_url), event.client, SOURCE)[:MAX_WORD]
