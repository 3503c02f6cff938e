"""A browser, and the whole product beside a sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, async_playwright

from bot.demo.cast import Cast
from bot.demo.house import House, open_house
from bot.demo.stage import Stage
from bot.demo.world import Machines
from tests.pages.sandbox.conftest import ARGUMENTS, CHROMIUM


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is not installed")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, database_url=sqlite_url) as opened:
        await opened.start_bot()
        yield opened


@pytest.fixture
async def cast(house: House) -> AsyncIterator[Cast]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        stage = Stage(house.workspace, say=lambda _line: None, pace=0)
        yield Cast(house=house, stage=stage, machines=Machines(house, session))
