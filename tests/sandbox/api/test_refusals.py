"""What each method refuses, with the code of its documentation page.

That every code is documented for its method is checked after every test, by the
fixture that owns the workspace.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox import administration, channels, marks, messages
from sandbox.model import Draft
from tests.sandbox.api.bench import Bench, error_of, manifest

Ask = Callable[[Bench], Awaitable[Any]]
GONE = "C0NOTHERE1"
NEVER = "1234567890.000001"
HERE = {"channel": "C0GENERAL"}
_NO_METHODS = {"client", "GONE", "NEVER", "HERE", "_modal"}
TEXT = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


def refused(code: str, ask: Any, why: str = "") -> Any:
    called = [
        name for name in ask.__code__.co_names if name not in {"client", "GONE", "NEVER", "HERE", "_modal"}
    ]
    return pytest.param(ask, code, id=f"{called[0]} {code} {why}".strip())


async def room(bench: Bench, name: str = "room") -> str:
    return str((await bench.client.conversations_create(name=name))["channel"]["id"])


async def said(bench: Bench, channel: str) -> str:
    return str((await bench.client.chat_postMessage(channel=channel, text="said"))["ts"])


# -------------------------------------------------------------------------------- nothing to prepare


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        refused("user_not_found", lambda b: b.client.users_info(user="U0NOBODY")),
        refused("users_not_found", lambda b: b.client.users_lookupByEmail(email="no@example.com")),
        refused("users_not_found", lambda b: b.client.users_lookupByEmail(email="leo@example.com"), "left"),
        refused("user_not_found", lambda b: b.client.users_profile_get(user="U0NOBODY")),
        refused("user_not_found", lambda b: b.client.dnd_info(user="U0NOBODY")),
        refused("bot_not_found", lambda b: b.client.bots_info(bot="B0NOBODY")),
        refused("team_not_found", lambda b: b.client.team_info(team="T0NOWHERE")),
        refused("invalid_types", lambda b: b.client.users_conversations(types="public")),
        refused("invalid_types", lambda b: b.client.conversations_list(types="public")),
        refused("invalid_cursor", lambda b: b.client.conversations_list(cursor="bm90aGluZw==")),
        refused("invalid_cursor", lambda b: b.client.users_list(cursor="%%%"), "no base64"),
        refused("invalid_limit", lambda b: b.client.conversations_list(limit=-1)),
        refused("no_such_subteam", lambda b: b.client.usergroups_users_list(usergroup="S0NONE")),
        refused("invalid_users", lambda b: b.client.usergroups_users_update(usergroup="S0CMD", users="U0X")),
        refused("no_users_provided", lambda b: b.client.usergroups_users_update(usergroup="S0CMD", users="")),
        refused("invalid_name_required", lambda b: b.client.conversations_create(name="")),
        refused("invalid_name_maxlength", lambda b: b.client.conversations_create(name="a" * 81)),
        refused("invalid_name_specials", lambda b: b.client.conversations_create(name="Incident")),
        refused("invalid_name_specials", lambda b: b.client.conversations_create(name="inc 1"), "blank"),
        refused("invalid_name_punctuation", lambda b: b.client.conversations_create(name="--_")),
        refused("name_taken", lambda b: b.client.conversations_create(name="general"), "public"),
        refused("name_taken", lambda b: b.client.conversations_create(name="old-project"), "archived"),
        refused("name_taken", lambda b: b.client.conversations_create(name="secret-project"), "invisible"),
        refused("channel_not_found", lambda b: b.client.conversations_info(channel=GONE)),
        refused("channel_not_found", lambda b: b.client.conversations_info(channel="G0SECRET"), "private"),
        refused("invalid_arguments", lambda b: b.client.api_call("conversations.info")),
        refused("channel_not_found", lambda b: b.client.conversations_members(channel=GONE)),
        refused("channel_not_found", lambda b: b.client.conversations_history(channel="G0SECRET")),
        refused("not_in_channel", lambda b: b.client.conversations_history(channel="C0GENERAL")),
        refused("channel_not_found", lambda b: b.client.conversations_join(channel="G0SECRET")),
        refused("is_archived", lambda b: b.client.conversations_join(channel="C0OLD")),
        refused("not_in_channel", lambda b: b.client.conversations_invite(channel="C0STAKE", users="U0BOB")),
        refused("not_in_channel", lambda b: b.client.conversations_setTopic(channel="C0STAKE", topic="t")),
        refused("not_in_channel", lambda b: b.client.conversations_archive(channel="C0STAKE")),
        refused("already_archived", lambda b: b.client.conversations_archive(channel="C0OLD")),
        refused("cant_archive_general", lambda b: b.client.conversations_archive(channel="C0GENERAL")),
        refused("cant_leave_general", lambda b: b.client.conversations_leave(channel="C0GENERAL")),
        refused("not_archived", lambda b: b.client.conversations_unarchive(channel="C0GENERAL")),
        refused("not_in_channel", lambda b: b.client.conversations_rename(channel="C0STAKE", name="x")),
        refused("user_not_found", lambda b: b.client.conversations_open(users="U0NOBODY")),
        refused("user_disabled", lambda b: b.client.conversations_open(users="U0LEO")),
        refused("users_list_not_supplied", lambda b: b.client.api_call("conversations.open")),
        refused("channel_not_found", lambda b: b.client.chat_postMessage(channel=GONE, text="x")),
        refused("channel_not_found", lambda b: b.client.chat_postMessage(channel="U0LEO", text="x"), "left"),
        refused("is_archived", lambda b: b.client.chat_postMessage(channel="C0OLD", text="x")),
        refused("no_text", lambda b: b.client.api_call("chat.postMessage", json=HERE)),
        refused("user_not_in_channel", lambda b: _whisper(b, "C0INCIDENTS", "U0HAL")),
        refused("channel_not_found", lambda b: _whisper(b, GONE, "U0ADA")),
        refused("is_archived", lambda b: _whisper(b, "C0OLD", "U0ADA")),
        refused("channel_not_found", lambda b: b.client.chat_update(channel=GONE, ts=NEVER, text="x")),
        refused("message_not_found", lambda b: b.client.chat_delete(channel="C0GENERAL", ts=NEVER)),
        refused(
            "message_not_found", lambda b: b.client.chat_getPermalink(channel="C0GENERAL", message_ts=NEVER)
        ),
        refused("channel_not_found", lambda b: b.client.pins_list(channel=GONE)),
        refused("not_in_channel", lambda b: b.client.pins_add(channel="C0GENERAL", timestamp=NEVER)),
        refused("no_item_specified", lambda b: b.client.pins_add(channel="C0GENERAL")),
        refused("bad_timestamp", lambda b: b.client.pins_add(channel="C0GENERAL", timestamp="x")),
        refused("permission_denied", lambda b: _bookmark(b, "C0GENERAL", "https://example.com")),
        refused("channel_not_found", lambda b: b.client.bookmarks_list(channel_id=GONE)),
        refused("message_not_found", lambda b: _react(b, "C0GENERAL", NEVER, "eyes")),
        refused("is_archived", lambda b: _react(b, "C0OLD", NEVER, "eyes")),
        refused("invalid_trigger_id", lambda b: b.client.views_open(trigger_id="1.2.3", view=_modal())),
        refused("not_found", lambda b: b.client.views_update(view_id="V0NONE", view=_modal())),
        refused("not_found", lambda b: b.client.views_push(trigger_id=b.trigger(), view=_modal())),
        refused("missing_argument", lambda b: b.client.files_getUploadURLExternal(filename="a", length=0)),
        refused("alt_txt_too_large", lambda b: _place(b, alt_txt="x" * 1001)),
        refused("file_not_found", lambda b: b.client.files_completeUploadExternal(files=[{"id": "F0X"}])),
        refused("file_not_found", lambda b: b.client.files_info(file="F0X")),
        refused("canvas_not_found", lambda b: b.client.canvases_edit(canvas_id="F0X", changes=[{}])),
        refused(
            "canvas_creation_failed", lambda b: b.client.canvases_create(document_content={"type": "html"})
        ),
        refused("invalid_channel", lambda b: b.client.chat_scheduledMessages_list(channel=GONE)),
        refused("unknown_method", lambda b: b.client.api_call("chat.shout")),
    ],
)
async def test_refused_in_a_fresh_workspace(bench: Bench, ask: Ask, code: str) -> None:
    assert await error_of(ask(bench)) == code


def _whisper(bench: Bench, channel: str, user: str) -> Any:
    return bench.client.chat_postEphemeral(channel=channel, user=user, text="psst")


def _bookmark(bench: Bench, channel: str, link: str, **rest: Any) -> Any:
    return bench.client.bookmarks_add(channel_id=channel, title="t", type="link", link=link, **rest)


def _link(bench: Bench, channel: str, ts: str) -> Any:
    return bench.client.chat_getPermalink(channel=channel, message_ts=ts)


def _canvas(bench: Bench, content: dict[str, str]) -> Any:
    return bench.client.canvases_create(document_content=content)


def _react(bench: Bench, channel: str, ts: str, name: str) -> Any:
    return bench.client.reactions_add(channel=channel, timestamp=ts, name=name)


def _place(bench: Bench, **rest: Any) -> Any:
    return bench.client.files_getUploadURLExternal(filename="a.png", length=3, **rest)


def _modal(**rest: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [], **rest}


# ------------------------------------------------------------------------------------ in a room


async def test_a_name_is_modified_to_fit_but_must_be_free(bench: Bench) -> None:
    channel = await room(bench)
    renamed = await bench.client.conversations_rename(channel=channel, name="Inc: 7 (DB)")
    assert renamed["channel"]["name"] == "inc--7--db-"
    assert renamed["channel"]["previous_names"] == ["room"]
    rename = bench.client.conversations_rename
    assert await error_of(rename(channel=channel, name="general")) == "name_taken"
    assert await error_of(rename(channel=channel, name="")) == "invalid_name_required"


async def test_only_the_creator_or_an_admin_renames(bench: Bench) -> None:
    await bench.client.conversations_join(channel="C0STAKE")
    asked = bench.client.conversations_rename(channel="C0STAKE", name="x")
    assert await error_of(asked) == "not_authorized"


@pytest.mark.parametrize("method", ["conversations_setTopic", "conversations_setPurpose"])
async def test_topics_and_purposes_have_a_length(bench: Bench, method: str) -> None:
    channel, word = await room(bench), method.removeprefix("conversations_set").lower()
    ask = getattr(bench.client, method)
    assert await error_of(ask(channel=channel, **{word: "x" * 251})) == "too_long"
    assert (await ask(channel=channel, **{word: "x" * 250}))["channel"][word]["value"] == "x" * 250


async def test_an_archived_channel_refuses_writes(bench: Bench) -> None:
    channel = await room(bench)
    ts = await said(bench, channel)
    await bench.client.conversations_archive(channel=channel)
    client = bench.client
    assert await error_of(client.chat_postMessage(channel=channel, text="x")) == "is_archived"
    assert await error_of(client.chat_update(channel=channel, ts=ts, text="x")) == "is_inactive"
    assert await error_of(client.conversations_setTopic(channel=channel, topic="x")) == "is_archived"
    assert await error_of(client.conversations_invite(channel=channel, users="U0ADA")) == "is_archived"
    assert await error_of(client.conversations_rename(channel=channel, name="x")) == "is_archived"
    assert await error_of(client.conversations_leave(channel=channel)) == "is_archived"
    assert await error_of(client.pins_add(channel=channel, timestamp=ts)) == "restricted_action"
    assert await error_of(_react(bench, channel, ts, "eyes")) == "is_archived"
    assert await error_of(_bookmark(bench, channel, "https://x.example")) == "permission_denied"
    assert (await client.conversations_history(channel=channel))["ok"]


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ("U0NOBODY", "user_not_found"),
        ("U0KAI", "no_external_invite_permission"),
        ("U0BOB", "already_in_channel"),
    ],
)
async def test_one_bad_invitation_fails_all_unless_forced(bench: Bench, user: str, code: str) -> None:
    channel = await room(bench)
    await bench.client.conversations_invite(channel=channel, users="U0BOB")
    invite = bench.client.conversations_invite
    assert await error_of(invite(channel=channel, users=["U0ADA", user])) == code
    assert "U0ADA" not in bench.workspace.channels[channel].members
    forced = await invite(channel=channel, users=["U0ADA", user], force=True)
    assert forced["errors"] == [{"user": user, "ok": False, "error": code}]
    assert "U0ADA" in bench.workspace.channels[channel].members


async def test_somebody_who_left_is_refused_but_the_others_come_in(bench: Bench) -> None:
    channel = await room(bench)
    invite = bench.client.conversations_invite(channel=channel, users=["U0LEO", "U0ADA"])
    assert await error_of(invite) == "cant_invite"
    assert list(bench.workspace.channels[channel].members) == [bench.app.bot_user_id, "U0ADA"]


async def test_a_bot_cannot_invite_itself_nor_nobody_nor_a_crowd(bench: Bench) -> None:
    channel, invite = await room(bench), bench.client.conversations_invite
    assert await error_of(invite(channel=channel, users=bench.app.bot_user_id)) == "cant_invite_self"
    assert await error_of(invite(channel=channel, users="")) == "no_user"
    crowd = [f"U{number}" for number in range(101)]
    assert await error_of(invite(channel=channel, users=crowd)) == "invalid_arguments"


async def test_guests_have_limits(bench: Bench) -> None:
    first, second = await room(bench, "first"), await room(bench, "second")
    invite = bench.client.conversations_invite
    await invite(channel=first, users="U0IVY")
    assert await error_of(invite(channel=second, users="U0IVY")) == "ura_max_channels"
    await bench.client.conversations_join(channel="C0GENERAL")
    assert await error_of(invite(channel="C0GENERAL", users="U0HAL")) == "user_is_restricted"
    administration.make_guest(bench.workspace, bench.workspace.users["U0DEV"], single_channel=True)
    assert await error_of(invite(channel=first, users="U0DEV")) == "ura_max_channels"


async def test_kicking(bench: Bench) -> None:
    channel, kick = await room(bench), bench.client.conversations_kick
    assert await error_of(kick(channel=channel, user=bench.app.bot_user_id)) == "cant_kick_self"
    assert await error_of(kick(channel=channel, user="U0ADA")) == "not_in_channel"
    assert await error_of(kick(channel=channel, user="U0NOBODY")) == "user_not_found"
    await bench.client.conversations_join(channel="C0GENERAL")
    assert await error_of(kick(channel="C0GENERAL", user="U0ADA")) == "cant_kick_from_general"


async def test_the_last_member_of_a_private_channel_stays(bench: Bench) -> None:
    private = (await bench.client.conversations_create(name="quiet", is_private=True))["channel"]["id"]
    assert await error_of(bench.client.conversations_leave(channel=private)) == "last_member"
    join = bench.client.conversations_join(channel=private)
    assert await error_of(join) == "method_not_supported_for_channel_type"


async def test_direct_messages_are_no_channels(bench: Bench) -> None:
    direct = (await bench.client.conversations_open(users="U0ADA"))["channel"]["id"]
    client = bench.client
    odd = "method_not_supported_for_channel_type"
    assert await error_of(client.conversations_archive(channel=direct)) == odd
    assert await error_of(client.conversations_leave(channel=direct)) == odd
    assert await error_of(client.conversations_rename(channel=direct, name="x")) == odd
    assert await error_of(client.conversations_invite(channel=direct, users="U0BOB")) == odd
    assert await error_of(client.conversations_kick(channel=direct, user="U0ADA")) == odd
    assert await error_of(client.conversations_open(channel=await room(bench))) == odd
    other, _ = bench.install(name="Other")
    assert await error_of(client.conversations_open(users=other.bot_user_id)) == "cannot_dm_bot"
    crowd = [f"U0{name}" for name in ("ADA", "BOB", "CLEO", "DEV", "EVE", "FAY", "GUS", "HAL", "IVY")]
    assert await error_of(client.conversations_open(users=crowd)) == "too_many_users"


async def test_history_refuses_odd_times_and_old_cursors(bench: Bench) -> None:
    channel, history = await room(bench), bench.client.conversations_history
    for _ in range(3):
        await said(bench, channel)
    assert await error_of(history(channel=channel, oldest="then")) == "invalid_ts_oldest"
    assert await error_of(history(channel=channel, latest="x.y")) == "invalid_ts_latest"
    assert await error_of(history(channel=channel, cursor="bmV4dA==")) == "invalid_cursor"
    bench.workspace.knobs.cursor_seconds = 60
    cursor = (await history(channel=channel, limit=1))["response_metadata"]["next_cursor"]
    bench.workspace.clock.advance(61)
    assert await error_of(history(channel=channel, cursor=cursor)) == "invalid_cursor"
    replies = bench.client.conversations_replies
    assert await error_of(replies(channel=channel, ts=NEVER)) == "thread_not_found"


async def test_channels_restrict_who_posts_and_where(bench: Bench) -> None:
    channel = await room(bench)
    held, ts = bench.workspace.channels[channel], await said(bench, channel)
    post = bench.client.chat_postMessage
    held.posting = "read_only"
    assert await error_of(post(channel=channel, text="x")) == "restricted_action_read_only_channel"
    held.posting = "thread_only"
    assert await error_of(post(channel=channel, text="x")) == "restricted_action_thread_only_channel"
    assert (await post(channel=channel, text="x", thread_ts=ts))["ok"]
    held.posting = "non_threadable"
    asked = post(channel=channel, text="x", thread_ts=ts)
    assert await error_of(asked) == "restricted_action_non_threadable_channel"


async def test_without_the_right_to_post_anywhere_a_bot_must_be_inside(bench: Bench) -> None:
    _, shy = bench.install(name="Shy", scopes=["chat:write"])
    assert await error_of(shy.chat_postMessage(channel="C0GENERAL", text="x")) == "not_in_channel"
    assert (await bench.client.chat_postMessage(channel="C0GENERAL", text="x"))["ok"]


async def test_without_a_messages_tab_there_is_no_direct_message(bench: Bench) -> None:
    quiet = manifest("Quiet")
    quiet["features"]["app_home"]["messages_tab_enabled"] = False
    client = bench.client_of(bench.workspace.install_app(quiet).bot_token)
    assert await error_of(client.chat_postMessage(channel="U0ADA", text="x")) == "messages_tab_disabled"
    direct = (await client.conversations_open(users="U0ADA"))["channel"]["id"]
    whisper = client.chat_postEphemeral(channel=direct, user="U0ADA", text="x")
    assert await error_of(whisper) == "messages_tab_disabled"


async def test_a_bot_touches_only_its_own_messages(bench: Bench) -> None:
    draft = Draft(channel=bench.workspace.channels["C0GENERAL"], user="U0ADA", text="hers")
    hers = messages.post(bench.workspace, draft).ts
    update = bench.client.chat_update(channel="C0GENERAL", ts=hers, text="x")
    assert await error_of(update) == "cant_update_message"
    delete = bench.client.chat_delete(channel="C0GENERAL", ts=hers)
    assert await error_of(delete) == "cant_delete_message"


LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}
HEAVY = {"event_type": "x", "event_payload": {"x": "x" * 20_000}}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param({"blocks": "{not json"}, "invalid_blocks_format", id="blocks that are no JSON"),
        pytest.param({"blocks": {"type": "section"}}, "invalid_blocks_format", id="blocks that are no list"),
        pytest.param({"blocks": [{"type": "nonsense"}]}, "invalid_blocks", id="an unknown block"),
        pytest.param({"blocks": [TEXT] * 51}, "invalid_blocks", id="51 blocks"),
        pytest.param({"blocks": [LONG] * 5}, "msg_blocks_too_long", id="13,500 characters in blocks"),
        pytest.param({"attachments": [{"text": "x"}] * 101}, "too_many_attachments", id="101 attachments"),
        pytest.param({"metadata": "nothing"}, "invalid_metadata_format", id="metadata that is no object"),
        pytest.param({"metadata": {"event_type": "x"}}, "invalid_metadata_schema", id="no payload"),
        pytest.param({"metadata": HEAVY}, "metadata_too_large", id="20 kB of metadata"),
        pytest.param({"markdown_text": "x"}, "markdown_text_conflict", id="text and markdown"),
    ],
)
async def test_content_that_no_message_may_have(bench: Bench, content: dict[str, Any], code: str) -> None:
    post = bench.client.api_call("chat.postMessage", json={"channel": "C0GENERAL", "text": "x", **content})
    assert await error_of(post) == code


async def test_an_update_is_stricter_than_a_post(bench: Bench) -> None:
    channel = await room(bench)
    ts, update = await said(bench, channel), bench.client.chat_update
    assert await error_of(update(channel=channel, ts=ts, text="x" * 4001)) == "msg_too_long"
    assert (
        await error_of(bench.client.api_call("chat.update", json={"channel": channel, "ts": ts})) == "no_text"
    )
    assert await error_of(update(channel=channel, ts=NEVER, text="x")) == "message_not_found"


async def test_a_thread_hangs_on_a_real_message(bench: Bench) -> None:
    channel, post = await room(bench), bench.client.chat_postMessage
    assert await error_of(post(channel=channel, text="x", thread_ts="0")) == "invalid_thread_ts"
    joined = bench.workspace.channels[channel].messages.slice(0, 1)[0].ts
    assert await error_of(post(channel=channel, text="x", thread_ts=joined)) == "cannot_reply_to_message"
    orphan = await post(channel=channel, text="x", thread_ts=NEVER)
    assert "thread_ts" not in orphan["message"]


async def test_a_locked_thread_takes_neither_replies_nor_reactions(bench: Bench) -> None:
    channel, client = await room(bench), bench.client
    ts = await said(bench, channel)
    reply = (await client.chat_postMessage(channel=channel, text="r", thread_ts=ts))["ts"]
    await _react(bench, channel, reply, "eyes")
    messages.update(bench.workspace, bench.workspace.channels[channel].everything[ts], "U0ADA", locked=True)
    late = client.chat_postMessage(channel=channel, text="x", thread_ts=reply)
    assert await error_of(late) == "restricted_action_thread_locked"
    assert await error_of(_react(bench, channel, reply, "ok")) == "thread_locked"
    remove = client.reactions_remove(channel=channel, timestamp=reply, name="eyes")
    assert await error_of(remove) == "thread_locked"
    parent = (await client.conversations_replies(channel=channel, ts=ts))["messages"][0]
    assert parent["is_locked"] is True
    assert "edited" not in parent


async def test_an_old_reply_is_broadcast_unchanged(bench: Bench) -> None:
    channel, client = await room(bench), bench.client
    ts = await said(bench, channel)
    reply = (await client.chat_postMessage(channel=channel, text="r", thread_ts=ts))["ts"]
    both = client.chat_update(channel=channel, ts=reply, text="new", reply_broadcast=True)
    assert await error_of(both) == "no_dual_broadcast_content_update"
    ask = {"channel": channel, "ts": ts, "reply_broadcast": True}
    assert await error_of(client.api_call("chat.update", json=ask)) == "cant_broadcast_message"
    await client.api_call("chat.update", json=ask | {"ts": reply})
    shown = (await client.conversations_history(channel=channel))["messages"][0]
    assert (shown["ts"], shown["subtype"], shown["root"]["ts"]) == (reply, "thread_broadcast", ts)
    assert "edited" not in shown


async def test_pins(bench: Bench) -> None:
    channel = await room(bench)
    ts, client = await said(bench, channel), bench.client
    await client.pins_add(channel=channel, timestamp=ts)
    assert await error_of(client.pins_add(channel=channel, timestamp=ts)) == "already_pinned"
    assert await error_of(client.pins_add(channel=channel, timestamp=NEVER)) == "message_not_found"
    joined = bench.workspace.channels[channel].messages.slice(0, 1)[0].ts
    assert await error_of(client.pins_add(channel=channel, timestamp=joined)) == "not_pinnable"
    await client.pins_remove(channel=channel, timestamp=ts)
    assert await error_of(client.pins_remove(channel=channel, timestamp=ts)) == "no_pin"


async def test_a_channel_holds_a_hundred_pins_and_bookmarks(bench: Bench) -> None:
    channel = await room(bench)
    held, bot = bench.workspace.channels[channel], bench.app.bot_user_id
    for number in range(100):
        draft = Draft(channel=held, user=bot, app=bench.app, text=str(number))
        marks.add_pin(bench.workspace, held, messages.post(bench.workspace, draft).ts, bot)
        marks.add_bookmark(bench.workspace, held, bot, title=str(number), link="https://example.com")
    ts = await said(bench, channel)
    assert await error_of(bench.client.pins_add(channel=channel, timestamp=ts)) == "too_many_pins"
    assert await error_of(_bookmark(bench, channel, "https://x.example")) == "too_many_bookmarks"


async def test_bookmarks(bench: Bench) -> None:
    channel, client = await room(bench), bench.client
    assert await error_of(_bookmark(bench, channel, "ftp://example.com")) == "invalid_link"
    assert await error_of(_bookmark(bench, channel, "")) == "invalid_link"
    assert await error_of(_bookmark(bench, channel, "https://x.example", emoji="N O")) == "invalid_emoji"
    note = client.bookmarks_add(channel_id=channel, title="t", type="note", link="https://x.example")
    assert await error_of(note) == "invalid_bookmark_type"
    assert await error_of(client.bookmarks_remove(channel_id=channel, bookmark_id="Bk0")) == "not_found"
    assert await error_of(client.bookmarks_edit(channel_id=channel, bookmark_id="Bk0")) == "not_found"


async def test_reactions(bench: Bench) -> None:
    channel = await room(bench)
    ts, client = await said(bench, channel), bench.client
    await _react(bench, channel, ts, ":eyes:")
    assert await error_of(_react(bench, channel, ts, "eyes")) == "already_reacted"
    assert await error_of(_react(bench, channel, ts, "no such thing")) == "invalid_name"
    remove = client.reactions_remove(channel=channel, timestamp=ts, name="ok")
    assert await error_of(remove) == "no_reaction"
    for number in range(22):
        await _react(bench, channel, ts, f"e{number}")
    assert await error_of(_react(bench, channel, ts, "one_more")) == "too_many_reactions"
    message = bench.workspace.channels[channel].everything[ts]
    message.reactions = {f"e{number}": ["U0ADA"] for number in range(50)}
    assert await error_of(_react(bench, channel, ts, "another")) == "too_many_emoji"


async def test_user_groups_may_be_unavailable(bench: Bench) -> None:
    bench.workspace.knobs.groups_available = False
    assert await error_of(bench.client.usergroups_list()) == "plan_upgrade_required"
    assert await error_of(bench.client.usergroups_users_list(usergroup="S0CMD")) == "plan_upgrade_required"


# --------------------------------------------------------------------------------------- views


async def test_a_trigger_works_once_and_for_three_seconds(bench: Bench) -> None:
    trigger, view = bench.trigger(), _modal()
    await bench.client.views_open(trigger_id=trigger, view=view)
    again = bench.client.views_open(trigger_id=trigger, view=view)
    assert await error_of(again) == "exchanged_trigger_id"
    late = bench.trigger()
    bench.workspace.clock.advance(3.1)
    assert await error_of(bench.client.views_open(trigger_id=late, view=view)) == "expired_trigger_id"


async def test_a_refused_view_leaves_the_trigger_unspent(bench: Bench) -> None:
    trigger = bench.trigger()
    broken = bench.client.views_open(trigger_id=trigger, view=_modal(title=None))
    assert await error_of(broken) == "invalid_arguments"
    assert (await bench.client.views_open(trigger_id=trigger, view=_modal()))["ok"]


async def test_three_views_lie_on_each_other(bench: Bench) -> None:
    client, view = bench.client, _modal()
    opened = (await client.views_open(trigger_id=bench.trigger(), view=view))["view"]
    second = (await client.views_push(trigger_id=bench.trigger(), view=view))["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (opened["id"], opened["id"])
    await client.views_push(trigger_id=bench.trigger(), view=view)
    fourth = client.views_push(trigger_id=bench.trigger(), view=view)
    assert await error_of(fourth) == "push_limit_reached"


async def test_a_hash_protects_from_overwriting(bench: Bench) -> None:
    client = bench.client
    view = (await client.views_open(trigger_id=bench.trigger(), view=_modal()))["view"]
    await client.views_update(view_id=view["id"], view=_modal(), hash=view["hash"])
    again = client.views_update(view_id=view["id"], view=_modal(), hash=view["hash"])
    assert await error_of(again) == "hash_conflict"
    home: dict[str, Any] = {"type": "home", "blocks": []}
    await client.views_publish(user_id="U0ADA", view=home)
    stale = client.views_publish(user_id="U0ADA", view=home, hash="0.x")
    assert await error_of(stale) == "hash_conflict"


async def test_an_external_id_names_one_view(bench: Bench) -> None:
    client, view = bench.client, _modal(external_id="only-one")
    await client.views_open(trigger_id=bench.trigger(), view=view)
    found = await client.views_update(external_id="only-one", view=view)
    assert found["view"]["external_id"] == "only-one"
    other = client.views_open(trigger_id=bench.trigger("U0BOB"), view=view)
    assert await error_of(other) == "duplicate_external_id"


async def test_a_view_has_a_size_and_a_home_must_be_switched_on(bench: Bench) -> None:
    long = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}
    huge = bench.client.views_open(trigger_id=bench.trigger(), view=_modal(blocks=[long] * 90))
    assert await error_of(huge) == "view_too_large"
    homeless = bench.workspace.install_app({"display_information": {"name": "Homeless"}})
    publish = bench.client_of(homeless.bot_token).views_publish(
        user_id="U0ADA", view={"type": "home", "blocks": []}
    )
    assert await error_of(publish) == "not_enabled"
    nobody = bench.client.views_publish(user_id="U0NOBODY", view={"type": "home", "blocks": []})
    assert await error_of(nobody) == "invalid_arguments"


# ----------------------------------------------------------------------------- files and schedules


async def test_a_file_is_completed_once_by_its_owner(bench: Bench) -> None:
    place = await _place(bench)
    complete = bench.client.files_completeUploadExternal
    assert await error_of(complete(files=[{"id": place["file_id"]}])) == "file_not_found"
    bench.workspace.files[place["file_id"]].content = b"abc"
    _, other = bench.install(name="Other")
    theirs = other.files_completeUploadExternal(files=[{"id": place["file_id"]}])
    assert await error_of(theirs) == "access_denied"
    elsewhere = complete(files=[{"id": place["file_id"]}], channel_id=GONE)
    assert await error_of(elsewhere) == "channel_not_found"
    outside = complete(files=[{"id": place["file_id"]}], channel_id="C0GENERAL")
    assert await error_of(outside) == "not_in_channel"
    await complete(files=[{"id": place["file_id"]}])
    assert await error_of(complete(files=[{"id": place["file_id"]}])) == "file_not_found"
    await bench.client.files_delete(file=place["file_id"])
    assert await error_of(bench.client.files_info(file=place["file_id"])) == "file_deleted"


async def test_a_channel_has_one_canvas(bench: Bench) -> None:
    channel, content = await room(bench), {"type": "markdown", "markdown": "# Plan\n\nWords"}
    create = bench.client.conversations_canvases_create
    made = (await create(channel_id=channel, document_content=content))["canvas_id"]
    again = create(channel_id=channel, document_content=content)
    assert await error_of(again) == "channel_canvas_already_exists"
    odd = bench.client.canvases_edit(canvas_id=made, changes=[{"operation": "explode"}])
    assert await error_of(odd) == "canvas_editing_failed"
    lost = bench.client.canvases_edit(canvas_id=made, changes=[{"operation": "delete", "section_id": "x"}])
    assert await error_of(lost) == "canvas_editing_failed"


async def test_messages_are_scheduled_for_the_near_future(bench: Bench) -> None:
    channel, now = await room(bench), bench.workspace.now()
    schedule = bench.client.chat_scheduleMessage
    assert await error_of(schedule(channel=channel, post_at=now - 1, text="x")) == "time_in_past"
    far = now + 121 * 24 * 3600
    assert await error_of(schedule(channel=channel, post_at=far, text="x")) == "time_too_far"
    assert await error_of(schedule(channel=channel, post_at="soon", text="x")) == "invalid_time"  # type: ignore[arg-type]
    for _ in range(30):
        await schedule(channel=channel, post_at=now + 600, text="x")
    assert await error_of(schedule(channel=channel, post_at=now + 700, text="x")) == "restricted_too_many"
    gone = bench.client.chat_deleteScheduledMessage(channel=channel, scheduled_message_id="Q0")
    assert await error_of(gone) == "invalid_scheduled_message_id"


# -------------------------------------------------------------------------------- what users may not


async def test_a_guest_sees_only_where_they_are_a_member(bench: Bench) -> None:
    workspace = bench.workspace
    assert not channels.may_see(workspace, workspace.channels["C0GENERAL"], "U0HAL")
    assert channels.may_see(workspace, workspace.channels["C0SHARED"], "U0KAI")
    assert not channels.may_see(workspace, workspace.channels["C0GENERAL"], "U0KAI")
