"""A thousand alerts over fifty services in ten seconds: the right incidents, and nobody is kept waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from bot.demo.cast import Cast
from bot.demo.house import House, open_house
from bot.demo.outbreak import ACCEPTED
from bot.demo.world import Alert, Json, ago, delivery
from bot.manifest import Mode
from playbooks.domain.incident import Major
from playbooks.loader import EXAMPLE_CATALOGUE
from tests.scenarios.conftest import once
from tests.scenarios.record import Record, broke
from tests.scenarios.scenes import commanded
from tests.soak.nursery import Nursery

PRODUCTS, LAYERS, RULES, ORIGINS = 10, 5, 10, ("prometheus-eu", "probes-external")
IMPORTANT = 3
"""So many products have a service of tier 2; all others are of tier 4 and wake nobody."""
FIVE_MINUTES = 300.0
BATCH = 50


def names() -> list[str]:
    return [f"p{product}-s{layer}" for product in range(PRODUCTS) for layer in range(LAYERS)]


def catalogue() -> str:
    """The example, and ten products of five services, each of which needs the one below it."""
    world = yaml.safe_load(EXAMPLE_CATALOGUE.read_text())
    for name in names():
        product, layer = int(name[1]), int(name[-1])
        world["services"][name] = {
            "title": f"Product {product}, layer {layer}",
            "tier": 2 if product < IMPORTANT and layer == 0 else 4,
            "owner": "platform",
            "leads": ["fay"],
            "depends_on": [{"service": f"p{product}-s{layer + 1}"}] if layer + 1 < LAYERS else [],
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


async def storm_of(cast: Cast) -> list[Json]:
    """Twenty deliveries; every service is in trouble by ten rules of two systems."""
    now = await cast.machines.now()
    found: list[Json] = []
    for origin in ORIGINS:
        alerts = [
            Alert(name=f"Rule{rule}", service=name, summary=f"{name} fails").firing(
                ago(now, 10 - number / 50), origin
            )
            for rule in range(RULES)
            for number, name in enumerate(names())
        ]
        found += [
            delivery(alerts[start : start + BATCH], origin=origin) for start in range(0, len(alerts), BATCH)
        ]
    return found


@once
async def test_a_thousand_alerts_are_three_incidents_and_nobody_waits(cast: Cast, record: Record) -> None:
    await commanded(cast)
    deliveries = await storm_of(cast)
    assert sum(len(one["alerts"]) for one in deliveries) == PRODUCTS * LAYERS * RULES * len(ORIGINS) == 1000

    async def works() -> None:
        """The commander of something else goes on; the workspace judges that every answer is in time."""
        for number in range(4):
            await cast.command("ada", f"log step {number} is done")
            await cast.command("ada", "status")

    answered, _ = await asyncio.gather(
        asyncio.gather(*(cast.machines.alert(one) for one in deliveries)), works()
    )
    assert set(answered) == {ACCEPTED}
    await record.thought_about()
    await cast.house.advance(FIVE_MINUTES)
    for product in range(IMPORTANT):
        await cast.said(f"Product {product}", "incidents")
    await cast.command("ada", "log all rooms are open")

    incidents = [i for i in await record.incidents() if i.declared_by != "U0ADA"]
    assert [(i.major, i.rule) for i in incidents] == [(Major.ACCEPTED, "tier2-corroborated")] * IMPORTANT
    assert {frozenset(i.impacted) for i in incidents} == {
        frozenset(f"p{product}-s{layer}" for layer in range(LAYERS)) for product in range(IMPORTANT)
    }
    rooms = await record.outbox("OpenRoom")
    assert sorted(row.incident for row in rooms) == [1, *(i.id for i in incidents)]
