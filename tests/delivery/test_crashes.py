"""A process may die between any two steps; whoever comes after finishes the work, once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.delivery.deliver import deliver
from bot.delivery.tools import Errand
from playbooks.protocol import command
from storage.outbox import Owed
from tests.delivery.conftest import BOB, Office, announced

LEASE = timedelta(seconds=60)


@pytest.fixture
def office_url(database_url: str) -> str:
    """Leases and settlements are the database's work, so each engine has to prove them."""
    return database_url


async def claimed(office: Office) -> list[Owed]:
    return list(await office.store.outbox.claim(now=office.clock.now(), limit=50, lease=LEASE, worker="dead"))


async def die_before_slack(office: Office) -> int:
    """Claim what is due, and never deliver it."""
    return len(await claimed(office))


async def die_before_the_note(office: Office) -> int:
    """Deliver what is due, and never note it."""
    rows = await claimed(office)
    for owed in rows:
        await deliver(Errand(id=owed.id, effect=owed.effect, tried_since=None), office.tools)
    return len(rows)


@pytest.mark.parametrize("die", [die_before_slack, die_before_the_note])
async def test_a_process_dies_at_every_stage_of_an_incident(office: Office, die: object) -> None:
    """After each commit the process dies once; the room, its card and every notice are there once."""
    assert callable(die)
    incident = await office.declare()
    for _ in range(4):
        await die(office)
        await office.pass_time(LEASE + timedelta(seconds=1))
        await office.work()
    await command.take(office.tools.ports, incident=incident.id, by=BOB)
    await die(office)
    await office.pass_time(LEASE + timedelta(seconds=1))
    await office.finish()

    assert {row.state for row in await office.rows()} == {"done"}
    said = await office.said("inc-1-checkout")
    assert len([m for m in said if "Mitigated…" in m.buttons]) == 1
    assert len([m for m in said if "has command" in m.text and "Mitigated…" not in m.buttons]) == 1
    assert len(await office.said("incidents")) == 1
    state = await office.workspace.state()
    assert [c["name"] for c in state["channels"] if c.get("name", "").startswith("inc-")] == [
        "inc-1-checkout"
    ]


async def test_a_lease_that_was_lost_notes_nothing(office: Office) -> None:
    """The slower of two workers must not continue a story that the other one has continued."""
    await office.declare()
    (slow, *_) = await claimed(office)
    await office.pass_time(LEASE + timedelta(seconds=1))
    await office.finish()
    assert not await office.store.outbox.settle(slow, now=office.clock.now(), result={})


async def test_two_workers_share_the_work_and_do_it_once(office: Office) -> None:
    one, two = office.worker("one"), office.worker("two")
    for number in range(3):
        await office.declare(title=f"Outage {number}")
    for _ in range(12):
        async with asyncio.TaskGroup() as begun:
            for worker in (one, two):
                begun.create_task(office.work(worker), name=worker.name)
    await office.finish(one)
    assert announced(await office.said("incidents")) == Counter({1: 1, 2: 1, 3: 1})
    assert {row.attempts for row in await office.rows()} == {1}


async def test_of_two_messages_of_one_delivery_the_younger_goes(office: Office) -> None:
    """A retry can overtake an answer that was only slow."""
    incident = await office.declare()
    await office.finish()
    rows = await office.rows("PostCard")
    effect = rows[0].effect
    assert effect is not None
    room = await office.room().id()
    twin = await office.gateway.post(room, text="the same again", blocks=None, delivery=rows[0].id)
    since = office.clock.now() - timedelta(minutes=5)

    delivered = await deliver(Errand(id=rows[0].id, effect=effect, tried_since=since), office.tools)

    said = await office.said("inc-1-checkout")
    assert [m.ts for m in said] == [delivered.result["ts"]]
    assert twin.ts not in {m.ts for m in said}
    assert incident.id == 1


async def test_of_two_bookmarks_of_one_delivery_the_younger_goes(office: Office) -> None:
    """The attempt of a dead process may reach Slack after its heir has looked."""
    await office.declare()
    await office.finish()
    (row,) = await office.rows("AddBookmarks")
    assert row.effect is not None
    (first,) = await office.room().bookmarks()
    room = await office.room().id()
    await office.gateway.add_bookmark(room, title="the same", link=first["link"], emoji=":link:")
    since = office.clock.now() - timedelta(minutes=5)

    await deliver(Errand(id=row.id, effect=row.effect, tried_since=since), office.tools)

    assert [bookmark["id"] for bookmark in await office.room().bookmarks()] == [first["id"]]


async def test_an_attempt_that_was_certainly_refused_needs_no_search(office: Office) -> None:
    """Looking costs a call of a scarce method; a 429 means that nothing was sent."""
    await office.workspace.faults.add("ratelimited", name="chat.postMessage", count=1, retry_after=2)
    await office.declare()
    await office.finish()
    calls = [entry["summary"] for entry in await office.workspace.journal()]
    assert not [call for call in calls if "conversations.history" in str(call)]


async def test_a_topic_that_was_set_and_not_noted_is_not_told_again(office: Office) -> None:
    """Slack posts a line for every topic, also if it is the same again."""
    await office.workspace.faults.add("lost", name="conversations.setTopic", count=1)
    await office.declare()
    await office.finish()
    state = await office.workspace.state()
    (room,) = [channel for channel in state["channels"] if channel.get("name") == "inc-1-checkout"]
    assert [m.get("subtype") for m in room["messages"]].count("channel_topic") == 1
    assert {row.state for row in await office.rows("SetTopic")} == {"done"}
