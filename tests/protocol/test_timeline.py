"""The log of the room holds what was said, once, in its true order, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from playbooks.domain.audit import Finding
from playbooks.domain.errors import IncidentNotFound, NeedsWords, NotNeeded
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.ids import instant as instant_of
from playbooks.domain.incident import ResolutionCode
from playbooks.protocol import forgetting, resolve, timeline
from playbooks.schema import DeletedWords
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, GUS, ON_SQLITE, ROOM, House

ONE = IncidentId(1)
ELSEWHERE = ChannelId("C0LUNCH")
TALK = ("MessageSaid", "MessageEdited", "MessageDeleted", "KeyEventMarked")


def ts(second: float) -> Ts:
    """The timestamp of a message some seconds after START."""
    return Ts(f"{START.timestamp() + second:.6f}")


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


async def said(
    house: House, second: float, text: str = "looking", *, by: UserId = BOB, channel: ChannelId = ROOM
) -> bool:
    return await timeline.said(house.ports, channel=channel, ts=ts(second), thread=None, user=by, text=text)


async def edited(
    house: House,
    second: float,
    after: str,
    *,
    when: float,
    before: str = "looking",
    channel: ChannelId = ROOM,
) -> bool:
    return await timeline.edited(
        house.ports, channel=channel, ts=ts(second), user=BOB, before=before, after=after, at=at(when)
    )


async def deleted(house: House, second: float, *, when: float, channel: ChannelId = ROOM) -> bool:
    return await timeline.deleted(house.ports, channel=channel, ts=ts(second), by=BOB, at=at(when))


async def marked(
    house: House, second: float, *, reaction: str = "pushpin", channel: ChannelId = ROOM, by: UserId = CLEO
) -> bool:
    return await timeline.marked(
        house.ports, channel=channel, ts=ts(second), by=by, reaction=reaction, author=BOB
    )


async def talk(house: House) -> list[tuple[str, datetime]]:
    """What the log holds of the room, in the order in which it happened."""
    entries = [entry for entry in await house.log() if entry.kind in TALK]
    return [(e.kind, e.at) for e in sorted(entries, key=lambda e: (e.at, e.seq))]


# ------------------------------------------------------------------ messages
async def test_a_message_is_recorded_once_at_its_own_time(house: House) -> None:
    await house.in_room()
    house.clock.advance(timedelta(minutes=3))
    assert [await said(house, 1.25), await said(house, 1.25)] == [True, False]
    entry = (await house.log())[-1]
    assert (entry.kind, entry.actor, entry.at, entry.recorded_at) == (
        "MessageSaid",
        BOB,
        at(1.25),
        START + timedelta(minutes=3),
    )
    assert (entry.body or {})["text"] == "looking"


async def test_deliveries_of_one_message_at_the_same_moment_record_it_once(house: House) -> None:
    await house.in_room()
    answers = await asyncio.gather(*(said(house, 1) for _ in range(4)), return_exceptions=True)
    assert answers.count(True) == 1
    assert (await house.kinds()).count("MessageSaid") == 1


async def test_an_edit_keeps_the_earlier_words(house: House) -> None:
    await house.in_room()
    await said(house, 1, "rolled back 4.11")
    assert await edited(house, 1, "rolled back 4.12", when=5, before="rolled back 4.11")
    assert not await edited(house, 1, "rolled back 4.12", when=5, before="rolled back 4.11")
    assert await edited(house, 1, "rolled back 4.12 in eu", when=9, before="rolled back 4.12")
    assert (await house.entry("MessageSaid"))["text"] == "rolled back 4.11"
    revision = await house.entry("MessageEdited")
    assert (revision["before"], revision["after"]) == ("rolled back 4.12", "rolled back 4.12 in eu")
    assert await talk(house) == [("MessageSaid", at(1)), ("MessageEdited", at(5)), ("MessageEdited", at(9))]


async def test_a_deletion_is_a_tombstone_and_the_words_stay(house: House) -> None:
    await house.in_room()
    await said(house, 1, "it was cleo")
    assert [await deleted(house, 1, when=7), await deleted(house, 1, when=8)] == [True, False]
    assert (await house.entry("MessageSaid"))["text"] == "it was cleo"
    assert "text" not in await house.entry("MessageDeleted")
    assert await talk(house) == [("MessageSaid", at(1)), ("MessageDeleted", at(7))]


async def test_any_order_of_arrival_is_the_same_log(house: House) -> None:
    """Edits and tombstones may overtake the messages they are about, and each other."""
    await house.in_room()
    await deleted(house, 2, when=30)
    await edited(house, 1, "found it", when=20)
    await said(house, 3, "third")
    await said(house, 1)
    await said(house, 2, "second")
    assert await talk(house) == [
        ("MessageSaid", at(1)),
        ("MessageSaid", at(2)),
        ("MessageSaid", at(3)),
        ("MessageEdited", at(20)),
        ("MessageDeleted", at(30)),
    ]


async def test_a_busy_room_is_recorded_whole_and_its_chain_verifies(house: House) -> None:
    """Forty messages, ten edits, five deletions, all delivered twice, shuffled, four at a time."""
    await house.in_room()
    deliveries: list[Awaitable[bool]] = []
    for _ in range(2):
        deliveries += [said(house, second, f"message {second}") for second in range(40)]
        deliveries += [edited(house, second, "reworded", when=100 + second) for second in range(10)]
        deliveries += [deleted(house, second, when=200 + second) for second in range(5)]
    mixed = [deliveries[i * 37 % len(deliveries)] for i in range(len(deliveries))]
    recorded = 0
    for begin in range(0, len(mixed), 4):
        recorded += (await asyncio.gather(*mixed[begin : begin + 4])).count(True)
    assert recorded == 55
    moments = [at(second) for second in (*range(40), *range(100, 110), *range(200, 205))]
    assert [moment for _, moment in await talk(house)] == moments


@ON_SQLITE
async def test_other_channels_are_none_of_our_business(house: House) -> None:
    await house.in_room()
    before = await house.log()
    assert not await said(house, 1, channel=ELSEWHERE)
    assert not await edited(house, 1, "new", when=2, channel=ELSEWHERE)
    assert not await deleted(house, 1, when=2, channel=ELSEWHERE)
    assert not await marked(house, 1, channel=ELSEWHERE)
    assert await house.log() == before


@ON_SQLITE
async def test_listening_is_silent(house: House) -> None:
    await house.in_room()
    await said(house, 1)
    await edited(house, 1, "found it", when=2)
    await marked(house, 1)
    await deleted(house, 1, when=3)
    await timeline.note(house.ports, incident=ONE, text="rolled back", by=BOB)
    assert await house.owed() == []


@ON_SQLITE
async def test_an_edit_that_rewords_nothing_is_no_revision(house: House) -> None:
    """A link that unfolds and a reply that is counted arrive as edits too."""
    await house.in_room()
    await said(house, 1)
    assert not await edited(house, 1, "looking", when=2)
    assert "MessageEdited" not in await house.kinds()


@ON_SQLITE
async def test_a_reply_names_its_thread_and_a_thread_does_not_name_itself(house: House) -> None:
    await house.in_room()
    for second, thread in ((1, ts(1)), (2, ts(1)), (3, None)):
        await timeline.said(house.ports, channel=ROOM, ts=ts(second), thread=thread, user=BOB, text="…")
    threads = [(e.body or {})["thread"] for e in await house.log() if e.kind == "MessageSaid"]
    assert threads == [None, ts(1), None]


@ON_SQLITE
async def test_what_apps_say_and_which_files_were_shown_is_recorded(house: House) -> None:
    await house.in_room()
    await timeline.said(
        house.ports,
        channel=ROOM,
        ts=ts(1),
        thread=None,
        user=UserId("B0CI"),
        text="",
        app="B0CI",
        files=("graph.png",),
    )
    entry = await house.entry("MessageSaid")
    assert (entry["app"], entry["files"], entry["text"]) == ("B0CI", ["graph.png"], "")


@ON_SQLITE
async def test_the_log_goes_on_after_the_resolution(house: House) -> None:
    await house.in_room()
    await resolve.resolve(
        house.ports, incident=ONE, by=GUS, code=ResolutionCode.SOLUTION_PROVIDED, note="rolled back"
    )
    assert await said(house, 400, "thank you all")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a\x00b", id="a zero byte"),
        pytest.param("<!channel> '; DROP TABLE entries; --", id="orders"),
        pytest.param("\N{FIRE} \u202eright to left\u202c e\u0301", id="signs"),
        pytest.param("", id="nothing"),
    ],
)
async def test_any_words_are_kept_as_they_were_said(house: House, text: str) -> None:
    await house.in_room()
    await said(house, 1, text)
    assert (await house.entry("MessageSaid"))["text"] == text


@ON_SQLITE
async def test_words_longer_than_slack_allows_are_cut(house: House) -> None:
    await house.in_room()
    await said(house, 1, "x" * 50_000)
    assert len((await house.entry("MessageSaid"))["text"]) == timeline.MAX_TEXT


# ------------------------------------------------------------------ key events
async def test_a_mark_makes_a_message_a_key_event_at_the_messages_own_time(house: House) -> None:
    await house.in_room()
    await said(house, 1, "rolled back 4.12")
    house.clock.advance(timedelta(minutes=20))
    assert [await marked(house, 1), await marked(house, 1, by=ADA)] == [True, False]
    entry = (await house.log())[-1]
    body = entry.body or {}
    assert (entry.kind, entry.at, entry.actor) == ("KeyEventMarked", at(1), CLEO)
    assert (body["text"], body["author"], body["how"]) == ("rolled back 4.12", BOB, "reaction")
    assert await talk(house) == [("MessageSaid", at(1)), ("KeyEventMarked", at(1))]


@ON_SQLITE
async def test_a_mark_takes_the_words_as_they_read_now(house: House) -> None:
    await house.in_room()
    await said(house, 1, "rolled back 4.11")
    await edited(house, 1, "rolled back 4.12", when=9, before="rolled back 4.1")
    await edited(house, 1, "rolled back 4.1", when=5, before="rolled back 4.11")
    await said(house, 2, "something else")
    await edited(house, 2, "something else again", when=30, before="something else")
    await marked(house, 1)
    assert (await house.entry("KeyEventMarked"))["text"] == "rolled back 4.12"


@ON_SQLITE
async def test_a_mark_may_come_before_its_message(house: House) -> None:
    await house.in_room()
    assert await marked(house, 1)
    assert await said(house, 1)
    assert (await house.entry("KeyEventMarked"))["ts"] == ts(1)


@ON_SQLITE
async def test_other_reactions_mean_nothing(house: House) -> None:
    await house.in_room()
    await said(house, 1)
    assert not await marked(house, 1, reaction="thumbsup")


@ON_SQLITE
async def test_a_note_is_a_key_event_of_now(house: House) -> None:
    await house.in_room()
    house.clock.advance(timedelta(minutes=1))
    await timeline.note(house.ports, incident=ONE, text=" failed over to eu-west ", by=ADA)
    notes = [e for e in await house.log() if e.kind == "KeyEventMarked"]
    assert [(e.at, (e.body or {})["text"]) for e in notes] == [(at(60), "failed over to eu-west")]


@ON_SQLITE
async def test_a_note_needs_words_and_an_incident(house: House) -> None:
    await house.in_room()
    with pytest.raises(NeedsWords):
        await timeline.note(house.ports, incident=ONE, text="  ", by=ADA)
    with pytest.raises(IncidentNotFound):
        await timeline.note(house.ports, incident=IncidentId(9), text="x", by=ADA)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("1772442000.000001", datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)),
        ("1772442000.999999", datetime(2026, 3, 2, 9, 0, 0, 999999, tzinfo=UTC)),
        ("1772442000", datetime(2026, 3, 2, 9, 0, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_exact_to_the_microsecond(written: str, instant: datetime) -> None:
    assert instant_of(written) == instant


def test_what_is_no_timestamp_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        instant_of("yesterday")


# ------------------------------------------------------------------ words that have to go
async def audited(house: House) -> Finding:
    return await house.store.ledger.audit(ONE)


async def test_words_that_must_go_leave_a_gap_that_verifies(house: House) -> None:
    await house.in_room()
    await said(house, 1, "the password is hunter2")
    await edited(house, 1, "the password is ****", before="the password is hunter2", when=5)
    await marked(house, 1)
    seq = next(entry.seq for entry in await house.log() if entry.kind == "MessageSaid")

    event = await forgetting.remove_words(house.ports, incident=ONE, seq=seq, by=ADA, reason="a password")

    assert [entry.kind for entry in await house.log() if entry.body is None] == [*TALK[:2], TALK[3]]
    assert "hunter2" not in str(await house.log())
    found = await audited(house)
    assert (found.broken, found.gaps) == (None, event.entries)
    with pytest.raises(NotNeeded):
        await forgetting.remove_words(house.ports, incident=ONE, seq=seq, by=ADA, reason="again")


async def test_what_was_decided_cannot_be_removed(house: House) -> None:
    await house.in_room()
    with pytest.raises(NeedsWords, match="stays"):
        await forgetting.remove_words(house.ports, incident=ONE, seq=1, by=ADA, reason="embarrassing")
    with pytest.raises(NeedsWords, match="no entry 99"):
        await forgetting.remove_words(house.ports, incident=ONE, seq=99, by=ADA, reason="x")
    with pytest.raises(NeedsWords, match="why"):
        await forgetting.remove_words(house.ports, incident=ONE, seq=1, by=ADA, reason=" ")


def forgets(house: House) -> House:
    """The same house under a playbook that lets people take back what they said."""
    book = house.ports.handbook()
    log = book.playbook.log.model_copy(update={"deleted": DeletedWords.REMOVE})
    kind = replace(book, playbook=book.playbook.model_copy(update={"log": log}))
    return replace(house, ports=replace(house.ports, handbook=lambda: kind))


async def test_where_the_playbook_wants_it_deleted_words_leave_the_log(house: House) -> None:
    forgetful = forgets(house)
    await forgetful.in_room()
    await said(forgetful, 1, "my personal opinion")
    assert await deleted(forgetful, 1, when=4)
    assert not await deleted(forgetful, 1, when=4), "delivered twice"
    assert "personal" not in str(await forgetful.log())
    assert (await audited(forgetful)).broken is None


async def test_deleted_words_that_arrive_after_their_deletion_do_not_enter(house: House) -> None:
    forgetful = forgets(house)
    await forgetful.in_room()
    assert await deleted(forgetful, 1, when=4)
    assert await said(forgetful, 1, "my personal opinion")
    assert await edited(forgetful, 1, "my personal view", before="my personal opinion", when=3)
    assert "personal" not in str(await forgetful.log())
    assert [kind for kind in await house.kinds() if kind in TALK] == [TALK[2], *TALK[:2]]


async def test_a_key_event_keeps_what_it_is(house: House) -> None:
    await house.in_room()
    for text, label in (("Question: who?", "question"), ("who?", None), ("question : who?", "question")):
        event = await timeline.note(house.ports, incident=ONE, text=text, by=ADA)
        assert (event.text, event.label) == ("who?", label)
    notes = [e.body or {} for e in await house.log() if e.kind == "KeyEventMarked"]
    assert [(body["text"], body["label"]) for body in notes] == [("who?", "question"), ("who?", None)]
