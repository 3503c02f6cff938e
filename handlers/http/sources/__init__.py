"""The alert adapters: one for each way in which monitoring speaks.

An adapter is a pure function from the bytes of an authentic delivery to signals. It knows
its sender's format and nothing of incidents.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from handlers.http.sources import (
    alertmanager,
    azure_monitor,
    cdevents,
    cloudevents,
    cloudwatch,
    datadog,
    generic,
    grafana,
    opsgenie,
    pagerduty,
    pagerduty_events,
    sentry,
    sli,
)
from handlers.http.sources.payload import Malformed
from handlers.http.sources.severity import unknown_severities
from playbooks.domain.signal import Signal

__all__ = ["ADAPTERS", "Adapter", "Malformed", "unknown_severities"]


class Adapter(Protocol):
    """Reads one delivery. Raises Malformed with a sentence for its sender."""

    def __call__(self, raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]: ...


ADAPTERS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        alertmanager.SOURCE: alertmanager.parse,
        azure_monitor.SOURCE: azure_monitor.parse,
        cdevents.SOURCE: cdevents.parse,
        cloudevents.SOURCE: cloudevents.parse,
        cloudwatch.SOURCE: cloudwatch.parse,
        datadog.SOURCE: datadog.parse,
        generic.SOURCE: generic.parse,
        grafana.SOURCE: grafana.parse,
        opsgenie.SOURCE: opsgenie.parse,
        pagerduty.SOURCE: pagerduty.parse,
        pagerduty_events.SOURCE: pagerduty_events.parse,
        sentry.SOURCE: sentry.parse,
        sli.SOURCE: sli.parse,
    }
)
"""By the name in ``POST /hooks/{source}``."""
