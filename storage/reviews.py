"""Post-mortems, the known errors they feed, and the clocks they read."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import ClockId, IncidentId, KnownErrorId, ReviewId, UserId
from playbooks.domain.review import KnownError, Review, ReviewState
from playbooks.domain.sla import ServiceClock
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRepository, hold, next_value

_REVIEWS = Codec(Review, tables.reviews)
_KNOWN_ERRORS = Codec(KnownError, tables.known_errors)
_CLOCKS = Codec(ServiceClock, tables.clocks)


class SqlReviews(SqlRepository[ReviewId, Review]):
    """``ports.Reviews``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _REVIEWS)

    async def of(self, incident: IncidentId) -> Review | None:
        """The newest: an incident that came back may be reviewed again."""
        return await self._first_with("-drafted_at -id", incident=incident)

    async def drafts_of(self, user: UserId, limit: int) -> Sequence[Review]:
        seat, review = tables.tenures.c, tables.reviews.c
        query = (
            sa.select(tables.reviews)
            .join(tables.tenures, seat.incident == review.incident)
            .where(review.state == ReviewState.DRAFT.value, seat.user == user, seat.until.is_(None))
            .order_by(review.drafted_at.desc(), review.id)
            .limit(limit)
        )
        return [_REVIEWS.value(row) for row in (await self._connection.execute(query)).mappings()]


class SqlKnownErrors(SqlRepository[KnownErrorId, KnownError]):
    """``ports.KnownErrors``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _KNOWN_ERRORS)

    async def next_number(self) -> KnownErrorId:
        return KnownErrorId(await next_value(self._connection, "known_error"))

    async def lock_all(self) -> None:
        await hold(self._connection, "known_error")

    async def all(self) -> Sequence[KnownError]:
        """In the order of their numbers."""
        return await self._all_with("id")


class SqlServiceClocks(SqlRepository[ClockId, ServiceClock]):
    """``ports.ServiceClocks``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _CLOCKS)

    async def of(self, incident: IncidentId) -> Sequence[ServiceClock]:
        """By agreement, then by what is measured."""
        return await self._all_with("agreement metric id", incident=incident)
