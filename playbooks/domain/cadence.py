"""When the next stakeholder update is due.

Silence is the failure readers remember, so an update is due even when nothing changed.
The drum is faster at first; the update that slows it down says so by its promise.
"""

from __future__ import annotations

from datetime import datetime

from playbooks.schema import Updates


def next_due(declared_at: datetime, policy: Updates, *, at: datetime | None) -> datetime:
    """When the update after the one sent at ``at`` is due; ``at`` None means none was sent yet."""
    if at is None:
        return declared_at + policy.first
    relaxed = at >= declared_at + policy.relax_after
    return at + (policy.relaxed if relaxed else policy.every)
