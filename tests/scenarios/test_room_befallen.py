"""Rooms are renamed, archived, deleted, and the bot is thrown out: the incident goes on."""

from __future__ import annotations

from bot.demo.cast import Cast
from sandbox.testing import Message
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded


async def letters(cast: Cast, name: str, fragment: str) -> list[Message]:
    """What somebody was told privately, with these words in it."""
    private = await cast.house.workspace.dm(name, cast.house.app)
    return [each for each in await private.messages(as_=name) if fragment in each.text]


@once
async def test_the_bot_is_thrown_out_comes_back_and_hears_again(cast: Cast, record: Record) -> None:
    await commanded(cast, "bob")
    await cast.house.workspace.faults.happen("bot_kicked", channel=cast.room)
    told = await cast.whispered("bob", "removed me from the room")
    assert "what is said is missing from the log" in told.text
    answer = await told.button("Come back").press(as_="bob")
    assert answer.delivered
    back = await record.logged("RoomMended")
    assert back.actor == "U0BOB"
    await cast.whispered("bob", "I am back")
    await cast.person("ada").say(cast.room, "somebody hears this")
    await record.logged("MessageSaid", "somebody hears this")


@on_both
async def test_an_archived_room_is_replaced_by_its_thread_and_then_by_a_new_room(
    cast: Cast, record: Record
) -> None:
    await commanded(cast, "bob")
    await cast.house.workspace.faults.happen("channel_renamed", channel=cast.room, name="who-is-it")
    await cast.whispered("bob", "renamed the room")
    await cast.house.workspace.faults.happen("channel_archived", channel="who-is-it")
    told = await cast.whispered("bob", "archived the room")
    card = await cast.said("work goes on here", "incidents")
    assert card.thread_ts is not None
    await cast.person("ada").say("incidents", "it is the connection pool", thread_ts=card.thread_ts)
    await record.logged("MessageSaid", "connection pool")
    assert len(await letters(cast, "bob", "archived the room")) == 1

    await told.button("Open a new room").press(as_="bob")
    cast.room = "inc-1-checkout"
    new = await cast.card("INC-1")
    assert "work goes on here" not in new.text
    await cast.said("goes on in", "incidents")
    (harm,) = await record.log("RoomHarmed")
    assert (harm.body or {})["how"] == "archived"
    assert len(await record.log("RoomOpened")) == 2
