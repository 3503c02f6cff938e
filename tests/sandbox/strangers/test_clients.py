"""Slack's own clients, without a framework: only their base URL says that this is a sandbox."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler, ServerErrorRetryHandler
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.testing import App, Workspace
from tests.sandbox.api.bench import manifest


@pytest.fixture
async def app(sandbox: Workspace) -> App:
    await sandbox.faults.happen("rate_limits", profile="off")
    return await sandbox.install(manifest())


def tour(client: WebClient, file: Path) -> dict[str, Any]:
    """What a script does with the plain client, from beginning to end; the answer is what it saw."""
    me = client.auth_test()
    channel = client.conversations_create(name="tour")["channel"]["id"]
    client.conversations_setTopic(channel=channel, topic="A tour")
    client.conversations_invite(channel=channel, users=["U0ADA", "U0BOB"])
    blocks = [
        SectionBlock(text="*Hello* from the models"),
        ActionsBlock(elements=[ButtonElement(text="Press", action_id="press", value="1")]),
    ]
    posted = client.chat_postMessage(channel=channel, text="Hello", blocks=blocks)
    client.chat_update(channel=channel, ts=posted["ts"], text="Hello again", blocks=blocks)
    client.pins_add(channel=channel, timestamp=posted["ts"])
    client.bookmarks_add(channel_id=channel, title="Docs", type="link", link="https://example.com")
    for number in range(5):
        client.chat_postMessage(channel=channel, thread_ts=posted["ts"], text=f"reply {number}")
    replies = client.conversations_replies(channel=channel, ts=posted["ts"], limit=3)
    client.files_upload_v2(channel=channel, file=str(file), title="Notes", initial_comment="Read this")
    client.chat_postEphemeral(channel=channel, user="U0ADA", text="psst")
    later = client.chat_scheduleMessage(channel=channel, text="later", post_at=int(time.time()) + 600)
    client.chat_deleteScheduledMessage(channel=channel, scheduled_message_id=later["scheduled_message_id"])
    names = [user["name"] for page in client.users_list(limit=3) for user in page["members"]]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.chat_postMessage(channel="C0NOTHERE", text="x")
    return {
        "me": me["user_id"],
        "channel": channel,
        "replies": [each["text"] for page in replies for each in page["messages"][1:]],
        "names": names,
    }


async def test_the_plain_client(sandbox: Workspace, app: App, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("line one", encoding="utf-8")
    client = WebClient(token=app.bot_token, base_url=app.api_url)

    seen = await asyncio.to_thread(tour, client, file)

    assert seen["me"] == app.bot_user_id
    assert seen["replies"] == [f"reply {number}" for number in range(5)]
    assert {"ada", "bob", "tester"} <= set(seen["names"])
    room = sandbox.channel(seen["channel"])
    assert await room.topic() == "A tour"
    assert await room.members() == ["tester", "ada", "bob"]
    assert [each.text.splitlines()[0] for each in await room.pins()] == ["Hello again"]
    assert [each["title"] for each in await room.bookmarks()] == ["Docs"]
    assert (await room.expect("Read this")).raw["files"][0]["title"] == "Notes"
    assert (await room.expect("psst", as_="ada")).ephemeral


async def test_the_async_client(sandbox: Workspace, app: App, tmp_path: Path) -> None:
    client = AsyncWebClient(token=app.bot_token, base_url=app.api_url)
    channel = (await client.conversations_create(name="tour"))["channel"]["id"]
    stamps = [(await client.chat_postMessage(channel=channel, text=str(each)))["ts"] for each in range(7)]
    await client.files_upload_v2(channel=channel, content="x = 1", filename="a.py", title="Code")

    seen = []
    async for page in await client.conversations_history(channel=channel, limit=3, oldest=stamps[0]):
        seen += [each["ts"] for each in page["messages"]]

    assert seen[-6:] == stamps[:0:-1]
    with pytest.raises(SlackApiError, match="name_taken"):
        await client.conversations_create(name="tour")


def retrying(app: App) -> WebClient:
    handlers = [RateLimitErrorRetryHandler(max_retry_count=2), ServerErrorRetryHandler(max_retry_count=2)]
    return WebClient(token=app.bot_token, base_url=app.api_url, retry_handlers=handlers)


@pytest.mark.parametrize(
    ("do", "how"), [("ratelimited", {"retry_after": 0}), ("http", {"status": 503, "body": "json"})]
)
async def test_the_plain_client_retries_as_it_was_told(
    sandbox: Workspace, app: App, do: str, how: dict[str, Any]
) -> None:
    await sandbox.faults.add(do, name="chat.postMessage", count=1, **how)

    await asyncio.to_thread(retrying(app).chat_postMessage, channel="C0GENERAL", text="in the end")

    assert [each.text for each in await sandbox.channel("general").messages()] == ["in the end"]


async def test_the_async_client_waits_as_long_as_it_is_told(sandbox: Workspace, app: App) -> None:
    await sandbox.faults.add("ratelimited", name="auth.test", count=2, retry_after=0)
    handler = AsyncRateLimitErrorRetryHandler(max_retry_count=2)
    client = AsyncWebClient(token=app.bot_token, base_url=app.api_url, retry_handlers=[handler])

    assert (await client.auth_test())["ok"]


async def test_a_limit_of_the_documented_profile(
    sandbox: Workspace, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    """No fault: one post a second and channel after a burst, as Slack documents it."""
    caplog.set_level(logging.CRITICAL)
    await sandbox.faults.happen("rate_limits", profile="documented")
    client = WebClient(token=app.bot_token, base_url=app.api_url)

    def burst() -> None:
        for _ in range(10):
            client.chat_postMessage(channel="C0GENERAL", text="x")

    with pytest.raises(SlackApiError) as refused:
        await asyncio.to_thread(burst)

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    assert len(await sandbox.channel("general").messages()) == 5


async def test_the_webhook_client(sandbox: Workspace, app: App) -> None:
    """A response URL is what slack_sdk calls a webhook."""
    manifested = manifest()
    manifested["features"]["slash_commands"] = [
        {"command": "/hook", "description": "x", "url": "http://127.0.0.1:9/"}
    ]
    await sandbox.install(manifested)
    await sandbox.user("ada").slash("general", "/hook")
    command = next(each for each in await sandbox.journal() if each["kind"] == "command")
    webhook = WebhookClient(command["request"]["response_url"])

    answer = await asyncio.to_thread(webhook.send, text="from a hook", response_type="in_channel")

    assert (answer.status_code, answer.body) == (200, "ok")
    assert not (await sandbox.channel("general").expect("from a hook")).ephemeral


@pytest.mark.parametrize("way", ["raw", "form", "form without a name"])
async def test_the_bytes_of_a_file_are_kept_as_they_were_sent(sandbox: Workspace, app: App, way: str) -> None:
    """Slack takes the bytes themselves, or the first part of a form (Slack docs, working with files)."""
    sent = bytes(range(256)) * 8 + b"\r\n--boundary\r\n\x00"
    client = AsyncWebClient(token=app.bot_token, base_url=app.api_url)
    channel = (await client.conversations_create(name=f"files-{way.replace(' ', '-')}"))["channel"]["id"]
    place = await client.files_getUploadURLExternal(filename="chart.png", length=len(sent), alt_txt="a chart")
    form = aiohttp.MultipartWriter("form-data")
    part = form.append(sent, {"Content-Type": "application/octet-stream"})  # type: ignore[arg-type]  # a mapping
    part.set_content_disposition(
        "form-data", name="file", **({"filename": "chart.png"} if way == "form" else {})
    )
    async with (
        aiohttp.ClientSession(trust_env=False) as session,
        session.post(place["upload_url"], data=sent if way == "raw" else form) as answer,
    ):
        assert (answer.status, await answer.text()) == (200, f"OK - {len(sent)}")
    done = await client.files_completeUploadExternal(
        files=[{"id": place["file_id"], "title": "Chart"}], channel_id=channel
    )
    address = done["files"][0]["url_private"]
    headers = {"Authorization": f"Bearer {app.bot_token}"}
    async with (
        aiohttp.ClientSession(trust_env=False) as session,
        session.get(address, headers=headers) as answer,
    ):
        assert await answer.read() == sent
