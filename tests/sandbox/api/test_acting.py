"""What methods do beyond answering: who becomes a member, what is kept, what everybody sees."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox import messages
from sandbox.markup import rich_text, sanitised
from sandbox.messages import find
from sandbox.model import Draft
from tests.sandbox.api.bench import Bench, upload

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


async def room(bench: Bench, **rest: Any) -> str:
    return str((await bench.client.conversations_create(name="room", **rest))["channel"]["id"])


async def texts(bench: Bench, channel: str) -> list[str]:
    """What the channel shows, oldest first."""
    found = (await bench.client.conversations_history(channel=channel))["messages"]
    return [each["text"] for each in reversed(found)]


async def test_the_creator_is_a_member(bench: Bench) -> None:
    channel, me = await room(bench), bench.app.bot_user_id
    made = await bench.client.conversations_info(channel=channel, include_num_members=True)
    assert (made["channel"]["creator"], made["channel"]["num_members"]) == (me, 1)
    assert await texts(bench, channel) == [f"<@{me}> has joined the channel"]


async def test_each_change_of_a_channel_leaves_a_line(bench: Bench) -> None:
    channel, me, client = await room(bench), bench.app.bot_user_id, bench.client
    await client.conversations_setTopic(channel=channel, topic="SEV1")
    await client.conversations_setPurpose(channel=channel, purpose="Database")
    await client.conversations_invite(channel=channel, users="U0ADA")
    await client.conversations_rename(channel=channel, name="inc-1")
    found = (await client.conversations_history(channel=channel))["messages"][::-1]
    assert [each["subtype"] for each in found] == [
        "channel_join", "channel_topic", "channel_purpose", "channel_join", "channel_name",
    ]  # fmt: skip
    assert found[1]["topic"] == "SEV1"
    assert found[3]["inviter"] == me
    assert (found[4]["old_name"], found[4]["name"]) == ("room", "inc-1")


async def test_private_channels_leave_lines_of_their_own_kind(bench: Bench) -> None:
    channel = await room(bench, is_private=True)
    await bench.client.conversations_setTopic(channel=channel, topic="t")
    found = (await bench.client.conversations_history(channel=channel))["messages"]
    assert [each["subtype"] for each in found] == ["group_topic", "group_join"]


async def test_leaving_twice_is_no_error_but_not_ok(bench: Bench) -> None:
    channel = await room(bench)
    assert (await bench.client.conversations_leave(channel=channel))["ok"]
    async with ClientSession(headers={"Authorization": f"Bearer {bench.app.bot_token}"}) as http:
        url = f"{bench.base_url}/api/conversations.leave?channel={channel}"
        async with http.post(url) as response:
            assert await response.json() == {"ok": False, "not_in_channel": True}


async def test_joining_twice_is_a_warning(bench: Bench) -> None:
    await bench.client.conversations_join(channel="C0GENERAL")
    again = await bench.client.conversations_join(channel="C0GENERAL")
    assert (again["warning"], again["response_metadata"]["warnings"]) == (
        "already_in_channel", ["already_in_channel"],
    )  # fmt: skip


async def test_a_direct_message_is_opened_once(bench: Bench) -> None:
    first = await bench.client.conversations_open(users="U0ADA")
    again = await bench.client.conversations_open(users="U0ADA")
    assert again["channel"]["id"] == first["channel"]["id"]
    assert (again["no_op"], again["already_open"]) == (True, True)
    group = await bench.client.conversations_open(users=["U0ADA", "U0BOB"], return_im=True)
    assert group["channel"]["is_mpim"] is True
    posted = await bench.client.chat_postMessage(channel="U0ADA", text="to her")
    assert posted["channel"] == first["channel"]["id"]
    none = bench.client.conversations_open(users="U0CLEO", prevent_creation=True)
    with pytest.raises(Exception, match="channel_not_found"):
        await none


async def test_text_is_kept_as_slack_keeps_it(bench: Bench) -> None:
    channel = await room(bench)
    posted = await bench.client.chat_postMessage(
        channel=channel, text="a & b <c> <@U0ADA> https://x.example/a."
    )
    assert posted["message"]["text"] == "a &amp; b &lt;c&gt; <@U0ADA> <https://x.example/a>."


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("&amp; &lt;b&gt;", "&amp; &lt;b&gt;", id="entities stay"),
        pytest.param("<https://a.example|A>", "<https://a.example|A>", id="links stay"),
        pytest.param(
            "<!subteam^S1> <#C1> <!date^1^{date}|x>", "<!subteam^S1> <#C1> <!date^1^{date}|x>", id="all"
        ),
        pytest.param("<script>", "&lt;script&gt;", id="tags do not"),
        pytest.param("1 < 2 > 0", "1 &lt; 2 &gt; 0", id="comparisons"),
        pytest.param("see (https://a.example/x)", "see (<https://a.example/x>)", id="bare link"),
    ],
)
def test_stray_signs_become_entities(typed: str, kept: str) -> None:
    assert sanitised(typed) == kept


def test_what_a_person_types_is_rich_text() -> None:
    block = rich_text("hi <@U1> in <#C1> :eyes: <https://a.example|A> <!here> &amp;", "b1")[0]
    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": "hi "},
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": " in "},
        {"type": "channel", "channel_id": "C1"},
        {"type": "text", "text": " "},
        {"type": "emoji", "name": "eyes"},
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://a.example", "text": "A"},
        {"type": "text", "text": " "},
        {"type": "broadcast", "range": "here"},
        {"type": "text", "text": " &"},
    ]


async def test_long_text_is_cut_with_a_warning(bench: Bench) -> None:
    channel = await room(bench)
    posted = await bench.client.chat_postMessage(channel=channel, text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    assert posted["response_metadata"]["warnings"] == ["message_truncated"]


async def test_blocks_come_back_with_ids_and_defaults(bench: Bench) -> None:
    channel = await room(bench)
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    posted = await bench.client.chat_postMessage(
        channel=channel, text="x", blocks=[SECTION, {"type": "actions", "elements": [button]}]
    )
    section, actions = posted["message"]["blocks"]
    assert section["text"]["verbatim"] is False
    assert actions["elements"][0]["text"]["emoji"] is True
    assert section["block_id"] != actions["block_id"]
    assert actions["elements"][0]["action_id"]


async def test_an_update_keeps_what_it_does_not_name(bench: Bench) -> None:
    channel, client = await room(bench), bench.client
    metadata = {"event_type": "e", "event_payload": {"id": "1"}}
    posted = await client.chat_postMessage(
        channel=channel, text="first", blocks=[SECTION], attachments=[{"text": "a"}], metadata=metadata
    )
    place = {"channel": channel, "ts": posted["ts"]}
    by_blocks = await client.api_call("chat.update", json={**place, "blocks": [SECTION, SECTION]})
    message = by_blocks["message"]
    assert (message["text"], len(message["blocks"]), message["metadata"]) == ("first", 2, metadata)
    assert message["attachments"][0]["text"] == "a"
    assert message["edited"]["user"] == bench.app.bot_user_id
    assert message["blocks"][0]["block_id"] == posted["message"]["blocks"][0]["block_id"]
    by_text = (await client.chat_update(**place, text="second"))["message"]
    assert "blocks" not in by_text
    assert by_text["metadata"] == metadata
    cleared = await client.chat_update(**place, text="third", metadata={}, attachments=[])
    assert {"metadata", "attachments"}.isdisjoint(cleared["message"])


async def test_a_bot_may_speak_under_another_name_if_it_has_the_right(bench: Bench) -> None:
    posted = await bench.client.chat_postMessage(
        channel="C0GENERAL", text="x", username="Robot", icon_emoji=":robot_face:"
    )
    message = posted["message"]
    assert (message["subtype"], message["username"]) == ("bot_message", "Robot")
    assert message["icons"] == {"emoji": ":robot_face:"}
    assert "user" not in message
    _, plain = bench.install(name="Plain", scopes=["chat:write", "chat:write.public"])
    shown = (await plain.chat_postMessage(channel="C0GENERAL", text="x", username="Robot"))["message"]
    assert "username" not in shown


async def test_an_ephemeral_message_is_in_no_history(bench: Bench) -> None:
    channel = await room(bench)
    await bench.client.conversations_invite(channel=channel, users="U0ADA")
    whispered = await bench.client.chat_postEphemeral(channel=channel, user="U0ADA", text="only you")
    assert "only you" not in await texts(bench, channel)
    kept = bench.workspace.ephemerals[channel, "U0ADA"][whispered["message_ts"]]
    assert (kept.text, kept.ephemeral_to) == ("only you", "U0ADA")
    assert [each for each in bench.events("message") if each.get("text") == "only you"] == []


async def test_permalinks_lead_to_the_thread(bench: Bench) -> None:
    channel, client = await room(bench), bench.client
    parent = (await client.chat_postMessage(channel=channel, text="p"))["ts"]
    reply = (await client.chat_postMessage(channel=channel, text="r", thread_ts=parent))["ts"]
    link = (await client.chat_getPermalink(channel=channel, message_ts=parent))["permalink"]
    assert link == f"{bench.base_url}/archives/{channel}/p{parent.replace('.', '')}"
    deep = (await client.chat_getPermalink(channel=channel, message_ts=reply))["permalink"]
    assert deep.endswith(f"p{reply.replace('.', '')}?thread_ts={parent}&cid={channel}")


async def test_marks_show_on_the_message(bench: Bench) -> None:
    channel, client = await room(bench), bench.client
    ts = (await client.chat_postMessage(channel=channel, text="x"))["ts"]
    await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    await client.pins_add(channel=channel, timestamp=ts)
    message = (await client.conversations_history(channel=channel, limit=1))["messages"][0]
    me = bench.app.bot_user_id
    assert message["reactions"] == [{"name": "eyes", "users": [me], "count": 1}]
    assert message["pinned_to"] == [channel]
    assert (await client.conversations_history(channel=channel))["pin_count"] == 1
    await client.chat_delete(channel=channel, ts=ts)
    assert (await client.pins_list(channel=channel))["items"] == []


async def test_a_file_is_uploaded_shared_and_fetched(bench: Bench) -> None:
    channel = await room(bench)
    done = await upload(bench, "plan.txt", b"step one", channel_id=channel, initial_comment="the plan")
    file = done["files"][0]
    shown = (await bench.client.conversations_history(channel=channel, limit=1))["messages"][0]
    assert (shown["text"], shown["files"][0]["id"]) == ("the plan", file["id"])
    assert bench.events("file_shared")[0]["file_id"] == file["id"]
    headers = {"Authorization": f"Bearer {bench.app.bot_token}"}
    async with ClientSession() as http:
        async with http.get(file["url_private"], headers=headers) as response:
            assert await response.read() == b"step one"
        async with http.get(file["url_private"]) as response:
            assert response.status == 403


async def test_slack_sdks_own_upload_works(bench: Bench) -> None:
    channel = await room(bench)
    done = await bench.client.files_upload_v2(channel=channel, filename="a.txt", content="hello", title="A")
    assert done["file"]["title"] == "A"


async def test_a_scheduled_message_is_posted_when_its_time_comes(bench: Bench) -> None:
    channel, clock = await room(bench), bench.workspace.clock
    clock.set_mode("manual")
    at = bench.workspace.now() + 300
    schedule = bench.client.chat_scheduleMessage
    await schedule(channel=channel, post_at=at, text="in time")
    await schedule(
        channel=channel, post_at=at, text="lost", metadata={"event_type": "e", "event_payload": {}}
    )
    dropped = await schedule(channel=channel, post_at=at, text="dropped")
    await bench.client.chat_deleteScheduledMessage(
        channel=channel, scheduled_message_id=dropped["scheduled_message_id"]
    )
    clock.advance(301)
    assert (await texts(bench, channel))[1:] == ["in time"]
    assert (await bench.client.chat_scheduledMessages_list())["scheduled_messages"] == []


async def test_a_canvas_is_edited_section_by_section(bench: Bench) -> None:
    content = {"type": "markdown", "markdown": "# One\n\nText\n\n## Two"}
    canvas = (await bench.client.canvases_create(title="Plan", document_content=content))["canvas_id"]
    lookup = bench.client.canvases_sections_lookup
    found = await lookup(canvas_id=canvas, criteria={"section_types": ["h2"], "contains_text": "Two"})
    section, new = found["sections"][0]["id"], {"type": "markdown", "markdown": "Between"}
    change = {"operation": "insert_before", "section_id": section, "document_content": new}
    await bench.client.canvases_edit(canvas_id=canvas, changes=[change])
    await bench.client.canvases_edit(
        canvas_id=canvas, changes=[{"operation": "delete", "section_id": section}]
    )
    assert bench.workspace.files[canvas].content == b"# One\n\nText\n\nBetween"


async def test_what_was_typed_survives_an_update_of_the_view(bench: Bench) -> None:
    def field(block: str) -> dict[str, Any]:
        element = {"type": "plain_text_input", "action_id": "a"}
        label = {"type": "plain_text", "text": "L"}
        return {"type": "input", "block_id": block, "label": label, "element": element}

    def modal(*names: str) -> dict[str, Any]:
        title, submit = {"type": "plain_text", "text": "T"}, {"type": "plain_text", "text": "S"}
        blocks = [field(name) for name in names]
        return {"type": "modal", "title": title, "submit": submit, "blocks": blocks}

    opened = await bench.client.views_open(trigger_id=bench.trigger(), view=modal("one", "two"))
    view = bench.workspace.views[opened["view"]["id"]]
    view.state = {name: {"a": {"type": "plain_text_input", "value": name}} for name in ("one", "two")}
    updated = await bench.client.views_update(view_id=view.id, view=modal("two", "three"))
    assert updated["view"]["state"]["values"] == {"two": {"a": {"type": "plain_text_input", "value": "two"}}}
    assert updated["view"]["hash"] != opened["view"]["hash"]


async def test_a_home_is_published_per_person(bench: Bench) -> None:
    publish, home = bench.client.views_publish, {"type": "home", "blocks": [{"type": "divider"}]}
    first = await publish(user_id="U0ADA", view=home)
    again = await publish(user_id="U0ADA", view=home)
    other = await publish(user_id="U0BOB", view=home)
    assert first["view"]["id"] == again["view"]["id"] != other["view"]["id"]


async def test_a_reset_brings_back_the_beginning_and_keeps_the_app(bench: Bench) -> None:
    await room(bench)
    bench.workspace.reset()
    assert bench.workspace.channel_named("room") is None
    assert (await bench.client.auth_test())["user_id"] == bench.app.bot_user_id


async def test_everything_is_found_by_timestamp(bench: Bench) -> None:
    held = bench.workspace.channels["C0GENERAL"]
    posted = messages.post(bench.workspace, Draft(channel=held, user="U0ADA", text="x"))
    assert find(held, posted.ts) is posted
    assert posted.client_msg_id is not None
