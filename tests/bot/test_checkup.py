"""The doctor finds what is wrong before an incident does, and says what to do about it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app import running
from bot.checkup import Finding, check_up
from playbooks.domain.effects import PinCard
from playbooks.domain.ids import IncidentId, Ts
from sandbox.testing import App, Workspace
from storage.schema import upgrade
from storage.uow import Store
from tests.bot.conftest import MakeSettings, Probe
from tests.clock import CountingIds, MovableClock

SOCKET_ONLY = pytest.mark.parametrize("mode", ["socket"], indirect=True)
HTTP_ONLY = pytest.mark.parametrize("mode", ["http"], indirect=True)
NOWHERE = "postgresql+psycopg://x:hunter2@127.0.0.1:1/x"
SECRET = "a-secret-that-nobody-guesses"


@pytest.fixture
def given(
    app: App, mode: str, free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """Settings as ``tocsin.yaml`` gives them; a test changes what is to be wrong."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path / "ours.yaml"))
    return {
        "database": {"url": f"sqlite+aiosqlite:///{tmp_path / 'tocsin.db'}"},
        "slack": {
            "mode": mode,
            "base_url": app.api_url,
            "bot_token": app.bot_token,
            "app_token": app.app_token,
            "signing_secret": app.signing_secret,
        },
        "server": {"port": free_port, "public_url": "https://tocsin.example"},
        "webhooks": {"secrets": {"alertmanager": [SECRET]}},
        "gate": {"tokens": [SECRET]},
    }


async def findings(given: dict[str, Any], *, state: str | None = None) -> list[Finding]:
    Path("ours.yaml").write_text(yaml.safe_dump(given))
    return [finding for finding in await check_up() if state in (None, finding.state)]


async def wrong(given: dict[str, Any]) -> dict[str, str]:
    """What → what is said of it."""
    return {finding.what: finding.says for finding in await findings(given, state="wrong")}


async def test_where_all_is_well_nothing_is_wrong(given: dict[str, Any]) -> None:
    await upgrade(given["database"]["url"])
    found = await findings(given)
    assert [finding for finding in found if finding.is_wrong] == []
    assert {"settings", "papers", "database", "queues", "secrets", "address", "slack", "scopes", "clock"} < {
        finding.what for finding in found
    }
    secrets = {given["slack"]["bot_token"], given["slack"]["app_token"], SECRET}
    assert not any(secret in finding.says + finding.remedy for finding in found for secret in secrets)


@HTTP_ONLY
async def test_it_sees_a_running_bot(given: dict[str, Any], settings: MakeSettings, probe: Probe) -> None:
    async with running(settings()):
        await probe.until_ready()
        (process,) = [finding for finding in await findings(given) if finding.what == "process"]
    assert (process.state, "is ready" in process.says) == ("ok", True)
    (process,) = [finding for finding in await findings(given) if finding.what == "process"]
    assert (process.state, "nobody answers" in process.says) == ("note", True)


@HTTP_ONLY
@pytest.mark.parametrize(
    ("setting", "value", "what", "says"),
    [
        pytest.param("slack.bot_token", "xoxb-wrong", "slack", "invalid_auth", id="token"),
        pytest.param("slack.team_id", "T0ELSEWHERE", "slack", "belongs to T0TOCSIN", id="workspace"),
        pytest.param("slack.signing_secret", None, "settings", "signing_secret is not set", id="not set"),
        pytest.param("slack.base_url", "http://127.0.0.1:1/api/", "slack", "cannot be reached", id="away"),
        pytest.param("server.public_url", None, "address", "Slack cannot call http://", id="address"),
        pytest.param("server.port", 99999, "settings", "server.port", id="setting"),
        pytest.param("gate.tokens", ["short"], "secrets", "gate.tokens", id="secret"),
        pytest.param(
            "webhooks.secrets",
            {"alertmanger": [SECRET]},
            "secrets",
            "alertmanger: nobody understands",
            id="source",
        ),
        pytest.param("playbook.path", "nowhere.yaml", "papers", "has mistakes", id="papers"),
        pytest.param("database.url", NOWHERE, "database", "does not answer", id="database"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_else(
    given: dict[str, Any], setting: str, value: object, what: str, says: str
) -> None:
    section, name = setting.split(".")
    given.setdefault(section, {})[name] = value
    found = await wrong(given)
    assert list(found) == [what]
    assert says in found[what]
    assert "hunter2" not in str(found)


@HTTP_ONLY
async def test_an_app_that_may_do_too_little_is_found(given: dict[str, Any], workspace: Workspace) -> None:
    await workspace.faults.happen("scope_removed", scope="pins:write")
    assert await wrong(given) == {"scopes": "missing: pins:write"}


@HTTP_ONLY
async def test_a_channel_that_is_not_there_is_found(given: dict[str, Any], workspace: Workspace) -> None:
    await workspace.user("ada").archive("stakeholders")
    assert await wrong(given) == {"channels": "stakeholders: there is none that the bot may see"}


@HTTP_ONLY
async def test_a_running_bot_that_was_removed_from_its_channel_is_found(
    given: dict[str, Any], settings: MakeSettings, probe: Probe, workspace: Workspace
) -> None:
    async with running(settings()):
        await probe.until_ready()
        async for _ in workspace.changes(10):
            if await wrong(given) == {}:
                break
        await workspace.faults.happen("bot_kicked", channel="incidents")
        assert await wrong(given) == {"channels": "incidents: the bot is not in it"}


@SOCKET_ONLY
async def test_a_wrong_app_token_is_found(given: dict[str, Any]) -> None:
    given["slack"]["app_token"] = "xapp-wrong"
    found = await wrong(given)
    assert list(found) == ["socket"]
    assert "invalid_auth" in found["socket"]


@HTTP_ONLY
async def test_a_clock_that_is_off_is_found(given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's clock cannot be moved, so its tolerance is."""
    monkeypatch.setattr("bot.checkup.MARGIN", timedelta(seconds=-1))
    assert "s off from Slack's" in (await wrong(given))["clock"]


@HTTP_ONLY
async def test_work_that_nobody_does_is_found(given: dict[str, Any]) -> None:
    url = given["database"]["url"]
    await upgrade(url)
    store = await Store.open(url, clock=MovableClock(), ids=CountingIds())
    async with store.units() as unit:
        await unit.outbox.put(PinCard(incident=IncidentId(7), ts=Ts("1.000001")))
        await unit.commit()
    await store.close()
    assert "1 in outbox" in (await wrong(given))["queues"]
