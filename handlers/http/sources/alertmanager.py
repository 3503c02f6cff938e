"""Prometheus Alertmanager's webhook, version 4.

Every alert has its own status; the one at the top is the group's and says nothing about a
single alert. Alerts that are missing from a delivery are not resolved: the group may have
been truncated, and Alertmanager says "resolved" when it means it.

The origin is the system that measured: the label ``origin``, else the external labels by which
Prometheus servers are told apart (``prometheus``, ``monitor``, ``cluster``), else the host of
``externalURL``. The link to the rule is not used for it, because two replicas of one Prometheus
have two of them and would seem to confirm each other.

Source: Prometheus docs, Alertmanager configuration, "webhook_config".
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import Field, TypeAdapter

from handlers.http.sources.payload import (
    MAX_WORD,
    Foreign,
    Instant,
    Labels,
    Word,
    env_of,
    fingerprint,
    first,
    host_of,
    joined,
    kind_of,
    link_of,
    require_few,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalStatus

SOURCE: Final = "alertmanager"

_ORIGIN_LABELS = ("origin", "prometheus", "monitor", "cluster")
_SERVICE_LABELS = ("service", "job", "namespace", "instance")


class AlertmanagerAlert(Foreign):
    """One alert of the group."""

    status: Literal["firing", "resolved"] | None = None
    labels: Labels = Field(default_factory=dict)
    annotations: Labels = Field(default_factory=dict)
    startsAt: Instant = None  # noqa: N815 - Alertmanager's names
    endsAt: Instant = None  # noqa: N815
    generatorURL: Word = ""  # noqa: N815
    fingerprint: Word = ""


class AlertmanagerDelivery(Foreign):
    """The group. A template may leave out everything but the alerts."""

    externalURL: Word = ""  # noqa: N815 - Alertmanager's names
    alerts: tuple[AlertmanagerAlert, ...]


_SHAPE = TypeAdapter(AlertmanagerDelivery)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal for each alert. Raises Malformed."""
    delivery = understood(_SHAPE, raw)
    require_few(delivery.alerts)
    return tuple(_signal(alert, delivery, received_at) for alert in delivery.alerts)


def _signal(alert: AlertmanagerAlert, delivery: AlertmanagerDelivery, received_at: datetime) -> Signal:
    """The delivery carries no time of sending, so an alert speaks of its start or of its end.

    Counting a firing from when it was received would let a repetition overtake the end.
    """
    labels = alert.labels
    status = status_of(alert, received_at)
    severity = first(labels.get("severity", ""), labels.get("priority", ""))
    told_at = alert.endsAt if status is SignalStatus.RESOLVED else alert.startsAt
    return Signal(
        source=SOURCE,
        dedup_key=(alert.fingerprint or fingerprint(labels))[:MAX_WORD],
        origin=_origin(labels, delivery),
        status=status,
        kind=kind_of(labels.get("kind", "")),
        severity=severity_of(severity),
        service_hint=first(*(labels.get(name, "") for name in _SERVICE_LABELS))[:MAX_WORD],
        env=env_of(first(labels.get("env", ""), labels.get("environment", ""))),
        title=title_of(
            alert.annotations.get("summary", ""),
            alert.annotations.get("message", ""),
            labels.get("alertname", ""),
            alert.annotations.get("description", ""),
        ),
        link=link_of(joined(delivery.externalURL, alert.generatorURL), delivery.externalURL),
        occurred_at=told_at or received_at,
        starts_at=alert.startsAt,
        ends_at=alert.endsAt if status is SignalStatus.RESOLVED else None,
        labels=linted(labels, severity),
    )


def status_of(alert: AlertmanagerAlert, received_at: datetime) -> SignalStatus:
    """What the alert says of itself; if it says nothing, whether its end has passed."""
    if alert.status is not None:
        return SignalStatus(alert.status)
    ended = alert.endsAt is not None and alert.endsAt <= received_at
    return SignalStatus.RESOLVED if ended else SignalStatus.FIRING


def _origin(labels: dict[str, str], delivery: AlertmanagerDelivery) -> str:
    named = first(*(labels.get(name, "") for name in _ORIGIN_LABELS))
    return first(named, host_of(delivery.externalURL), SOURCE)[:MAX_WORD]
