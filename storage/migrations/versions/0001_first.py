"""The record, the queues, and the counters that everybody starts from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import Instant, Json, Position

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("unknown_services", Json, nullable=False),
        sa.Column("env", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("op_started_at", Instant(), nullable=True),
        sa.Column("remedies", sa.Integer(), nullable=True),
        sa.Column("rollback_of", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("first_asked_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.UniqueConstraint("ref", name="uq_changes_ref"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "inbox",
        sa.Column("position", Position, sa.Identity(always=False), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_inbox"),
        sa.UniqueConstraint("id", name="uq_inbox_id"),
        sa.UniqueConstraint("source", "key", name="uq_inbox_source_key"),
    )
    op.create_index(
        "ix_inbox_leased",
        "inbox",
        ["worker"],
        sqlite_where=sa.text("leased_until IS NOT NULL"),
        postgresql_where=sa.text("leased_until IS NOT NULL"),
    )
    op.create_index("ix_inbox_state_position", "inbox", ["state", "position"])
    op.create_table(
        "jobs",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", Instant(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name="pk_jobs"),
    )
    op.create_index(
        "ix_jobs_leased",
        "jobs",
        ["worker"],
        sqlite_where=sa.text("leased_until IS NOT NULL"),
        postgresql_where=sa.text("leased_until IS NOT NULL"),
    )
    op.create_table(
        "readings",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_readings"),
    )
    op.create_table(
        "voices",
        sa.Column("incident", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("incident", name="pk_voices"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("env", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("major", sa.Text(), nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("impact_started_at", Instant(), nullable=False),
        sa.Column("detected_at", Instant(), nullable=False),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("source_link", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("drill", Json, nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=True),
        sa.Column("mitigated_at", Instant(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("resolution_note", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("room_name", sa.Text(), nullable=False),
        sa.Column("room_state", sa.Text(), nullable=False),
        sa.Column("room_harm", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("card_ts", sa.Text(), nullable=True),
        sa.Column("announcement_ts", sa.Text(), nullable=True),
        sa.Column("invited_at", Instant(), nullable=True),
        sa.Column("ready_at", Instant(), nullable=True),
        sa.Column("freeze_since", Instant(), nullable=True),
        sa.Column("thawed_at", Instant(), nullable=True),
        sa.Column("clear_asked_at", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("glass", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_resolved_at", "incidents", ["resolved_at"])
    op.create_index("ix_incidents_parent", "incidents", ["parent"])
    op.create_index("ix_incidents_room", "incidents", ["room"])
    op.create_index("ix_incidents_request_key", "incidents", ["request_key"])
    op.create_index(
        "ix_incidents_live",
        "incidents",
        ["id"],
        sqlite_where=sa.text("state IN ('open', 'mitigated')"),
        postgresql_where=sa.text("state IN ('open', 'mitigated')"),
    )
    op.create_table(
        "known_errors",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("signature", Json, nullable=False),
        sa.Column("symptoms", Json, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("workarounds", Json, nullable=False),
        sa.Column("incidents", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_errors"),
    )
    op.create_table(
        "outbox",
        sa.Column("position", Position, sa.Identity(always=False), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effect", Json, nullable=False),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("coalesces", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("owed_at", Instant(), nullable=False),
        sa.Column("first_tried_at", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    op.create_index(
        "ix_outbox_leased",
        "outbox",
        ["worker"],
        sqlite_where=sa.text("leased_until IS NOT NULL"),
        postgresql_where=sa.text("leased_until IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_buried",
        "outbox",
        ["position"],
        sqlite_where=sa.text("state = 'buried'"),
        postgresql_where=sa.text("state = 'buried'"),
    )
    op.create_index(
        "ix_outbox_lanes",
        "outbox",
        ["lane", "position"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        "ix_outbox_unsettled",
        "outbox",
        ["priority", "position"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        "uq_outbox_coalesces",
        "outbox",
        ["coalesces"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "posts",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_posts"),
    )
    op.create_index("ix_posts_channel_ts", "posts", ["channel", "ts"])
    op.create_table(
        "seen",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("response", Json, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_seen"),
    )
    op.create_index("ix_seen_at", "seen", ["at"])
    op.create_table(
        "timers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_timers"),
    )
    op.create_index("ix_timers_due_at", "timers", ["due_at"])
    op.create_index("ix_timers_incident", "timers", ["incident"])
    op.create_index(
        "ix_timers_leased",
        "timers",
        ["worker"],
        sqlite_where=sa.text("leased_until IS NOT NULL"),
        postgresql_where=sa.text("leased_until IS NOT NULL"),
    )
    op.create_table(
        "verdicts",
        sa.Column("position", Position, sa.Identity(always=False), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("input_digest", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("valid_until", Instant(), nullable=True),
        sa.Column("retry_after", sa.Integer(), nullable=False, comment="seconds"),
        sa.PrimaryKeyConstraint("position", name="pk_verdicts"),
        sa.UniqueConstraint("id", name="uq_verdicts_id"),
    )
    op.create_index("ix_verdicts_change", "verdicts", ["change"])
    op.create_table(
        "clearances",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("used_by_op", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incidents.id"],
            name="fk_clearances_incident",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_clearances"),
    )
    op.create_index("ix_clearances_change", "clearances", ["change"])
    op.create_index("ix_clearances_incident", "clearances", ["incident"])
    op.create_index(
        "uq_clearances_one_asked",
        "clearances",
        ["change", "incident", "digest"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "clocks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("target", sa.Double(), nullable=False, comment="seconds"),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("events", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_clocks_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_clocks"),
    )
    op.create_index("ix_clocks_incident", "clocks", ["incident"])
    op.create_table(
        "contests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("incumbent", sa.Text(), nullable=False),
        sa.Column("incumbent_since", Instant(), nullable=False),
        sa.Column("challengers", Json, nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("settles_at", Instant(), nullable=False),
        sa.Column("final_at", Instant(), nullable=False),
        sa.Column("best_tier", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("winner", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_contests_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contests"),
    )
    op.create_index("ix_contests_incident", "contests", ["incident"])
    op.create_index(
        "uq_contests_one_open",
        "contests",
        ["incident"],
        unique=True,
        sqlite_where=sa.text("phase <> 'decided'"),
        postgresql_where=sa.text("phase <> 'decided'"),
    )
    op.create_table(
        "chains",
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_chains_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("incident", name="pk_chains"),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("is_stranger", sa.Boolean(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("members", Json, nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incidents.id"],
            name="fk_assignments_incident",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_incident", "assignments", ["incident"])
    op.create_index(
        "uq_assignments_one_each",
        "assignments",
        ["incident", "role"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "ladders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("asks_from", Instant(), nullable=False),
        sa.Column("absent", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asks", Json, nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_ladders_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ladders"),
    )
    op.create_index("ix_ladders_incident", "ladders", ["incident"])
    op.create_index(
        "uq_ladders_one_open",
        "ladders",
        ["incident"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "entries",
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("body", Json, nullable=True),
        sa.Column("body_digest", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_entries_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("incident", "seq", name="pk_entries"),
        sa.UniqueConstraint("incident", "key", name="uq_entries_incident_key"),
    )
    op.create_index("ix_entries_kind", "entries", ["incident", "kind", "seq"])
    op.create_index("ix_entries_actor", "entries", ["incident", "actor", "seq"])
    op.create_table(
        "episodes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("service_hint", sa.Text(), nullable=False),
        sa.Column("env", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("intervals", Json, nullable=False),
        sa.Column("last_event_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("acknowledged", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_episodes_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_episodes"),
    )
    op.create_index("ix_episodes_incident", "episodes", ["incident"])
    op.create_index("ix_episodes_last_event_at", "episodes", ["last_event_at"])
    op.create_index("ix_episodes_service_last_event_at", "episodes", ["service", "last_event_at"])
    op.create_index(
        "ix_episodes_service_open",
        "episodes",
        ["service"],
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_episodes_source_dedup_key_received_at", "episodes", ["source", "dedup_key", "received_at"]
    )
    op.create_index(
        "uq_episodes_one_open",
        "episodes",
        ["source", "dedup_key"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "insiders",
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_insiders_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("incident", "person", name="pk_insiders"),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("taker", sa.Text(), nullable=False),
        sa.Column("offered_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("brief", Json, nullable=False),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incidents.id"],
            name="fk_handovers_incident",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_incident", "handovers", ["incident"])
    op.create_table(
        "teams",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("members", Json, nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("formed_at", Instant(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.Column("raised_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_teams_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
    )
    op.create_index("ix_teams_incident", "teams", ["incident"])
    op.create_index(
        "uq_teams_one_name",
        "teams",
        ["incident", "name"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "windows",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("env", sa.Text(), nullable=False),
        sa.Column("announced_by", sa.Text(), nullable=False),
        sa.Column("announced_at", Instant(), nullable=False),
        sa.Column("start", Instant(), nullable=False),
        sa.Column("end", Instant(), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_windows"),
        sa.UniqueConstraint("key", name="uq_windows_key"),
    )
    op.create_index("ix_windows_end", "windows", ["end"])
    op.create_table(
        "workstreams",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incidents.id"],
            name="fk_workstreams_incident",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_workstreams"),
    )
    op.create_index("ix_workstreams_incident", "workstreams", ["incident"])
    op.create_index(
        "uq_workstreams_one_each",
        "workstreams",
        ["incident", "service"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "holds",
        sa.Column("position", Position, sa.Identity(always=False), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("ring", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_holds_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("position", name="pk_holds"),
    )
    op.create_index("ix_holds_incident", "holds", ["incident"])
    op.create_index(
        "uq_holds_one_open",
        "holds",
        ["change", "incident"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("finding", Json, nullable=True),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("edited_by", sa.Text(), nullable=True),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("known_error", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_reviews_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_incident", "reviews", ["incident"])
    op.create_index(
        "ix_reviews_drafts",
        "reviews",
        ["drafted_at"],
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "statements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("asserted_at", Instant(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=True),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("releaser", sa.Text(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("commander_consent", sa.Text(), nullable=True),
        sa.Column("comms_consent", sa.Text(), nullable=True),
        sa.Column("refuted_by", sa.Text(), nullable=True),
        sa.Column("refuted_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incidents.id"],
            name="fk_statements_incident",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
    )
    op.create_index("ix_statements_incident", "statements", ["incident"])
    op.create_table(
        "tenures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_tenures_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tenures"),
    )
    op.create_index("ix_tenures_incident_fence", "tenures", ["incident", "fence"])
    op.create_index(
        "uq_tenures_one_seat",
        "tenures",
        ["incident"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("proposer", sa.Text(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("pause", sa.Double(), nullable=False, comment="seconds"),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("objections", Json, nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_decisions_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("incident", "number", name="uq_decisions_incident_number"),
    )
    op.create_table(
        "signatures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.Column("proposer", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("signers", Json, nullable=False),
        sa.Column("silence", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_signatures_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signatures"),
    )
    op.create_index("ix_signatures_incident", "signatures", ["incident"])
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("assigner", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("box", sa.Double(), nullable=False, comment="seconds"),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("reminded_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_tasks_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("incident", "number", name="uq_tasks_incident_number"),
    )
    op.create_table(
        "updates",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cites", Json, nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("sent_by", sa.Text(), nullable=True),
        sa.Column("next_promised_at", Instant(), nullable=True),
        sa.Column("digest", Json, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_updates_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_updates"),
        sa.UniqueConstraint("incident", "number", name="uq_updates_incident_number"),
    )
    op.create_table(
        "mergers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("into", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("agreed", Json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_mergers_incident", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mergers"),
    )
    op.create_index("ix_mergers_incident", "mergers", ["incident"])
    op.create_table(
        "user_reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("env", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incidents.id"],
            name="fk_user_reports_incident",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_user_reports"),
    )
    op.create_index("ix_user_reports_at", "user_reports", ["at"])
    op.create_index("ix_user_reports_incident", "user_reports", ["incident"])
    counters = sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.Integer))
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in ("incident", "known_error", "intake")])


def downgrade() -> None:
    op.drop_table("windows")
    op.drop_table("user_reports")
    op.drop_table("mergers")
    op.drop_table("updates")
    op.drop_table("tenures")
    op.drop_table("statements")
    op.drop_table("reviews")
    op.drop_table("holds")
    op.drop_table("teams")
    op.drop_table("workstreams")
    op.drop_table("handovers")
    op.drop_table("insiders")
    op.drop_table("episodes")
    op.drop_table("entries")
    op.drop_table("chains")
    op.drop_table("groups")
    op.drop_table("members")
    op.drop_table("ladders")
    op.drop_table("tasks")
    op.drop_table("signatures")
    op.drop_table("decisions")
    op.drop_table("assignments")
    op.drop_table("contests")
    op.drop_table("clocks")
    op.drop_table("clearances")
    op.drop_table("verdicts")
    op.drop_table("timers")
    op.drop_table("seen")
    op.drop_table("posts")
    op.drop_table("outbox")
    op.drop_table("known_errors")
    op.drop_table("incidents")
    op.drop_table("voices")
    op.drop_table("readings")
    op.drop_table("jobs")
    op.drop_table("inbox")
    op.drop_table("counters")
    op.drop_table("changes")
