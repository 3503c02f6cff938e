"""Tasks: asked and reminded in private messages, seen on the card, and silent in the room."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE
from tests.scenarios.conftest import on_both
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, resolved


@on_both
async def test_a_task_goes_to_one_person_and_its_silence_to_those_above(cast: Cast, record: Record) -> None:
    await commanded(cast, "bob")
    asked = await cast.command("ada", "task <@U0DEV> 10m read the log of the database")
    assert "is asked privately" in asked
    letter = await cast.whispered("dev", "read the log of the database")
    assert letter.buttons == ["Accept", "I cannot"]
    await cast.card("1 task open")
    await cast.house.advance(5 * MINUTE + 5)
    await cast.whispered("dev", "Will you do")
    await cast.house.advance(5 * MINUTE + 5)
    above = await cast.whispered("ada", "does not answer whether they can do")
    assert "Give to somebody else…" in above.buttons
    await cast.whispered("bob", "does not answer whether they can do")
    await letter.button("Accept").press(as_="dev")
    await record.logged("TaskAccepted", "U0DEV")
    await cast.house.advance(10 * MINUTE + 5)
    late = await cast.whispered("dev", "is up. Is it done?")
    await cast.card("1 late")
    await late.button("Done").press(as_="dev")
    await record.logged("TaskDone", "U0DEV")
    await cast.whispered("ada", "is done")

    await cast.command("bob", "task <@U0FAY> call the vendor")
    await resolved(cast, "bob")
    await cast.whispered("bob", "They stand in the post-mortem as actions")
    said = [m.text for m in await cast.channel().messages(as_="gus") if not m.ephemeral]
    assert not [text for text in said if "the vendor" in text or "read the log" in text]
