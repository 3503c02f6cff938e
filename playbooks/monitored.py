"""The catalogue's part about monitoring: what alerts name, and when they are expected.

Configuration items lead from a machine or a workload to the service whose people look after
it; routes do so for labels; objectives say which share of requests must succeed; maintenance
says when an alert is no news.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from playbooks.schema import Duration, Name, Part, Share

Label = Annotated[str, Field(min_length=1, max_length=128)]
Item = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}$")]


class ConfigurationItem(Part):
    """A machine, a workload or a function that alerts name. Its custodian's people look after it."""

    custodian: Name
    names: tuple[Item, ...] = ()
    """Other words for it: addresses, full host names, resource ids."""


class Route(Part):
    """Which service alerts with certain labels are about. ``*`` stands for anything."""

    when: Annotated[dict[Label, str], Field(min_length=1)]
    service: Name


class Objective(Part):
    """The share of good events that a service promises itself over a period."""

    name: Name
    target: Share
    period: Duration = timedelta(days=30)

    @model_validator(mode="after")
    def _leaves_a_budget(self) -> Self:
        if not 0 < self.target < 1:
            message = "the target must be below 100%: nothing is always right, and no budget would be left"
            raise ValueError(message)
        if self.period <= timedelta(0):
            message = "the period of an objective must be longer than nothing"
            raise ValueError(message)
        return self


class Maintenance(Part):
    """Announced work during which alerts on its services are no news. Half-open, [start, end)."""

    title: str
    services: Annotated[tuple[Name, ...], Field(min_length=1)]
    env: str = "production"
    announced: AwareDatetime
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _was_announced(self) -> Self:
        if self.end <= self.start:
            message = "a maintenance window must end after its start"
            raise ValueError(message)
        if self.announced >= self.start:
            message = "a maintenance window must be announced before it starts; else it is an outage"
            raise ValueError(message)
        return self
