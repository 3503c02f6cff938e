"""Datadog's webhook, written by the template that we ship (``datadog-webhook.json``).

Datadog sends whatever the customer's template says, so the keys are ours and the values are
Datadog's variables. A variable that has no value in an event may arrive as its own name,
such as ``$ALERT_PRIORITY``, and counts as not given.

A cycle lasts from the first trigger to the recovery and has a key of its own, so a reminder
("Renotify") of a cycle that is over belongs to that cycle and cannot reopen anything newer.

Source: Datadog docs, "Webhooks", variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, TypeAdapter

from handlers.http.sources.moments import Moment
from handlers.http.sources.payload import (
    MAX_WORD,
    Foreign,
    Labels,
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

SOURCE: Final = "datadog"

_FIRING = {"triggered", "re-triggered", "warn", "re-warn", "renotify"}
_NODATA = {"no data", "re-no data"}
_RESOLVED = {"recovered", "warn recovered", "no data recovered"}
_NO_SEVERITY = {"success", "recovery", "normal", "user_update"}
"""Event types that say something else than how bad it is."""
_MAX_TAGS = 200


def _filled(value: str) -> str:
    return "" if value.startswith("$") else value


Filled = Annotated[Word, AfterValidator(_filled)]


class DatadogDelivery(Foreign):
    """The keys of our template."""

    cycle: Filled = ""
    aggregate: Filled = ""
    monitor: Filled = ""
    scope: Filled = ""
    transition: Filled
    priority: Filled = ""
    type: Filled = ""
    date: Moment = None
    tags: Filled = ""
    host: Filled = ""
    title: Filled = ""
    link: Filled = ""


_SHAPE = TypeAdapter(DatadogDelivery)
_TAGS: TypeAdapter[dict[str, str]] = TypeAdapter(Labels)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal. Raises Malformed."""
    told = understood(_SHAPE, raw)
    status = _status(told.transition)
    key = key_of(told.cycle, told.aggregate, ":".join(filter(None, (told.monitor, told.scope))))
    if not key:
        raise Malformed("This delivery cannot be read: cycle, aggregate or monitor: one is needed.")
    tags = _TAGS.validate_python(dict([*_tags(told.scope), *_tags(told.tags)]))
    severity = first(told.priority, "" if told.type.lower() in _NO_SEVERITY else told.type)
    at = told.date or received_at
    signal = Signal(
        source=SOURCE,
        dedup_key=key,
        origin=first(tags.get("origin", ""), SOURCE)[:MAX_WORD],
        status=status,
        kind=kind_of(tags.get("kind", "")),
        severity=severity_of(severity),
        service_hint=first(tags.get("service", ""), tags.get("host", ""), told.host)[:MAX_WORD],
        env=env_of(first(tags.get("env", ""), tags.get("environment", ""))),
        title=title_of(told.title, f"Monitor {told.monitor}" if told.monitor else ""),
        link=link_of(told.link),
        occurred_at=at,
        starts_at=None,
        ends_at=at if status is SignalStatus.RESOLVED else None,
        labels=linted(tags, severity),
    )
    return (signal,)


def _status(transition: str) -> SignalStatus:
    """Raises Malformed for a transition at which we would have to guess."""
    word = transition.lower()
    for status, words in (
        (SignalStatus.FIRING, _FIRING),
        (SignalStatus.NODATA, _NODATA),
        (SignalStatus.RESOLVED, _RESOLVED),
    ):
        if word in words:
            return status
    raise Malformed("This delivery cannot be read: transition: none that Datadog's documents name.")


def _tags(text: str) -> Iterator[tuple[str, str]]:
    """``service:checkout,env:prod`` as pairs; a tag without a value has an empty one."""
    for tag in text.split(",", _MAX_TAGS)[:_MAX_TAGS]:
        name, _, value = tag.strip().partition(":")
        if name:
            yield name, value
