"""The whole product as one process beside a sandbox, over HTTP and Socket Mode, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.house import House, open_house
from bot.demo.stage import Stage
from bot.manifest import Mode

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


@pytest.fixture(params=EVERY)
def way(request: pytest.FixtureRequest) -> tuple[Mode, str]:
    """Transport, and the URL of a fresh database."""
    mode, engine = request.param
    return mode, request.getfixturevalue(f"{engine}_url")


@pytest.fixture
async def house(way: tuple[Mode, str], tmp_path: Path) -> AsyncIterator[House]:
    """A sandbox, and the bot running beside it."""
    mode, url = way
    async with open_house(tmp_path, mode=mode, database_url=url) as opened:
        await opened.start_bot()
        yield opened


@pytest.fixture
def stage(house: House) -> Stage:
    """Tells nobody, checks everything."""
    return Stage(house.workspace, say=lambda _line: None, pace=0)
