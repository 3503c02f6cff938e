"""While the database is away nothing is pretended; when it is back, everything goes on by itself."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.app import running
from bot.records import soon
from handlers.deps import Unavailable
from sandbox.testing import Workspace
from storage.uow import Store
from tests.bot.conftest import SECRET, MakeSettings, Probe
from tests.clock import CountingIds, MovableClock
from tests.databases import PostgresTemplate

ALERT = b'{"alerts": []}'
MOMENT = timedelta(milliseconds=100)


@pytest.mark.postgresql
@pytest.mark.parametrize("mode", ["http"], indirect=True)
async def test_a_database_that_goes_away_and_comes_back(
    workspace: Workspace,
    settings: MakeSettings,
    probe: Probe,
    postgresql_url: str,
    postgresql_template: PostgresTemplate,
) -> None:
    """Senders are asked to send again, people are told, and nobody has to restart anything."""
    ada = workspace.user("ada")
    async with running(settings(database={"url": postgresql_url}, worker={"poll": "100ms"})):
        await probe.until_ready()
        postgresql_template.away(postgresql_url, gone=True)
        refused, problem = await probe.post("/hooks/alertmanager", ALERT, Authorization=f"Bearer {SECRET}")
        assert (refused, json.loads(problem)["title"]) == (503, "Not available")
        assert "My records cannot be reached" in (await ada.slash("general", "/incident", "list")).text
        assert (await probe.get("/readyz"))[0] == 503
        assert (await probe.get("/healthz"))[0] == 200

        postgresql_template.away(postgresql_url, gone=False)
        await probe.until_ready()
        stored, _ = await probe.post("/hooks/alertmanager", ALERT, Authorization=f"Bearer {SECRET}")
        assert stored == 202
        await ada.slash("general", "/incident", "declare checkout it burns")
        assert await workspace.channel("inc-1-checkout").expect("INC-1")


async def test_a_database_that_somebody_locks_is_not_waited_for_long(
    sqlite_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    store = await Store.open(sqlite_url, clock=clock, ids=ids, patience=10 * MOMENT)
    intruder = sqlite3.connect(sa.make_url(sqlite_url).database or "", isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await soon(store.seen.first("click:1", at=clock.now()), within=MOMENT)
    intruder.execute("ROLLBACK")
    intruder.close()
    assert await soon(store.seen.first("click:2", at=clock.now()), within=50 * MOMENT)
    await store.close()
