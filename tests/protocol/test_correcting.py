"""A correction is read in the place of what it corrects, and overwrites nothing."""

from __future__ import annotations

import pytest

from handlers.exporting import as_markdown
from handlers.rendering import milestones, story
from playbooks.domain.errors import NeedsWords, NotNeeded, NotYourRole, TextWithheld
from playbooks.domain.ids import IncidentId, Ts, UserId
from playbooks.domain.instants import time_of
from playbooks.protocol import catchup, command, communicate, correcting, find, forgetting, search, timeline
from playbooks.protocol.brief import brief
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, GUS, ON_SQLITE, ROOM, House

ONE = IncidentId(1)


async def noted(house: House, text: str = "question: rolled back 4.11?") -> int:
    event = await timeline.note(house.ports, incident=ONE, text=text, by=ADA)
    number = await timeline.number_of(house.ports, event)
    assert number is not None
    return number


async def correct(house: House, number: int, text: str = "rolled back 4.12", by: UserId = ADA) -> None:
    await correcting.correct(house.ports, incident=ONE, number=number, text=text, by=by)


async def hits(house: House, words: str) -> list[str]:
    return [hit.text for hit in (await search.search(house.ports, incident=ONE, words=words)).hits]


async def test_a_correction_is_read_everywhere_and_both_stay(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    number = await noted(house)
    await correct(house, number, "rolled back 4.10?")
    first = (await house.log())[-1].seq
    await correct(house, first, by=BOB)
    log = tuple(await house.log())
    (told,) = [story(e, {}) for e in milestones(log) if e.kind == "KeyEventMarked"]
    assert told == "**Question: rolled back 4.12** (<@U0ADA>, corrected by <@U0BOB>)"
    exported = as_markdown(await house.incident(), log)
    assert [exported.count(f"4.{n}") for n in (10, 11, 12)] == [1, 1, 1]
    missed = (await catchup.catch_up(house.ports, incident=ONE, by=DEV)).missed
    (shown,) = [e.body or {} for e in missed.told if "rolled" in str(e.body)]
    assert (shown["text"], shown["corrected_by"], shown["label"]) == ("rolled back 4.12", BOB, "question")
    async with house.store.reading() as unit:
        handed = await brief(unit, house.ports, await house.incident())
    assert handed.key_events == (f"{time_of(START)} Question: rolled back 4.12",)
    assert [await hits(house, f"4.{n}") for n in (10, 11, 12)] == [[], [], ["rolled back 4.12"]]


@ON_SQLITE
async def test_its_author_and_whoever_leads_may(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    number = await noted(house)
    with pytest.raises(NotYourRole, match=r"<@U0ADA>.*<@U0BOB>.*can correct this entry"):
        await correct(house, number, by=CLEO)
    for by, text in ((ADA, "a"), (BOB, "b"), (GUS, "c")):
        await correct(house, number, text, by)
    with pytest.raises(NotNeeded, match="says that already"):
        await correct(house, number, "c")


@ON_SQLITE
async def test_only_what_was_written_down_is_corrected(house: House) -> None:
    await house.in_room()
    at = Ts(f"{START.timestamp() + 1:.6f}")
    await timeline.said(house.ports, channel=ROOM, ts=at, thread=None, user=ADA, text="looking")
    message = (await house.log())[-1].seq
    for number, why in ((1, "stays as it was"), (message, "edits it in Slack"), (99, "no entry 99")):
        with pytest.raises(NeedsWords, match=why):
            await correct(house, number)
    with pytest.raises(NeedsWords, match="what it should say"):
        await correct(house, await noted(house), " ")


@ON_SQLITE
async def test_words_are_removed_with_their_corrections(house: House) -> None:
    await house.in_room()
    number = await noted(house, "the password is hunter1")
    await correct(house, number, "the password is hunter2")
    await forgetting.remove_words(house.ports, incident=ONE, seq=number, by=ADA, reason="leaked")
    assert "hunter" not in str(await house.log())
    assert await hits(house, "password") == []
    with pytest.raises(NotNeeded, match="no words any more"):
        await correct(house, number, "nothing")


@ON_SQLITE
async def test_a_hypothesis_stays_in_the_room_in_every_wording(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    number = await noted(house, "hypothesis: the connection pool leaks")
    await correct(house, number, "observation: certificate expired yesterday")
    number = await noted(house, "the vendor network")
    await correct(house, number, "hypothesis: vendor network broken")
    for note in ("A connection pool leaks.", "Vendor network is broken."):
        with pytest.raises(TextWithheld, match="hypothesis in the log"):
            await communicate.send(house.ports, incident=ONE, by=BOB, note=note)
    assert (await find.picture(house.ports, incident=ONE)).due is not None
