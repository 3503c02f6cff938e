"""Events arrive signed, once if they are acknowledged, again and again if they are not."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from sandbox.testing import Workspace
from tests.sandbox.bots import Bot, Endpoint, endpoint, manifest

Json = dict[str, Any]


def hears(bot: Bot, event: str) -> list[Json]:
    seen: list[Json] = []

    @bot.bolt.event(event)
    async def heard(body: Json) -> None:
        seen.append(body)

    return seen


def ignores_the_rest(bot: Bot) -> None:
    """Acknowledge what no listener wants, as a bot should: Slack repeats it otherwise."""

    @bot.bolt.event(re.compile(".+"))
    async def ignored() -> None:
        pass


async def test_a_message_arrives_with_its_envelope(sandbox: Workspace, bot: Bot) -> None:
    seen = hears(bot, "message")
    ignores_the_rest(bot)
    await bot.client.conversations_join(channel="C0INCIDENTS")
    await sandbox.settle()
    seen.clear()

    said = await sandbox.user("cleo").say("incidents", "checkout is slow")
    await sandbox.settle()

    (body,) = seen
    assert body["type"] == "event_callback"
    assert body["team_id"] == "T0TOCSIN"
    assert body["api_app_id"] == bot.app.app_id
    assert body["event_id"].startswith("Ev")
    assert body["authorizations"][0]["user_id"] == bot.app.bot_user_id
    assert body["event"]["text"] == "checkout is slow"
    assert body["event"]["channel"] == "C0INCIDENTS"
    assert body["event"]["channel_type"] == "channel"
    assert body["event"]["ts"] == body["event"]["event_ts"] == said.ts


async def test_opening_the_home_tab_lets_the_app_publish_it(sandbox: Workspace, bot: Bot) -> None:
    @bot.bolt.event("app_home_opened")
    async def opened(event: Json, client: Any) -> None:
        text = {"type": "plain_text", "text": f"Hello {event['user']} on {event['tab']}"}
        view = {"type": "home", "blocks": [{"type": "header", "text": text}]}
        await client.views_publish(user_id=event["user"], view=view)

    home = await sandbox.user("ada").open_home(bot.app)

    await home.expect("Hello U0ADA on home")


async def test_reactions_and_mentions_are_events(sandbox: Workspace, bot: Bot) -> None:
    reactions, mentions = hears(bot, "reaction_added"), hears(bot, "app_mention")
    ignores_the_rest(bot)
    await bot.client.conversations_join(channel="C0INCIDENTS")

    said = await sandbox.user("cleo").say("incidents", f"<@{bot.app.bot_user_id}> look")
    await sandbox.user("ada").react(said, "pushpin")
    await sandbox.settle()

    assert mentions[0]["event"]["user"] == "U0CLEO"
    assert reactions[0]["event"]["reaction"] == "pushpin"
    assert reactions[0]["event"]["item"] == {"type": "message", "channel": "C0INCIDENTS", "ts": said.ts}


async def test_url_verification_comes_first_and_nothing_comes_without_it(sandbox: Workspace) -> None:
    async with endpoint() as side:
        app = await sandbox.install(manifest(url=side.url))
        await sandbox.settle()
        side.requests.clear()

        await sandbox.user("ada").create_channel("inc-1")  # the endpoint answers 401 to everything
        await sandbox.settle()

        kinds = {json.loads(raw)["type"] for _, raw in side.requests}
        assert kinds == {"url_verification"}

        side.verifier, side.override = SignatureVerifier(app.signing_secret), proves_itself
        await sandbox.advance(60)
        await sandbox.settle()

    events = [json.loads(raw) for _, raw in side.requests]
    assert events[-1]["event"]["type"] == "channel_created"


async def proves_itself(request: web.Request) -> web.StreamResponse | None:
    body = json.loads(await request.text())
    return web.Response(text=body["challenge"]) if body["type"] == "url_verification" else None


@pytest.fixture
async def refusing(sandbox: Workspace, http_bot: Bot) -> Endpoint:
    """A verified bot that refuses every event from now on."""
    side = http_bot.endpoint
    assert side is not None
    await sandbox.settle()
    side.requests.clear()

    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=503)

    side.override = refuse
    return side


def attempts(side: Endpoint) -> list[tuple[str | None, str | None]]:
    """Retry number and reason of every request since."""
    return [
        (headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason"))
        for headers, _ in side.requests
    ]


async def test_a_refused_event_comes_again_at_once_after_a_minute_and_after_five(
    sandbox: Workspace, refusing: Endpoint
) -> None:
    await sandbox.user("ada").create_channel("inc-1")
    await sandbox.settle()
    assert attempts(refusing) == [(None, None), ("1", "http_error")]

    await sandbox.advance(59)
    await sandbox.settle()
    assert len(refusing.requests) == 2
    await sandbox.advance(2)
    await sandbox.settle()
    assert attempts(refusing)[2:] == [("2", "http_error")]

    await sandbox.advance(301)
    await sandbox.settle()
    assert attempts(refusing)[3:] == [("3", "http_error")]
    await sandbox.advance(7200)
    await sandbox.settle()
    assert len(refusing.requests) == 4

    ids = {json.loads(raw)["event_id"] for _, raw in refusing.requests}
    assert len(ids) == 1


async def test_no_retry_means_no_retry(sandbox: Workspace, refusing: Endpoint) -> None:
    async def refuse_for_good(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    refusing.override = refuse_for_good
    await sandbox.user("ada").create_channel("inc-1")
    await sandbox.settle()
    await sandbox.advance(600)
    await sandbox.settle()

    assert len(refusing.requests) == 1


async def test_silence_counts_as_a_timeout_after_three_seconds(
    sandbox: Workspace, refusing: Endpoint
) -> None:
    async def sleep_once(_request: web.Request) -> web.StreamResponse | None:
        if len(refusing.requests) == 1:
            await asyncio.sleep(3.5)
        return None

    refusing.override = sleep_once
    await sandbox.user("ada").create_channel("inc-1")
    await sandbox.settle()

    assert attempts(refusing) == [(None, None), ("1", "http_timeout")]


async def test_two_redirects_are_followed_and_a_third_is_not(sandbox: Workspace, refusing: Endpoint) -> None:
    hops = {"left": 2}

    async def redirect(_request: web.Request) -> web.StreamResponse | None:
        if hops["left"] == 0:
            return web.Response()
        hops["left"] -= 1
        raise web.HTTPTemporaryRedirect(refusing.url)

    refusing.override = redirect
    await sandbox.user("ada").create_channel("inc-1")
    await sandbox.settle()
    assert attempts(refusing) == [(None, None)] * 3

    refusing.requests.clear()
    hops["left"] = 3
    await sandbox.user("ada").create_channel("inc-2")
    await sandbox.settle()
    assert attempts(refusing)[-1] == ("1", "too_many_redirects")


async def test_an_unacknowledged_envelope_comes_again_with_its_number(
    sandbox: Workspace, socket_bot: Bot
) -> None:
    seen: list[Json] = []

    @socket_bot.bolt.middleware
    async def note(req: Any, next: Any) -> None:  # noqa: A002  the name that Bolt looks for
        seen.append({name: value[0] for name, value in req.headers.items() if "retry" in name})
        if len(seen) > 1:
            await next()

    hears(socket_bot, "channel_created")

    await sandbox.user("ada").create_channel("inc-1")
    await sandbox.settle()

    assert seen[0] == {"x-slack-retry-num": "0", "x-slack-retry-reason": ""}
    assert seen[1] == {"x-slack-retry-num": "1", "x-slack-retry-reason": "timeout"}
