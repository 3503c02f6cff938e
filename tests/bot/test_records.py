"""While the database is away nothing is pretended; when it is back, everything goes on by itself."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from bot.app import running
from bot.records import asked_once, became_of, soon
from handlers.deps import Fate, Unavailable
from handlers.rendering import write_review
from handlers.views import answers
from playbooks.loader import load
from playbooks.ports import Ports
from sandbox.testing import Workspace
from storage.uow import Store
from tests.bot.conftest import SECRET, MakeSettings, Probe
from tests.clock import CountingIds, MovableClock
from tests.databases import PostgresTemplate
from tests.library import CATALOGUE, PLAYBOOK
from tests.storage.records import INCIDENT

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


# ------------------------------------------------------------------ broken off while committing
def request(store: Store, clock: MovableClock, ids: CountingIds) -> Ports:
    """Ports on which one command is done."""
    ports = Ports(
        clock=clock,
        ids=ids,
        units=store.units,
        reading=store.reading,
        write_review=write_review,
        handbook=lambda: load(PLAYBOOK, CATALOGUE),
    )
    return asked_once(ports, store, "command:1", at=clock.now())


async def declared(ports: Ports) -> Fate | None:
    """What the person is told of a declaration; None if it went well."""
    try:
        async with ports.units() as unit:
            await unit.incidents.add(INCIDENT)
            await unit.commit()
    except Unavailable as away:
        return away.fate
    return None


async def kept(store: Store) -> bool:
    async with store.reading() as unit:
        return await unit.incidents.find(INCIDENT.id) is not None


class Answers:
    """Lets the answer to a commit get lost, once, when it is told to."""

    def __init__(self, lose: Exception, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.lose, self.meanwhile = lose, meanwhile

    def __call__(self) -> None:
        self.meanwhile()
        self.meanwhile, lose = (lambda: None), self.lose
        self.lose = None  # type: ignore[assignment] # once
        if lose is not None:
            raise lose


async def test_a_commit_whose_answer_got_lost_is_done_and_said_to_be(
    database_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    sqlite = database_url.startswith("sqlite")
    lost = sqlite3.OperationalError("disk I/O error") if sqlite else psycopg.OperationalError("it broke off")
    store = await Store.open(database_url, clock=clock, ids=ids, after_commit=Answers(lost))
    assert await declared(request(store, clock, ids)) is Fate.KEPT
    assert await kept(store)
    await store.close()


async def test_what_became_of_a_request_that_failed_inside_is_asked_without_leaving_a_trace(
    database_url: str, clock: MovableClock, ids: CountingIds
) -> None:
    store = await Store.open(database_url, clock=clock, ids=ids)
    for _ in range(2):
        assert await became_of(store, "command:1") is Fate.NOTHING
    assert await declared(request(store, clock, ids)) is None
    assert await became_of(store, "command:1") is Fate.KEPT
    await store.close()


@pytest.mark.postgresql
async def test_a_database_that_is_away_cannot_say_what_became_of_a_request(
    postgresql_url: str, postgresql_template: PostgresTemplate, clock: MovableClock, ids: CountingIds
) -> None:
    store = await Store.open(postgresql_url, clock=clock, ids=ids)
    postgresql_template.away(postgresql_url, gone=True)
    assert await became_of(store, "command:1") is Fate.UNKNOWN
    postgresql_template.away(postgresql_url, gone=False)
    await store.close()


@pytest.mark.postgresql
async def test_a_connection_that_is_killed_while_it_commits_has_changed_nothing(
    postgresql_url: str, postgresql_template: PostgresTemplate, clock: MovableClock, ids: CountingIds
) -> None:
    """PostgreSQL thinks in the middle of the commit, for as long as it takes to kill it."""
    store = await Store.open(postgresql_url, clock=clock, ids=ids)
    plain = postgresql_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as other:
        await other.execute(
            "CREATE FUNCTION think() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'"
        )
        await other.execute(
            "CREATE CONSTRAINT TRIGGER thinks AFTER INSERT ON incidents DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION think()"
        )
        told = asyncio.create_task(declared(request(store, clock, ids)))
        kill = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT'"
            " AND state = 'active' AND datname = current_database()"
        )
        async with asyncio.timeout(20):
            while not await (await other.execute(kill)).fetchall():
                await asyncio.sleep(0)
            assert await told is Fate.NOTHING
    assert not await kept(store)
    await store.close()


@pytest.mark.postgresql
async def test_while_the_records_cannot_be_asked_nobody_says_what_became_of_it(
    postgresql_url: str, postgresql_template: PostgresTemplate, clock: MovableClock, ids: CountingIds
) -> None:
    lost = Answers(
        psycopg.OperationalError("it broke off"), lambda: postgresql_template.away(postgresql_url, gone=True)
    )
    store = await Store.open(postgresql_url, clock=clock, ids=ids, after_commit=lost)
    assert await declared(request(store, clock, ids)) is Fate.UNKNOWN
    postgresql_template.away(postgresql_url, gone=False)
    assert await kept(store)
    await store.close()


def test_each_fate_has_words_of_its_own() -> None:
    for words_for in (answers.away, answers.stumbled):
        said = {fate: words_for(fate).text for fate in Fate}
        assert len(set(said.values())) == len(Fate)
        assert [fate for fate, words in said.items() if "Nothing was changed" in words] == [Fate.NOTHING]
