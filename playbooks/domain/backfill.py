"""An incident that is over before it is written down: its times have to be possible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from playbooks.domain.errors import NeedsWords
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.instants import day_and_time_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What somebody remembers of it. All instants are aware UTC."""

    title: str
    service: str
    """By any name of the catalogue."""
    severity: int
    began_at: datetime
    """When users began to miss something."""
    detected_at: datetime
    mitigated_at: datetime | None
    """None if it was mitigated by being resolved."""
    resolved_at: datetime
    code: ResolutionCode
    note: str = ""
    env: str = "production"


def require_possible(past: Past, *, at: datetime) -> None:
    """Each time follows the one before it, and none lies ahead. Raises NeedsWords."""
    served = past.mitigated_at or past.resolved_at
    steps = (
        ("began", "it began", past.began_at),
        ("detected", "it was noticed", past.detected_at),
        ("mitigated", "it was mitigated", served),
        ("resolved", "it was resolved", past.resolved_at),
        ("", "now", at),
    )
    for (field, earlier, one), (_, later, other) in pairwise(steps):
        if one > other:
            raise NeedsWords(
                f"This cannot be: {earlier} ({day_and_time_of(one)}) after {later} "
                f"({day_and_time_of(other)}).",
                about=field,
            )
