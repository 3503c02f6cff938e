"""The comparison itself: it sees what is missing, doubled or changed, and overlooks what may differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from playbooks.domain import effects, events
from playbooks.domain.effects import Announce, RefreshCard
from playbooks.domain.ids import IncidentId
from playbooks.domain.timers import Timer, TimerKind
from playbooks.protocol.intake import EVERYTHING
from storage.uow import Store
from tests.clock import CountingIds, MovableClock
from tests.databases import SqliteTemplate
from tests.soak.likeness import ANSWERED, REDRAWN, WORDED, Likeness, likeness

LEASE = timedelta(seconds=60)
Json = dict[str, Any]
Change = Callable[[Json], object]


def workspace(first: str = "1700000000.000100", place: str = "C0AAAAAAAAA") -> Json:
    """A room with one message of the bot and one of a person."""
    said = {"ts": first, "text": "INC-1 since 10:02", "bot_id": "B0BOT", "blocks": [{"block_id": first}]}
    answer = {"ts": "1700000001.000100", "text": "looking", "user": "U0ADA", "thread_ts": first}
    return {
        "users": [{"id": "U0ADA", "name": "ada"}],
        "channels": [
            {
                "id": place,
                "name": "inc-1",
                "members": ["U0ADA"],
                "topic": {"value": f"see <#{place}>"},
                "pins": [{"message": {"ts": first}}],
                "bookmarks": [{"title": "alert", "link": "http://127.0.0.1:8080/1", "emoji": ":link:"}],
                "messages": [said, answer],
            }
        ],
    }


@pytest.fixture
def database(sqlite_template: SqliteTemplate, tmp_path: Path) -> str:
    return sqlite_template.copy(tmp_path)


def seen(state: Json, database: str) -> Likeness:
    return likeness(state, database)


def test_ids_instants_and_times_do_not_make_a_difference(database: str) -> None:
    other = workspace(first="1899999999.000200", place="C0BBBBBBBBB")
    other["channels"][0]["messages"][0]["text"] = "INC-1 since 23:59"
    other["channels"][0]["bookmarks"][0]["link"] = "http://127.0.0.1:9999/1"
    assert seen(workspace(), database).differences(seen(other, database)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda room: room["messages"].pop(), "missing in messages #inc-1", id="a message that is missing"
        ),
        pytest.param(
            lambda room: room["messages"].append(dict(room["messages"][0])),
            "too much in messages #inc-1",
            id="a message twice",
        ),
        pytest.param(
            lambda room: room["messages"][1].update(text="other words"), "messages #inc-1", id="other words"
        ),
        pytest.param(
            lambda room: room["messages"][1].pop("thread_ts"),
            "messages #inc-1",
            id="a reply outside its thread",
        ),
        pytest.param(
            lambda room: room["messages"][0].update(blocks=[]),
            "messages #inc-1",
            id="a message without its blocks",
        ),
        pytest.param(
            lambda room: room["members"].clear(),
            "missing in channel #inc-1: member: ada",
            id="a member who is missing",
        ),
        pytest.param(lambda room: room["pins"].clear(), "missing in channel #inc-1: pin", id="no pin"),
        pytest.param(
            lambda room: room["bookmarks"].extend(room["bookmarks"]),
            "too much in channel #inc-1: bookmark",
            id="a bookmark twice",
        ),
        pytest.param(lambda room: room["topic"].update(value="else"), "channel #inc-1", id="another topic"),
        pytest.param(lambda room: room.update(is_archived=True), "channel #inc-1", id="an archived room"),
    ],
)
def test_whatever_people_would_see_is_told(database: str, change: Change, told: str) -> None:
    other = workspace()
    change(other["channels"][0])
    (*_, last) = seen(workspace(), database).differences(seen(other, database))
    assert told in last


def test_what_may_differ_is_called_by_its_name() -> None:
    """Whoever renames an effect or an event renames it here too."""
    assert all(hasattr(effects, name) for name in (*REDRAWN, "SendBrief"))
    assert all(hasattr(effects, name) or hasattr(events, name) for name in (*ANSWERED, *WORDED))


def test_an_order_that_differs_is_told(database: str) -> None:
    one, other = workspace(), workspace()
    for state, texts in ((one, ("first", "then")), (other, ("then", "first"))):
        state["channels"][0]["pins"] = []
        state["channels"][0]["messages"] = [
            {"ts": f"170000000{number}.000100", "text": text, "bot_id": "B0BOT"}
            for number, text in enumerate(texts)
        ]
    (told,) = seen(one, database).differences(seen(other, database))
    assert "other order in what the bot said in #inc-1" in told


def test_a_topic_that_was_overtaken_is_no_difference_and_one_that_was_set_twice_is(database: str) -> None:
    one, other, doubled = workspace(), workspace(), workspace()
    for state, texts in (
        (one, ("open", "closed")),
        (other, ("closed",)),
        (doubled, ("open", "open", "closed")),
    ):
        state["channels"][0]["messages"] += [
            {"ts": f"170000001{number}.000100", "text": text, "user": "U0BOT", "subtype": "channel_topic"}
            for number, text in enumerate(texts)
        ]
    assert seen(one, database).differences(seen(other, database)) == []
    (told,) = seen(one, database).differences(seen(doubled, database))
    assert "too much in channel #inc-1: said twice in a row: open" in told


async def test_what_is_owed_counts_but_not_how_often_a_picture_was_drawn(
    sqlite_template: SqliteTemplate, tmp_path: Path, clock: MovableClock, ids: CountingIds
) -> None:
    urls = []
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        urls.append(sqlite_template.copy(folder))
        store = await Store.open(urls[-1], clock=clock, ids=ids)
        async with store.units() as unit:
            await unit.outbox.put(Announce(incident=IncidentId(1)))
            if number:
                await unit.outbox.put(RefreshCard(incident=IncidentId(1)))
            if number == 2:
                await unit.outbox.put(Announce(incident=IncidentId(1)))
            await unit.commit()
        for owed in await store.outbox.claim(now=clock.now(), limit=9, lease=LEASE, worker="w"):
            await store.outbox.settle(owed, now=clock.now(), result={})
        await store.close()
    calm, redrawn, doubled = (likeness(workspace(), url) for url in urls)
    assert calm.differences(redrawn) == []
    (told,) = calm.differences(doubled)
    assert told.startswith("too much in outbox")


async def test_the_look_that_a_chore_asks_for_is_no_difference_and_any_other_alarm_is(
    sqlite_template: SqliteTemplate, tmp_path: Path, clock: MovableClock, ids: CountingIds
) -> None:
    seen_in = []
    for subject in (None, EVERYTHING, "an alert"):
        folder = tmp_path / str(subject)
        folder.mkdir()
        url = sqlite_template.copy(folder)
        store = await Store.open(url, clock=clock, ids=ids)
        async with store.units() as unit:
            if subject:
                look = Timer(kind=TimerKind.EVALUATE, subject=subject, incident=None, due_at=clock.now())
                await unit.timers.set(look)
            await unit.commit()
        await store.close()
        seen_in.append(likeness(workspace(), url))
    calm, looked_at, alarmed = seen_in
    assert calm.differences(looked_at) == []
    (told,) = calm.differences(alarmed)
    assert "too much in timers" in told
