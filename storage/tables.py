"""Tables of the record: one row per thing that a person could point at.

A column has the name of the dataclass field it keeps; ``mapping`` relies on it. Foreign
keys are checked at commit, so a unit may write in the order in which it thinks. The
queues, which no person points at, are in ``queues``.

The file is long because the record is one: whoever reads the database finds it all here.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text, text

from storage.types import Instant, Json, Position

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    },
)


def _key(name: str = "id") -> Column[str]:
    return Column(name, Text, primary_key=True)


IN_BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")
"""Text of which one asks for everything that begins alike: other orders cannot say where that ends."""


def _text(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, Text, nullable=optional)


def _at(name: str, *, optional: bool = False) -> Column[object]:
    return Column(name, Instant, nullable=optional)


def _many(name: str, *, optional: bool = False) -> Column[object]:
    return Column(name, Json, nullable=optional)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False)


def _incident(*, optional: bool = False, primary_key: bool = False) -> Column[int]:
    points = sa.ForeignKey("incidents.id", deferrable=True, initially="DEFERRED")
    return Column("incident", Integer, points, nullable=optional, primary_key=primary_key)


IS_LIVE = "state IN ('open', 'mitigated')"
"""Written like this in queries too: SQLite uses a partial index for the very same words only."""
incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("title"),
    _text("env"),
    Column("severity", Integer, nullable=False),
    _text("state"),
    _text("major"),
    _many("services"),
    _at("impact_started_at"),
    _at("detected_at"),
    _at("declared_at"),
    _text("declared_by"),
    _text("rule", optional=True),
    Column("merged_into", Integer),
    Column("parent", Integer),
    _text("source_link"),
    _text("request_key"),
    _many("drill", optional=True),
    Column("private", Boolean, nullable=False),
    _at("entered_at", optional=True),
    _at("mitigated_at", optional=True),
    _at("resolved_at", optional=True),
    _text("resolution", optional=True),
    _text("resolution_note"),
    _text("room", optional=True),
    _text("room_name"),
    _text("room_state"),
    _text("room_harm", optional=True),
    _text("topic"),
    _text("card_ts", optional=True),
    _text("announcement_ts", optional=True),
    _at("invited_at", optional=True),
    _at("ready_at", optional=True),
    _at("freeze_since", optional=True),
    _at("thawed_at", optional=True),
    _at("clear_asked_at", optional=True),
    Column("fence", Integer, nullable=False),
    _many("glass"),
    _version(),
    Index("ix_incidents_parent", "parent"),
    Index("ix_incidents_room", "room"),
    Index("ix_incidents_live", "id", sqlite_where=text(IS_LIVE), postgresql_where=text(IS_LIVE)),
    Index("ix_incidents_request_key", "request_key"),
    Index("ix_incidents_resolved_at", "resolved_at"),
)

insiders = Table(
    "insiders",
    metadata,
    _incident(primary_key=True),
    _key("person"),
)

episodes = Table(
    "episodes",
    metadata,
    _key(),
    _text("source"),
    _text("dedup_key"),
    _text("origin"),
    _text("kind"),
    Column("severity", Integer, nullable=False),
    _text("service", optional=True),
    _text("service_hint"),
    _text("env"),
    _text("title"),
    _text("link"),
    _many("intervals"),
    _at("last_event_at"),
    _at("received_at"),
    _many("labels"),
    _incident(optional=True),
    _many("acknowledged"),
    _version(),
    Column("is_open", Boolean, nullable=False),
    _at("began_at"),
    Index("ix_episodes_source_dedup_key_received_at", "source", "dedup_key", "received_at"),
    Index("ix_episodes_incident", "incident"),
    Index("ix_episodes_last_event_at", "last_event_at"),
    Index("ix_episodes_service_last_event_at", "service", "last_event_at"),
    Index(
        "ix_episodes_service_open",
        "service",
        sqlite_where=text("is_open"),
        postgresql_where=text("is_open"),
    ),
    Index(
        "uq_episodes_one_open",
        "source",
        "dedup_key",
        unique=True,
        sqlite_where=text("is_open"),
        postgresql_where=text("is_open"),
    ),
)
"""``is_open`` and ``began_at`` follow from ``intervals``; they are there to be searched."""

tenures = Table(
    "tenures",
    metadata,
    _key(),
    _incident(),
    _text("user"),
    _at("since"),
    _at("until", optional=True),
    _text("how"),
    Column("fence", Integer, nullable=False),
    Index("ix_tenures_incident_fence", "incident", "fence"),
    Index(
        "uq_tenures_one_seat",
        "incident",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
)

members = Table(
    "members",
    metadata,
    _key(),
    Column("is_active", Boolean, nullable=False),
    Column("is_bot", Boolean, nullable=False),
    Column("is_guest", Boolean, nullable=False),
    Column("is_stranger", Boolean, nullable=False),
    _at("seen_at"),
)
"""People whom somebody asked about, as Slack knows them."""

groups = Table("groups", metadata, _key(), _many("members"), _at("seen_at"))

contests = Table(
    "contests",
    metadata,
    _key(),
    _incident(),
    _text("incumbent"),
    _at("incumbent_since"),
    _many("challengers"),
    _at("opened_at"),
    _at("settles_at"),
    _at("final_at"),
    Column("best_tier", Integer, nullable=False),
    _text("phase"),
    _text("winner", optional=True),
    _text("by", optional=True),
    _many("reasons"),
    _at("decided_at", optional=True),
    _version(),
    Index("ix_contests_incident", "incident"),
    Index(
        "uq_contests_one_open",
        "incident",
        unique=True,
        sqlite_where=text("phase <> 'decided'"),
        postgresql_where=text("phase <> 'decided'"),
    ),
)

assignments = Table(
    "assignments",
    metadata,
    _key(),
    _incident(),
    _text("role"),
    _text("user"),
    _text("by"),
    _at("since"),
    _at("until", optional=True),
    Index("ix_assignments_incident", "incident"),
    Index(
        "uq_assignments_one_each",
        "incident",
        "role",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
)

ladders = Table(
    "ladders",
    metadata,
    _key(),
    _incident(),
    _text("cause"),
    _at("begun_at"),
    _at("asks_from"),
    _text("absent", optional=True),
    _text("by", optional=True),
    _text("reason"),
    _many("asks"),
    _at("ended_at", optional=True),
    _version(),
    Index("ix_ladders_incident", "incident"),
    Index(
        "uq_ladders_one_open",
        "incident",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

handovers = Table(
    "handovers",
    metadata,
    _key(),
    _incident(),
    _text("giver"),
    _text("taker"),
    _at("offered_at"),
    _at("expires_at"),
    _many("brief"),
    _text("service", optional=True),
    _text("state"),
    _at("answered_at", optional=True),
    _version(),
    Index("ix_handovers_incident", "incident"),
)

teams = Table(
    "teams",
    metadata,
    _key(),
    _incident(),
    _text("name"),
    _text("leader"),
    _many("members"),
    _text("task"),
    _at("due_at"),
    _at("formed_at"),
    _at("asked_at", optional=True),
    _at("raised_at", optional=True),
    _at("ended_at", optional=True),
    _version(),
    Index("ix_teams_incident", "incident"),
    Index(
        "uq_teams_one_name",
        "incident",
        "name",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

workstreams = Table(
    "workstreams",
    metadata,
    _key(),
    _incident(),
    _text("service"),
    _text("lead", optional=True),
    _text("how", optional=True),
    _at("since"),
    _at("until", optional=True),
    _at("asked_at", optional=True),
    _version(),
    Index("ix_workstreams_incident", "incident"),
    Index(
        "uq_workstreams_one_each",
        "incident",
        "service",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
)

entries = Table(
    "entries",
    metadata,
    _incident(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _at("at"),
    _at("recorded_at"),
    _text("actor"),
    _text("kind"),
    Column("key", IN_BYTE_ORDER),
    _many("body", optional=True),
    _text("body_digest"),
    _text("prev_hash"),
    _text("hash"),
    sa.UniqueConstraint("incident", "key"),
    Index("ix_entries_kind", "incident", "kind", "seq"),
    Index("ix_entries_actor", "incident", "actor", "seq"),
)

chains = Table(
    "chains",
    metadata,
    _incident(primary_key=True),
    Column("length", Integer, nullable=False),
    _text("head"),
)
"""How each chain ends. Without it nobody would see that the newest entries are gone."""

statements = Table(
    "statements",
    metadata,
    _key(),
    _incident(),
    _text("kind"),
    _text("text"),
    _text("author"),
    _at("asserted_at"),
    _text("status"),
    _text("verifier", optional=True),
    _at("verified_at", optional=True),
    _many("evidence"),
    _text("releaser", optional=True),
    _at("released_at", optional=True),
    _text("reach"),
    _text("commander_consent", optional=True),
    _text("comms_consent", optional=True),
    _text("refuted_by", optional=True),
    _at("refuted_at", optional=True),
    _version(),
    Index("ix_statements_incident", "incident"),
)

updates = Table(
    "updates",
    metadata,
    _key(),
    _incident(),
    Column("number", Integer, nullable=False),
    _at("due_at"),
    _text("state"),
    _many("cites"),
    _at("sent_at", optional=True),
    _text("sent_by", optional=True),
    _at("next_promised_at", optional=True),
    _many("digest", optional=True),
    _version(),
    sa.UniqueConstraint("incident", "number"),
)

changes = Table(
    "changes",
    metadata,
    _key(),
    Column("ref", Text, nullable=False, unique=True),
    _text("kind"),
    Column("risk", Integer, nullable=False),
    _many("services"),
    _many("unknown_services"),
    _text("env"),
    _text("digest"),
    _text("op"),
    _at("op_started_at", optional=True),
    # What a pipeline claims to remedy need not exist, so this points nowhere.
    Column("remedies", Integer),
    _text("rollback_of", optional=True),
    _text("title"),
    _text("link"),
    _text("requester"),
    _at("first_asked_at"),
    _version(),
)

clearances = Table(
    "clearances",
    metadata,
    _key(),
    _text("change"),
    _text("ref"),
    _text("digest"),
    _incident(),
    _many("services"),
    _text("title"),
    _text("reason_code"),
    _text("requester"),
    _at("asked_at"),
    _text("state"),
    _text("decided_by", optional=True),
    _at("decided_at", optional=True),
    _at("expires_at", optional=True),
    _text("used_by_op", optional=True),
    _version(),
    Index("ix_clearances_incident", "incident"),
    Index("ix_clearances_change", "change"),
    Index(
        "uq_clearances_one_asked",
        "change",
        "incident",
        "digest",
        unique=True,
        sqlite_where=text("state = 'asked'"),
        postgresql_where=text("state = 'asked'"),
    ),
)

holds = Table(
    "holds",
    metadata,
    Column("position", Position, sa.Identity(), primary_key=True),
    _text("change"),
    _text("ref"),
    _incident(),
    _at("since"),
    Column("ring", Integer, nullable=False),
    _text("reason"),
    _at("released_at", optional=True),
    Index("ix_holds_incident", "incident"),
    Index(
        "uq_holds_one_open",
        "change",
        "incident",
        unique=True,
        sqlite_where=text("released_at IS NULL"),
        postgresql_where=text("released_at IS NULL"),
    ),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("position", Position, sa.Identity(), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _text("change"),
    Column("decision", Integer, nullable=False),
    _many("reasons"),
    _text("input_digest"),
    _at("at"),
    _at("valid_until", optional=True),
    Column("retry_after", Integer, nullable=False, comment="seconds"),
    Index("ix_verdicts_change", "change"),
)

clocks = Table(
    "clocks",
    metadata,
    _key(),
    _incident(),
    _text("agreement"),
    _text("metric"),
    Column("target", Double, nullable=False, comment="seconds"),
    _text("calendar"),
    _many("events"),
    _version(),
    Index("ix_clocks_incident", "incident"),
)

reviews = Table(
    "reviews",
    metadata,
    _key(),
    _incident(),
    _text("state"),
    _text("body"),
    _many("finding", optional=True),
    _at("drafted_at"),
    _text("edited_by", optional=True),
    _at("edited_at", optional=True),
    _text("published_by", optional=True),
    _at("published_at", optional=True),
    Column("known_error", Integer),
    _version(),
    Index("ix_reviews_incident", "incident"),
    Index(
        "ix_reviews_drafts",
        "drafted_at",
        sqlite_where=text("state = 'draft'"),
        postgresql_where=text("state = 'draft'"),
    ),
)

user_reports = Table(
    "user_reports",
    metadata,
    _key(),
    _incident(optional=True),
    _text("service"),
    _text("env"),
    _text("text"),
    _text("author"),
    _at("at"),
    _text("link"),
    _version(),
    Index("ix_user_reports_incident", "incident"),
    Index("ix_user_reports_at", "at"),
)

windows = Table(
    "windows",
    metadata,
    _key(),
    Column("key", Text, nullable=False, unique=True),
    _text("title"),
    _many("services"),
    _text("env"),
    _text("announced_by"),
    _at("announced_at"),
    _at("start"),
    _at("end"),
    _at("cancelled_at", optional=True),
    _version(),
    Index("ix_windows_end", "end"),
)

mergers = Table(
    "mergers",
    metadata,
    _key(),
    _incident(),
    Column("into", Integer, nullable=False),
    _text("proposed_by"),
    _text("reason"),
    _at("proposed_at"),
    _at("expires_at"),
    _many("agreed"),
    _text("state"),
    _text("decided_by", optional=True),
    _at("decided_at", optional=True),
    _version(),
    Index("ix_mergers_incident", "incident"),
)

tasks = Table(
    "tasks",
    metadata,
    _key(),
    _incident(),
    Column("number", Integer, nullable=False),
    _text("text"),
    _text("assignee"),
    _text("assigner"),
    _at("asked_at"),
    Column("box", Double, nullable=False, comment="seconds"),
    _at("due_at"),
    _text("state"),
    Column("reminded", Integer, nullable=False),
    _at("reminded_at", optional=True),
    _at("answered_at", optional=True),
    _at("ended_at", optional=True),
    _text("ended_by", optional=True),
    _text("note"),
    _version(),
    sa.UniqueConstraint("incident", "number"),
)

decisions = Table(
    "decisions",
    metadata,
    _key(),
    _incident(),
    Column("number", Integer, nullable=False),
    _text("text"),
    _many("options"),
    _text("proposer"),
    _at("proposed_at"),
    Column("pause", Double, nullable=False, comment="seconds"),
    _at("due_at", optional=True),
    _many("objections"),
    Column("raised", Integer, nullable=False),
    _at("raised_at", optional=True),
    _text("state"),
    _text("choice"),
    _at("ended_at", optional=True),
    _text("ended_by", optional=True),
    _text("reason"),
    _version(),
    sa.UniqueConstraint("incident", "number"),
)

signatures = Table(
    "signatures",
    metadata,
    _key(),
    _incident(),
    _text("act"),
    _text("subject"),
    _text("what"),
    _many("words"),
    _text("proposer"),
    _text("rule"),
    _many("signers"),
    _text("silence"),
    _at("asked_at"),
    _at("due_at"),
    _text("state"),
    _at("ended_at", optional=True),
    _text("ended_by", optional=True),
    _text("reason"),
    _version(),
)
sa.Index("ix_signatures_incident", signatures.c.incident)

known_errors = Table(
    "known_errors",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("title"),
    _many("services"),
    _many("signature"),
    _many("symptoms"),
    _text("cause"),
    _text("confidence"),
    _many("workarounds"),
    _many("incidents"),
    _at("created_at"),
    _text("created_by"),
    _version(),
)

posts = Table(
    "posts",
    metadata,
    _key("subject"),
    _text("channel"),
    _text("ts"),
    Index("ix_posts_channel_ts", "channel", "ts"),
)

counters = Table("counters", metadata, _key("name"), Column("value", Integer, nullable=False))
"""Numbers that people say, and rows to be locked by whoever must be alone: seeded by the migration."""
