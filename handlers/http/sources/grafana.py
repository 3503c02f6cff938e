"""Grafana's alerting webhook: Alertmanager's format with more links.

Every alert has its own status; ``state`` and ``status`` at the top are the group's. Grafana
tells of missing data and of a failing data source with alerts of its own, named
``DatasourceNoData`` and ``DatasourceError``: nobody knows how the service is, so they are
taken for missing data and never for an outage.

The origin is the system that measured. Rules that Grafana evaluates over a Prometheus should
carry that Prometheus' name in the label ``origin``, or the two count as independent.

Source: Grafana docs, "Configure webhook notifications".
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from handlers.http.sources.alertmanager import AlertmanagerAlert, status_of
from handlers.http.sources.payload import (
    MAX_WORD,
    Foreign,
    Word,
    env_of,
    fingerprint,
    first,
    host_of,
    joined,
    key_of,
    kind_of,
    link_of,
    require_few,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalStatus

SOURCE: Final = "grafana"

_ORIGIN_LABELS = ("origin", "prometheus", "monitor", "cluster")
_SERVICE_LABELS = ("service", "service_name", "grafana_folder", "job", "namespace", "alertname")
_BLIND = ("DatasourceNoData", "DatasourceError")


class GrafanaAlert(AlertmanagerAlert):
    """One alert of the group, with the places where it can be looked at."""

    dashboardURL: Word = ""  # noqa: N815 - Grafana's names
    panelURL: Word = ""  # noqa: N815


class GrafanaDelivery(Foreign):
    """The group."""

    externalURL: Word = ""  # noqa: N815 - Grafana's name
    alerts: tuple[GrafanaAlert, ...]


_SHAPE = TypeAdapter(GrafanaDelivery)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal for each alert. Raises Malformed."""
    delivery = understood(_SHAPE, raw)
    require_few(delivery.alerts)
    return tuple(_signal(alert, delivery, received_at) for alert in delivery.alerts)


def _signal(alert: GrafanaAlert, delivery: GrafanaDelivery, received_at: datetime) -> Signal:
    labels = alert.labels
    status = _status(alert, received_at)
    resolved = status is SignalStatus.RESOLVED
    severity = first(labels.get("severity", ""), labels.get("priority", ""))
    named = first(*(labels.get(name, "") for name in _ORIGIN_LABELS))
    return Signal(
        source=SOURCE,
        dedup_key=key_of(alert.fingerprint, fingerprint(labels)),
        origin=first(named, host_of(delivery.externalURL), SOURCE)[:MAX_WORD],
        status=status,
        kind=kind_of(labels.get("kind", "")),
        severity=severity_of(severity),
        service_hint=first(*(labels.get(name, "") for name in _SERVICE_LABELS))[:MAX_WORD],
        env=env_of(first(labels.get("env", ""), labels.get("environment", ""))),
        title=title_of(
            alert.annotations.get("summary", ""),
            labels.get("alertname", ""),
            alert.annotations.get("description", ""),
        ),
        link=link_of(
            alert.panelURL,
            alert.dashboardURL,
            joined(delivery.externalURL, alert.generatorURL),
            delivery.externalURL,
        ),
        occurred_at=(alert.endsAt if resolved else alert.startsAt) or received_at,
        starts_at=alert.startsAt,
        ends_at=alert.endsAt if resolved else None,
        labels=linted(labels, severity),
    )


def _status(alert: GrafanaAlert, received_at: datetime) -> SignalStatus:
    status = status_of(alert, received_at)
    blind = status is SignalStatus.FIRING and alert.labels.get("alertname") in _BLIND
    return SignalStatus.NODATA if blind else status
