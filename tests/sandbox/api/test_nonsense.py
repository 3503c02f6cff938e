"""However odd the arguments, the answer is one that Slack could have given: JSON with ``ok``, no crash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox import file_store
from sandbox.api import METHODS
from tests.sandbox.api.bench import Bench, upload

Json = dict[str, Any]
ODD: list[Any] = [
    "",
    "\x00\ud800".encode("utf-8", "replace").decode(),
    "٣",  # a digit, but no ASCII one
    -1,
    10**30,
    1.5,
    True,
    [],
    [[], {}, None, 7],
    {},
    {"type": ["modal"], "blocks": {"a": 1}},
    "[{]",
    "9" * 400,
]
TEXT = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
MODAL: Json = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [TEXT]}
HOME: Json = {"type": "home", "blocks": [TEXT]}
PAGED = {"limit": 2, "cursor": ""}
SPAN = {**PAGED, "oldest": "0", "latest": "", "inclusive": True, "include_all_metadata": True}
CONTENT = {
    "text": "x",
    "blocks": [TEXT],
    "attachments": [{"text": "x"}],
    "metadata": {"event_type": "e", "event_payload": {}},
    "thread_ts": "",
    "reply_broadcast": True,
    "username": "",
    "icon_emoji": "",
}


@pytest.fixture
async def things(bench: Bench) -> Json:
    """One thing of every kind, by the argument that names it."""
    client = bench.client
    channel = (await client.conversations_create(name="room"))["channel"]["id"]
    ts = (await client.chat_postMessage(channel=channel, text="said"))["ts"]
    link = {"title": "t", "type": "link", "link": "https://example.com"}
    bookmark = (await client.bookmarks_add(channel_id=channel, **link))["bookmark"]["id"]
    canvas = (await client.canvases_create(title="C"))["canvas_id"]
    files = (await upload(bench, "a.txt", b"abc", channel_id=channel))["files"]
    view = (await client.views_open(trigger_id=bench.trigger(), view=MODAL))["view"]["id"]
    return {
        "channel": channel,
        "ts": ts,
        "bookmark_id": bookmark,
        "canvas_id": canvas,
        "file": files[0]["id"],
        "view_id": view,
    }


@pytest.fixture
async def http(bench: Bench) -> AsyncIterator[ClientSession]:
    async with ClientSession(trust_env=False) as session:
        yield session


def waiting(bench: Bench) -> str:
    """A file that was uploaded and not yet completed."""
    file = file_store.announce(bench.workspace, "a.txt", 3, bench.app.bot_user_id)
    file_store.receive(bench.workspace, file.id, b"abc")
    return file.id


def usual(method: str, things: Json, bench: Bench) -> Json:
    """Arguments with which a call of this method can succeed, every optional one among them."""
    place = {"channel": things["channel"]}
    at, filed = {**place, "timestamp": things["ts"]}, {"channel_id": things["channel"]}
    known: dict[str, Json] = {
        "team.info": {"team": "T0TOCSIN"},
        "bots.info": {"bot": bench.app.bot_id},
        "auth.revoke": {"test": True},
        "users.list": {**PAGED, "include_locale": True},
        "users.lookupByEmail": {"email": "ada@example.com"},
        "users.conversations": {**PAGED, "user": "U0ADA", "types": "public_channel", "exclude_archived": 1},
        "usergroups.list": {"include_users": True, "include_count": True, "include_disabled": True},
        "usergroups.users.list": {"usergroup": "S0CMD"},
        "usergroups.users.update": {"usergroup": "S0CMD", "users": "U0ADA"},
        "conversations.create": {"name": "another", "is_private": False},
        "conversations.list": {**PAGED, "types": "public_channel", "exclude_archived": True},
        "conversations.members": {**place, **PAGED},
        "conversations.history": {**place, **SPAN},
        "conversations.replies": {**place, "ts": things["ts"], **SPAN},
        "conversations.invite": {**place, "users": "U0ADA", "force": True},
        "conversations.kick": {**place, "user": "U0ADA"},
        "conversations.open": {"users": "U0ADA", "return_im": True},
        "conversations.rename": {**place, "name": "renamed"},
        "conversations.setTopic": {**place, "topic": "t"},
        "conversations.setPurpose": {**place, "purpose": "p"},
        "conversations.mark": {**place, "ts": things["ts"]},
        "chat.postMessage": {**place, **CONTENT},
        "chat.postEphemeral": {**place, **CONTENT, "user": bench.app.bot_user_id},
        "chat.meMessage": {**place, "text": "x"},
        "chat.update": {**place, "ts": things["ts"], **CONTENT, "reply_broadcast": False},
        "chat.delete": {**place, "ts": things["ts"]},
        "chat.getPermalink": {**place, "message_ts": things["ts"]},
        "chat.scheduleMessage": {**place, **CONTENT, "post_at": bench.workspace.now() + 90},
        "chat.scheduledMessages.list": {**place, **PAGED, "oldest": 0, "latest": 0},
        "chat.deleteScheduledMessage": {**place, "scheduled_message_id": "Q0"},
        "bookmarks.add": {**filed, "title": "t", "type": "link", "link": "https://x.example", "emoji": ":x:"},
        "bookmarks.edit": {
            **filed, "bookmark_id": things["bookmark_id"], "title": "t", "link": "https://x.example",
            "emoji": "",
        },
        "bookmarks.list": filed,
        "bookmarks.remove": {**filed, "bookmark_id": things["bookmark_id"]},
        "reactions.list": {**PAGED, "user": "U0ADA"},
        "views.open": {"trigger_id": bench.trigger(), "view": MODAL},
        "views.push": {"trigger_id": bench.trigger(), "view": MODAL},
        "views.update": {"view_id": things["view_id"], "external_id": "", "hash": "", "view": MODAL},
        "views.publish": {"user_id": "U0ADA", "hash": "", "view": HOME},
        "files.getUploadURLExternal": {"filename": "a", "length": 3, "alt_txt": "", "snippet_type": ""},
        "files.completeUploadExternal": {
            **filed, "files": [{"id": waiting(bench), "title": "t"}], "channels": "",
            "initial_comment": "", "thread_ts": "",
        },
        "canvases.create": {"title": "t", "document_content": {"type": "markdown", "markdown": "# x"}},
        "canvases.edit": {"canvas_id": things["canvas_id"], "changes": [{"operation": "insert_at_end"}]},
        "canvases.sections.lookup": {"canvas_id": things["canvas_id"], "criteria": {"contains_text": "x"}},
        "conversations.canvases.create": {**filed, "document_content": {}, "title": ""},
        "apps.connections.open": {},
    }  # fmt: skip
    if method.startswith(("pins.", "reactions.")):
        return known.get(method, {**at, "name": "eyes"})
    if method.startswith("canvases."):
        return known.get(method, {"canvas_id": things["canvas_id"]})
    if method.startswith("files."):
        return known.get(method, {"file": things["file"]})
    return known.get(method, {**place, "user": "U0ADA"})


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_odd_arguments_are_answered(
    bench: Bench, things: Json, http: ClientSession, method: str
) -> None:
    token = bench.app.app_token if method.startswith("apps.") else bench.app.bot_token
    headers = {"Authorization": f"Bearer {token}"}
    crashed = []
    for name in usual(method, things, bench):
        for odd in ODD:
            arguments = {**usual(method, things, bench), name: odd}
            async with http.post(f"{bench.base_url}/api/{method}", json=arguments, headers=headers) as answer:
                body = await answer.json(content_type=None) if answer.status == 200 else {}
            if not isinstance(body.get("ok"), bool):
                crashed.append((name, odd, answer.status))

    assert crashed == []
