"""Incidents of one moment are announced in one post; each is there once, whatever happens to the post."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.deliver import deliver
from bot.delivery.gathering import Gathering
from bot.delivery.tools import Errand
from bot.slack.gateway import Posted
from bot.slack.outcomes import Ambiguous, DeliveryError, Later, Never
from playbooks.domain.effects import Announce
from playbooks.domain.ids import ChannelId, IncidentId, Ts
from playbooks.protocol import command
from sandbox.testing import Message
from tests.delivery.conftest import BOB, Office, announced

HUB = ChannelId("C0HUB")
SEVERAL = 4
ONCE = Counter(range(1, SEVERAL + 1))


async def declared_at_once(office: Office) -> None:
    """The first post is under way for so long that all the others wait for it."""
    await office.workspace.faults.add("latency", name="chat.postMessage", seconds=0.15, count=1)
    for number in range(SEVERAL):
        await office.declare(title=f"Outage {number}")


async def shared_post(office: Office) -> tuple[Message, list[IncidentId]]:
    """One incident is announced at once; whoever waited meanwhile is together below it."""
    (together,) = [m for m in await office.said("incidents") if len(announced([m])) > 1]
    return together, sorted(map(IncidentId, announced([together])))


async def test_who_waits_for_the_same_channel_shares_a_post(office: Office) -> None:
    await declared_at_once(office)
    await office.finish()
    together, incidents = await shared_post(office)
    assert len(incidents) == SEVERAL - 1
    assert together.buttons.count("Take command") == SEVERAL - 1
    assert announced(await office.said("incidents")) == ONCE
    assert len(office.took) == SEVERAL


async def test_each_incident_is_kept_up_to_date_where_it_stands(office: Office) -> None:
    await declared_at_once(office)
    await office.finish()
    _, (_, second, _) = await shared_post(office)
    await command.take(office.tools.ports, incident=second, by=BOB)
    await office.finish()
    together, _ = await shared_post(office)
    assert together.buttons.count("Take command") == SEVERAL - 2
    assert "*Commander* <@U0BOB>" in str(together.raw["blocks"])
    assert announced(await office.said("incidents")) == ONCE


async def test_redrawing_a_shared_post_is_owed_once(office: Office) -> None:
    """Edits are scarce: three incidents that change at the same time are one edit."""
    await declared_at_once(office)
    await office.finish()
    before = len(await office.rows("RefreshBulletin"))
    _, incidents = await shared_post(office)
    for number in incidents:
        await command.take(office.tools.ports, incident=number, by=BOB)
    await office.finish()
    assert len(await office.rows("RefreshBulletin")) == before + 1


async def test_a_process_that_dies_before_the_note_says_nothing_twice(office: Office) -> None:
    await declared_at_once(office)
    rows = await office.store.outbox.claim(
        now=office.clock.now(), limit=50, lease=timedelta(seconds=60), worker="dead"
    )
    errands = [Errand(id=row.id, effect=row.effect, tried_since=None) for row in rows]
    await asyncio.gather(*(deliver(e, office.tools) for e in errands if isinstance(e.effect, Announce)))
    await office.pass_time(timedelta(seconds=61))
    await office.finish()
    assert announced(await office.said("incidents")) == ONCE
    assert len(await office.said("incidents")) == 2


async def test_a_shared_post_whose_answer_got_lost_is_found_by_each(office: Office) -> None:
    await office.workspace.faults.add("lost", name="chat.postMessage", count=2)
    await declared_at_once(office)
    await office.finish()
    assert announced(await office.said("incidents")) == ONCE
    assert len(await office.said("incidents")) == 2


@pytest.mark.parametrize("deleted", [True, False])
async def test_a_shared_post_that_somebody_deleted_is_not_missed(office: Office, *, deleted: bool) -> None:
    await declared_at_once(office)
    await office.finish()
    if deleted:
        ts = (await shared_post(office))[0].ts
        await office.workspace.faults.happen("message_deleted", channel="incidents", ts=ts)
    else:
        await office.workspace.user("ada").archive("incidents")
    for number in ONCE:
        await command.take(office.tools.ports, incident=IncidentId(number), by=BOB)
    await office.finish()
    assert {row.state for row in await office.rows()} == {"done"}


async def test_without_rooms_each_incident_has_a_thread_of_its_own(office: Office) -> None:
    """What is said of one incident must not be read as said of its neighbour."""
    await office.workspace.faults.add("error", name="conversations.create", error="restricted_action")
    await declared_at_once(office)
    await office.finish()
    together, (_, incident, _) = await shared_post(office)
    await command.take(office.tools.ports, incident=incident, by=BOB)
    await office.finish()
    said = await office.said("incidents", threads=True)
    cards = {m.ts for m in said if f"INC-{incident} " in m.text and "Mitigated…" in m.buttons}
    (below,) = {m.thread_ts for m in said if "has command" in m.text and m.thread_ts}
    assert below in cards
    assert not [m for m in said if m.thread_ts == together.ts]


# ------------------------------------------------------------------ the gathering itself
class Wire:
    """Posts slowly; notes who was said together, and fails as it is told."""

    def __init__(self, *failures: DeliveryError | None) -> None:
        self.said: list[list[str]] = []
        self.failures = list(failures)
        self.begun, self.answers = asyncio.Event(), asyncio.Semaphore(0)

    async def post(self, channel: ChannelId, errands: Sequence[Errand[Any]]) -> Posted:
        self.said.append([errand.id for errand in errands])
        self.begun.set()
        await self.answers.acquire()
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise failure
        return Posted(channel=channel, ts=Ts(f"{len(self.said)}.0"), is_shared=len(errands) > 1)


async def gather(wire: Wire, *names: str, most: int = 20) -> list[asyncio.Task[Posted]]:
    """The first is under way when the others come."""
    gathering, begun = Gathering(most=most), []
    for name in names:
        errand = Errand(id=name, effect=Announce(incident=IncidentId(1)), tried_since=None)
        begun.append(asyncio.create_task(gathering.post(HUB, errand, wire.post), name=name))
        await wire.begun.wait()
    return begun


async def begun(wire: Wire, posts: int) -> None:
    while len(wire.said) < posts:
        await asyncio.sleep(0)


async def answered(wire: Wire) -> None:
    """Everybody has come; from now on every post is answered."""
    await asyncio.sleep(0)
    for _ in range(10):
        wire.answers.release()


async def fates(tasks: list[asyncio.Task[Posted]]) -> list[str]:
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    return [end.ts if isinstance(end, Posted) else type(end).__name__ for end in ended]


@pytest.mark.parametrize(
    ("failures", "said", "ends"),
    [
        pytest.param((), ["a", "bcd"], ["1.0", "2.0", "2.0", "2.0"], id="all is well"),
        pytest.param(
            (Later(timedelta(seconds=9), "paced"),),
            ["a", "bcd"],
            ["Later", "2.0", "2.0", "2.0"],
            id="the first has to wait",
        ),
        pytest.param(
            (None, Later(timedelta(seconds=9), "paced")),
            ["a", "bcd"],
            ["1.0", "Later", "Later", "Later"],
            id="all who are together have to wait",
        ),
        pytest.param(
            (None, Ambiguous("no answer")),
            ["a", "bcd"],
            ["1.0", "Ambiguous", "Ambiguous", "Ambiguous"],
            id="nobody knows, for any of them",
        ),
        pytest.param(
            (None, Never("msg_too_long"), None, Never("msg_too_long")),
            ["a", "bcd", "b", "c", "d"],
            ["1.0", "3.0", "Never", "5.0"],
            id="one that is refused is refused alone",
        ),
    ],
)
async def test_whoever_waits_shares_a_post_and_its_fate(
    failures: tuple[DeliveryError | None, ...], said: list[str], ends: list[str]
) -> None:
    wire = Wire(*failures)
    tasks = await gather(wire, *"abcd")
    await answered(wire)
    assert await fates(tasks) == ends
    assert ["".join(names) for names in wire.said] == said


async def test_a_post_carries_no_more_than_it_may() -> None:
    wire = Wire()
    tasks = await gather(wire, *"abcdef", most=3)
    await answered(wire)
    await fates(tasks)
    assert ["".join(names) for names in wire.said] == ["a", "bcd", "ef"]


async def test_whoever_was_with_one_that_was_interrupted_looks_whether_it_was_said() -> None:
    wire = Wire()
    first, leader, follower = await gather(wire, *"abc")
    wire.answers.release()
    await first
    await begun(wire, 2)
    leader.cancel()
    assert await fates([leader, follower]) == ["CancelledError", "Ambiguous"]
