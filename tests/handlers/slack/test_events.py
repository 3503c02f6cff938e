"""Events are stored before they are acknowledged, and understood later, once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from handlers.names import Shortcut
from handlers.slack.events import is_of_others, is_our_own, understand
from handlers.slack.listeners import register
from playbooks.domain.ids import IncidentId
from tests.handlers.judging import accept_view, words
from tests.handlers.slack.conftest import LOBBY, ROOM, TEAM, Office, labelled
from tests.handlers.slack.conftest import _bolt as bolt

MESSAGE = {
    "type": "message",
    "channel": ROOM,
    "user": "U0DEV",
    "text": "payments &amp; checkout fail",
    "ts": "1772442180.000100",
    "event_ts": "1772442180.000100",
}
EDITED = {
    "type": "message",
    "subtype": "message_changed",
    "channel": ROOM,
    "event_ts": "1772442190.000100",
    "message": {"ts": MESSAGE["ts"], "user": "U0DEV", "text": "only payments fail"},
    "previous_message": {"ts": MESSAGE["ts"], "user": "U0DEV", "text": MESSAGE["text"]},
}
DELETED = {
    "type": "message",
    "subtype": "message_deleted",
    "channel": ROOM,
    "event_ts": "1772442200.000100",
    "deleted_ts": MESSAGE["ts"],
    "previous_message": {"ts": MESSAGE["ts"], "user": "U0DEV", "text": MESSAGE["text"]},
}
PINNED = {
    "type": "reaction_added",
    "user": "U0BOB",
    "reaction": "pushpin",
    "item_user": "U0DEV",
    "item": {"type": "message", "channel": ROOM, "ts": MESSAGE["ts"]},
    "event_ts": "1772442210.000100",
}


def stored(event: dict[str, Any]) -> bytes:
    return json.dumps({"type": "event_callback", "event_id": "Ev1", "event": event}).encode()


async def entries(office: Office) -> list[Any]:
    async with office.store.reading() as unit:
        return list(await unit.entries.of(IncidentId(1)))


async def test_an_event_is_stored_and_then_acknowledged(office: Office) -> None:
    answer = await office.deliver(MESSAGE)
    assert answer.status == 200
    ((key, body),) = office.events
    assert key == "Ev1"
    assert json.loads(body)["event"] == MESSAGE


async def test_every_kind_of_event_is_taken(office: Office) -> None:
    """What nobody listens to would be answered with 404, and Slack counts those as failures."""
    assert (await office.deliver({"type": "team_rename", "name": "x"})).status == 200


async def test_what_cannot_be_stored_is_sent_again(office: Office) -> None:
    async def refuse(key: str, body: bytes, headers: object) -> bool:
        raise OSError("disk full")

    app = bolt(office.slack, office.app.client.session)  # type: ignore[arg-type]  # set by the fixture
    register(app, replace(office.desk, accept_event=refuse))
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": MESSAGE}
    answer = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    assert answer.status == 503
    assert [event for event, _ in office.complaints] == ["slack.event_refused"]


async def test_our_own_cards_do_not_come_back_as_edits(office: Office) -> None:
    ours = {"message": {"ts": "1.1", "bot_id": "B0BOT", "text": "card"}, "previous_message": {"ts": "1.1"}}
    await office.deliver({"type": "message", "subtype": "message_changed", "channel": ROOM, **ours})
    assert office.events == []
    assert not is_our_own("nonsense", "B0BOT")
    assert not is_our_own(ours, None)


async def test_that_others_come_into_channels_is_not_kept() -> None:
    joined = {"type": "member_joined_channel", "channel": ROOM, "user": "U0BOB", "event_ts": "1.0"}
    assert is_of_others(joined, "U0TOCSIN")
    assert not is_of_others({**joined, "user": "U0TOCSIN"}, "U0TOCSIN")
    assert not is_of_others(joined, None), "who does not know who it is keeps it"
    assert not is_of_others(MESSAGE, "U0TOCSIN")


async def test_a_message_is_recorded_once_with_the_words_people_saw(office: Office) -> None:
    await office.in_room()
    assert await understand(office.desk, stored(MESSAGE))
    assert not await understand(office.desk, stored(MESSAGE))
    said = [entry for entry in await entries(office) if entry.kind == "MessageSaid"]
    assert [entry.body["text"] for entry in said] == ["payments & checkout fail"]
    assert said[0].at.isoformat() == "2026-03-02T09:03:00.000100+00:00"


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message", "bot_message"])
async def test_messages_with_files_in_threads_and_of_other_bots_count(office: Office, subtype: str) -> None:
    await office.in_room()
    event = MESSAGE | {
        "subtype": subtype,
        "bot_id": "B0CI",
        "user": None,
        "files": [{"id": "F1", "name": "graph.png"}],
    }
    assert await understand(office.desk, stored(event))
    body = (await entries(office))[-1].body
    assert (body["app"], body["files"]) == ("B0CI", ["graph.png"])


async def test_half_a_character_costs_that_half_and_no_more(office: Office) -> None:
    """JSON can name halves of characters (RFC 8259, 8.2), and programs that cut words send them."""
    await office.in_room()
    event = MESSAGE | {"text": "on fire \ud83d", "files": [{"id": "F1", "name": "graph \ud83d.png"}]}
    assert await understand(office.desk, stored(event))
    body = (await entries(office))[-1].body
    assert (body["text"], body["files"]) == ("on fire ", ["graph .png"])


async def test_edits_and_deletions_leave_both_versions(office: Office) -> None:
    await office.in_room()
    for event in (MESSAGE, EDITED, DELETED):
        assert await understand(office.desk, stored(event))
    kinds = [entry.kind for entry in await entries(office)][-3:]
    assert kinds == ["MessageSaid", "MessageEdited", "MessageDeleted"]


async def test_an_unfurled_link_is_no_edit(office: Office) -> None:
    await office.in_room()
    same = EDITED | {"message": EDITED["previous_message"]}
    assert not await understand(office.desk, stored(same))


async def test_a_deleted_parent_of_a_thread_is_a_deletion(office: Office) -> None:
    """Slack turns it into a change to a message that says it is gone."""
    await office.in_room()
    await understand(office.desk, stored(MESSAGE))
    gone = EDITED | {
        "message": {"ts": MESSAGE["ts"], "subtype": "tombstone", "text": "This message was deleted."}
    }
    assert await understand(office.desk, stored(gone))
    assert (await entries(office))[-1].kind == "MessageDeleted"


@pytest.mark.parametrize(
    ("name", "counts"), [("pushpin", True), ("pushpin::skin-tone-2", True), ("tada", False)]
)
async def test_a_pushpin_marks_a_key_event(office: Office, name: str, counts: bool) -> None:
    await office.in_room()
    await understand(office.desk, stored(MESSAGE))
    assert await understand(office.desk, stored(PINNED | {"reaction": name})) is counts
    assert ((await entries(office))[-1].kind == "KeyEventMarked") is counts


async def test_other_channels_are_nobodys_business(office: Office) -> None:
    await office.in_room()
    before = len(await entries(office))
    assert not await understand(office.desk, stored(MESSAGE | {"channel": LOBBY}))
    assert not await understand(office.desk, stored(PINNED | {"item": {"type": "file", "file": "F1"}}))
    assert len(await entries(office)) == before


async def test_opening_the_home_tab_draws_it(office: Office) -> None:
    await office.in_room()
    assert await understand(office.desk, stored({"type": "app_home_opened", "user": "U0ADA", "tab": "home"}))
    user, view = office.homes[-1]
    assert user == "U0ADA"
    accept_view(dict(view))
    assert "Payments time out" in words(view)
    assert not await understand(
        office.desk, stored({"type": "app_home_opened", "user": "U0ADA", "tab": "messages"})
    )


@pytest.mark.parametrize(
    ("user", "is_told"),
    [
        pytest.param("U0GUS", True, id="duty manager"),
        pytest.param("U0DEV", True, id="operator"),
        pytest.param("U0ADA", False, id="commander"),
    ],
)
async def test_trouble_with_the_bot_itself_is_shown_to_those_who_run_it(
    office: Office, user: str, *, is_told: bool
) -> None:
    """With its reason, and a button that has it tried again and draws the tab anew."""
    await understand(office.desk, stored({"type": "app_home_opened", "user": user, "tab": "home"}))
    view = dict(office.homes[-1][1])
    accept_view(view)
    told = words(view)
    for line in ("Nobody has taken 2 timers", "pinning the card. too many &lt;pins&gt;", "tocsin inbox list"):
        assert (line in told) == is_told, line
    assert ("Try again" in told) == is_told


@pytest.mark.parametrize(
    "event",
    [
        {"type": "member_joined_channel", "channel": ROOM, "user": "U0ADA"},
        {"type": "channel_created", "channel": {"id": "C1", "name": "x"}},
        {"type": "message", "subtype": "channel_join", "channel": ROOM, "ts": "1.1", "user": "U0ADA"},
        {"type": "message", "subtype": "message_replied", "channel": ROOM, "message": {"ts": "1.1"}},
        {"type": "message", "ts": "1.1"},
    ],
)
async def test_what_means_nothing_is_passed_over(office: Office, event: dict[str, Any]) -> None:
    await office.in_room()
    assert not await understand(office.desk, stored(event))
    assert office.complaints == []


@pytest.mark.parametrize("raw", [b"", b"not json", b'{"event": {"no": "type"}}', b'{"event": {"type": 7}}'])
async def test_what_cannot_be_read_is_logged_once(office: Office, raw: bytes) -> None:
    assert not await understand(office.desk, raw)
    assert [event for event, _ in office.complaints] == ["slack.event_not_understood"]


# ------------------------------------------------------------------ shortcuts
async def test_the_global_shortcut_opens_the_form(office: Office) -> None:
    await office.use(Shortcut.DECLARE)
    assert office.slack.view()["title"]["text"] == "Declare an incident"


async def test_the_message_shortcut_marks_a_message_of_the_room(office: Office) -> None:
    await office.in_room()
    message = {"ts": MESSAGE["ts"], "user": "U0DEV", "text": MESSAGE["text"]}
    assert "In the log" in words((await office.use(Shortcut.LOG_MESSAGE, message=message))["blocks"])
    assert "marked already" in words((await office.use(Shortcut.LOG_MESSAGE, message=message))["blocks"])


async def test_a_message_from_elsewhere_is_copied_into_the_incident_that_is_picked(office: Office) -> None:
    await office.in_room()
    message = {"ts": "2.2", "user": "U0DEV", "text": "seen at &lt;the&gt; provider"}
    asked = await office.use(Shortcut.LOG_MESSAGE, message=message, channel=LOBBY)
    answer = await office.press(labelled(asked, "This one"))
    assert "seen at &lt;the&gt; provider" in words(answer["blocks"])
    assert (await entries(office))[-1].body["text"] == "seen at <the> provider"
