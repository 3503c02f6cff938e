"""Step 4: every word becomes the log, at the channel's own time, and nobody is disturbed."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE, the_log_listens
from playbooks.domain.ids import instant
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import declared

LONG = "é🔥<&> ' \" \\ `x` " * 500


async def test_what_is_said_changed_deleted_and_marked_is_in_the_log(cast: Cast, record: Record) -> None:
    await declared(cast)
    await cast.person("cleo").join(cast.room)
    await record.delivered()
    await the_log_listens(cast)

    marked = await record.logged("KeyEventMarked", "payments-7")
    found = next(m for m in await cast.channel().messages() if "payments-7" in m.text)
    assert (marked.at, marked.actor, (marked.body or {})["author"]) == (instant(found.ts), "U0BOB", "U0DEV")
    said = await record.logged("MessageSaid", "payments-7")
    assert (said.at, said.actor) == (instant(found.ts), "U0DEV")
    edited = await record.logged("MessageEdited", "payments-9")
    assert (edited.body or {})["before"] == "payments-7 refuses connections since 10:02"
    assert (edited.body or {})["ts"] == found.ts
    assert edited.at > said.at
    deleted = await record.logged("MessageDeleted")
    wrong = await record.logged("MessageSaid", "wrong window, sorry")
    assert (deleted.body or {})["ts"] == (wrong.body or {})["ts"]
    assert deleted.at > wrong.at
    assert "wrong window" not in str(deleted.body)
    noted = await record.logged("KeyEventMarked", "roll payments back")
    assert (noted.actor, (noted.body or {})["how"]) == ("U0ADA", "command")
    assert len(await record.log("MessageSaid")) == 3


@on_both
async def test_events_that_come_twice_late_or_in_disorder_are_written_once_at_their_time(
    cast: Cast, record: Record
) -> None:
    await declared(cast)
    faults = cast.house.workspace.faults
    await faults.add("duplicate", where="event", name="message*")
    await faults.add("reorder", where="event", name="message*")
    await faults.add("delay", where="event", name="message*", seconds=30, skip=3, count=2)
    said = [await cast.person("dev").say(cast.room, f"finding number {number}") for number in range(6)]
    await cast.person("dev").edit(said[1], "finding number 1, corrected")
    await cast.person("dev").delete(said[2])
    await faults.clear()
    await cast.house.advance(MINUTE)
    last = await cast.person("dev").say(cast.room, "that was all")
    for words in ("number 0", "number 4", "number 5", "that was all"):
        await record.logged("MessageSaid", words)
    await record.logged("MessageEdited", "corrected")
    await record.logged("MessageDeleted", said[2].ts)

    findings = [entry for entry in await record.log("MessageSaid") if "finding" in str(entry.body)]
    assert len(findings) == 6
    in_their_order = sorted(findings, key=lambda entry: entry.at)
    assert [entry.at for entry in in_their_order] == [instant(message.ts) for message in said]
    assert [len(await record.log(kind)) for kind in ("MessageEdited", "MessageDeleted")] == [1, 1]
    assert (await record.logged("MessageSaid", "that was all")).at == instant(last.ts)


@on_both
async def test_words_said_while_the_bot_was_away_are_not_lost(cast: Cast, record: Record) -> None:
    """Slack tries again; the log keeps when it was said and when it was learnt."""
    await declared(cast)
    await record.delivered()
    await cast.house.kill_bot()
    said = await cast.person("dev").say(cast.room, "the pool is empty")
    await cast.house.start_bot()
    await cast.house.advance(2 * MINUTE)
    entry = await record.logged("MessageSaid", "the pool is empty")
    assert entry.at == instant(said.ts)
    assert entry.recorded_at > entry.at


@once
async def test_threads_files_and_long_words_are_kept_whole(cast: Cast, record: Record) -> None:
    await declared(cast)
    asked = await cast.person("bob").say(cast.room, "does anybody have a graph?")
    await cast.person("dev").say(cast.room, "here it comes", thread_ts=asked.ts)
    await cast.person("dev").upload(cast.room, "pool.csv", "time,used\n1,200\n")
    await cast.person("dev").say(cast.room, LONG)

    replied = await record.logged("MessageSaid", "here it comes")
    assert (replied.body or {})["thread"] == asked.ts
    with_file = await record.logged("MessageSaid", "pool.csv")
    assert (with_file.body or {})["files"] == ["pool.csv"]
    long = await record.logged("MessageSaid", "🔥")
    assert (long.body or {})["text"] == LONG


@once
async def test_a_message_is_marked_by_its_menu_in_the_room_and_copied_from_elsewhere(
    cast: Cast, record: Record
) -> None:
    await declared(cast)
    here = await cast.person("dev").say(cast.room, "the certificate has expired")
    await cast.person("bob").message_action(here, "log_message")
    marked = await record.logged("KeyEventMarked", "the certificate has expired")
    assert marked.at == instant(here.ts)
    await cast.person("ada").message_action(here, "log_message")
    await cast.channel().expect("marked already", as_="ada")

    elsewhere = await cast.person("fay").say("general", "the database was restarted at 9:58")
    await cast.person("fay").message_action(elsewhere, "log_message")
    which = await cast.channel("general").expect("Which incident", as_="fay")
    await which.button("This one").press(as_="fay")
    copied = await record.logged("KeyEventMarked", "restarted at 9:58")
    assert copied.actor == "U0FAY"
    assert await record.log("MessageSaid", number=1)


@once
async def test_only_the_room_is_listened_to_and_only_agreed_marks_count(cast: Cast, record: Record) -> None:
    card = await declared(cast)
    await cast.person("dev").say("incidents", "lunch?")
    here = await cast.person("dev").say(cast.room, "is it the network?")
    await cast.person("bob").react(here, "eyes")
    await cast.person("bob").react(card, "pushpin")
    await cast.person("bob").react(here, "pushpin")
    await cast.person("ada").react(here, "pushpin")
    await record.logged("KeyEventMarked", here.ts)
    last = await cast.person("dev").say(cast.room, "no")
    await record.logged("MessageSaid", last.ts)
    assert [(e.body or {})["text"] for e in await record.log("MessageSaid")] == ["is it the network?", "no"]
    marks = [entry.actor for entry in await record.log("KeyEventMarked") if here.ts in str(entry.body)]
    assert marks == ["U0BOB"]


@once
async def test_a_key_event_can_be_written_in_a_form_and_empty_words_are_sent_back(
    cast: Cast, record: Record
) -> None:
    await declared(cast)
    form = await cast.form("dev", "log")
    empty = await form.submit({"text": "   "})
    assert empty.kind in ("errors", "refused")
    done = await form.submit({"text": "switched to the spare certificate"})
    assert done.kind == "closed"
    (noted,) = await record.log("KeyEventMarked")
    assert (noted.actor, (noted.body or {})["text"]) == ("U0DEV", "switched to the spare certificate")


@on_both
async def test_who_comes_back_catches_up_and_finds_what_was_said(cast: Cast, record: Record) -> None:
    await declared(cast)
    await record.delivered()
    await cast.person("cleo").join(cast.room)
    await cast.person("dev").say(cast.room, "I go and get some food")
    await record.logged("MessageSaid", "some food")
    said = await cast.person("cleo").say(cast.room, "the certificate of payments-7 has expired")
    await record.logged("MessageSaid", "payments-7")
    await cast.person("cleo").edit(said, "the certificate of payments-9 has expired")
    await record.logged("MessageEdited", "payments-9")
    await cast.command("bob", "log renewing the certificate", room=cast.room)

    told = await cast.command("dev", "catchup", room=cast.room)
    assert "last heard of here" in told
    assert "renewing the certificate" in told
    assert "payments-9 has expired" in told
    assert "some food" not in told, "they said that themselves"
    found = await cast.command("dev", "search EXPIRED certificate", room="general")
    assert ("payments-9" in found, "payments-7" in found) == (True, False)
