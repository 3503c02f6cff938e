"""Which changes an app hears of, itself being the cause or not."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import administration, channels, marks, messages
from sandbox.model import Draft, Message
from tests.sandbox.api.bench import Bench


def say(bench: Bench, channel: str, text: str, user: str = "U0ADA", **rest: Any) -> Message:
    draft = Draft(channel=bench.workspace.channels[channel], user=user, text=text, **rest)
    return messages.post(bench.workspace, draft)


async def room(bench: Bench) -> str:
    return str((await bench.client.conversations_create(name="room"))["channel"]["id"])


async def test_a_bot_hears_messages_only_where_it_is_a_member(bench: Bench) -> None:
    say(bench, "C0GENERAL", "nobody listens")
    channel = await room(bench)
    bench.envelopes.clear()
    channels.join(bench.workspace, bench.workspace.channels[channel], "U0ADA")
    said = say(bench, channel, "hello <@U0BOB>")

    heard = [each for each in bench.events("message") if "subtype" not in each]
    assert [each["ts"] for each in heard] == [said.ts]
    del heard[0]["blocks"], heard[0]["client_msg_id"]
    assert heard[0] == {
        "type": "message", "user": "U0ADA", "text": "hello <@U0BOB>", "ts": said.ts, "team": "T0TOCSIN",
        "channel": channel, "channel_type": "channel", "event_ts": said.ts,
    }  # fmt: skip


async def test_a_bot_hears_itself_and_creation_and_entry(bench: Bench) -> None:
    channel = await room(bench)
    await bench.client.chat_postMessage(channel=channel, text="mine")
    assert bench.events("channel_created")[0]["channel"]["id"] == channel
    assert bench.events("member_joined_channel")[0]["user"] == bench.app.bot_user_id
    assert [each["bot_id"] for each in bench.events("message") if "subtype" not in each] == [bench.app.bot_id]


async def test_edit_and_deletion_tell_what_was_before(bench: Bench) -> None:
    channel = await room(bench)
    said = say(bench, channel, "first")
    messages.update(bench.workspace, said, "U0ADA", text="second")
    messages.delete(bench.workspace, said, "U0ADA")
    changed, deleted = bench.events("message")[-2:]
    assert (changed["subtype"], changed["message"]["text"], changed["previous_message"]["text"]) == (
        "message_changed", "second", "first",
    )  # fmt: skip
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["previous_message"]["text"]) == (
        "message_deleted", said.ts, "second",
    )  # fmt: skip
    assert changed["hidden"] is True
    assert changed["ts"] > said.ts


async def test_a_mention_reaches_the_bot_that_is_meant(bench: Bench) -> None:
    channel = await room(bench)
    say(bench, channel, f"<@{bench.app.bot_user_id}> help")
    assert [each["text"] for each in bench.events("app_mention")] == [f"<@{bench.app.bot_user_id}> help"]


async def test_marks_are_told_with_their_message(bench: Bench) -> None:
    channel = await room(bench)
    said = say(bench, channel, "key fact")
    held = bench.workspace.channels[channel]
    channels.join(bench.workspace, held, "U0BOB")
    marks.react(bench.workspace, held, said.ts, "eyes", "U0BOB")
    marks.add_pin(bench.workspace, held, said.ts, "U0BOB")
    marks.remove_pin(bench.workspace, held, said.ts, "U0BOB")
    reaction = bench.events("reaction_added")[0]
    assert reaction["item"] == {"type": "message", "channel": channel, "ts": said.ts}
    assert (reaction["reaction"], reaction["item_user"]) == ("eyes", "U0ADA")
    pinned = bench.events("pin_added")[0]
    assert (pinned["channel_id"], pinned["item"]["message"]["ts"], pinned["pin_count"]) == (
        channel,
        said.ts,
        1,
    )
    assert bench.events("pin_removed")[0]["has_pins"] is False


async def test_private_channels_are_heard_by_members_only(bench: Bench) -> None:
    channels.rename(bench.workspace, bench.workspace.channels["G0SECRET"], "hidden", "U0ADA")
    assert bench.events("group_rename") == []
    channels.invite(
        bench.workspace, bench.workspace.channels["G0SECRET"], [bench.app.bot_user_id], "U0ADA", force=False
    )
    channels.rename(bench.workspace, bench.workspace.channels["G0SECRET"], "hidden-2", "U0ADA")
    assert bench.events("group_rename")[0]["channel"]["name"] == "hidden-2"
    joined = bench.events("member_joined_channel")[-1]
    assert (joined["inviter"], joined["channel_type"]) == ("U0ADA", "G")


async def test_a_kicked_bot_hears_that_it_was_kicked_and_nothing_more(bench: Bench) -> None:
    channel = await room(bench)
    held = bench.workspace.channels[channel]
    channels.join(bench.workspace, held, "U0ADA")
    channels.kick(bench.workspace, held, bench.app.bot_user_id, "U0ADA")
    assert [each["user"] for each in bench.events("member_left_channel")] == [bench.app.bot_user_id]
    bench.envelopes.clear()
    say(bench, channel, "without you")
    assert bench.envelopes == []


@pytest.mark.parametrize("missing", ["subscription", "scope"])
async def test_without_subscription_or_scope_there_is_no_event(bench: Bench, missing: str) -> None:
    rest: dict[str, list[str]] = (
        {"events": []} if missing == "subscription" else {"scopes": ["channels:manage"]}
    )
    deaf, client = bench.install(name="Deaf", **rest)
    channel = (await client.conversations_create(name="silence"))["channel"]["id"]
    say(bench, channel, "can you hear me")
    assert bench.events("message", deaf) == []


async def test_the_envelope_names_one_authorization_and_a_fresh_id(bench: Bench) -> None:
    await room(bench)
    envelopes = [each for _, each in bench.envelopes]
    assert len({each["event_id"] for each in envelopes}) == len(envelopes) > 1
    first = envelopes[0]
    assert first["type"] == "event_callback"
    assert first["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": "T0TOCSIN",
            "user_id": bench.app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    assert first["event_context"].startswith("4-")
    assert first["is_ext_shared_channel"] is False


async def test_the_workspace_changes_under_the_bot(bench: Bench) -> None:
    workspace, channel = bench.workspace, await room(bench)
    held = workspace.channels[channel]
    administration.share_channel(workspace, held, "T0PARTNER")
    assert bench.events("channel_shared")[0]["connected_team_id"] == "T0PARTNER"
    channels.archive(workspace, held, bench.app.bot_user_id)
    assert bench.events("channel_archive")[0]["channel"] == channel
    channels.unarchive(workspace, held, bench.app.bot_user_id)
    assert bench.events("channel_unarchive")
    administration.deactivate_user(workspace, workspace.users["U0BOB"])
    assert bench.events("user_change")[-1]["user"]["deleted"] is True
    administration.set_group_users(workspace, workspace.groups["S0CMD"], ["U0CLEO"], "U0ADA")
    told = bench.events("subteam_members_changed")[0]
    assert (told["added_users"], sorted(told["removed_users"])) == (["U0CLEO"], ["U0ADA", "U0BOB"])
    assert bench.events("subteam_updated")[0]["subteam"]["users"] == ["U0CLEO"]
    administration.uninstall_app(workspace, bench.app)
    assert bench.events("app_uninstalled")
    assert bench.events("tokens_revoked")[0]["tokens"]["bot"] == [bench.app.bot_user_id]


async def test_a_broadcast_reply_carries_the_root_of_its_thread(bench: Bench) -> None:
    channel = await room(bench)
    parent = (await bench.client.chat_postMessage(channel=channel, text="parent"))["ts"]
    await bench.client.chat_postMessage(channel=channel, text="loud", thread_ts=parent, reply_broadcast=True)
    told = bench.events("message")[-1]
    assert (told["subtype"], told["thread_ts"], told["root"]["ts"]) == ("thread_broadcast", parent, parent)


@pytest.mark.parametrize("asked_for", [False, True])
async def test_a_reply_changes_its_parent_silently_unless_asked_for(bench: Bench, asked_for: bool) -> None:
    bench.workspace.knobs.message_replied = asked_for
    channel = await room(bench)
    parent = (await bench.client.chat_postMessage(channel=channel, text="parent"))["ts"]
    await bench.client.chat_postMessage(channel=channel, text="reply", thread_ts=parent)
    told = [each for each in bench.events("message") if each.get("subtype") == "message_replied"]
    assert [each["message"]["reply_count"] for each in told] == ([1] if asked_for else [])
