"""What cannot be delivered is put aside, said to whoever is in charge, and may be tried again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.deliver import deliver
from bot.delivery.tools import Errand
from bot.workers.deliveries import GIVE_UP_AFTER, POISONED_AFTER
from playbooks.domain.effects import TellRoom
from playbooks.domain.events import GlassBroken
from playbooks.domain.handbook import Handbook
from playbooks.protocol import command
from sandbox.testing import Workspace
from tests.databases import PostgresTemplate
from tests.delivery.conftest import ADA, BOB, Office, open_office


async def test_a_step_that_failed_for_good_is_told_with_a_way_to_retry(office: Office) -> None:
    await office.workspace.faults.add("error", name="pins.add", error="restricted_action", count=1)
    await office.declare()
    await office.finish()

    (pin,) = await office.rows("PinCard")
    assert pin.state == "buried"
    ada = await office.workspace.dm("ada", office.app)
    told = await ada.expect("workspace setting")
    assert any("again" in label.lower() for label in told.buttons)

    assert await office.store.outbox.revive(pin.id, now=office.clock.now())
    await office.finish()
    assert len(await office.room().pins()) == 1


async def test_a_failure_to_tell_of_a_failure_ends_there(office: Office) -> None:
    await office.workspace.faults.add("error", name="pins.add", error="restricted_action", count=1)
    await office.workspace.faults.add("error", name="chat.postMessage", error="messages_tab_disabled", skip=2)
    await office.declare()
    await office.finish()
    assert {row.state for row in await office.rows()} == {"done", "buried"}


async def test_a_revoked_token_buries_nothing(office: Office) -> None:
    """The fault is the app's, not the message's: everything waits for the repair."""
    revoked = await office.workspace.faults.add("error", name="*", error="token_revoked")
    await office.declare()
    for _ in range(3):
        await office.work()
        await office.pass_time(timedelta(minutes=2))
    assert {row.state for row in await office.rows()} == {"waiting"}

    await office.workspace.faults.remove(revoked)
    await office.finish()
    assert {row.state for row in await office.rows()} == {"done"}


async def test_what_is_half_a_day_late_is_not_sent_any_more(office: Office) -> None:
    await office.workspace.faults.add("ratelimited", name="pins.add", retry_after=30)
    await office.declare()
    await office.work()
    await office.pass_time(GIVE_UP_AFTER + timedelta(minutes=1))
    await office.work()
    (pin,) = await office.rows("PinCard")
    assert (pin.state, "given up" in (pin.reason or "")) == ("buried", True)


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
async def test_if_slack_refuses_our_drawing_plain_words_get_through(office: Office, error: str) -> None:
    """Silence is worse than an ugly message."""
    await office.workspace.faults.add("error", name="chat.postMessage", error=error, count=1)
    await office.declare()
    await office.finish()
    announcement = (await office.said("incidents"))[0]
    assert "INC-1" in announcement.text
    assert "delivery.plain_words" in office.complaints


async def test_words_for_a_room_that_is_gone_are_said_in_the_incidents_channel(office: Office) -> None:
    incident = await office.declare()
    await office.finish()
    await office.workspace.user("ada").archive("inc-1-checkout")
    await command.take(office.tools.ports, incident=incident.id, by=BOB)
    await office.finish()

    threads = [m for m in await office.said("incidents", threads=True) if m.thread_ts]
    assert any("command" in m.text for m in threads)
    states = {row.kind: row.state for row in await office.rows("TellRoom", "RefreshCard", "SetTopic")}
    assert states == {"TellRoom": "done", "RefreshCard": "done", "SetTopic": "done"}


async def test_what_belongs_below_a_card_whose_thread_is_locked_is_said_to_the_room(office: Office) -> None:
    """Louder than meant is better than not at all."""
    incident = await office.declare()
    await office.finish()
    (card,) = await office.room().pins()
    await office.workspace.faults.happen("thread_locked", channel="inc-1-checkout", ts=card.ts)
    about = GlassBroken(
        incident=incident.id, by=BOB, at=office.clock.now(), reason="nobody answers", until=office.clock.now()
    )
    async with office.store.units() as unit:
        await unit.outbox.put(TellRoom(incident=incident.id, about=about, quiet=True))
        await unit.commit()
    await office.finish()
    said = await office.room().expect("nobody answers")
    assert said.thread_ts is None
    assert {row.state for row in await office.rows("TellRoom")} == {"done"}


async def test_an_effect_that_breaks_the_bot_is_put_aside_and_blocks_nobody(office: Office) -> None:
    """A row that cannot be drawn must not stop the rows behind it in its lane."""
    incident = await office.declare()
    await office.finish()

    def unreadable() -> Handbook:
        raise RuntimeError("the handbook is in the rain")

    broken = replace(office.tools, ports=replace(office.tools.ports, handbook=unreadable))
    await command.take(office.tools.ports, incident=incident.id, by=BOB)
    poisoned = replace(office, tools=broken)
    worker = poisoned.worker()
    for _ in range(POISONED_AFTER):
        await office.work(worker)
        await office.pass_time(timedelta(minutes=2))
    (notice,) = await office.rows("TellRoom")
    assert (notice.state, notice.attempts) == ("buried", POISONED_AFTER)

    await command.offer(office.tools.ports, incident=incident.id, to=ADA, by=BOB)
    await office.finish()
    assert await office.room().expect("offers command")


@pytest.mark.postgresql
async def test_what_was_said_while_the_database_was_away_is_noted_when_it_is_back(
    workspace: Workspace, postgresql_url: str, postgresql_template: PostgresTemplate
) -> None:
    """Nobody has to look in Slack, let alone say it again."""
    async with open_office(workspace, postgresql_url) as office:
        await office.declare()
        lease = timedelta(seconds=60)
        (opening,) = await office.store.outbox.claim(
            now=office.clock.now(), limit=1, lease=lease, worker="one"
        )
        errand = Errand(id=opening.id, effect=opening.effect, tried_since=None)
        made = await deliver(errand, office.tools)
        postgresql_template.away(postgresql_url, gone=True)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(office.worker()._settle(opening, made))
            await asyncio.sleep(0.2)
            postgresql_template.away(postgresql_url, gone=False)
        (room,) = await office.rows("OpenRoom")
        assert (room.state, room.attempts) == ("done", 1)
