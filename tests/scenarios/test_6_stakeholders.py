"""Step 6: stakeholders hear what is verified, on time, and not a word of what is guessed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE
from bot.demo.recovery import HYPOTHESIS, IMPACT, stakeholders_hear
from sandbox.testing import Message, SubmitResult
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, declared, resolved

READERS = "stakeholders"


async def released(cast: Cast, words: str = f"impact {IMPACT}", *, number: int = 1) -> None:
    """Somebody states it, a second person verifies it, the commander releases it."""
    await cast.command("bob", words)
    assert "verified by" in await cast.command("dev", f"verify {number}")
    assert "released to" in await cast.command("ada", f"release {number}")


async def sent(cast: Cast, *, note: str = "") -> SubmitResult:
    """The comms lead reads the draft and sends it."""
    form = await cast.form("eve", "update")
    return await form.submit({"note": note} if note else {})


async def updates(cast: Cast) -> list[Message]:
    """What stakeholders read, oldest first."""
    messages = await cast.channel(READERS).messages()
    return [message for message in messages if message.author == "Tocsin" and "metadata" in message.raw]


async def test_readers_hear_the_verified_impact_and_nothing_of_the_hypothesis(
    cast: Cast, record: Record
) -> None:
    await commanded(cast)
    await stakeholders_hear(cast)

    (digest,) = await updates(cast)
    assert IMPACT in digest.text
    for word in (*HYPOTHESIS.split(), "hypothesis", "cause"):
        assert f" {word} " not in f" {digest.text.casefold()} " or word in IMPACT, word
    announced = await cast.said("INC-1", "incidents")
    assert "pool" not in announced.text
    (entry,) = await record.log("UpdateSent")
    assert (entry.actor, IMPACT in str(entry.body), "pool" in str(entry.body)) == ("U0EVE", True, False)
    promised = datetime.fromisoformat((await record.bodies("UpdatePromised"))[-1]["due_at"])
    assert abs(promised - entry.at - timedelta(minutes=20)) < timedelta(seconds=1)
    await cast.said("sent update 1 to the stakeholders")


@on_both
async def test_an_update_that_is_due_asks_its_writers_and_then_whoever_is_above_them(
    cast: Cast, record: Record
) -> None:
    """There is always something true to say, even before anything is known."""
    await commanded(cast)
    await cast.house.advance(5 * MINUTE + 1)
    asked = await cast.whispered("eve", "Update 1 is due now")
    await cast.whispered("ada", "Update 1 is due now")
    await cast.house.advance(5 * MINUTE + 1)
    await cast.whispered("gus", "Update 1 was promised for")
    assert [len(await record.log(kind)) for kind in ("UpdateDue", "UpdateOverdue")] == [1, 1]
    overdue = await cast.command("ada", "status")
    assert "no. 1 overdue" in overdue

    await asked.button("Read and send").press(as_="eve")
    form = await cast.person("eve").modal()
    assert "Being assessed" in form.text
    await form.submit({})
    digest = await cast.said("Being assessed", READERS)
    assert "Next update by" in digest.text
    assert "even if nothing changes" in digest.text


@on_both
async def test_what_readers_were_told_and_is_wrong_is_corrected_at_once(cast: Cast, record: Record) -> None:
    """T-f 9: the correction is due now, the update marks it, the log keeps both."""
    await commanded(cast)
    await released(cast)
    await sent(cast)
    await cast.said(IMPACT, READERS)
    await cast.command("dev", "refute 1")
    told = await cast.whispered("eve", "What readers were told is wrong")
    await cast.whispered("eve", "Update 2 is due now")
    await told.button("Read and send").press(as_="eve")
    await (await cast.person("eve").modal()).submit({})
    correction = await cast.said("That was wrong", READERS)
    assert f"We said “{IMPACT}”. That was wrong." in correction.text
    assert [len(await record.log(kind)) for kind in ("StatementReleased", "StatementRefuted")] == [1, 1]


BLOCKED = [
    pytest.param("The connection pool was exhausted when the worker count went up.", id="repeats a guess"),
    pytest.param("We believe the pool is full.", id="hedges"),
    pytest.param("It was caused by a release.", id="names a cause"),
]


@once
async def test_a_sentence_that_says_more_than_was_released_is_sent_back(cast: Cast, record: Record) -> None:
    """T-f 1, 3 and 5: the refusal quotes the words, and nothing typed is lost."""
    await commanded(cast)
    await cast.command("bob", f"hypothesis {HYPOTHESIS}")
    form = await cast.form("eve", "update")
    for blocked in (str(case.values[0]) for case in BLOCKED):
        refused = await form.submit({"note": blocked})
        assert refused.kind == "errors", blocked
        assert "“" in " ".join(refused.errors.values()), blocked
    assert await updates(cast) == []
    assert await record.log("UpdateSent") == []
    done = await form.submit({"note": "Shops in the street are not affected."})
    assert done.kind == "closed"
    await cast.said("Shops in the street are not affected.", READERS)


@once
async def test_every_step_of_a_statement_can_be_pressed(cast: Cast, record: Record) -> None:
    await commanded(cast)
    form = await cast.form("bob", "impact")
    written = await form.submit({"text": IMPACT})
    assert written.kind == "updated"
    await cast.command("dev", "facts")
    listed = await cast.channel().expect(IMPACT, as_="dev")
    await listed.button("Verify").press(as_="dev")
    await record.logged("StatementVerified")
    await cast.command("ada", "facts")
    listed = await cast.channel().expect("verified by @dev", as_="ada")
    await listed.button("Release to stakeholders").press(as_="ada")
    await record.logged("StatementReleased")
    await cast.command("ada", "facts")
    listed = await cast.channel().expect("released to stakeholders", as_="ada")
    await listed.button("It is wrong").press(as_="ada")
    await record.logged("StatementRefuted")


@once
async def test_who_may_not_speak_is_told_who_may(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await cast.command("bob", f"hypothesis {HYPOTHESIS}")
    assert "somebody else has to verify it" in await cast.command("bob", "verify 1 https://graphs.example/1")
    assert "Show what proves this cause: a link" in await cast.command("dev", "verify 1")
    assert "verified by" in await cast.command("dev", "verify 1 https://graphs.example/1")
    assert "Only the commander or a comms lead (@ada or @eve)" in await cast.command("fay", "release 1")
    assert "Only the commander, a comms lead or a duty manager" in await cast.command("fay", "update")
    assert "There is no statement 9 here" in await cast.command("ada", "verify 9")
    assert await updates(cast) == []
    assert await record.log("StatementReleased") == []


@on_both
async def test_an_update_whose_answer_got_lost_is_read_once(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await released(cast)
    await record.delivered()
    await cast.house.workspace.faults.add("lost", name="chat.postMessage", count=2)
    await sent(cast)
    await record.delivered()
    assert len(await updates(cast)) == 1
    assert len([m for m in await cast.channel().messages() if "sent update 1" in m.text]) == 1


@once
async def test_foreign_words_wake_nobody_and_break_nothing(cast: Cast) -> None:
    """Slack turns ``<!channel>`` into a call to everybody; words of people never do."""
    await commanded(cast)
    await released(cast, "impact <!channel> and <https://evil.example|click here> *now* @here")
    await sent(cast)
    digest = await cast.said("evil.example", READERS)
    raw = str(digest.raw["blocks"]) + str(digest.raw["text"])
    assert "&lt;!channel&gt;" in raw
    assert "<!channel>" not in raw
    assert "click here" not in raw, "an address is shown as it is, not behind somebody's words"


@once
async def test_the_last_update_says_that_it_is_the_last(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await released(cast)
    await sent(cast)
    await resolved(cast)
    await cast.whispered("eve", "Update 2 is due now")
    await sent(cast)
    await cast.said("This is the last update", READERS)
    (first, last) = await record.bodies("UpdateSent")
    assert (first["next_at"] is None, last["next_at"] is None) == (False, True)
    form = await cast.form("eve", "update")
    refused = await form.submit({})
    assert "nothing more is promised" in " ".join(refused.errors.values())


@once
async def test_before_anybody_commands_the_writers_can_speak_too(cast: Cast) -> None:
    await declared(cast)
    await sent(cast)
    await cast.said("Being assessed", READERS)
