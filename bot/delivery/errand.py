"""One attempt to deliver one effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from playbooks.domain.effects import Effect

E = TypeVar("E", bound=Effect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand(Generic[E]):
    """One attempt to deliver one effect."""

    id: str
    """The delivery id, which our messages carry in their metadata."""
    effect: E
    tried_since: datetime | None
    """When it may first have reached Slack, in real time; None if it certainly has not."""
