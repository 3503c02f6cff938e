"""Decisions: one post that is edited in place, by silence or by whoever leads."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE
from playbooks.domain.ids import IncidentId
from tests.scenarios.conftest import on_both
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded


async def read(record: Record, number: int = 1) -> None:
    """The pause of a proposal has begun; only then is it time to move the clock."""

    async def begun() -> bool:
        async with record.store.reading() as unit:
            known = await unit.decisions.of(IncidentId(1))
        return any(one.number == number and one.due_at is not None for one in known)

    await record.until(begun, "the pause")


@on_both
async def test_silence_confirms_and_an_objection_puts_it_to_the_commander(cast: Cast, record: Record) -> None:
    await commanded(cast, "bob")
    assert "is shown to the room" in await cast.command("dev", "decide roll back 4.12")
    post = await cast.said("Decision 1*, proposed by @dev")
    assert post.buttons == ["Object…", "Decide now…", "Withdraw"]
    await cast.card("1 decision pending")
    await read(record)
    await cast.house.advance(2 * MINUTE + 5)
    decided = await cast.said("Decision 1*: decided")
    assert (decided.ts, decided.buttons) == (post.ts, [])
    await record.logged("DecisionMade", "protocol")

    await cast.command("dev", "decide how to go on: fail over / wait for the vendor")
    post = await cast.said("Decision 2*, proposed by @dev")
    await post.button("Object…").press(as_="fay")
    await (await cast.person("fay").modal()).submit({"reason": "it loses orders"})
    await cast.said("@fay: it loses orders")
    await read(record, 2)
    await cast.house.advance(2 * MINUTE + 5)
    letter = await cast.whispered("bob", "There are objections to")
    await letter.button("Decide…").press(as_="bob")
    await (await cast.person("bob").modal()).submit({"choice": "1", "reason": "no order may be lost"})
    decided = await cast.said("Decision 2*: decided")
    assert decided.ts == post.ts
    assert "wait for the vendor" in decided.text
    await cast.whispered("fay", "@bob decided")
    assert "0 decisions pending" in await cast.command("gus", "decide")
