"""Whatever befalls the bot, the incident ends the same: nothing missing, nothing twice.

These are a few of the deaths, storms and replicas that ``make soak`` plays by the hundred.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.databases import PostgresTemplate, SqliteTemplate
from tests.soak.nursery import Nursery
from tests.soak.rehearsal import Outcome
from tests.soak.theatre import Act, Theatre, killed, outage
from tests.soak.trouble import AfterCommit, AtCall, Calm, Storm

pytestmark = pytest.mark.timeout(300)


async def ends_like_the_calm_one(stage: Theatre, *acts: Act) -> Outcome:
    """All at once, because runs spend much of their time waiting."""
    calm = asyncio.create_task(stage.run(Calm()))
    outcomes = await asyncio.gather(*[stage.run(act.trouble, act.company) for act in acts])
    for act, outcome in zip(acts, outcomes, strict=True):
        differences = act.differences(await calm, outcome)
        assert not differences, f"{act}:\n" + "\n".join(differences)
        assert bool(outcome.deaths) == act.kills, f"{act}: died {outcome.deaths} times"
    return await calm


@pytest.mark.sqlite
async def test_deaths_and_storms_on_sqlite_with_http(
    bots: Nursery, sqlite_template: SqliteTemplate, tmp_path: Path
) -> None:
    stage = Theatre(nursery=bots, mode="http", databases=sqlite_template, folder=tmp_path)
    await ends_like_the_calm_one(stage, Act(AfterCommit(61)), Act(AtCall(97, done=True)), Act(Storm(3)))


@pytest.mark.postgresql
async def test_deaths_and_restarts_of_the_database_on_postgresql_with_sockets(
    bots: Nursery, postgresql_template: PostgresTemplate, tmp_path: Path
) -> None:
    stage = Theatre(nursery=bots, mode="socket", databases=postgresql_template, folder=tmp_path)
    calm = await ends_like_the_calm_one(stage, Act(AtCall(48, done=True)))
    restarts = outage(postgresql_template, 1)
    with postgresql_template.durable():
        outcome = await stage.run(restarts.trouble, restarts.company)
    differences = restarts.differences(calm, outcome)
    assert not differences, "\n".join(differences)


@pytest.mark.postgresql
async def test_replicas_that_die_on_postgresql_with_http(
    bots: Nursery, postgresql_template: PostgresTemplate, tmp_path: Path
) -> None:
    stage = Theatre(nursery=bots, mode="http", databases=postgresql_template, folder=tmp_path)
    await ends_like_the_calm_one(stage, killed(1))
