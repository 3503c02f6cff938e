"""Rights taken for a while in an emergency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBroken(Event):
    """Somebody took authority in an emergency; everybody sees it."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassMended(Event):
    """That authority is over."""

    who: tuple[UserId, ...]
