"""An incident in which nobody says or does anything: asked about, then passed up.

What is forgotten at night is still open in the morning. Whoever commands is asked privately;
if nothing happens then, a duty manager is. The room is left alone: nobody is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from playbooks.domain.incident import Incident, Major
from playbooks.schema import Stale


class Rung(IntEnum):
    """How far up a silence has gone."""

    NONE = 0
    COMMANDER = 1
    DUTY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How far up it goes now, and when to look again."""

    rung: Rung
    look_at: datetime


def patience(incident: Incident, policy: Stale) -> timedelta | None:
    """How long an incident of this severity may be silent; None if it may for ever."""
    if incident.major is not Major.ACCEPTED or not incident.is_live:
        return None
    return policy.after.get(incident.severity)


def silence(heard_at: datetime, *, at: datetime, after: timedelta, policy: Stale) -> Silence:
    """What a silence since ``heard_at`` asks for. A sign of life begins it anew."""
    asked, passed_up = heard_at + after, heard_at + after + policy.escalate_after
    if at < asked:
        return Silence(rung=Rung.NONE, look_at=asked)
    if at < passed_up:
        return Silence(rung=Rung.COMMANDER, look_at=passed_up)
    return Silence(rung=Rung.DUTY, look_at=at + after)
