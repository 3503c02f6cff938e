"""Counts of good and bad events, from which error budgets are read.

For whatever can count but has no burn-rate alerts of its own::

    {"service": "checkout", "objective": "availability", "at": "2026-06-02T10:00:00Z",
     "counts": [{"window": "1h", "bad": 150, "total": 10000},
                {"window": "5m", "bad": 16, "total": 1000}]}

The windows are those of the playbook and end at ``at``. What the counts amount to is decided
with the objective from the catalogue; this only reads them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, TypeAdapter, WithJsonSchema, model_validator

from handlers.http.sources.generic import Needed
from handlers.http.sources.payload import (
    MAX_WORD,
    Foreign,
    Instant,
    Labels,
    Word,
    env_of,
    key_of,
    link_of,
    require_few,
    title_of,
    understood,
)
from playbooks.domain.signal import Measured, Signal, SignalKind, SignalStatus
from playbooks.schema import Duration

SOURCE: Final = "sli"
_MOST = 10**15

WINDOW: Final = {"type": "string", "pattern": r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "examples": ["5m", "1h"]}

Count = Annotated[int, Field(ge=0, le=_MOST)]


class Counts(Foreign):
    """Events of one window."""

    window: Annotated[Duration, WithJsonSchema(WINDOW)]
    """One of the playbook's windows."""
    bad: Count
    total: Count

    @model_validator(mode="after")
    def _bad_are_among_all(self) -> Self:
        if self.bad > self.total:
            message = "more bad events than events"
            raise ValueError(message)
        return self


class ServiceLevel(Foreign):
    """The counts of one objective."""

    service: Needed
    objective: Needed
    counts: Annotated[tuple[Counts, ...], Field(min_length=1, max_length=100)]
    env: Word = ""
    at: Instant = None
    """The end of every window; else when it was received."""
    origin: Annotated[Word, Field(max_length=MAX_WORD)] = ""
    title: Word = ""
    url: Word = ""
    labels: Labels = Field(default_factory=dict)


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_SHAPE: TypeAdapter[list[ServiceLevel]] = TypeAdapter(Annotated[list[ServiceLevel], BeforeValidator(_listed)])


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal for each objective. Raises Malformed."""
    told = understood(_SHAPE, raw)
    require_few(told)
    return tuple(_signal(each, received_at) for each in told)


def _signal(told: ServiceLevel, received_at: datetime) -> Signal:
    """The status is open until the counts are held against the objective."""
    env = env_of(told.env)
    return Signal(
        source=SOURCE,
        dedup_key=key_of(f"{told.service}/{told.objective}/{env}"),
        origin=told.origin or SOURCE,
        status=SignalStatus.NODATA,
        kind=SignalKind.SLO_BURN,
        severity=3,
        service_hint=told.service,
        env=env,
        title=title_of(
            told.title, f"The error budget of {told.service} ({told.objective}) is spent too fast"
        ),
        link=link_of(told.url),
        occurred_at=told.at or received_at,
        starts_at=None,
        ends_at=None,
        labels=told.labels,
        objective=told.objective,
        measured=tuple(Measured(window=c.window, bad=c.bad, total=c.total) for c in told.counts),
    )
