"""Catching up by command and button, in the room and outside of it."""

from __future__ import annotations

import re

import pytest

from tests.handlers.judging import words
from tests.handlers.slack.conftest import LOBBY, Office, labelled


def said(answer: object) -> str:
    return words(answer["blocks"]) if answer else ""  # type: ignore[index]  # an acknowledgement's body


async def test_whoever_comes_back_reads_what_they_missed_page_by_page(office: Office) -> None:
    await office.in_room()
    await office.slash("log I go and eat", by="U0DEV")
    await office.slash("take", by="U0BOB")
    await office.slash("task <@U0CLEO> read the log", by="U0BOB")
    for number in range(12):
        await office.slash(f"log step {number} &lt;!channel&gt;", by="U0BOB")
    told = await office.slash("catch up", by="U0DEV")
    for words_ in (
        "Open*, SEV1",
        "Commander* <@U0BOB>",
        "1 task open",
        "when you were last heard of here",
        "and 4 more before these",
        "📌 <@U0BOB>: step 11 &lt;!channel&gt;",
    ):
        assert words_ in said(told)
    assert "step 0" not in said(told)
    before = said(await office.press(labelled(told, "Earlier"), by="U0DEV"))
    assert "<@U0BOB> took command" in before
    assert "(claim)" not in before
    assert "step 1 " in before
    assert "I go and eat" not in before, "they know that"
    assert "nothing happened" in said(await office.slash("catchup", by="U0BOB"))


async def test_whoever_comes_back_reads_what_is_not_decided_yet(office: Office) -> None:
    await office.in_room()
    await office.slash("decide roll back / wait", by="U0BOB")
    assert "Undecided* *1* roll back / wait <@U0BOB> proposes it" in " ".join(
        said(await office.slash("catchup", by="U0DEV")).split()
    )


@pytest.mark.parametrize("length", ["30m", "the last 2 h", "since 45 min", "90", "1h 30m"])
async def test_how_far_back_may_be_said(office: Office, length: str) -> None:
    await office.in_room()
    await office.slash("log rolled back")
    assert "rolled back" in said(await office.slash(f"catchup {length}"))


async def test_what_is_no_length_of_time_is_refused_kindly(office: Office) -> None:
    await office.in_room()
    assert "such as /incident catchup 30m" in said(await office.slash("catchup on everything"))


async def test_outside_the_room_it_asks_which_incident(office: Office) -> None:
    await office.in_room()
    await office.in_room(title="searching is slow", service="search")
    asked = await office.slash("catchup 30m", channel=LOBBY)
    assert "Which incident" in said(asked)
    answer = await office.press(labelled(asked, "This one"))
    assert "Since" in said(answer)


async def test_what_was_said_is_searched_by_command(office: Office) -> None:
    await office.in_room()
    await office.slash("log the <@U0EVE|eve> certificate &amp; key expired", by="U0BOB")
    answer = said(await office.slash("find KEY certificate", by="U0DEV"))
    assert "1 hit" in answer
    assert "📌 <@U0BOB>: the @eve certificate &amp; key expired" in answer
    assert "Nothing in the log" in said(await office.slash("search rollback"))
    await office.in_room(title="searching is slow", service="search")
    asked = await office.slash("search certificate", channel=LOBBY)
    assert "Which incident" in said(asked)


async def test_what_was_written_down_is_corrected_by_its_number(office: Office) -> None:
    await office.in_room()
    answer = said(await office.slash("log decision: roll back 4.11", by="U0DEV"))
    number = re.search(r"/incident correct (\d+)", answer)
    assert number, answer
    fixed = said(await office.slash(f"correct {number[1]} roll back 4.12", by="U0DEV"))
    assert f"Entry {number[1]} reads now: Decision: roll back 4.12" in fixed
    await office.slash("log rolled back", by="U0DEV")
    assert re.search(r"rolled back · entry \d+", said(await office.slash("search rolled", by="U0CLEO")))
    assert "can correct this entry" in said(await office.slash(f"correct {number[1]} never", by="U0CLEO"))
    assert "Say which entry" in said(await office.slash("correct it"))


async def test_a_search_without_words_asks_for_them_in_a_form(office: Office) -> None:
    await office.in_room()
    await office.slash("log the pool is exhausted", by="U0BOB")
    await office.slash("log rolled back", by="U0BOB")
    await office.slash("search")
    form = office.slack.view()
    assert "Write what to look for" in str(await office.submit(form | {"hash": "1"}, {"text": " "}))
    shown = await office.submit(form, {"text": "POOL"})
    assert "the pool is exhausted" in words(shown["view"]["blocks"])
    assert "rolled back" not in words(shown["view"]["blocks"])
