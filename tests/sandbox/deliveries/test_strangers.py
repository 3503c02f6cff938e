"""Bots that know nothing of the sandbox run on it: Bolt with all its defaults, as its guides show it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.listening import listening
from sandbox.testing import App, Workspace
from tests.sandbox.bots import manifest

Json = dict[str, Any]


def guide(app: App) -> AsyncApp:
    """The bot of Bolt's getting-started guide: says hello back, with a button that can be clicked."""
    bot = AsyncApp(
        token=app.bot_token,
        signing_secret=app.signing_secret,
        client=AsyncWebClient(token=app.bot_token, base_url=app.api_url),
    )

    @bot.message("hello")
    async def hello(message: Json, say: Any) -> None:
        button = {
            "type": "button",
            "text": {"type": "plain_text", "text": "Click Me"},
            "action_id": "button_click",
        }
        text = {"type": "mrkdwn", "text": f"Hey there <@{message['user']}>!"}
        await say(
            blocks=[{"type": "section", "text": text, "accessory": button}],
            text=f"Hey there <@{message['user']}>!",
        )

    @bot.action("button_click")
    async def clicked(body: Json, ack: Any, say: Any) -> None:
        await ack()
        await say(f"<@{body['user']['id']}> clicked the button")

    @bot.command("/incident")
    async def echo(ack: Any, respond: Any, command: Json) -> None:
        await ack()
        await respond(f"You said: {command['text']}")

    @bot.event("app_home_opened")
    async def home(client: Any, event: Json) -> None:
        text = {"type": "mrkdwn", "text": "*Welcome home*"}
        view = {"type": "home", "blocks": [{"type": "section", "text": text}]}
        await client.views_publish(user_id=event["user"], view=view)

    @bot.event(re.compile(".+"))
    async def ignored() -> None:
        pass

    return bot


@asynccontextmanager
async def over_http(sandbox: Workspace) -> AsyncIterator[App]:
    """Bolt's own web application, with its own verification of signatures."""
    app = await sandbox.install(manifest(url="http://127.0.0.1:9/not-up-yet"))
    async with listening(guide(app).web_app(path="/slack/events"), shutdown_seconds=0.2) as port:
        yield await sandbox.install(manifest(url=f"http://127.0.0.1:{port}/slack/events"))


@asynccontextmanager
async def over_sockets(sandbox: Workspace) -> AsyncIterator[App]:
    app = await sandbox.install(manifest())
    handler = AsyncSocketModeHandler(guide(app), app.app_token)
    await handler.connect_async()
    try:
        yield app
    finally:
        await handler.close_async()


@pytest.fixture(params=[over_http, over_sockets])
async def stranger(sandbox: Workspace, request: pytest.FixtureRequest) -> AsyncIterator[App]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(request.param(sandbox))


async def test_the_bot_of_the_guide_works_unchanged(sandbox: Workspace, stranger: App) -> None:
    ada = sandbox.user("ada")
    room = await ada.create_channel("play")
    await ada.invite("play", stranger.bot_user_id)

    await ada.say("play", "hello")
    card = await room.expect("Hey there @ada!")
    await card.button("Click Me").press(as_="ada")
    await room.expect("@ada clicked the button")

    await ada.slash("play", "/incident this & more")
    await room.expect("You said: this & more", as_="ada")
    await (await ada.open_home(stranger)).expect("*Welcome home*")


async def test_it_talks_in_direct_messages_too(sandbox: Workspace, stranger: App) -> None:
    direct = await sandbox.dm("bob", stranger)

    await sandbox.user("bob").say(direct.name, "hello")

    assert (await direct.expect("Hey there @bob!")).author == "Tester"


async def test_a_storm_of_events_arrives_completely_and_once(sandbox: Workspace, stranger: App) -> None:
    ada = sandbox.user("ada")
    await ada.create_channel("play")
    await ada.invite("play", stranger.bot_user_id)
    await sandbox.settle(20)
    before = (await sandbox.journal())[-1]["seq"]

    for number in range(60):
        await ada.say("play", f"alert {number}")
    await sandbox.settle(20)

    sent = [each for each in await sandbox.journal(since=before) if each["kind"] == "event"]
    assert len({each["request"]["event_id"] for each in sent}) == 60
