"""The whole product as one process beside a sandbox, over HTTP and Socket Mode, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.demo.cast import Cast
from bot.demo.house import House, open_house
from bot.demo.stage import Stage
from bot.demo.world import Machines
from bot.manifest import Mode
from tests.scenarios.record import Record, broke, reading
from tests.soak.nursery import Nursery
from tests.soak.nursery import nursery as opened_nursery

SAMPLES = [
    pytest.param(("http", "sqlite"), marks=pytest.mark.sqlite, id="http-sqlite"),
    pytest.param(("socket", "postgresql"), marks=pytest.mark.postgresql, id="socket-postgresql"),
]
"""Each transport and each engine once."""
EVERY = [
    *SAMPLES,
    pytest.param(("socket", "sqlite"), marks=pytest.mark.sqlite, id="socket-sqlite"),
    pytest.param(("http", "postgresql"), marks=pytest.mark.postgresql, id="http-postgresql"),
]
"""Each transport on each engine."""
everywhere = pytest.mark.parametrize("way", EVERY, indirect=True)
"""For the one story that a pair of the two could break, and not one of them alone."""
on_both = pytest.mark.parametrize("way", SAMPLES, indirect=True)
"""For promises that a transport or an engine could break; so it is if nothing else is said."""
once = pytest.mark.parametrize("way", SAMPLES[:1], indirect=True)
"""For promises that neither transport nor engine has a part in."""


@pytest.fixture(params=SAMPLES)
def way(request: pytest.FixtureRequest) -> tuple[Mode, str]:
    """Transport, and the URL of a fresh database."""
    mode, engine = request.param
    return mode, request.getfixturevalue(f"{engine}_url")


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where the bots of these tests are born."""
    with opened_nursery() as nursery:
        yield nursery


@pytest.fixture
async def house(way: tuple[Mode, str], nursery: Nursery, tmp_path: Path) -> AsyncIterator[House]:
    """A sandbox, and the bot running beside it. Whatever the test did, nothing may have broken inside."""
    mode, url = way
    async with open_house(tmp_path, mode=mode, database_url=url, launch=nursery.launch) as opened:
        await opened.start_bot()
        yield opened
    assert broke(opened) == []


@pytest.fixture
def stage(house: House) -> Stage:
    """Tells nobody, checks everything."""
    return Stage(house.workspace, say=lambda _line: None, pace=0)


@pytest.fixture
async def cast(house: House, stage: Stage) -> AsyncIterator[Cast]:
    """The people and machines of the story, in a house where nothing has happened yet."""
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield Cast(house=house, stage=stage, machines=Machines(house, session))


@pytest.fixture
async def record(house: House) -> AsyncIterator[Record]:
    """The bot's database. Whatever the test did, every log in it must verify."""
    async with reading(house.database_url) as opened:
        yield opened
        await opened.verify()
