"""Pages and their cursors, history and threads, in small channels and in large ones."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import messages
from sandbox.model import Draft
from sandbox.timeline import padded
from tests.sandbox.api.bench import Bench


async def room_with(bench: Bench, count: int) -> tuple[str, list[str]]:
    """A channel with this many messages; their timestamps, oldest first."""
    channel = (await bench.client.conversations_create(name="room"))["channel"]["id"]
    held, bot = bench.workspace.channels[channel], bench.app
    drafts = [Draft(channel=held, user=bot.bot_user_id, app=bot, text=str(number)) for number in range(count)]
    return channel, [messages.post(bench.workspace, draft).ts for draft in drafts]


async def pages(ask: Any, key: str, **arguments: Any) -> list[list[Any]]:
    """Every page of a listing, following the cursors."""
    found, cursor = [], ""
    while True:
        answer = await ask(**arguments, cursor=cursor)
        found.append(answer[key])
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return found


async def test_history_comes_newest_first_and_pages_backwards(bench: Bench) -> None:
    channel, stamps = await room_with(bench, 5)
    found = await pages(bench.client.conversations_history, "messages", channel=channel, limit=2)
    assert [len(each) for each in found] == [2, 2, 2]
    assert [each["ts"] for page in found for each in page][:5] == stamps[::-1]
    assert found[-1][-1]["subtype"] == "channel_join"


async def test_messages_posted_between_pages_do_not_shift_them(bench: Bench) -> None:
    channel, stamps = await room_with(bench, 4)
    first = await bench.client.conversations_history(channel=channel, limit=2)
    await bench.client.chat_postMessage(channel=channel, text="meanwhile")
    cursor = first["response_metadata"]["next_cursor"]
    second = await bench.client.conversations_history(channel=channel, limit=2, cursor=cursor)
    assert [each["ts"] for each in second["messages"]] == [stamps[1], stamps[0]]


@pytest.mark.parametrize(
    ("inclusive", "expected"), [(False, [2]), (True, [3, 2, 1])], ids=["exclusive", "inclusive"]
)
async def test_history_between_two_instants(bench: Bench, inclusive: bool, expected: list[int]) -> None:
    channel, stamps = await room_with(bench, 5)
    answer = await bench.client.conversations_history(
        channel=channel, oldest=stamps[1], latest=stamps[3], inclusive=inclusive
    )
    assert [each["ts"] for each in answer["messages"]] == [stamps[number] for number in expected]
    assert (answer["oldest"], answer["latest"]) == (stamps[1], stamps[3])


async def test_one_message_is_found_by_its_timestamp(bench: Bench) -> None:
    channel, stamps = await room_with(bench, 3)
    answer = await bench.client.conversations_history(
        channel=channel, latest=stamps[1], inclusive=True, limit=1
    )
    assert [each["ts"] for each in answer["messages"]] == [stamps[1]]


async def test_metadata_is_shown_in_full_only_on_request(bench: Bench) -> None:
    channel, _ = await room_with(bench, 0)
    metadata = {"event_type": "delivery", "event_payload": {"id": "7"}}
    ts = (await bench.client.chat_postMessage(channel=channel, text="x", metadata=metadata))["ts"]
    history = bench.client.conversations_history
    brief = (await history(channel=channel, limit=1))["messages"][0]
    full = (await history(channel=channel, limit=1, include_all_metadata=True))["messages"][0]
    assert (brief["metadata"], full["metadata"]) == ({"event_type": "delivery"}, metadata)
    thread = await bench.client.conversations_replies(channel=channel, ts=ts, include_all_metadata=True)
    assert thread["messages"][0]["metadata"] == metadata


async def test_a_thread_comes_oldest_first_with_its_parent_at_the_head(bench: Bench) -> None:
    channel, stamps = await room_with(bench, 1)
    replies = [
        (await bench.client.chat_postMessage(channel=channel, text=str(number), thread_ts=stamps[0]))["ts"]
        for number in range(4)
    ]
    ask = bench.client.conversations_replies
    found = await pages(ask, "messages", channel=channel, ts=stamps[0], limit=3)
    assert [[each["ts"] for each in page] for page in found] == [
        [stamps[0], *replies[:2]],
        [stamps[0], *replies[2:]],
    ]
    by_reply = await ask(channel=channel, ts=replies[2])
    assert [each["ts"] for each in by_reply["messages"]] == [stamps[0], *replies]
    assert {each.get("parent_user_id") for each in by_reply["messages"][1:]} == {bench.app.bot_user_id}


async def test_replies_stay_out_of_the_channel_unless_broadcast(bench: Bench) -> None:
    channel, stamps = await room_with(bench, 1)
    post = bench.client.chat_postMessage
    await post(channel=channel, text="quiet", thread_ts=stamps[0])
    loud = await post(channel=channel, text="loud", thread_ts=stamps[0], reply_broadcast=True)
    top, parent = (await bench.client.conversations_history(channel=channel, limit=2))["messages"]
    assert (top["ts"], top["subtype"], top["root"]["ts"]) == (loud["ts"], "thread_broadcast", stamps[0])
    assert (parent["reply_count"], parent["latest_reply"]) == (2, loud["ts"])
    assert parent["reply_users"] == [bench.app.bot_user_id]


async def test_a_reply_to_a_reply_belongs_to_the_parent(bench: Bench) -> None:
    channel, stamps = await room_with(bench, 1)
    post = bench.client.chat_postMessage
    reply = await post(channel=channel, text="one", thread_ts=stamps[0])
    nested = await post(channel=channel, text="two", thread_ts=reply["ts"])
    assert nested["message"]["thread_ts"] == stamps[0]


async def test_listings_page_without_gaps_or_doubles(bench: Bench) -> None:
    for number in range(7):
        await bench.client.conversations_create(name=f"c{number}")
    found = await pages(bench.client.conversations_list, "channels", limit=3)
    ids = [each["id"] for page in found for each in page]
    assert len(ids) == len(set(ids)) == 12
    mine = await pages(bench.client.users_conversations, "channels", limit=4)
    assert [each["name"] for page in mine for each in page] == [f"c{number}" for number in range(7)]
    archived = await bench.client.conversations_list(exclude_archived=True)
    assert "old-project" not in {each["name"] for each in archived["channels"]}
    people = await pages(bench.client.users_list, "members", limit=5)
    assert sum(map(len, people)) == 12


async def test_private_channels_are_listed_to_members_only(bench: Bench) -> None:
    both = "public_channel,private_channel"
    listed = await bench.client.conversations_list(types=both)
    assert "G0SECRET" not in {each["id"] for each in listed["channels"]}
    hers = await bench.client.users_conversations(user="U0ADA", types=both)
    assert "G0SECRET" not in {each["id"] for each in hers["channels"]}


async def test_pages_can_be_made_short_without_being_the_last(bench: Bench) -> None:
    whole = (await bench.client.conversations_list())["channels"]
    bench.workspace.knobs.short_pages = True
    found = await pages(bench.client.conversations_list, "channels", limit=2)
    assert min(map(len, found)) < 2
    assert [each for page in found for each in page] == whole
    bench.workspace.knobs.short_pages = False
    bench.workspace.knobs.page_limit = 1
    found = await pages(bench.client.conversations_list, "channels", limit=100)
    assert [len(each) for each in found] == [1] * 5


async def test_deleting(bench: Bench) -> None:
    channel, stamps = await room_with(bench, 2)
    post, delete = bench.client.chat_postMessage, bench.client.chat_delete
    reply = (await post(channel=channel, text="reply", thread_ts=stamps[0]))["ts"]
    await delete(channel=channel, ts=stamps[1])
    await delete(channel=channel, ts=stamps[0])
    tombstone = (await bench.client.conversations_history(channel=channel, limit=1))["messages"][0]
    assert (tombstone["ts"], tombstone["subtype"], tombstone["user"]) == (stamps[0], "tombstone", "USLACKBOT")
    assert tombstone["reply_count"] == 1
    await delete(channel=channel, ts=reply)
    left = (await bench.client.conversations_history(channel=channel))["messages"]
    assert [each["subtype"] for each in left] == ["channel_join"]


async def test_a_thread_that_lost_its_replies_is_an_ordinary_message_again(bench: Bench) -> None:
    channel, stamps = await room_with(bench, 1)
    reply = await bench.client.chat_postMessage(channel=channel, text="reply", thread_ts=stamps[0])
    await bench.client.chat_delete(channel=channel, ts=reply["ts"])
    message = (await bench.client.conversations_history(channel=channel, limit=1))["messages"][0]
    assert "thread_ts" not in message


# ------------------------------------------------------------------------------------ timestamps


async def test_timestamps_only_grow_even_when_time_stands_still(bench: Bench) -> None:
    bench.workspace.clock.set_mode("manual")
    stamps = [bench.workspace.next_ts() for _ in range(1000)]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("given", "meant"),
    [("0", "0000000000.000000"), ("1700000000.5", "1700000000.500000"), ("5.123456789", "0000000005.123456")],
)
def test_timestamps_sort_as_text(given: str, meant: str) -> None:
    assert padded(given) == meant
