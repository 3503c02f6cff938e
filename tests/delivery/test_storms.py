"""Whatever fails, however often, in whatever order: people see what they would have seen anyway.

A whole incident is played while every call to Slack may fail in every way. What is in
the workspace at the end is compared with an undisturbed run.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.domain.ids import UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.statement import Audience, StatementClass
from playbooks.protocol import command, communicate, resolve
from sandbox.testing import Message
from tests.databases import SqliteTemplate
from tests.delivery.conftest import ADA, BOB, Office, fresh_workspace, open_office

CLEO = UserId("U0CLEO")
SEEDS = range(int(os.environ.get("STORMS", "4")))
"""`STORMS=1000 pytest tests/delivery/test_storms.py` for a long night."""
# What may befall a call, each with its own dice; the last one is the worst: it has happened.
WEATHER = [
    {"do": "ratelimited", "retry_after": 1, "probability": 0.08},
    {"do": "http", "status": 503, "body": "html", "probability": 0.05},
    {"do": "error", "error": "internal_error", "when": "before", "probability": 0.05},
    {"do": "error", "error": "fatal_error", "when": "after", "probability": 0.05},
    {"do": "http", "status": 200, "body": "truncated", "when": "after", "probability": 0.05},
    {"do": "lost", "probability": 0.1},
]
CHANGING = re.compile(r"\d+")


def words(message: Message) -> str:
    """What a message says and offers, without clock times: they depend on when it got through."""
    return CHANGING.sub("#", f"{message.raw['text']} {message.buttons}")


async def play(office: Office) -> None:
    """Declare, take, contest, yield, inform, recover, resolve."""
    ports = office.tools.ports
    incident = (await office.declare()).id
    await office.finish()  # what happens before there is a room is shown by its first card only
    await command.take(ports, incident=incident, by=ADA)
    await office.work()
    contest = await command.take(ports, incident=incident, by=BOB, reason="I lead checkout")
    await office.finish()  # a letter that comes when the dispute is over rightly has no buttons any more
    await command.give_way(ports, contest=contest.contest, by=ADA)  # type: ignore[union-attr] # contested
    stated = await communicate.state(
        ports, incident=incident, kind=StatementClass.IMPACT, text="Cards fail.", by=ADA
    )
    await communicate.verify(ports, statement=stated.id, by=BOB)
    await communicate.release(ports, statement=stated.id, by=BOB, reach=Audience.STAKEHOLDER)
    await communicate.send(ports, incident=incident, by=BOB)
    await office.work()
    await resolve.mitigate(ports, incident=incident, by=BOB)
    code = ResolutionCode.SOLUTION_PROVIDED
    await resolve.resolve(ports, incident=incident, by=BOB, code=code, note="Rolled back.")
    await office.finish(within=timedelta(hours=2))


async def seen(office: Office) -> dict[str, object]:
    """What people have before them in the end."""
    room = office.room()
    state = await office.workspace.state()
    direct = [await office.workspace.dm(name, office.app) for name in ("ada", "bob", "gus", "eve")]
    return {
        "rooms": Counter(c["name"] for c in state["channels"] if c.get("name", "").startswith("inc-")),
        "members": sorted(await room.members()),
        "topic": CHANGING.sub("#", await room.topic()),
        "bookmarks": [bookmark["link"] for bookmark in await room.bookmarks()],
        "pins": len(await room.pins()),
        "room": Counter(words(m) for m in await office.said("inc-1-checkout")),
        "incidents": Counter(words(m) for m in await office.said("incidents")),
        "stakeholders": Counter(words(m) for m in await office.said("stakeholders")),
        "direct": [Counter(words(m) for m in await office.said(str(each.name))) for each in direct],
    }


@pytest.fixture(scope="module")
def fair_weather() -> dict[str, object]:
    """What an undisturbed run showed; filled by the first test that asks."""
    return {}


async def in_fair_weather(known: dict[str, object], url: str) -> dict[str, object]:
    if not known:
        async with fresh_workspace() as workspace, open_office(workspace, url) as office:
            await play(office)
            known |= await seen(office)
    return known


async def test_an_incident_in_fair_weather_says_everything_once(office: Office) -> None:
    await play(office)
    assert {row.state for row in await office.rows()} == {"done"}
    assert {row.attempts for row in await office.rows()} == {1}
    said = await seen(office)
    for place in ("room", "incidents", "stakeholders"):
        assert set(said[place].values()) == {1}, said[place]  # type: ignore[attr-defined] # a Counter


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_storm_changes_nothing_that_people_see(
    office: Office,
    fair_weather: dict[str, object],
    sqlite_template: SqliteTemplate,
    tmp_path: Path,
    seed: int,
) -> None:
    (tmp_path / "fair").mkdir()
    expected = await in_fair_weather(fair_weather, sqlite_template.copy(tmp_path / "fair"))
    for number, fault in enumerate(WEATHER):
        dice = {"seed": seed} if number == 0 else {}
        await office.workspace.faults.add(**fault, **dice)  # type: ignore[arg-type] # a table
    await play(office)
    await office.workspace.faults.clear()

    assert {row.state for row in await office.rows()} == {"done"}
    assert max(row.attempts for row in await office.rows()) > 1, "it was no storm"
    got = await seen(office)
    for place, what in expected.items():
        assert got[place] == what, place
