"""Column types that mean the same on SQLite and PostgreSQL.

Instants are aware UTC or refused: a naive time in a record of an outage is a wrong time
waiting to be read. JSON is kept as written, because digests are taken over its numbers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: ``timestamptz``, or on SQLite text of one width that sorts by time."""

    impl = sa.String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = sa.TIMESTAMP(timezone=True) if dialect.name == "postgresql" else sa.String(32)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone; the house knows aware instants only")
        return value.astimezone(UTC) if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        known = datetime.fromisoformat(value) if isinstance(value, str) else value
        return known.astimezone(UTC)


def instant_text(value: datetime) -> str:
    """An aware instant as SQLite keeps it."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


Position = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A bigint identity: the order of a queue. A uuid sorts by the clock of whoever made it."""

Json = sa.JSON(none_as_null=True)
"""``json``, not ``jsonb``: the latter rewrites 1e22 and refuses ``\\u0000``, and digests would break."""
