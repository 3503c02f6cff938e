"""Tables of work that waits: what is owed, what arrived, when to look again, what was seen.

A row is leased, not taken: whoever dies with it loses it to the next after a while. Every
lease raises the ``fence``, so that a late hand can be told from the one that holds it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, Table, Text, text

from storage.tables import metadata
from storage.types import Instant, Json, Position

__all__ = ["inbox", "jobs", "metadata", "outbox", "readings", "seen", "timers", "voices"]

outbox = Table(
    "outbox",
    metadata,
    Column("position", Position, sa.Identity(), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("incident", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("effect", Json, nullable=False),
    Column("lane", Text),
    Column("priority", Integer, nullable=False),
    Column("coalesces", Text),
    Column("state", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("worker", Text),
    Column("leased_until", Instant),
    Column("owed_at", Instant, nullable=False),
    Column("first_tried_at", Instant),
    Column("settled_at", Instant),
    Column("result", Json),
    Column("reason", Text),
    Index(
        "ix_outbox_buried",
        "position",
        sqlite_where=text("state = 'buried'"),
        postgresql_where=text("state = 'buried'"),
    ),
    Index(
        "ix_outbox_unsettled",
        "priority",
        "position",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index(
        "ix_outbox_lanes",
        "lane",
        "position",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index(
        "uq_outbox_coalesces",
        "coalesces",
        unique=True,
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_outbox_leased",
        "worker",
        sqlite_where=text("leased_until IS NOT NULL"),
        postgresql_where=text("leased_until IS NOT NULL"),
    ),
)

inbox = Table(
    "inbox",
    metadata,
    Column("position", Position, sa.Identity(), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", sa.LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("worker", Text),
    Column("leased_until", Instant),
    Column("reason", Text),
    sa.UniqueConstraint("source", "key"),
    Index("ix_inbox_state_position", "state", "position"),
    Index(
        "ix_inbox_leased",
        "worker",
        sqlite_where=text("leased_until IS NOT NULL"),
        postgresql_where=text("leased_until IS NOT NULL"),
    ),
)

timers = Table(
    "timers",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("incident", Integer),
    Column("due_at", Instant, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("worker", Text),
    Column("leased_until", Instant),
    Index("ix_timers_due_at", "due_at"),
    Index("ix_timers_incident", "incident"),
    Index(
        "ix_timers_leased",
        "worker",
        sqlite_where=text("leased_until IS NOT NULL"),
        postgresql_where=text("leased_until IS NOT NULL"),
    ),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job", Text, primary_key=True),
    Column("slot", Instant, primary_key=True),
    Column("worker", Text),
    Column("leased_until", Instant),
    Column("done_at", Instant),
    Index(
        "ix_jobs_leased",
        "worker",
        sqlite_where=text("leased_until IS NOT NULL"),
        postgresql_where=text("leased_until IS NOT NULL"),
    ),
)

readings = Table(
    "readings", metadata, Column("channel", Text, primary_key=True), Column("until", Text, nullable=False)
)

voices = Table(
    "voices",
    metadata,
    Column("incident", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
)

seen = Table(
    "seen",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("response", Json),
    Index("ix_seen_at", "at"),
)
