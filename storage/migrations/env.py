"""Runs migrations on the connection that storage.schema holds the lock with."""

from __future__ import annotations

from alembic import context

from storage import queues

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=queues.metadata,
    # SQLite can undo DDL as long as the driver does not begin transactions by itself.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
