"""What a user noticed: it never opens a second incident, and it is never lost.

A report about a service with an open incident belongs to that incident. One about a service
on which nobody works yet waits for a while, and belongs to whatever is declared on it then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.ids import IncidentId, ReportId, ServiceName, UserId
from playbooks.domain.incident import Incident, Major, State


@dataclass(frozen=True, slots=True, kw_only=True)
class UserReport:
    """One report. ``incident`` is None while it waits for one."""

    id: ReportId
    incident: IncidentId | None
    service: ServiceName
    env: str
    text: str
    author: UserId
    at: datetime
    link: str
    """The message in which it was said; empty if it was written to us."""
    version: int = 0


def addressee(service: ServiceName, *, env: str, incidents: Iterable[Incident]) -> Incident | None:
    """The incident to which a report belongs, among those that are open or ended lately.

    One that people work on goes before one that is resolved, an accepted one before a
    proposed one, and of equals the newest is meant.
    """
    about = [
        i
        for i in incidents
        if i.env == env and service in i.impacted and i.drill is None and not i.private
        if i.is_live or i.state is State.RESOLVED
    ]
    return max(about, key=lambda i: (i.is_live, i.major is Major.ACCEPTED, i.id), default=None)
