"""Refusals that several methods share, one row per method: each page lists them, so each method has them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from sandbox import administration, file_store
from tests.sandbox.api.bench import Bench, error_of

Json = dict[str, Any]
VIEW: Json = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}
NAMED = VIEW | {"external_id": "only-one"}
LONG = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}
CONTENT: dict[str, Json] = {
    "no_text": {"text": ""},
    "markdown_text_conflict": {"text": "x", "markdown_text": "x"},
    "msg_blocks_too_long": {"markdown_text": "x" * 12_001},
    "msg_too_long": {"text": "x" * 40_001},
    "too_many_attachments": {"text": "x", "attachments": [{"text": "x"}] * 101},
    "metadata_too_large": {
        "text": "x",
        "metadata": {"event_type": "x", "event_payload": {"x": "x" * 20_000}},
    },
}


UNKNOWN = {
    ("chat.postEphemeral", "metadata_too_large"),  # an ephemeral message has no metadata
    ("chat.postMessage", "msg_too_long"),  # its text is cut, with a warning
}


async def room(bench: Bench) -> str:
    return str((await bench.client.conversations_create(name="room"))["channel"]["id"])


async def ask(bench: Bench, method: str, **arguments: Any) -> str:
    """The code with which a call is refused."""
    return await error_of(bench.client.api_call(method, json=arguments))


@pytest.mark.parametrize(
    "method", ["chat.postMessage", "chat.postEphemeral", "chat.scheduleMessage", "chat.update"]
)
@pytest.mark.parametrize("code", CONTENT)
async def test_content_is_judged_wherever_it_is_sent(bench: Bench, method: str, code: str) -> None:
    channel = await room(bench)
    ts = (await bench.client.chat_postMessage(channel=channel, text="said"))["ts"]
    arguments = {
        "channel": channel,
        "ts": ts,
        "user": bench.app.bot_user_id,
        "post_at": bench.workspace.now() + 60,
    }
    if (method, code) in UNKNOWN:
        assert (await bench.client.api_call(method, json={**arguments, **CONTENT[code]}))["ok"]
        return

    assert await ask(bench, method, **arguments, **CONTENT[code]) == code


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.scheduleMessage"])
@pytest.mark.parametrize("posting", ["read_only", "thread_only", "non_threadable"])
async def test_a_channel_says_who_may_post_how(bench: Bench, method: str, posting: Any) -> None:
    channel = await room(bench)
    ts = (await bench.client.chat_postMessage(channel=channel, text="said"))["ts"]
    bench.workspace.channels[channel].posting = posting
    thread = {"thread_ts": ts} if posting == "non_threadable" else {}
    arguments = {"channel": channel, "text": "x", "post_at": bench.workspace.now() + 60}

    assert await ask(bench, method, **arguments, **thread) == f"restricted_action_{posting}_channel"


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        pytest.param("chat.meMessage", {"text": "x"}, id="chat.meMessage"),
        pytest.param("chat.postMessage", {"text": "x"}, id="chat.postMessage"),
        pytest.param("chat.postEphemeral", {"text": "x", "user": "U0ADA"}, id="chat.postEphemeral"),
        pytest.param(
            "chat.scheduleMessage", {"text": "x", "post_at": 9_999_999_999}, id="chat.scheduleMessage"
        ),
        pytest.param("conversations.mark", {"ts": "1234567890.000001"}, id="conversations.mark"),
        pytest.param("conversations.setPurpose", {"purpose": "x"}, id="conversations.setPurpose"),
        pytest.param("conversations.setTopic", {"topic": "x"}, id="conversations.setTopic"),
    ],
)
async def test_where_the_bot_is_not(bench: Bench, method: str, rest: Json) -> None:
    bench.app.scopes.discard("chat:write.public")

    assert await ask(bench, method, channel="C0GENERAL", **rest) == "not_in_channel"


@pytest.mark.parametrize(
    ("method", "code", "rest"),
    [
        pytest.param("chat.meMessage", "is_archived", {"text": "x"}, id="chat.meMessage"),
        pytest.param(
            "chat.scheduleMessage",
            "is_archived",
            {"text": "x", "post_at": 9_999_999_999},
            id="chat.scheduleMessage",
        ),
        pytest.param(
            "conversations.setPurpose", "is_archived", {"purpose": "x"}, id="conversations.setPurpose"
        ),
        pytest.param("bookmarks.edit", "permission_denied", {"title": "x"}, id="bookmarks.edit"),
        pytest.param("bookmarks.remove", "permission_denied", {}, id="bookmarks.remove"),
        pytest.param("pins.remove", "restricted_action", {}, id="pins.remove"),
    ],
)
async def test_where_everything_is_over(bench: Bench, method: str, code: str, rest: Json) -> None:
    channel, client = await room(bench), bench.client
    ts = (await client.chat_postMessage(channel=channel, text="said"))["ts"]
    await client.pins_add(channel=channel, timestamp=ts)
    link = {"title": "t", "type": "link", "link": "https://example.com"}
    bookmark = (await client.bookmarks_add(channel_id=channel, **link))["bookmark"]["id"]
    await client.conversations_archive(channel=channel)
    place = {"channel": channel, "channel_id": channel, "bookmark_id": bookmark, "timestamp": ts}

    assert await ask(bench, method, **place, **rest) == code


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        pytest.param("conversations.setPurpose", {"purpose": "x"}, id="conversations.setPurpose"),
        pytest.param("conversations.setTopic", {"topic": "x"}, id="conversations.setTopic"),
        pytest.param("conversations.unarchive", {}, id="conversations.unarchive"),
    ],
)
async def test_a_direct_message_is_no_channel(bench: Bench, method: str, rest: Json) -> None:
    direct = (await bench.client.conversations_open(users="U0ADA"))["channel"]["id"]

    assert await ask(bench, method, channel=direct, **rest) == "method_not_supported_for_channel_type"


async def test_a_reply_to_a_line_about_somebody_who_came(bench: Bench) -> None:
    channel = await room(bench)
    joined = bench.workspace.channels[channel].messages.slice(0, 1)[0].ts
    whisper = {"channel": channel, "user": bench.app.bot_user_id, "text": "x", "thread_ts": joined}

    assert await ask(bench, "chat.postEphemeral", **whisper) == "cannot_reply_to_message"


# --------------------------------------------------------------------------------------- views


@pytest.mark.parametrize("method", ["views.open", "views.push"])
async def test_a_trigger_is_good_for_one_view_and_three_seconds(bench: Bench, method: str) -> None:
    opened, late = bench.trigger(), bench.trigger()
    await bench.client.views_open(trigger_id=opened, view=VIEW)

    assert await ask(bench, method, trigger_id=opened, view=VIEW) == "exchanged_trigger_id"
    bench.workspace.clock.advance(3.1)
    assert await ask(bench, method, trigger_id=late, view=VIEW) == "expired_trigger_id"


@pytest.mark.parametrize("method", ["views.open", "views.push", "views.update", "views.publish"])
@pytest.mark.parametrize("code", ["duplicate_external_id", "view_too_large"])
async def test_a_view_is_judged_wherever_it_is_sent(bench: Bench, method: str, code: str) -> None:
    await bench.client.views_open(trigger_id=bench.trigger("U0BOB"), view=NAMED)
    mine = (await bench.client.views_open(trigger_id=bench.trigger(), view=VIEW))["view"]["id"]
    view = NAMED if code == "duplicate_external_id" else VIEW | {"blocks": [LONG] * 90}
    if method == "views.publish":
        view = {key: value for key, value in view.items() if key != "title"} | {"type": "home"}
    arguments = {"trigger_id": bench.trigger(), "view_id": mine, "user_id": "U0ADA", "view": view}

    assert await ask(bench, method, **arguments) == code


# --------------------------------------------------------------------------------- groups and files


@pytest.mark.parametrize("method", ["usergroups.list", "usergroups.users.list", "usergroups.users.update"])
async def test_user_groups_need_a_plan(bench: Bench, method: str) -> None:
    bench.workspace.knobs.groups_available = False

    assert await ask(bench, method, usergroup="S0CMD", users="U0ADA") == "plan_upgrade_required"


@pytest.mark.parametrize(
    ("code", "targets"),
    [
        pytest.param(
            "channels_limit_exceeded", ",".join(f"C{each}" for each in range(101)), id="101 channels"
        ),
        pytest.param("posting_to_channel_denied", "room", id="a channel for announcements"),
    ],
)
async def test_where_a_file_cannot_be_shared(bench: Bench, code: str, targets: str) -> None:
    channel = await room(bench)
    bench.workspace.channels[channel].posting = "read_only"
    file = file_store.announce(bench.workspace, "a.txt", 3, bench.app.bot_user_id)
    file_store.receive(bench.workspace, file.id, b"abc")
    given = {"files": [{"id": file.id}], "channels": targets.replace("room", channel)}

    assert await ask(bench, "files.completeUploadExternal", **given) == code


async def test_a_file_is_deleted_once_and_by_its_owner(bench: Bench) -> None:
    channel = await room(bench)
    file = file_store.announce(bench.workspace, "a.txt", 3, "U0ADA")
    file_store.receive(bench.workspace, file.id, b"abc")
    where = file_store.Share(channel=bench.workspace.channels[channel])
    file_store.share(bench.workspace, [file], where, "U0ADA", None)

    assert await ask(bench, "files.delete", file=file.id) == "cant_delete_file"
    file.user = bench.app.bot_user_id
    await bench.client.files_delete(file=file.id)
    assert await ask(bench, "files.delete", file=file.id) == "file_deleted"


# ------------------------------------------------------------------------------------ every method


@pytest.fixture
async def http(bench: Bench) -> AsyncIterator[ClientSession]:
    async with ClientSession(headers={"Authorization": f"Bearer {bench.app.bot_token}"}) as session:
        yield session


@pytest.mark.parametrize(
    ("how", "code"),
    [
        pytest.param({"data": {"foo[7]": "x"}}, "invalid_array_arg", id="an array as PHP writes it"),
        pytest.param({"data": {"no such name": "x"}}, "invalid_arg_name", id="a blank in a name"),
        pytest.param({"json": {"a" * 256: "x"}}, "invalid_arg_name", id="a very long name"),
        pytest.param(
            {"data": b"nothing", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            "invalid_form_data",
            id="a form that is none",
        ),
    ],
)
async def test_what_no_method_reads(bench: Bench, http: ClientSession, how: Json, code: str) -> None:
    async with http.post(f"{bench.base_url}/api/auth.test", **how) as response:
        answer = await response.json()

    assert (answer["ok"], answer["error"]) == (False, code)


async def test_a_body_without_a_type(bench: Bench) -> None:
    """Written by hand: no client sends that."""
    where = urlsplit(bench.base_url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(
        b"POST /api/auth.test HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=b"
    )
    async with asyncio.timeout(5):
        answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()

    assert answer.startswith("HTTP/1.1 200")
    assert '"missing_post_type"' in answer


async def test_a_removed_app_has_no_account(bench: Bench) -> None:
    administration.uninstall_app(bench.workspace, bench.app, "account_inactive")

    assert await ask(bench, "auth.test") == "account_inactive"
