"""People's mistakes are answered with a sentence, and everything else with what was asked for."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from click.testing import CliRunner, Result

from bot.cli import main
from bot.wiring import lay_ground
from config.settings import Settings, read
from config.sources import layers
from playbooks.domain.effects import PinCard
from playbooks.domain.ids import IncidentId, Ts, UserId
from playbooks.protocol import declare
from storage.schema import upgrade
from storage.uow import Store
from tests.clock import CountingIds, MovableClock


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder, and logging as it was before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOCSIN_CONFIG", raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def tocsin(*arguments: str, **environment: str) -> Result:
    return CliRunner(env={f"TOCSIN_{name}": value for name, value in environment.items()}).invoke(
        main, arguments
    )


def test_run_without_tokens_says_which_and_where_to_find_them() -> None:
    answer = tocsin("run")
    assert answer.exit_code == 2
    assert "TOCSIN_SLACK__BOT_TOKEN" in answer.output
    assert "Signing Secret" in answer.output
    assert "Traceback" not in answer.output


def test_run_with_several_mistakes_tells_them_all() -> None:
    answer = tocsin("run", SERVER__PORT="x", LOG__LEVEL="loud")
    assert answer.exit_code == 2
    assert "server.port" in answer.output
    assert "log.level" in answer.output


def test_run_with_a_broken_playbook_says_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("name: x\nwrong: 1\n")
    answer = tocsin(
        "run",
        SLACK__BOT_TOKEN="xoxb-1",
        SLACK__SIGNING_SECRET="s",
        PLAYBOOK__PATH=str(tmp_path / "plan.yaml"),
    )
    assert answer.exit_code == 2
    assert "plan.yaml:2: wrong" in answer.output


BACKSTAGE = """
kind: Component
metadata: {name: Basket_API}
spec: {owner: newcomers, dependsOn: [component:checkout, resource:gone]}
---
kind: Component
metadata: {name: checkout}
spec: {owner: others, dependsOn: [component:basket_api]}
"""


def test_services_are_imported_without_touching_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "catalog-info.yaml").write_text(BACKSTAGE)
    refused = tocsin("catalogue", "import", "catalog-info.yaml", "--output", "out.yaml")
    assert (refused.exit_code, refused.stdout, (tmp_path / "out.yaml").exists()) == (1, "", False)
    assert "depends on resource:default/gone, which is in no file" in refused.stderr
    taken = tocsin(
        *("catalogue", "import", "catalog-info.yaml", "--leave-out-dangling", "--output", "out.yaml")
    )
    assert taken.exit_code == 0
    assert "circle: basket-api → checkout → basket-api need each other" in taken.stderr
    assert "it belongs to shop there and to others in Backstage" in taken.stderr
    told = yaml.safe_load((tmp_path / "out.yaml").read_text())
    assert (list(told["parties"]), list(told["services"])) == (["newcomers"], ["basket-api"])
    again = tocsin("catalogue", "import", "catalog-info.yaml", "--output", "out.yaml")
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)


def test_check_is_content_with_the_shipped_papers() -> None:
    answer = tocsin("check")
    assert (answer.exit_code, "in order" in answer.output) == (0, True)


def test_check_prints_every_mistake_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("name: x\nwrong: 1\n")
    answer = tocsin("check", PLAYBOOK__PATH=str(tmp_path / "plan.yaml"))
    assert answer.exit_code == 1
    assert "plan.yaml:2: wrong" in answer.output
    assert "severities" in answer.output


def test_check_tells_mistakes_of_settings_too() -> None:
    answer = tocsin("check", SERVER__PORT="x")
    assert (answer.exit_code, "server.port" in answer.output) == (1, True)


def test_config_show_hides_secrets() -> None:
    answer = tocsin("config", "show", SLACK__BOT_TOKEN="xoxb-secret")
    assert answer.exit_code == 0
    assert "slack.bot_token" in answer.output
    assert "xoxb-secret" not in answer.output


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_the_manifest_can_be_pasted(form: str) -> None:
    answer = tocsin("manifest", "--url", "https://tocsin.example", "--format", form)
    value: Any = yaml.safe_load(answer.output) if form == "yaml" else json.loads(answer.output)
    assert value["settings"]["interactivity"]["request_url"] == "https://tocsin.example/slack/events"


def test_the_manifest_for_http_needs_an_address() -> None:
    answer = tocsin("manifest")
    assert (answer.exit_code, "--url" in answer.output) == (2, True)


def test_a_database_is_made_checked_and_found_in_order() -> None:
    url = "sqlite+aiosqlite:///here.db"
    assert tocsin("db", "check", DATABASE__URL=url).exit_code == 2
    assert tocsin("db", "upgrade", DATABASE__URL=url).exit_code == 0
    assert tocsin("db", "upgrade", DATABASE__URL=url).exit_code == 0
    assert tocsin("db", "check", DATABASE__URL=url).exit_code == 0


def test_a_database_in_an_impossible_place_is_a_sentence() -> None:
    answer = tocsin("db", "upgrade", DATABASE__URL="sqlite+aiosqlite:////proc/no/where.db")
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


@pytest.mark.parametrize("command", [("db", "check"), ("db", "upgrade"), ("outbox", "list")])
def test_a_database_that_is_away_is_a_sentence(command: tuple[str, ...]) -> None:
    answer = tocsin(*command, DATABASE__URL="postgresql+psycopg://tocsin:hunter2@127.0.0.1:1/tocsin")
    assert answer.exit_code == 2
    assert "does not answer" in answer.output
    assert "hunter2" not in answer.output


async def buried(url: str) -> str:
    """A database with one delivery that failed for good."""
    await upgrade(url)
    clock = MovableClock()
    store = await Store.open(url, clock=clock, ids=CountingIds())
    async with store.units() as unit:
        await unit.outbox.put(PinCard(incident=IncidentId(7), ts=Ts("1.000001")))
        await unit.commit()
    (owed,) = await store.outbox.claim(now=clock.now(), limit=1, lease=clock.now() - clock.now(), worker="w")
    await store.outbox.bury(owed, now=clock.now(), reason="too_many_pins")
    await store.close()
    return owed.id


def test_the_outbox_is_listed_shown_and_tried_again() -> None:
    url = "sqlite+aiosqlite:///here.db"
    delivery = asyncio.run(buried(url))

    listed = tocsin("outbox", "list", "--state", "buried", DATABASE__URL=url)
    assert "PinCard" in listed.output
    assert "too_many_pins" in listed.output
    assert "buried" in tocsin("outbox", "show", delivery, DATABASE__URL=url).output

    assert tocsin("outbox", "retry", delivery, DATABASE__URL=url).exit_code == 0
    assert tocsin("outbox", "retry", delivery, DATABASE__URL=url).exit_code == 2
    assert "waiting" in tocsin("outbox", "list", DATABASE__URL=url).output
    assert tocsin("outbox", "show", "nothing", DATABASE__URL=url).exit_code == 2


async def owed(url: str) -> str:
    """A database with an incident, and one delivery of it that waits."""
    await upgrade(url)
    async with AsyncExitStack() as stack:
        ground = await lay_ground(read(layers(Settings)), stack)
        ada = UserId("U0ADA")
        incident = await declare.by_hand(
            ground.ports, title="It burns", service="checkout", severity=1, by=ada
        )
        async with ground.store.units() as unit:
            await unit.outbox.put(PinCard(incident=incident.id, ts=Ts("1.000001")))
            await unit.commit()
        return (await ground.store.outbox.rows("waiting", 1))[0].id


def test_a_delivery_is_given_up_by_hand_and_the_commander_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "sqlite+aiosqlite:///here.db"
    monkeypatch.setenv("TOCSIN_DATABASE__URL", url)
    delivery = asyncio.run(owed(url))

    assert tocsin("outbox", "bury", delivery, "--reason", "not worth it").exit_code == 0
    assert "not worth it" in tocsin("outbox", "list", "--state", "buried").output
    assert "TellPerson" in tocsin("outbox", "list", "--state", "waiting").output
    again = tocsin("outbox", "bury", delivery)
    assert (again.exit_code, "Traceback" in again.output) == (2, False)
    assert tocsin("outbox", "retry", delivery).exit_code == 0


def test_logs_are_audited_and_a_changed_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_DATABASE__URL", "sqlite+aiosqlite:///here.db")
    asyncio.run(owed("sqlite+aiosqlite:///here.db"))

    whole = tocsin("audit", "verify")
    assert (whole.exit_code, whole.output.startswith("INC-1  whole: ")) == (0, True)
    head = whole.output.split()[-1]
    assert tocsin("audit", "verify", "INC-1", "--head", head[:8]).exit_code == 0
    assert tocsin("audit", "verify", "INC-1", "--head", "00000000").exit_code == 1
    for wrong in (("INC-9",), ("nine",), ("1", "--head", "short"), ("--head", head[:8])):
        assert tocsin("audit", "verify", *wrong).exit_code == 2
    refused = tocsin("audit", "remove", "INC-1", "1", "--by", "U0ADA", "--reason", "embarrassing")
    assert (refused.exit_code, "stays" in refused.output) == (2, True)

    with closing(sqlite3.connect("here.db")) as database, database:
        database.execute("UPDATE entries SET actor = 'U0BOB' WHERE seq = 2")
    changed = tocsin("audit", "verify", "1")
    assert (changed.exit_code, "BROKEN at entry 2" in changed.output) == (1, True)


def test_a_log_is_taken_away_and_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_DATABASE__URL", "sqlite+aiosqlite:///here.db")
    asyncio.run(owed("sqlite+aiosqlite:///here.db"))

    written = tocsin("export", "INC-1").output
    assert written.startswith("# INC-1: It burns")
    assert "severity: – → 1" in written
    table = list(csv.DictReader(io.StringIO(tocsin("export", "1", "--format", "csv").output)))
    assert table[0]["kind"] == "IncidentDeclared"
    copy = json.loads(tocsin("export", "1", "--format", "json").output)
    assert copy["head"] == copy["entries"][-1]["hash"]
    assert copy["state"]["title"] == "It burns"

    told = tocsin("replay", "INC-1", "--whole")
    assert (told.exit_code, '"state": "open"' in told.output) == (0, True)
    before = tocsin("replay", "INC-1", "--until", "2001-01-01")
    assert (before.exit_code, "0 entries told nothing" in before.output) == (0, True)
    Path("copy.json").write_text(json.dumps(copy), encoding="utf-8")
    again = tocsin("replay", "--from", "copy.json")
    assert (again.exit_code, again.output.splitlines()[-1]) == (0, told.output.splitlines()[-1])
    for wrong in (("INC-9",), (), ("INC-1", "--from", "copy.json"), ("--from", "here.db")):
        assert tocsin("replay", *wrong).exit_code == 2

    with closing(sqlite3.connect("here.db")) as database, database:
        database.execute("UPDATE updates SET due_at = '2026-03-02T10:00:00.000000+00:00'")
    changed = tocsin("replay", "1")
    assert (changed.exit_code, "DIFFERENT  updates[1].due_at: " in changed.output) == (1, True)
    with closing(sqlite3.connect("here.db")) as database, database:
        database.execute("UPDATE entries SET actor = 'U0BOB' WHERE seq = 2")
    assert (tocsin("replay", "1").exit_code, "BROKEN at entry 2" in tocsin("replay", "1").output) == (1, True)


async def arrived(url: str) -> str:
    """A database with one arrival that nobody understood."""
    await upgrade(url)
    clock = MovableClock()
    store = await Store.open(url, clock=clock, ids=CountingIds())
    body = b'{"alerts": "none"}'
    await store.inbox.put(source="hook:generic", key="1", headers={}, body=body, received_at=clock.now())
    (received,) = await store.inbox.claim(now=clock.now(), limit=1, lease=timedelta(minutes=1))
    await store.inbox.quarantine(received, "alerts: not a list")
    await store.close()
    return received.id


def test_what_nobody_understood_is_listed_shown_and_replayed() -> None:
    url = "sqlite+aiosqlite:///here.db"
    arrival = asyncio.run(arrived(url))

    listed = tocsin("inbox", "list", "--state", "quarantined", DATABASE__URL=url)
    assert "hook:generic" in listed.output
    assert "alerts: not a list" in listed.output
    assert '{"alerts": "none"}' in tocsin("inbox", "show", arrival, DATABASE__URL=url).output

    assert tocsin("inbox", "replay", arrival, DATABASE__URL=url).exit_code == 0
    assert tocsin("inbox", "replay", arrival, DATABASE__URL=url).exit_code == 2
    assert "waiting" in tocsin("inbox", "list", DATABASE__URL=url).output
    assert tocsin("inbox", "show", "nothing", DATABASE__URL=url).exit_code == 2


def test_the_doctor_says_what_is_wrong_what_to_do_and_ends_with_1() -> None:
    """What it looks at is tested with its check-up; here, how it is told."""
    answer = tocsin("doctor", SLACK__SIGNING_SECRET="x")
    assert answer.exit_code == 1
    assert "slack.bot_token is not set" in answer.output
    assert "→ set TOCSIN_SLACK__BOT_TOKEN" in answer.output
    assert "Traceback" not in answer.output


def test_the_outbox_of_an_empty_database_says_what_to_do() -> None:
    answer = tocsin("outbox", "list")
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


def test_the_history_of_an_older_tool_is_entered_once() -> None:
    url = "sqlite+aiosqlite:///here.db"
    asyncio.run(upgrade(url))
    past = {
        "key": "OLD-1", "title": "Nobody could pay", "service": "checkout", "severity": 1,
        "entered_by": "ada", "began_at": "2025-01-01T10:00:00Z", "detected_at": "2025-01-01T10:05:00Z",
        "resolved_at": "2025-01-01T11:00:00+01:00",
    }  # fmt: skip
    good = past | {"resolved_at": "2025-01-01T12:00:00Z"}
    Path("history.jsonl").write_text("\n".join(json.dumps(each) for each in (past, good, good | {"key": 7})))
    for _ in range(2):
        told = tocsin("backfill", "history.jsonl", DATABASE__URL=url)
        assert told.exit_code == 1
        first, second, third = told.output.splitlines()
        assert "REFUSED  This cannot be" in first
        assert "INC-1  2025-01-01T10:05:00+00:00  Nobody could pay" in second
        assert "REFUSED  key: " in third
