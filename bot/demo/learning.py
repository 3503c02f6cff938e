"""Step 8: the post-mortem becomes a known error, and the next outage knows it."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE, storm
from bot.demo.recovery import HYPOTHESIS, NOTE, WORKAROUND, calm


async def it_is_learnt(cast: Cast) -> None:
    """Published, the finding is KE-1; found again, it is attached to KE-1."""
    stage = cast.stage
    await stage.scene(8, "The post-mortem drafts itself and becomes a known error")
    await _write_up(cast)
    await stage.tell("Ada publishes it.")
    await _publish(cast, "create")
    published = await cast.said("KE-1")
    stage.seen("KE-1 exists, with its workaround", "KE-1" in published.text)
    await stage.tell("Hours later the same thing happens again.")
    await cast.house.advance(180 * MINUTE)
    cast.room = "inc-2-checkout"
    await storm(cast)
    card = await cast.card("KE-1")
    stage.seen("the card of INC-2 shows the known error and its workaround", "pool.max" in card.text)
    await _end_quickly(cast)
    await stage.tell("Its post-mortem finds the same thing.")
    await _write_up(cast)
    form = await cast.form("ada", "review publish")
    stage.seen("publishing proposes to attach it, and creates no second record", "KE-1" in form.text)
    await form.submit({"choice": "attach"})
    await cast.said("KE-1")
    known = await cast.command("ada", "known", room="incidents")
    stage.seen("there is one known error, not two", "KE-1" in known and "KE-2" not in known)


async def _write_up(cast: Cast) -> None:
    """A human reads the draft and writes down what was found."""
    await cast.said("drafted")


async def _publish(cast: Cast, choice: str) -> None:
    form = await cast.form("ada", "review publish")
    await form.submit({"choice": choice})


async def _end_quickly(cast: Cast) -> None:
    """The second time it goes faster: the workaround is on the card."""
    await (await cast.card("Take command")).button("Take command").press(as_="ada")
    await cast.said("has command")
    await cast.house.advance(5 * MINUTE)
    await calm(cast)
    form = await cast.form("ada", "mitigated")
    await form.submit({"note": "workaround of KE-1"})
    form = await cast.form("ada", "resolve")
    await form.submit({"code": "known error", "note": NOTE})
    await cast.said("Resolved")


FINDING = {"cause": HYPOTHESIS, "workaround": WORKAROUND}
