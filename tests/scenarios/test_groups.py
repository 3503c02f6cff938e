"""The roster is a Slack user group, and whoever commands loses their account in the middle of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from bot.demo.cast import Cast
from bot.demo.house import House, open_house
from bot.demo.outbreak import MINUTE
from bot.manifest import Mode
from playbooks.loader import EXAMPLE_CATALOGUE
from tests.scenarios.conftest import on_both
from tests.scenarios.record import Record, broke
from tests.scenarios.scenes import commanded
from tests.soak.nursery import Nursery

GROUP = "S0CMD"


def catalogue() -> str:
    """The example, in which nobody is named as a commander or on shift: a group is both."""
    world = yaml.safe_load(EXAMPLE_CATALOGUE.read_text())
    world["roster"] |= {
        "commanders": [],
        "on_shift": [],
        "commanders_group": GROUP,
        "on_shift_group": GROUP,
    }
    return yaml.safe_dump(world)


@pytest.fixture
async def house(way: tuple[Mode, str], nursery: Nursery, tmp_path: Path) -> AsyncIterator[House]:
    mode, url = way
    (tmp_path / "catalogue.yaml").write_text(catalogue())
    async with open_house(tmp_path, mode=mode, database_url=url, launch=nursery.launch) as opened:
        opened.settings["CATALOGUE__PATH"] = str(tmp_path / "catalogue.yaml")
        await opened.start_bot()
        yield opened
    assert broke(opened) == []


@on_both
async def test_a_commander_whose_account_is_closed_is_replaced_from_the_group(
    cast: Cast, record: Record
) -> None:
    """The seat is never empty meanwhile, everybody concerned is told, and a lead of theirs is vacant."""
    await cast.house.workspace.faults.happen(
        "group_users", group="incident-commanders", users=["bob", "cleo"]
    )
    await commanded(cast, "bob")
    await cast.whispered("bob", "You lead the work on *Checkout*")
    await cast.house.workspace.faults.happen("user_deactivated", user="bob")

    gone = await cast.said("cannot command any more: their account is deactivated")
    assert "whoever can lead may take command now" in gone.text
    await cast.whispered("gus", "cannot command any more")
    asked = await cast.whispered("cleo", "Will you take command?")
    assert "U0BOB" in [tenure.user for tenure in await record.tenures() if tenure.until is None]
    await record.logged("LeadLeft", "their account is deactivated")

    await asked.button("Take command").press(as_="cleo")
    await cast.said("@cleo was asked and has command")
    card = await cast.card("Commander* @cleo")
    assert "Checkout _nobody_" in card.text
    before, after = await record.tenures()
    assert (before.until, after.user) == (after.since, "U0CLEO")
    await cast.whispered("cleo", "You command")
    await cast.house.advance(10 * MINUTE)
    duty = await cast.whispered("cleo", "It is on you now.")
    assert "has had no lead for a while" in duty.text
