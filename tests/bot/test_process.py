"""The process starts in order, says whether it can serve, survives Slack, and stops without a loss."""

from __future__ import annotations

import asyncio
import json
import re
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import running
from bot.demo.house import open_house
from bot.slack.introduction import Unwelcome
from bot.wiring import lay_ground
from config.settings import Settings
from playbooks.domain.ids import IncidentId, UserId
from playbooks.protocol import declare
from sandbox.testing import App, Workspace
from storage.schema import upgrade
from tests.bot.conftest import SECRET, MakeSettings, Probe

HTTP_ONLY = pytest.mark.parametrize("mode", ["http"], indirect=True)
SOCKET_ONLY = pytest.mark.parametrize("mode", ["socket"], indirect=True)


async def test_a_command_is_answered_and_its_incident_gets_a_room(
    workspace: Workspace, settings: MakeSettings, probe: Probe
) -> None:
    """The two ways of delivery are one product."""
    async with running(settings()):
        await probe.until_ready()
        ada = workspace.user("ada")
        declared = await ada.slash("general", "/incident", "declare checkout the payload service is down")
        assert declared.delivered
        room = workspace.channel("inc-1-checkout")
        assert await room.expect("INC-1")
        status, metrics = await probe.get("/metrics")
        assert status == 200
        assert 'tocsin_slack_call_seconds_count{method="conversations.create",outcome="done"} 1.0' in metrics


async def test_health_needs_nothing_and_readiness_needs_slack(
    workspace: Workspace, app: App, settings: MakeSettings, probe: Probe
) -> None:
    """With slack.team_id the doors open before Slack has answered, so that no alert is lost."""
    away = await workspace.faults.add("http", name="auth.test", status=503)
    async with running(settings(slack={"team_id": app.team_id})):
        assert (await probe.get("/healthz"))[0] == 200
        status, body = await probe.get("/readyz")
        assert (status, json.loads(body)["checks"]["slack"]) == (503, "has not let us in yet")
        alert = b'{"alerts": []}'
        stored = await probe.post("/hooks/alertmanager", alert, Authorization=f"Bearer {SECRET}")
        assert stored[0] == 202
        await workspace.faults.remove(away)
        await probe.until_ready()


@HTTP_ONLY
async def test_a_channel_that_slack_could_not_open_at_the_start_is_entered_as_soon_as_it_can(
    workspace: Workspace, settings: MakeSettings, probe: Probe
) -> None:
    """Otherwise the bot would be deaf there until somebody starts it again."""
    busy = await workspace.faults.add("error", name="conversations.join", error="internal_error", count=4)
    async with running(settings()):
        await probe.until_ready()
        async for _ in workspace.changes(10):
            if "tocsin" in await workspace.channel("incidents").members():
                break
        assert "tocsin" in await workspace.channel("incidents").members()
        assert "tocsin" in await workspace.channel("stakeholders").members()
    await workspace.faults.remove(busy)


@HTTP_ONLY
async def test_an_unsigned_request_is_refused(settings: MakeSettings, probe: Probe) -> None:
    """Bolt's own verification is off, because ours comes first: so it had better be there."""
    async with running(settings()):
        status, _ = await probe.post("/slack/events", b'{"type":"url_verification","challenge":"x"}')
        assert status == 401


@HTTP_ONLY
async def test_a_wrong_token_ends_the_start_with_a_sentence(settings: MakeSettings) -> None:
    with pytest.raises(Unwelcome, match="bot_token"):
        async with running(settings(slack={"bot_token": "xoxb-wrong"})):
            pass


@HTTP_ONLY
async def test_another_workspace_than_the_configured_one_is_refused(settings: MakeSettings) -> None:
    with pytest.raises(ExceptionGroup) as group:
        async with running(settings(slack={"team_id": "T0ELSEWHERE"})):
            await asyncio.sleep(5)
    assert group.value.subgroup(Unwelcome)


@HTTP_ONLY
async def test_a_taken_port_is_an_error_that_closes_everything(settings: MakeSettings) -> None:
    async with running(settings()):
        with pytest.raises(OSError, match="address already in use"):
            async with running(settings(database={"url": settings().database.url + "2"})):
                pass


@HTTP_ONLY
async def test_a_second_process_on_the_same_file_is_refused(settings: MakeSettings) -> None:
    async with running(settings()):
        with pytest.raises(OSError, match="Another process runs on"):
            async with running(settings(server={"port": 0})):
                pass


@HTTP_ONLY
async def test_a_start_goes_on_at_once_with_what_a_dead_process_had_begun(
    workspace: Workspace, settings: MakeSettings, probe: Probe
) -> None:
    """Its leases would have run for a minute more."""
    ours = settings()
    await upgrade(ours.database.url)
    async with AsyncExitStack() as dying:
        dead = await lay_ground(ours, dying)
        ada = UserId("U0ADA")
        await declare.by_hand(dead.ports, title="It burns", service="checkout", severity=1, by=ada)
        lease, now = timedelta(minutes=1), dead.wall.now()
        begun = await dead.store.outbox.claim(now=now, limit=9, lease=lease, worker=dead.name)
        assert [type(owed.effect).__name__ for owed in begun] == ["OpenRoom", "Announce"]
    async with running(ours):
        ready = time.monotonic()
        assert await workspace.channel("inc-1-checkout").expect("INC-1")
        assert time.monotonic() - ready < 2


@HTTP_ONLY
async def test_what_was_said_while_the_bot_was_away_is_read_when_it_starts(
    workspace: Workspace, settings: MakeSettings, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workers.chores.SOON", timedelta(milliseconds=200))
    monkeypatch.setattr("playbooks.protocol.gaps.ON_ITS_WAY", timedelta())
    ada, ours = workspace.user("ada"), settings()
    async with running(ours):
        await probe.until_ready()
        await ada.slash("general", "/incident", "declare checkout it burns")
        assert await workspace.channel("inc-1-checkout").expect("INC-1")
    await workspace.faults.add("drop", where="event")
    await ada.say("inc-1-checkout", "is anybody there?")
    async with running(ours):
        assert await recovered(ours) == ["is anybody there?"]


@SOCKET_ONLY
async def test_rooms_are_read_again_after_every_connection_was_lost(
    workspace: Workspace, settings: MakeSettings, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workers.chores.SOON", timedelta(milliseconds=200))
    async with running(settings()):
        await probe.until_ready()
        ada = workspace.user("ada")
        await ada.slash("general", "/incident", "declare checkout it burns")
        assert await workspace.channel("inc-1-checkout").expect("INC-1")
        since = len(await workspace.journal())
        await workspace.faults.add("drop", where="socket", count=2)
        await ada.say("inc-1-checkout", "one")
        await ada.say("inc-1-checkout", "two")
        async with asyncio.timeout(10):
            while not await called(workspace, "conversations.history", since):
                await asyncio.sleep(0.05)


async def called(workspace: Workspace, method: str, since: int) -> bool:
    return any(method in str(entry["summary"]) for entry in (await workspace.journal())[since:])


async def recovered(settings: Settings) -> list[str]:
    """What was read from rooms; waits for it."""
    async with AsyncExitStack() as stack, asyncio.timeout(10):
        ports = (await lay_ground(settings, stack)).ports
        while True:
            async with ports.reading() as unit:
                bodies = [entry.body or {} for entry in await unit.entries.of(IncidentId(1))]
            if words := [str(body["text"]) for body in bodies if body.get("recovered")]:
                return words
            await asyncio.sleep(0.05)


@SOCKET_ONLY
@pytest.mark.parametrize("trouble", ["refresh_requested", "link_disabled"])
async def test_a_closed_socket_is_opened_again(
    workspace: Workspace, settings: MakeSettings, probe: Probe, trouble: str
) -> None:
    async with running(settings()):
        await probe.until_ready()
        await workspace.faults.happen(trouble)
        answer = await _answered(workspace)
        assert answer


async def _answered(workspace: Workspace) -> bool:
    """Whether a command is answered again within a while."""
    for _ in range(100):
        if (await workspace.user("ada").slash("general", "/incident", "help")).delivered:
            return True
        await asyncio.sleep(0.1)
    return False


@SOCKET_ONLY
async def test_slack_may_ask_for_new_connections_and_still_always_has_one(
    workspace: Workspace, settings: MakeSettings, probe: Probe
) -> None:
    """Both are told at the same moment, and go on answering until they are replaced."""
    await workspace.faults.happen("rate_limits", profile="off")
    async with running(settings()):
        await probe.until_ready()
        while (await standing(workspace))[-1] < 2:
            await asyncio.sleep(0.02)
        since = len(await standing(workspace))
        for _ in range(3):
            await workspace.faults.happen("warning")
            assert (await workspace.user("ada").slash("general", "/incident", "help")).delivered
        while (counts := (await standing(workspace))[since:])[-1] > 2:
            await asyncio.sleep(0.02)
    assert len(counts) >= 6
    assert min(counts) == 2


async def standing(workspace: Workspace) -> list[int]:
    """How many connections there were after each that came or went."""
    counts = [0]
    for entry in await workspace.journal():
        if entry["kind"] == "socket" and entry["summary"] in ("connected", "disconnected"):
            counts.append(counts[-1] + (1 if entry["summary"] == "connected" else -1))
    return counts


async def test_no_ticket_of_a_connection_is_ever_logged(tmp_path: Path) -> None:
    """slack_sdk prints the whole address when a connection fails."""
    async with open_house(tmp_path, mode="socket") as house:
        house.settings["LOG__LEVEL"] = "debug"
        await house.workspace.faults.add("ticket_gone", where="socket", count=1)
        await house.start_bot()
        await house.stop_bot()
        said = house.log_file.read_text()
    assert "ticket=" in said
    assert set(re.findall("ticket=([^&\"' ]{1,4})", said)) == {"••••"}


@SOCKET_ONLY
async def test_a_ticket_that_is_gone_does_not_keep_us_out(
    workspace: Workspace, settings: MakeSettings, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """slack_sdk would try the same used-up address for ever."""
    monkeypatch.setattr("bot.slack.socket.CONNECT_WITHIN", timedelta(seconds=1))
    await workspace.faults.add("ticket_gone", where="socket", count=1)
    async with running(settings()):
        await probe.until_ready(within=20)


@HTTP_ONLY
async def test_a_stop_finishes_what_was_begun(
    workspace: Workspace, settings: MakeSettings, probe: Probe
) -> None:
    """A room that Slack is just making is in the record when the process has ended."""
    await workspace.faults.add("latency", name="conversations.create", seconds=0.5)
    async with running(settings()):
        await probe.until_ready()
        await workspace.user("ada").slash("general", "/incident", "declare checkout it burns")
        while not any("conversations.create" in str(e["summary"]) for e in await workspace.journal()):
            await asyncio.sleep(0.02)
    rooms = [c for c in (await workspace.state())["channels"] if c.get("name", "").startswith("inc-")]
    assert len(rooms) == 1

    await workspace.faults.clear()
    async with running(settings()):
        room = workspace.channel("inc-1-checkout")
        assert await room.expect("INC-1")
    rooms = [c for c in (await workspace.state())["channels"] if c.get("name", "").startswith("inc-")]
    assert len(rooms) == 1


@HTTP_ONLY
async def test_a_rehearsal_leaps_ahead_and_timers_ring(
    workspace: Workspace, app: App, settings: MakeSettings, probe: Probe, tmp_path: Path
) -> None:
    """The first stakeholder update is due after five minutes, or after one leap."""
    offset = tmp_path / "offset"
    offset.write_text("0")
    async with running(settings(rehearsal={"clock_offset_file": str(offset)})):
        await probe.until_ready()
        await workspace.user("ada").slash("general", "/incident", "declare checkout it burns")
        await workspace.channel("inc-1-checkout").expect("INC-1")
        offset.write_text("400")
        assert await (await workspace.dm("eve", app)).expect("pdate")
