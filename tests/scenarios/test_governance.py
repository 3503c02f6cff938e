"""Governance: what the centre may object to waits for its word, or for silence; and survives a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from bot.demo.cast import Cast
from bot.demo.house import House, open_house
from bot.demo.outbreak import MINUTE
from bot.manifest import Mode
from playbooks.domain.incident import State
from playbooks.loader import EXAMPLE_CATALOGUE
from tests.scenarios.conftest import on_both
from tests.scenarios.record import Record, broke
from tests.scenarios.scenes import commanded
from tests.soak.nursery import Nursery

RULES = {"acts": {"resolve": {"model": "federated", "veto": "3m"}, "release": {"model": "centralised"}}}
FORM = {"code": "solution provided", "note": "rolled back"}


@pytest.fixture
async def house(way: tuple[Mode, str], nursery: Nursery, tmp_path: Path) -> AsyncIterator[House]:
    """A house in which the centre has a word in how incidents end."""
    mode, url = way
    world = yaml.safe_load(EXAMPLE_CATALOGUE.read_text()) | {"governance": RULES}
    (tmp_path / "catalogue.yaml").write_text(yaml.safe_dump(world))
    async with open_house(tmp_path, mode=mode, database_url=url, launch=nursery.launch) as opened:
        opened.settings["CATALOGUE__PATH"] = str(tmp_path / "catalogue.yaml")
        await opened.start_bot()
        yield opened
    assert broke(opened) == []


async def ends(cast: Cast, by: str) -> str:
    """Somebody fills in that it is over; what the form says then."""
    form = await cast.form(by, "resolve")
    await form.submit(FORM)
    return str((await cast.person(by).modal()).raw["blocks"])


@on_both
async def test_the_centre_objects_then_silence_lets_it_stand_across_a_restart(
    cast: Cast, record: Record, house: House
) -> None:
    await commanded(cast, "bob")
    assert "rule G-default.resolve" in await cast.command("bob", "status")
    tab = await cast.person("gus").open_home()
    assert "By rule G-default.resolve" in await ends(cast, "bob")
    await tab.expect("wants to resolve the incident")
    letter = await cast.whispered("gus", "@bob wants to resolve the incident")
    await letter.button("Object…").press(as_="gus")
    await (await cast.person("gus").modal()).submit({"reason": "mobile users still fail"})
    await cast.whispered("bob", "@gus objected")
    assert (await record.incidents())[0].state is State.OPEN
    await cast.command("bob", "impact nobody can pay")
    assert "By rule G-default.release only @gus can release statements." in await cast.command(
        "bob", "release 1"
    )

    await ends(cast, "bob")
    await record.logged("SignatureAsked")
    await house.kill_bot()
    await house.start_bot()
    await cast.house.advance(3 * MINUTE + 5)
    await cast.said("Resolved* by")
    await cast.whispered("bob", "Nobody objected")
    rules = [
        body["rule"] for kind in ("SignatureRefused", "SignatureGiven") for body in await record.bodies(kind)
    ]
    assert rules == ["G-default.resolve"] * 2
    assert (await record.bodies("ActRefused"))[0]["rule"] == "G-default.release"
    assert (await record.bodies("IncidentResolved"))[0]["governed_by"] == "G-default.resolve"
