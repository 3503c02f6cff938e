"""CloudEvents 1.0, one or a batch, whose data is an alert.

The envelope says who and when, the data says what, in the words of our own plain JSON:
``key``, ``status``, ``service``, ``severity``, ``title``, ``url``, ``env``, ``origin``, ``kind``,
``started_at``, ``ended_at``, ``labels``. Without ``status`` the last part of the type counts, such as
``…firing`` or ``…resolved``; without ``key`` the subject, within its source.

Source: CloudEvents specification 1.0.2, with its JSON format and HTTP binding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import unquote

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
    require_few,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalStatus

SOURCE: Final = "cloudevents"

_WORDS = {
    SignalStatus.FIRING: "firing fired triggered alarm alerting critical detected opened problem",
    SignalStatus.RESOLVED: "resolved recovered ok closed cleared normal",
    SignalStatus.NODATA: "nodata no_data insufficient_data unknown",
}
_STATUS = {word: status for status, words in _WORDS.items() for word in words.split()}
_BINARY = "ce-"
_MAX_ATTRIBUTE = 2_000

Needed = Annotated[Word, Field(min_length=1)]


def _or_empty(value: object) -> object:
    return value if isinstance(value, dict) else {}


class AlertData(Foreign):
    """What is wrong."""

    key: Word = ""
    status: Word = ""
    service: Word = ""
    severity: Word = ""
    title: Word = ""
    url: Word = ""
    env: Word = ""
    origin: Word = ""
    kind: Word = ""
    started_at: Moment = None
    ended_at: Moment = None
    labels: Details = Field(default_factory=dict)


class CloudEvent(Foreign):
    """The envelope. ``source`` and ``id`` together are the delivery."""

    id: Needed
    source: Needed
    type: Needed
    subject: Word = ""
    time: Moment = None
    data: Annotated[AlertData, BeforeValidator(_or_empty)] = AlertData()


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_SHAPE: TypeAdapter[list[CloudEvent]] = TypeAdapter(Annotated[list[CloudEvent], BeforeValidator(_listed)])


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal for each event. Raises Malformed."""
    events = understood(_SHAPE, raw)
    require_few(events)
    return tuple(_signal(event, received_at) for event in events)


def structured(headers: Mapping[str, str], raw: bytes) -> bytes:
    """A delivery in binary mode, whose attributes are headers, as the one document it stands for.

    The data is not looked into. A body in structured or batch mode comes back as it is.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    attributes = {
        name.removeprefix(_BINARY): unquote(value)[:_MAX_ATTRIBUTE]
        for name, value in lowered.items()
        if name.startswith(_BINARY)
    }
    whole = lowered.get("content-type", "").lower().startswith("application/cloudevents")
    if whole or "specversion" not in attributes:
        return raw
    attributes.pop("data", None)
    return json.dumps(attributes, sort_keys=True).encode()[:-1] + b', "data": ' + raw + b"}"


def _signal(event: CloudEvent, received_at: datetime) -> Signal:
    data = event.data
    status = _status(event)
    resolved = status is SignalStatus.RESOLVED
    told_at = data.ended_at if resolved else data.started_at
    return Signal(
        source=SOURCE,
        dedup_key=_key(event),
        origin=first(data.origin, host_of(event.source), event.source)[:MAX_WORD],
        status=status,
        kind=kind_of(data.kind),
        severity=severity_of(data.severity),
        service_hint=data.service[:MAX_WORD],
        env=env_of(data.env),
        title=title_of(data.title, event.subject, event.type),
        link=link_of(data.url),
        occurred_at=event.time or told_at or received_at,
        starts_at=data.started_at,
        ends_at=(data.ended_at or event.time or received_at) if resolved else None,
        labels=linted(data.labels, data.severity),
    )


def _status(event: CloudEvent) -> SignalStatus:
    """Raises Malformed if neither the data nor the type says whether it burns."""
    word = first(event.data.status, event.type.rpartition(".")[2]).lower()
    if word not in _STATUS:
        raise Malformed("This delivery cannot be read: data.status: firing, resolved or nodata is needed.")
    return _STATUS[word]


def _key(event: CloudEvent) -> str:
    if not event.data.key and not event.subject:
        raise Malformed("This delivery cannot be read: data.key or subject: one is needed.")
    return key_of(event.data.key, f"{event.source}#{event.subject}")
