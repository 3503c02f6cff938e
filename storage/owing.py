"""A unit's side of the outbox: to owe an effect from the commit on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.effects import Effect, coalesces, lane, priority
from playbooks.ports import Clock, Ids
from storage.asking import ask_all
from storage.mapping import encode
from storage.queues import outbox
from storage.records import insert_for

WAITING, LEASED, DONE, BURIED = "waiting", "leased", "done", "buried"
STATES = (WAITING, LEASED, DONE, BURIED)
IS_WAITING = sa.text("state = 'waiting'")
"""Spelt like the condition of the unique index, or the databases do not recognise it."""


class SqlOutbox:
    """``ports.Outbox``."""

    def __init__(
        self,
        connection: AsyncConnection,
        touched: Callable[[str], None],
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._connection = connection
        self._touched = touched
        self._clock = clock
        self._ids = ids
        self._owed: list[dict[str, object]] = []

    async def put(self, effect: Effect) -> None:
        """Owe an effect. One that coalesces is owed once while nobody has begun to deliver it.

        On conflict the waiting row is touched, not left alone: touching holds it until this
        unit commits, so that a worker cannot draw the picture from the record as it was before.
        """
        self._owed.append(self._row(effect))
        self._touched("outbox")

    async def write(self) -> None:
        """All that is owed so far, in the order in which it was; in one statement."""
        owed, self._owed = self._owed, []
        if owed:
            await ask_all(self._connection, _owe_once(self._connection.dialect.name), owed)

    def _row(self, effect: Effect) -> dict[str, object]:
        now = self._clock.now()
        return {
            "id": self._ids.new(),
            "incident": effect.incident,
            "kind": type(effect).__name__,
            "effect": encode(effect),
            "lane": lane(effect),
            "priority": int(priority(effect)),
            "coalesces": coalesces(effect),
            "state": WAITING,
            "due_at": now,
            "attempts": 0,
            "fence": 0,
            "owed_at": now,
        }


@cache
def _owe_once(dialect: str) -> sa.Insert:
    """Rows that do not coalesce have no key, and so conflict with nothing."""
    new = insert_for(dialect, outbox)
    return new.on_conflict_do_update(
        index_elements=["coalesces"],
        index_where=IS_WAITING,
        set_={"coalesces": new.excluded.coalesces},
    )
