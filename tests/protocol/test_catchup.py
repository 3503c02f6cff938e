"""Who comes back is told what happened since they were last heard of, and not more than fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.errors import IncidentNotFound
from playbooks.domain.ids import IncidentId, Ts, UserId
from playbooks.protocol import catchup, command, tasks, timeline
from playbooks.protocol.catchup import Catchup, Since
from playbooks.schema import DeletedWords
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, GUS, ON_SQLITE, ROOM, House

ONE = IncidentId(1)


def ts(house: House, order: int = 0) -> Ts:
    return Ts(f"{house.clock.now().timestamp() + order / 1000:.6f}")


async def says(house: House, by: UserId, text: str, order: int = 0) -> Ts:
    when = ts(house, order)
    await timeline.said(house.ports, channel=ROOM, ts=when, thread=None, user=by, text=text)
    return when


async def told(house: House, by: UserId, back: timedelta | None = None) -> Catchup:
    return await catchup.catch_up(house.ports, incident=ONE, by=by, back=back)


def kinds(told: Catchup) -> list[str]:
    return [entry.kind for entry in told.missed.told]


def heard(told: Catchup) -> list[str]:
    return [str((entry.body or {})["text"]) for entry in told.missed.said]


async def test_whoever_comes_back_is_told_what_happened_since_their_last_word(house: House) -> None:
    await house.in_room()
    assert (await told(house, DEV)).missed.stretch.how is Since.BEGAN
    await house.pass_time(minutes=1)
    await says(house, DEV, "back in an hour")
    left = house.clock.now()
    await house.pass_time(minutes=1)
    await command.take(house.ports, incident=ONE, by=BOB)
    await tasks.assign(house.ports, incident=ONE, to=CLEO, by=BOB, text="read the log")
    await says(house, BOB, "who has a graph?", 1)
    await timeline.note(house.ports, incident=ONE, text="rolled back", by=ADA)
    missed = (found := await told(house, DEV)).missed
    assert (missed.stretch.how, missed.stretch.since) == (Since.LEFT, left)
    assert kinds(found) == ["CommandTaken", "TaskAssigned", "KeyEventMarked"]
    assert (missed.messages, heard(found), missed.more) == (1, ["who has a graph?"], 0)
    assert [task.number for task in found.picture.open_tasks] == [1]
    assert kinds(await told(house, ADA)) == [], "their own key event is the newest"
    marked = await says(house, BOB, "the graph is flat", 2)
    by_mark = {"channel": ROOM, "ts": marked, "reaction": "pushpin", "author": BOB}
    await timeline.marked(house.ports, by=CLEO, **by_mark)  # type: ignore[arg-type] # one call's words
    assert (await told(house, CLEO)).missed.messages == 0, "a mark is a sign of life too"


async def test_a_time_that_is_named_counts_from_now(house: House) -> None:
    await house.in_room()
    await timeline.note(house.ports, incident=ONE, text="long ago", by=ADA)
    await house.pass_time(minutes=40)
    await timeline.note(house.ports, incident=ONE, text="just now", by=ADA)
    for minutes, texts in ((30, ["just now"]), (41, ["long ago", "just now"])):
        found = await told(house, ADA, timedelta(minutes=minutes))
        notes = [e for e in found.missed.told if e.kind == "KeyEventMarked"]
        assert [str((e.body or {})["text"]) for e in notes] == texts
    assert (await told(house, ADA, timedelta(hours=9_000))).missed.told[0].kind == "IncidentDeclared"


@ON_SQLITE
async def test_what_does_not_fit_is_counted_and_stands_on_the_page_before(house: House) -> None:
    await house.in_room()
    await says(house, GUS, "bye")
    for number in range(24):
        await timeline.note(house.ports, incident=ONE, text=f"note {number}", by=ADA)
    found = await told(house, GUS)
    assert (len(found.missed.told), found.missed.more) == (catchup.SHOWN, 14)
    first = found.missed.told[0].seq
    page = await catchup.earlier(
        house.ports, incident=ONE, by=GUS, after=found.missed.stretch.after, before=first
    )
    assert ([e.seq for e in page.missed.told], page.missed.more) == ([*range(first - 10, first)], 4)


@ON_SQLITE
@pytest.mark.parametrize("policy", list(DeletedWords))
async def test_messages_read_as_they_do_now(house: House, policy: DeletedWords) -> None:
    book = house.ports.handbook()
    log = book.playbook.log.model_copy(update={"deleted": policy})
    mine = replace(book, playbook=book.playbook.model_copy(update={"log": log}))
    house.ports = replace(house.ports, handbook=lambda: mine)
    await house.in_room()
    now = house.clock.now()
    kept, gone = await says(house, BOB, "payments-7", 1), await says(house, BOB, "wrong window", 2)
    by_mark = {"channel": ROOM, "reaction": "pushpin", "author": BOB}
    for where in (kept, gone):
        await timeline.marked(house.ports, by=CLEO, ts=where, **by_mark)  # type: ignore[arg-type] # as above
    reworded = {"user": BOB, "before": "payments-7", "after": "payments-9", "at": now}
    await timeline.edited(house.ports, channel=ROOM, ts=kept, **reworded)  # type: ignore[arg-type] # as above
    await timeline.deleted(house.ports, channel=ROOM, ts=gone, by=BOB, at=now)
    found = await told(house, GUS)
    assert [e.actor for e in found.missed.said] == [BOB]
    assert {where: text for where, text in found.missed.words.items() if text} == {(ROOM, kept): "payments-9"}


@ON_SQLITE
async def test_an_incident_that_does_not_exist_is_refused(house: House) -> None:
    with pytest.raises(IncidentNotFound):
        await told(house, ADA)
    with pytest.raises(IncidentNotFound):
        await catchup.earlier(house.ports, incident=ONE, by=ADA, after=0, before=9)


@ON_SQLITE
async def test_decisions_that_were_written_down_are_among_the_decisions(house: House) -> None:
    await house.in_room()
    await timeline.note(house.ports, incident=ONE, text="decision: fail over", by=ADA)
    await timeline.note(house.ports, incident=ONE, text="question: to where?", by=ADA)
    assert [str((e.body or {})["text"]) for e in (await told(house, GUS)).decided] == ["fail over"]
