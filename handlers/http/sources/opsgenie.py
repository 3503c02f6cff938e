"""Opsgenie's outgoing webhook.

Create, Close, Delete and Acknowledge are signals; that somebody assigned or wrote a note is not.
``createdAt`` is in milliseconds and ``updatedAt`` has been seen in nanoseconds.

The origin is the system that measured: the detail ``origin``, else the host of the alert's
``source`` where that is an address (Alertmanager writes its own there), else Opsgenie.

Source: Opsgenie docs, "Alert action data". Atlassian ends Opsgenie in April 2027.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, TypeAdapter

from handlers.http.sources.moments import Moment
from handlers.http.sources.payload import (
    MAX_WORD,
    Details,
    Foreign,
    Malformed,
    Word,
    env_of,
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

SOURCE: Final = "opsgenie"

_STATUS = {
    "create": SignalStatus.FIRING,
    "close": SignalStatus.RESOLVED,
    "delete": SignalStatus.RESOLVED,
    "acknowledge": SignalStatus.ACKNOWLEDGED,
}
_MAX_TAGS = 64


def _words(value: object) -> object:
    """Tags; at most so many, and nothing that is no word."""
    return [tag for tag in value[:_MAX_TAGS] if isinstance(tag, str)] if isinstance(value, list) else []


class OpsgenieAlert(Foreign):
    """The alert after the action."""

    alias: Word = ""
    alertId: Word = ""  # noqa: N815 - Opsgenie's names
    message: Word = ""
    description: Word = ""
    priority: Word = ""
    entity: Word = ""
    source: Word = ""
    username: Word = ""
    """Who did it."""
    tags: Annotated[tuple[Word, ...], BeforeValidator(_words)] = ()
    details: Details = Field(default_factory=dict)
    createdAt: Moment = None  # noqa: N815
    updatedAt: Moment = None  # noqa: N815


class OpsgenieDelivery(Foreign):
    """One action."""

    action: Annotated[Word, Field(min_length=1)]
    alert: OpsgenieAlert


_SHAPE = TypeAdapter(OpsgenieDelivery)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal; none if the action changes nothing for us. Raises Malformed."""
    told = understood(_SHAPE, raw)
    status = _STATUS.get(told.action.lower())
    return () if status is None else (_signal(told.alert, status, received_at),)


def _signal(alert: OpsgenieAlert, status: SignalStatus, received_at: datetime) -> Signal:
    key = key_of(alert.alias, alert.alertId)
    if not key:
        raise Malformed("This delivery cannot be read: alert.alias or alert.alertId: one is needed.")
    resolved = status is SignalStatus.RESOLVED
    said = dict(_pairs(alert.tags)) | alert.details
    began = status is SignalStatus.FIRING
    at = (alert.createdAt if began else alert.updatedAt) or received_at
    return Signal(
        source=SOURCE,
        dedup_key=key,
        origin=first(said.get("origin", ""), host_of(alert.source), SOURCE)[:MAX_WORD],
        status=status,
        kind=kind_of(said.get("kind", "")),
        severity=severity_of(alert.priority),
        service_hint=first(said.get("service", ""), alert.entity, *alert.tags[:1])[:MAX_WORD],
        env=env_of(first(said.get("env", ""), said.get("environment", ""))),
        title=title_of(alert.message, alert.description),
        link=link_of(said.get("url", ""), alert.source),
        occurred_at=at,
        starts_at=alert.createdAt,
        ends_at=at if resolved else None,
        labels=linted(alert.details, alert.priority),
        by=alert.username[:MAX_WORD] if status is SignalStatus.ACKNOWLEDGED else "",
    )


def _pairs(tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Tags such as ``service:checkout``."""
    for tag in tags:
        name, colon, value = tag.partition(":")
        if colon and name:
            yield name.strip(), value.strip()
