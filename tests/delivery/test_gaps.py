"""What was said while nobody listened enters the log: once, at its own time, marked as recovered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.workers.gaps import PER_MINUTE, Gaps
from playbooks.domain.entry import Entry, first_broken
from playbooks.domain.ids import ChannelId, IncidentId, Ts, instant
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.review import Review
from playbooks.protocol import declare, find, privacy, resolve, review, timeline
from sandbox.testing import Message
from tests.delivery.conftest import ADA, BOB, GUS, Office

ROOM = "inc-1-checkout"
A_WHILE = timedelta(minutes=1)


@pytest.fixture
async def room(office: Office) -> Office:
    """An incident with its room, to which nothing is delivered."""
    await office.declare()
    await office.finish()
    await office.workspace.user("bob").join(ROOM)
    return office


async def read(office: Office) -> None:
    """Some time later, everything is read."""
    await office.pass_time(A_WHILE)
    identity = office.tools.identity
    await Gaps(
        office.tools.ports, office.gateway, identity, now=office.elastic.now, sleep=office.elastic.sleep
    ).close()


async def talk(office: Office) -> list[Entry]:
    """What the log has of the room, in the order in which it was written."""
    async with office.store.reading() as unit:
        entries = await unit.entries.of(IncidentId(1))
    assert first_broken(entries) is None
    return [entry for entry in entries if entry.kind.startswith(("Message", "KeyEvent"))]


async def heard(office: Office, message: Message) -> bool:
    """The event arrives, late or not."""
    channel = ChannelId(await office.room().id())
    return await timeline.said(
        office.tools.ports, channel=channel, ts=Ts(message.ts), thread=None, user=BOB, text=message.text
    )


async def test_words_edits_marks_and_threads_are_recovered_in_their_order(room: Office) -> None:
    bob, ada = room.workspace.user("bob"), room.workspace.user("ada")
    known = await bob.say(ROOM, "I look at the database")
    assert await heard(room, known)
    first = await ada.say(ROOM, "payments is down since ten")
    answer = await bob.say(ROOM, "since 10:02", thread_ts=first.ts)
    last = await ada.say(ROOM, "rolled back")
    await bob.edit(known, "I look at the queue")
    await bob.react(last, "pushpin")
    await read(room)

    log = await talk(room)
    recovered = [entry for entry in log if (entry.body or {})["recovered"]]
    assert [entry.kind for entry in recovered] == [
        "MessageSaid",
        "MessageSaid",
        "MessageSaid",
        "KeyEventMarked",
        "MessageEdited",
    ]
    assert [entry.at for entry in recovered[:4]] == [instant(m.ts) for m in (first, answer, last, last)]
    assert (recovered[1].body or {})["thread"] == first.ts
    assert (recovered[4].body or {})["before"] == "I look at the database"

    await read(room)
    assert await talk(room) == log, "read again, nothing is new"
    assert not await heard(room, last), "and an event that comes after all changes nothing"


async def test_our_own_words_and_what_is_just_arriving_are_not_missed(room: Office) -> None:
    await read(room)
    assert await talk(room) == []
    await room.workspace.user("bob").say(ROOM, "hello?")
    reading = Gaps(
        room.tools.ports,
        room.gateway,
        room.tools.identity,
        now=room.elastic.now,
        sleep=room.elastic.sleep,
    )
    await reading.close()
    assert await talk(room) == []
    await read(room)
    assert len(await talk(room)) == 1


async def test_a_hole_between_events_that_arrived_is_found(room: Office) -> None:
    """Not only what came after the last one: an event may get lost in the middle."""
    bob = room.workspace.user("bob")
    messages = [await bob.say(ROOM, f"step {n}") for n in range(3)]
    await read(room)
    lost, later = await bob.say(ROOM, "lost"), await bob.say(ROOM, "later")
    assert await heard(room, later)
    await read(room)
    ats = sorted(entry.at for entry in await talk(room))
    assert ats == [instant(message.ts) for message in (*messages, lost, later)]


async def test_a_long_room_is_read_to_its_end_within_slacks_limits(room: Office) -> None:
    """Page by page, and slower than Slack would allow: others may be looking for their messages."""
    await room.workspace.faults.happen("rate_limits", profile="documented")
    bob = room.workspace.user("bob")
    parents = [await bob.say(ROOM, f"question {n}") for n in range(PER_MINUTE + 5)]
    for parent in parents:
        await bob.say(ROOM, "answer", thread_ts=parent.ts)
    since = len(await room.workspace.journal())
    await read(room)
    assert len(await talk(room)) == 2 * len(parents)
    journal = (await room.workspace.journal())[since:]
    assert [entry for entry in journal if entry["status"] == 429] == []


async def test_a_room_that_cannot_be_read_keeps_no_other_from_being_read(office: Office) -> None:
    for number in range(2):
        await office.declare(title=f"Outage {number}")
    await office.finish()
    await office.workspace.user("bob").join(ROOM)
    await office.workspace.user("bob").say(ROOM, "hello?")
    await office.workspace.faults.add(
        "error", name="conversations.history", error="channel_not_found", count=1
    )
    await read(office)
    assert len(await talk(office)) == 1


async def test_a_history_that_fails_for_a_moment_is_read_again(room: Office) -> None:
    await room.workspace.user("bob").say(ROOM, "hello?")
    await room.workspace.faults.add("http", name="conversations.history", status=503, count=1)
    await read(room)
    assert len(await talk(room)) == 1


async def test_a_post_mortem_that_nobody_has_touched_tells_what_was_recovered(room: Office) -> None:
    ports, bob = room.tools.ports, room.workspace.user("bob")
    first = await bob.say(ROOM, "the pool was exhausted")
    await bob.react(first, "pushpin")
    note, code = "rolled back", ResolutionCode.WORKAROUND_PROVIDED
    await resolve.resolve(ports, incident=IncidentId(1), by=GUS, code=code, note=note)
    draft = await post_mortem(room)
    assert first.text not in draft.body
    await read(room)
    told = await post_mortem(room)
    assert first.text in told.body

    await review.edit(ports, review=told.id, by=BOB, body="as people tell it")
    second = await bob.say(ROOM, "and it was not only the pool")
    await bob.react(second, "pushpin")
    await read(room)
    assert (await post_mortem(room)).body == "as people tell it"


async def post_mortem(office: Office) -> Review:
    found = (await find.picture(office.tools.ports, incident=IncidentId(1))).review
    assert found is not None
    return found


async def test_who_came_into_a_private_room_and_who_left_is_read_from_its_members(office: Office) -> None:
    """Slack tells of both; while nobody listens it tells nobody."""
    await declare.by_hand(
        office.tools.ports,
        title="Somebody reads our mail",
        service="checkout",
        severity=1,
        by=ADA,
        private=(BOB, GUS),
    )
    await office.finish()
    ada, secret = office.workspace.user("ada"), "inc-1-private"
    assert set(await office.room(secret).members()) == {"ada", "bob", "gus", "tocsin"}
    await ada.invite(secret, "cleo")
    await office.workspace.user("gus").leave(secret)
    await office.pass_time(privacy.COMES_WITHIN)
    await read(office)
    async with office.store.reading() as unit:
        assert await unit.insiders.of(IncidentId(1)) == {ADA, BOB, "U0CLEO"}
    assert await office.said("incidents") == []
