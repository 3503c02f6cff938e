"""Our own plain JSON, for everything that has no adapter: probes, scripts, service desks.

One alert, or a list of them::

    {"key": "probe-checkout", "status": "firing", "severity": "critical", "service": "checkout",
     "env": "production", "origin": "probe-eu", "kind": "probe", "title": "Checkout times out",
     "url": "https://probe.example/1", "started_at": "2026-06-02T10:00:00Z"}

Only ``key``, ``status`` and ``service`` are needed. Systems that measure apart must name their
``origin``: without one they count as the same and do not confirm each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, TypeAdapter

from handlers.http.sources.payload import (
    MAX_WORD,
    Foreign,
    Instant,
    Labels,
    Word,
    env_of,
    kind_of,
    link_of,
    require_few,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalStatus

SOURCE: Final = "generic"

Needed = Annotated[Word, Field(min_length=1, max_length=MAX_WORD)]


class GenericAlert(Foreign):
    """One alert. Its JSON Schema is the public description of this format."""

    key: Needed
    """The same key is the same alert."""
    status: SignalStatus
    service: Needed
    """A name or an alias from the catalogue."""
    env: Word = ""
    severity: Word = ""
    """1 (worst) to 5 (information), or a word such as critical, high, warning, low, info."""
    kind: Word = ""
    origin: Annotated[Word, Field(max_length=MAX_WORD)] = ""
    title: Word = ""
    url: Word = ""
    started_at: Instant = None
    ended_at: Instant = None
    occurred_at: Instant = None
    """When the sender learnt it; else its start or its end, else when it was received."""
    by: Annotated[Word, Field(max_length=MAX_WORD)] = ""
    """Who acknowledged it; only said with the status ``acknowledged``."""
    labels: Labels = Field(default_factory=dict)


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_SHAPE: TypeAdapter[list[GenericAlert]] = TypeAdapter(Annotated[list[GenericAlert], BeforeValidator(_listed)])


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal for each alert. Raises Malformed."""
    alerts = understood(_SHAPE, raw)
    require_few(alerts)
    return tuple(_signal(alert, received_at) for alert in alerts)


def _signal(alert: GenericAlert, received_at: datetime) -> Signal:
    resolved = alert.status is SignalStatus.RESOLVED
    told_at = alert.ended_at if resolved else alert.started_at
    return Signal(
        source=SOURCE,
        dedup_key=alert.key,
        origin=alert.origin or SOURCE,
        status=alert.status,
        kind=kind_of(alert.kind),
        severity=severity_of(alert.severity),
        service_hint=alert.service,
        env=env_of(alert.env),
        title=title_of(alert.title, alert.key),
        link=link_of(alert.url),
        occurred_at=alert.occurred_at or told_at or received_at,
        starts_at=alert.started_at,
        ends_at=alert.ended_at if resolved else None,
        labels=linted(alert.labels, alert.severity),
        by=alert.by,
    )
