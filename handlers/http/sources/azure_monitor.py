"""Azure Monitor's common alert schema.

Azure's older schemas differ by kind of alert; the action group has to switch on the common
one. A resolved alert carries both times. Azure knows no services of ours: name the service in
the custom properties of the rule, else the resource is looked up.

Source: Microsoft Learn, "Common alert schema".
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
    first,
    key_of,
    kind_of,
    link_of,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalStatus

SOURCE: Final = "azuremonitor"

_MAX_TARGETS = 64


def _words(value: object) -> object:
    return [word for word in value[:_MAX_TARGETS] if isinstance(word, str)] if isinstance(value, list) else []


Words = Annotated[tuple[Word, ...], BeforeValidator(_words)]


class Essentials(Foreign):
    """What every kind of alert says."""

    alertId: Word = ""  # noqa: N815 - Azure's names
    originAlertId: Word = ""  # noqa: N815
    alertRule: Word = ""  # noqa: N815
    description: Word = ""
    severity: Word = ""
    monitorCondition: Literal["Fired", "Resolved"]  # noqa: N815
    monitoringService: Word = ""  # noqa: N815
    alertTargetIDs: Words = ()  # noqa: N815
    configurationItems: Words = ()  # noqa: N815
    investigationLink: Word = ""  # noqa: N815
    firedDateTime: Moment = None  # noqa: N815
    resolvedDateTime: Moment = None  # noqa: N815


class AzureAlert(Foreign):
    """The alert, and what the operator wrote beside its rule."""

    essentials: Essentials
    customProperties: Details = Field(default_factory=dict)  # noqa: N815 - Azure's name


class AzureDelivery(Foreign):
    """One change of one alert."""

    schemaId: Literal["azureMonitorCommonAlertSchema"]  # noqa: N815 - Azure's name
    data: AzureAlert


_SHAPE = TypeAdapter(AzureDelivery)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal. Raises Malformed."""
    return (_signal(understood(_SHAPE, raw).data, received_at),)


def _signal(alert: AzureAlert, received_at: datetime) -> Signal:
    told, said = alert.essentials, alert.customProperties
    key = key_of(told.alertId, told.originAlertId)
    if not key:
        raise Malformed(
            "This delivery cannot be read: data.essentials.alertId or originAlertId: one is needed."
        )
    resolved = told.monitorCondition == "Resolved"
    at = (told.resolvedDateTime if resolved else told.firedDateTime) or received_at
    return Signal(
        source=SOURCE,
        dedup_key=key,
        origin=first(said.get("origin", ""), SOURCE)[:MAX_WORD],
        status=SignalStatus.RESOLVED if resolved else SignalStatus.FIRING,
        kind=kind_of(said.get("kind", "")),
        severity=severity_of(told.severity),
        service_hint=first(said.get("service", ""), *told.configurationItems, *_resources(told))[:MAX_WORD],
        env=env_of(first(said.get("env", ""), said.get("environment", ""))),
        title=title_of(told.alertRule, told.description),
        link=link_of(said.get("url", ""), told.investigationLink),
        occurred_at=at,
        starts_at=told.firedDateTime,
        ends_at=at if resolved else None,
        labels=linted(said, told.severity),
    )


def _resources(told: Essentials) -> tuple[str, ...]:
    """The last part of each target, which is the name of a resource."""
    return tuple(target.rstrip("/").rpartition("/")[2] for target in told.alertTargetIDs)
