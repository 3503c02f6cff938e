"""A drill, and its end."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillJoined(Event):
    """Somebody takes part in the drill from here on; only those who do hear of it."""

    person: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillBecameReal(Event):
    """What began as a drill is an incident; everybody is called now."""

    reason: str
