"""Fresh identifiers: UUIDs of version 7, which sort by the time at which they were made."""

from __future__ import annotations

from uuid_utils import uuid7


class TimeSortedIds:
    """Opaque ids for records and deliveries."""

    def new(self) -> str:
        return str(uuid7())
