"""CDEvents about incidents: detected, reported, resolved.

The version at the end of the type is not looked at. Events about builds, tests and deployments
say nothing here. An event may come alone or inside of a CloudEvent.

Source: CDEvents specification, "Continuous operations events".
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, TypeAdapter

from handlers.http.sources.moments import Moment
from handlers.http.sources.payload import (
    MAX_WORD,
    Details,
    Foreign,
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

SOURCE: Final = "cdevents"

_INCIDENT = re.compile(r"dev\.cdevents\.incident\.(detected|reported|resolved)(?:\.|\Z)")

Needed = Annotated[Word, Field(min_length=1)]


def _or_empty(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _unwrapped(value: object) -> object:
    """The event inside of a CloudEvent."""
    return value["data"] if isinstance(value, dict) and isinstance(value.get("data"), dict) else value


class Context(Foreign):
    """Who says it, and when."""

    id: Word = ""
    source: Word = ""
    type: Needed
    timestamp: Moment = None


class Referred(Foreign):
    """A service or an environment."""

    id: Word = ""


class Content(Foreign):
    """What is known of the incident."""

    description: Word = ""
    service: Annotated[Referred, BeforeValidator(_or_empty)] = Referred()
    environment: Annotated[Referred, BeforeValidator(_or_empty)] = Referred()
    artifactId: Word = ""  # noqa: N815 - the name in the specification


class Subject(Foreign):
    """The incident; its id is the same until it is resolved."""

    id: Needed
    content: Annotated[Content, BeforeValidator(_or_empty)] = Content()


class CdEvent(Foreign):
    """One event about anything."""

    context: Context


class IncidentEvent(CdEvent):
    """One event about an incident."""

    subject: Subject
    customData: Details = Field(default_factory=dict)  # noqa: N815 - the name in the specification


_ANY: TypeAdapter[CdEvent] = TypeAdapter(Annotated[CdEvent, BeforeValidator(_unwrapped)])
_SHAPE: TypeAdapter[IncidentEvent] = TypeAdapter(Annotated[IncidentEvent, BeforeValidator(_unwrapped)])


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal; none if the event is about something else. Raises Malformed."""
    found = _INCIDENT.match(understood(_ANY, raw).context.type)
    return () if found is None else (_signal(understood(_SHAPE, raw), found[1], received_at),)


def _signal(event: IncidentEvent, happened: str, received_at: datetime) -> Signal:
    content, said = event.subject.content, event.customData
    resolved = happened == "resolved"
    at = event.context.timestamp or received_at
    return Signal(
        source=SOURCE,
        dedup_key=key_of(event.subject.id),
        origin=first(said.get("origin", ""), host_of(event.context.source), event.context.source, SOURCE)[
            :MAX_WORD
        ],
        status=SignalStatus.RESOLVED if resolved else SignalStatus.FIRING,
        kind=SignalKind.REPORT if happened == "reported" else SignalKind.ALERT,
        severity=severity_of(said.get("severity", "")),
        service_hint=first(content.service.id, content.artifactId)[:MAX_WORD],
        env=env_of(content.environment.id),
        title=title_of(content.description, event.subject.id),
        link=link_of(said.get("url", "")),
        occurred_at=at,
        starts_at=None if resolved else event.context.timestamp,
        ends_at=at if resolved else None,
        labels=linted(said, said.get("severity", "")),
    )
