"""What a row of the outbox looks like to the worker that has it, and to people who look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import RowMapping

from playbooks.domain.effects import Effect
from playbooks.domain.ids import IncidentId
from storage.mapping import Unreadable, decode_effect

CLAIMED = ("id", "effect", "lane", "attempts", "fence", "owed_at", "first_tried_at")
"""The columns of which ``owed_from`` makes a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An effect that is ours to deliver until the lease runs out."""

    id: str
    """Also the delivery id in Slack's message metadata."""
    effect: Effect
    lane: str | None
    attempts: int
    """This one included; a revived row counts from one again."""
    fence: int
    owed_at: datetime
    first_tried_at: datetime | None
    """None: nobody has tried before, so nothing can have reached Slack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A row as people look at it."""

    id: str
    incident: IncidentId
    kind: str
    """The effect's class name."""
    effect: Effect | None
    """None if this version cannot read it."""
    lane: str | None
    state: str
    attempts: int
    owed_at: datetime
    due_at: datetime
    first_tried_at: datetime | None
    leased_until: datetime | None
    worker: str | None
    settled_at: datetime | None
    result: Mapping[str, object] | None
    reason: str | None


def owed_from(row: Mapping[str, Any]) -> Owed:
    """The claim that was just made on a row. Raises Unreadable."""
    return Owed(
        id=row["id"],
        effect=decode_effect(row["effect"]),
        lane=row["lane"],
        attempts=row["attempts"],
        fence=row["fence"],
        owed_at=row["owed_at"],
        # The fence counts all claims there ever were, also those before a revival.
        first_tried_at=None if row["fence"] == 1 else row["first_tried_at"],
    )


def row_from(row: Mapping[str, Any] | RowMapping) -> OutboxRow:
    """A row for people, readable or not."""
    try:
        effect = decode_effect(row["effect"])
    except Unreadable:
        effect = None
    return OutboxRow(
        id=row["id"],
        incident=IncidentId(row["incident"]),
        kind=row["kind"],
        effect=effect,
        lane=row["lane"],
        state=row["state"],
        attempts=row["attempts"],
        owed_at=row["owed_at"],
        due_at=row["due_at"],
        first_tried_at=row["first_tried_at"],
        leased_until=row["leased_until"],
        worker=row["worker"],
        settled_at=row["settled_at"],
        result=row["result"],
        reason=row["reason"],
    )
