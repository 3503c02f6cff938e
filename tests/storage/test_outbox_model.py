"""The outbox against a model that fits on a page, whatever is owed, claimed, lost and revived."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from playbooks.domain.effects import Effect, coalesces, lane, priority
from playbooks.domain.ids import IncidentId
from storage.outbox import Owed
from storage.uow import Store
from tests.clock import CountingIds, MovableClock
from tests.databases import PostgresTemplate, SqliteTemplate
from tests.storage.builders import ANNOUNCE, CARD, LEASE, PAUSE, TOPIC, said, told

EFFECTS = (ANNOUNCE, CARD, TOPIC, said("a"), said("b"), said("c", IncidentId(8)), told("UADA"), told("UBOB"))


@dataclass
class Row:
    """One row of the model. ``leased_until`` None: nobody has it."""

    id: str
    position: int
    effect: Effect
    due_at: datetime
    state: str = "waiting"
    leased_until: datetime | None = None
    attempts: int = 0
    fence: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "leased")

    def is_out(self, now: datetime) -> bool:
        return self.leased_until is not None and self.leased_until > now


class Model:
    """What the outbox promises, in plain Python."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._positions = 0

    def owe(self, id_: str, effect: Effect, now: datetime) -> None:
        self._positions += 1
        if not self._waits(coalesces(effect)):
            self.rows.append(Row(id=id_, position=self._positions, effect=effect, due_at=now))

    def claim(self, now: datetime, limit: int) -> list[Row]:
        ready = [
            row for row in self.rows if self._is_head(row, now) and row.due_at <= now and not row.is_out(now)
        ]
        ready.sort(key=lambda row: (priority(row.effect), row.position))
        for row in ready[:limit]:
            row.state, row.leased_until = "leased", now + LEASE
            row.attempts += 1
            row.fence += 1
        return ready[:limit]

    def held(self, owed: Owed) -> Row | None:
        return next(
            (row for row in self.rows if (row.id, row.fence, row.state) == (owed.id, owed.fence, "leased")),
            None,
        )

    def end(self, owed: Owed, state: str) -> bool:
        row = self.held(owed)
        if row is not None:
            row.state, row.leased_until = state, None
        return row is not None

    def postpone(self, owed: Owed, until: datetime) -> bool:
        row = self.held(owed)
        if row is None:
            return False
        if self._waits(coalesces(row.effect)):
            self.rows.remove(row)
        row.state, row.leased_until, row.due_at = "waiting", None, until
        return True

    def revive(self, row: Row, now: datetime) -> bool:
        if row.state != "buried" or self._waits(coalesces(row.effect)):
            return False
        row.state, row.due_at, row.attempts = "waiting", now, 0
        return True

    def next_due(self, now: datetime) -> datetime | None:
        instants = [row.leased_until or row.due_at for row in self.rows if self._is_head(row, now)]
        return min(instants, default=None)

    def counts(self) -> dict[str, int]:
        states = [row.state for row in self.rows]
        return {state: states.count(state) for state in ("waiting", "leased", "done", "buried")}

    def _waits(self, key: str | None) -> bool:
        return key is not None and any(
            row.state == "waiting" and coalesces(row.effect) == key for row in self.rows
        )

    def _is_head(self, row: Row, now: datetime) -> bool:
        if not row.is_open:
            return False
        mates = [
            other
            for other in self.rows
            if other is not row
            and other.is_open
            and lane(row.effect) is not None
            and lane(other.effect) == lane(row.effect)
        ]
        return not any(other.position < row.position or other.is_out(now) for other in mates)


class OutboxMachine(RuleBasedStateMachine):
    """Does everything to both, and compares every answer."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock, self.ids = MovableClock(), CountingIds()
        self.store = self.loop.run(Store.open(self.fresh_url(), clock=self.clock, ids=self.ids))
        self.model = Model()
        self.claims: list[Owed] = []
        self.owed_so_far = 0

    def fresh_url(self) -> str:
        """A database of its own for every story."""
        raise NotImplementedError

    def teardown(self) -> None:
        self.loop.run(self.store.close())
        self.loop.close()

    @rule(effects=st.lists(st.sampled_from(EFFECTS), min_size=1, max_size=4))
    def owe(self, effects: list[Effect]) -> None:
        async def put() -> None:
            async with self.store.units() as unit:
                for effect in effects:
                    await unit.outbox.put(effect)
                await unit.commit()

        self.loop.run(put())
        for effect in effects:
            self.owed_so_far += 1
            self.model.owe(f"id-{self.owed_so_far:06d}", effect, self.clock.now())

    @rule(limit=st.integers(1, 6))
    def claim(self, limit: int) -> None:
        found = self.loop.run(
            self.store.outbox.claim(now=self.clock.now(), limit=limit, lease=LEASE, worker="w"),
        )
        expected = self.model.claim(self.clock.now(), limit)
        assert [(owed.id, owed.effect, owed.attempts, owed.fence) for owed in found] == [
            (row.id, row.effect, row.attempts, row.fence) for row in expected
        ]
        self.claims.extend(found)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), ending=st.sampled_from(["done", "done and on", "buried", "postponed"]))
    def end(self, data: st.DataObject, ending: str) -> None:
        """Also with claims that were lost or have ended already: late hands are everywhere."""
        owed = data.draw(st.sampled_from(self.claims))
        now, queue = self.clock.now(), self.store.outbox
        if ending == "postponed":
            until = now + data.draw(st.sampled_from([timedelta(0), PAUSE]))
            ours = self.loop.run(queue.postpone(owed, until=until, reason="later"))
            assert ours == self.model.postpone(owed, until)
        elif ending == "buried":
            assert self.loop.run(queue.bury(owed, now=now, reason="no")) == self.model.end(owed, "buried")
        else:
            then = _nothing_more if ending == "done and on" else None
            ours = self.loop.run(queue.settle(owed, now=now, result={}, then=then))
            assert ours == self.model.end(owed, "done")

    @precondition(lambda self: self.model.rows)
    @rule(data=st.data())
    def revive(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self.model.rows))
        revived = self.loop.run(self.store.outbox.revive(row.id, now=self.clock.now()))
        assert revived == self.model.revive(row, self.clock.now())

    @rule(by=st.sampled_from([timedelta(seconds=1), LEASE, PAUSE]))
    def wait(self, by: timedelta) -> None:
        self.clock.advance(by)

    @invariant()
    def agree(self) -> None:
        assert self.loop.run(self.store.outbox.counts()) == self.model.counts()
        now = self.clock.now()
        assert self.loop.run(self.store.outbox.next_due(now)) == self.model.next_due(now)


async def _nothing_more(_unit: object) -> None:
    """A story that ends here, but takes the road of one that goes on."""


STORIES = settings(max_examples=20, stateful_step_count=30)


@pytest.mark.sqlite
def test_the_outbox_keeps_its_promises_on_sqlite(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> None:
    class OnSqlite(OutboxMachine):
        def fresh_url(self) -> str:
            return sqlite_template.copy(tmp_path_factory.mktemp("model"))

    run_state_machine_as_test(OnSqlite, settings=STORIES)


@pytest.mark.postgresql
def test_the_outbox_keeps_its_promises_on_postgresql(postgresql_template: PostgresTemplate) -> None:
    class OnPostgresql(OutboxMachine):
        def fresh_url(self) -> str:
            self.url = postgresql_template.copy()
            return self.url

        def teardown(self) -> None:
            super().teardown()
            postgresql_template.drop(self.url)

    run_state_machine_as_test(OnPostgresql, settings=STORIES)
