"""What the documents tell people to type does what they say it does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # no stubs among our tools

from bot.cli import main
from bot.server import Server
from bot.wiring import build
from config.settings import read as read_settings
from config.sources import DEFAULTS, Layer
from handlers.http.gate import ChangeAsked
from handlers.http.sources import ADAPTERS
from handlers.http.sources.generic import GenericAlert
from handlers.http.sources.payload import MAX_LABEL_NAME, MAX_LABEL_VALUE, MAX_LABELS
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE
from playbooks.ports import Ports
from playbooks.protocol import declare
from tests.architecture.pages import ROOT, fences, read, rows

API = read("docs/api.md")
SECRET, TOKEN = "hush-hush", "only-pipelines"
NOWHERE = "http://127.0.0.1:9"
NEEDED = [name for name in ("curl", "jq", "openssl") if shutil.which(name) is None]


# ------------------------------------------------------------------ tocsin check
def changed(folder: Path, diff: str) -> None:
    """Apply a diff in the shape of the page: the first line that reads so is replaced."""
    file, old = folder, ""
    for line in diff.splitlines():
        if line.startswith("--- "):
            file = folder / line.removeprefix("--- ")
        elif line.startswith("-"):
            old = line[1:]
        elif line.startswith("+"):
            text = file.read_text()
            assert f"{old}\n" in text
            file.write_text(text.replace(f"{old}\n", f"{line[1:]}\n", 1))


@pytest.mark.parametrize("number", [0, 1])
def test_tocsin_check_says_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    page = read("docs/playbook.md")
    shutil.copy(DEFAULT_PLAYBOOK, tmp_path / "our-playbook.yaml")
    shutil.copy(EXAMPLE_CATALOGUE, tmp_path / "our-catalogue.yaml")
    changed(tmp_path, fences(page, "diff")[number])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_CATALOGUE__PATH", "our-catalogue.yaml")
    monkeypatch.setenv("TOCSIN_PLAYBOOK__PATH", "our-playbook.yaml")
    done = CliRunner().invoke(main, ["check"])
    asked, _, said = fences(page, "console")[number].partition("\n")
    assert asked == "$ tocsin check"
    assert done.output == said
    assert done.exit_code == (1 if number == 0 else 0)


def clean(more: dict[str, str]) -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")} | more


# ------------------------------------------------------------------ the HTTP interface
@dataclass(frozen=True)
class House:
    """A process that serves HTTP, without Slack."""

    url: str
    ports: Ports

    async def incident(self) -> Incident:
        return await declare.by_hand(
            self.ports, title="Cards fail", service="payments", severity=None, by=UserId("U0BOB")
        )


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    ours = {
        "database": {"url": sqlite_url},
        "slack": {"team_id": "T0", "bot_token": "xoxb-0", "base_url": f"{NOWHERE}/api/"},
        "webhooks": {"secrets": {"generic": [SECRET], "alertmanager": [SECRET]}},
        "gate": {"tokens": [TOKEN]},
    }
    defaults = Layer(name="default", values=yaml.safe_load(DEFAULTS.read_text()))
    settings = read_settings((defaults, Layer(name="test", values=ours)))
    async with AsyncExitStack() as stack:
        built = await build(settings, stack)
        server = Server(built.site)
        stack.push_async_callback(server.close)
        port = await server.listen("127.0.0.1", 0)
        yield House(f"http://127.0.0.1:{port}", built.ground.ports)


async def typed(command: list[str], text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run what the page shows, beside the server that it talks to."""
    return await asyncio.to_thread(
        subprocess.run,
        [*command, text],
        env=clean(variables),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def needs_tools() -> None:
    if NEEDED:
        pytest.skip(f"not installed: {', '.join(NEEDED)}")


async def test_the_python_example_is_let_in(house: House) -> None:
    [example] = fences(API, "python")
    done = await typed([sys.executable, "-c"], example, SECRET=SECRET, TOCSIN_URL=house.url)
    assert done.returncode == 0, done.stderr
    status, _, answer = done.stdout.partition(" ")
    assert status == "202"
    assert json.loads(answer) == {
        "accepted": True,
        "seen_before": False,
        "delivery": json.loads(answer)["delivery"],
    }


async def test_the_python_example_with_another_secret_is_kept_out(house: House) -> None:
    [example] = fences(API, "python")
    done = await typed([sys.executable, "-c"], example, SECRET="guessed", TOCSIN_URL=house.url)
    assert "401" in done.stderr


def shell(words: str) -> str:
    """The one shell example that holds the words."""
    [block] = [block for block in fences(API, "sh") if words in block]
    return block


@pytest.mark.parametrize("words", ['Bearer %s\\n\' "$SECRET"', "openssl dgst"], ids=["token", "signature"])
async def test_the_shell_examples_are_let_in(house: House, words: str) -> None:
    needs_tools()
    done = await typed(["sh", "-euc"], shell(words), SECRET=SECRET, TOCSIN_URL=house.url)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] is True


async def test_the_gate_answers_the_example_as_the_page_shows(house: House) -> None:
    needs_tools()
    await house.incident()
    done = await typed(["sh", "-euc"], shell('/v1/gate"\n'), TOCSIN_TOKEN=TOKEN, TOCSIN_URL=house.url)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    [shown] = [json.loads(block) for block in fences(API, "json") if '"verdict"' in block]
    differs = {"verdict_id", "input_digest", "at"}
    assert answer.keys() == shown.keys()
    assert {k: v for k, v in answer.items() if k not in differs} == {
        k: v for k, v in shown.items() if k not in differs
    }


# ------------------------------------------------------------------ the pipeline's script
CHANGE = '{"source": "gitlab", "run": "%s", "services": ["%s"]}'


async def gated(tmp_path: Path, url: str, change: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script; its sleeps take no time, and are counted in a file."""
    sleep = tmp_path / "sleep"
    sleep.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/slept\n')
    sleep.chmod(0o755)
    given = {
        "TOCSIN_URL": url,
        "TOCSIN_TOKEN": TOKEN,
        "CHANGE": change,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
    }
    return await typed(["sh", "-c"], shell("#!/bin/sh"), **given, **variables)


@pytest.mark.parametrize(
    ("service", "code", "says"),
    [
        pytest.param("hr-portal", 0, "Tocsin: go.", id="far away: go"),
        pytest.param("payments", 1, "payments is at the heart of INC-1", id="at the heart: no"),
        pytest.param("nonesuch", 1, "The catalogue does not know nonesuch", id="unknown: no"),
    ],
)
async def test_the_script_ends_as_the_gate_decides(
    tmp_path: Path, house: House, service: str, code: int, says: str
) -> None:
    needs_tools()
    await house.incident()
    done = await gated(tmp_path, house.url, CHANGE % (service, service))
    assert (done.returncode, says in done.stdout) == (code, True), done.stdout + done.stderr


@pytest.mark.parametrize(("policy", "code"), [("", 2), ("hold", 2), ("allow", 0)])
async def test_the_script_follows_its_policy_when_nobody_answers(
    tmp_path: Path, policy: str, code: int
) -> None:
    needs_tools()
    done = await gated(tmp_path, NOWHERE, CHANGE % (1, "web"), ON_ERROR=policy)
    assert done.returncode == code, done.stderr
    assert "does not answer" in done.stderr
    assert (tmp_path / "slept").read_text() == "5\n5\n"


async def test_a_wrong_question_is_never_let_through(tmp_path: Path, house: House) -> None:
    needs_tools()
    done = await gated(tmp_path, house.url, '{"ref": "CHG-1", "risk": "some"}', ON_ERROR="allow")
    assert done.returncode == 2
    assert "change.risk" in done.stderr


async def test_the_script_waits_as_long_as_it_is_told(tmp_path: Path, house: House) -> None:
    needs_tools()
    await house.incident()
    done = await gated(tmp_path, house.url, CHANGE % (2, "payments"), PATIENCE="2")
    assert done.returncode == 1
    assert {int(line) for line in (tmp_path / "slept").read_text().split()} <= {1, 2}


# ------------------------------------------------------------------ descriptions
def schema() -> dict[str, Any]:
    [found] = [json.loads(block) for block in fences(API, "json") if '"$schema"' in block]
    return dict(found)


def test_the_schema_of_an_alert_is_the_schema_of_the_code() -> None:
    ours, theirs = schema(), GenericAlert.model_json_schema()
    Draft202012Validator.check_schema(ours)
    assert ours["required"] == theirs["required"]
    assert list(ours["properties"]) == list(theirs["properties"])
    for name, told in ours["properties"].items():
        known = theirs["properties"][name]
        assert {k: told.get(k) for k in ("minLength", "maxLength")} == {
            k: known.get(k) for k in ("minLength", "maxLength")
        }, name
    assert ours["properties"]["status"]["enum"] == theirs["$defs"]["SignalStatus"]["enum"]
    numbers = re.findall(r"\d+", ours["properties"]["labels"]["description"])
    assert numbers == [str(MAX_LABELS), str(MAX_LABEL_NAME), str(MAX_LABEL_VALUE)]


def examples() -> list[Any]:
    """Alerts that the page shows, and those that the tests have always known."""
    shown = [json.loads(block) for block in fences(API, "json") if '"key": "probe-checkout"' in block]
    stored = json.loads((ROOT / "tests" / "fixtures" / "alerts" / "generic-list.json").read_text())
    return [*shown, stored]


@pytest.mark.parametrize("alerts", examples())
def test_examples_of_alerts_fit_the_schema_and_are_understood(alerts: list[dict[str, Any]]) -> None:
    checker = Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
    for alert in alerts:
        checker.validate(alert)
    read_by_us = ADAPTERS["generic"](
        json.dumps(alerts).encode(), received_at=datetime(2026, 6, 2, tzinfo=UTC)
    )
    assert [signal.dedup_key for signal in read_by_us] == [alert["key"] for alert in alerts]


@pytest.mark.parametrize("alert", [{}, {"key": ""}, {"status": "on fire"}, {"started_at": 7}])
def test_what_the_schema_refuses_is_refused(alert: dict[str, Any]) -> None:
    whole = {"key": "k", "status": "firing", "service": "web"} | alert if alert else {}
    assert not Draft202012Validator(schema()).is_valid(whole)


def test_every_field_of_the_gates_question_is_documented() -> None:
    told = [name for row in rows(API) if row.heading == "The question" for name in row.names]
    assert sorted(told) == sorted(ChangeAsked.model_fields)


def test_every_reason_of_the_gate_is_documented() -> None:
    told = {name for row in rows(API) if row.heading == "The answer" for name in row.names}
    source = read("playbooks/domain/freeze.py")
    written = set(re.findall(r'(?:code=|_ask\(freeze, )"(\w+)"', source))
    written |= {f"outside_{code}" for code in re.findall(r'_allow\(freeze, "(\w+)"', source)}
    written |= {f"{kind}_ring{ring}" for kind in ("freeze", "outside") for ring in (0, 3)}
    assert written <= told


def test_alertmanager_is_told_an_address_that_exists() -> None:
    [configured] = [yaml.safe_load(block) for block in fences(API, "yaml")]
    [hook] = configured["receivers"][0]["webhook_configs"]
    assert hook["url"].endswith("/hooks/alertmanager")
    assert hook["url"].rpartition("/")[2] in ADAPTERS
    assert hook["http_config"]["authorization"]["type"] == "Bearer"
    assert configured["route"]["routes"][0]["receiver"] == configured["receivers"][0]["name"]


async def test_every_address_is_documented_and_answers(house: House) -> None:
    addresses = [row.names[0] for row in rows(API) if row.cells[0].startswith(("`POST", "`GET"))]
    assert len(addresses) == 10
    async with aiohttp.ClientSession() as client:
        for method, path in (address.split() for address in addresses):
            async with client.request(method, house.url + path) as answer:
                assert answer.status != 405, path
                if answer.status == 404:
                    assert "incidents" in path
