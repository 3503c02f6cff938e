"""Slash commands reach a bot as Slack documents them, and its answers reach the right people."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from sandbox.testing import ActRefused, Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]


async def test_the_bot_gets_every_documented_field(sandbox: Workspace, bot: Bot) -> None:
    seen: list[Json] = []

    @bot.bolt.command("/incident")
    async def incident(ack: Any, command: Json) -> None:
        seen.append(command)
        await ack()

    result = await sandbox.user("ada").slash("general", "/incident declare checkout is down")

    assert result.delivered
    assert result.text == ""
    (command,) = seen
    assert command["command"] == "/incident"
    assert command["text"] == "declare checkout is down"
    assert (command["user_id"], command["user_name"]) == ("U0ADA", "ada")
    assert (command["channel_id"], command["channel_name"]) == ("C0GENERAL", "general")
    assert (command["team_id"], command["team_domain"]) == ("T0TOCSIN", "tocsin-sandbox")
    assert command["api_app_id"] == bot.app.app_id
    assert command["is_enterprise_install"] == "false"
    assert command["response_url"].startswith(f"{sandbox.base_url}/hooks/commands/")
    assert command["trigger_id"].count(".") == 2


async def test_an_answer_in_the_acknowledgement_is_seen_by_the_person_only(
    sandbox: Workspace, bot: Bot
) -> None:
    @bot.bolt.command("/incident")
    async def incident(ack: Any) -> None:
        await ack("Nothing is open.")

    result = await sandbox.user("ada").slash("general", "/incident")

    assert result.text == "Nothing is open."
    message = await sandbox.channel("general").expect("Nothing is open.", as_="ada")
    assert message.ephemeral
    assert message.author == "Tester"
    assert not await sandbox.channel("general").messages()
    assert not await sandbox.channel("general").messages(as_="bob")


async def test_an_answer_in_channel_is_seen_by_everybody(sandbox: Workspace, bot: Bot) -> None:
    @bot.bolt.command("/incident")
    async def incident(ack: Any) -> None:
        await ack(text="INC-1 declared", response_type="in_channel")

    await sandbox.user("ada").slash("general", "/incident")

    assert not (await sandbox.channel("general").expect("INC-1 declared")).ephemeral


async def test_names_are_escaped_when_the_manifest_asks_for_it(sandbox: Workspace, bot: Bot) -> None:
    seen: list[str] = []

    @bot.bolt.command("/incident")
    async def incident(ack: Any, command: Json) -> None:
        seen.append(command["text"])
        await ack()

    await sandbox.user("ada").slash("general", "/incident", "hand @bob #incidents to @team-shop not a@b.c")

    assert seen == ["hand <@U0BOB|bob> <#C0INCIDENTS|incidents> to <!subteam^S0SHOP|@team-shop> not a@b.c"]


async def test_a_private_channel_is_not_named(sandbox: Workspace, bot: Bot) -> None:
    seen: list[str] = []

    @bot.bolt.command("/incident")
    async def incident(ack: Any, command: Json) -> None:
        seen.append(command["channel_name"])
        await ack()

    await sandbox.user("ada").slash("secret-project", "/incident")
    direct = await sandbox.dm("ada", bot.app)
    await sandbox.user("ada").slash(direct.name, "/incident")

    assert seen == ["privategroup", "directmessage"]


async def test_a_bot_that_refuses_is_shown_as_dispatch_failed(sandbox: Workspace, http_bot: Bot) -> None:
    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=500)

    assert http_bot.endpoint is not None
    http_bot.endpoint.override = refuse

    result = await sandbox.user("ada").slash("general", "/incident")

    assert (result.delivered, result.status, result.error) == (False, "500", "dispatch_failed")
    await sandbox.channel("general").expect('/incident failed with the error "dispatch_failed"', as_="ada")


@pytest.mark.parametrize(
    ("person", "channel", "error"),
    [
        pytest.param(
            "kai", "partner-shared", "not_allowed", id="people of another organisation cannot run it"
        ),
        pytest.param("ada", "old-project", "is_archived", id="not in an archived channel"),
        pytest.param("cleo", "secret-project", "channel_not_found", id="not where one is not"),
        pytest.param("leo", "general", "account_inactive", id="not after leaving"),
    ],
)
async def test_who_cannot_run_a_command_is_told_why(
    sandbox: Workspace, http_bot: Bot, person: str, channel: str, error: str
) -> None:
    with pytest.raises(ActRefused) as refused:
        await sandbox.user(person).slash(channel, "/incident")

    assert refused.value.error == error


async def test_an_unknown_command_is_refused(sandbox: Workspace, http_bot: Bot) -> None:
    with pytest.raises(ActRefused, match="not a valid command"):
        await sandbox.user("ada").slash("general", "/nonsense")


async def test_commands_do_not_work_in_threads(sandbox: Workspace, http_bot: Bot) -> None:
    with pytest.raises(ActRefused, match="not supported in threads"):
        await sandbox.act("ada", "slash", channel="general", command="/incident", thread_ts="1.0")
