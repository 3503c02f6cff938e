"""Step 8: the post-mortem becomes a known error, and the next outage knows it."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE, storm
from bot.demo.recovery import HYPOTHESIS, NOTE, WORKAROUND, calm
from sandbox.testing import Message, Modal

LEARNT = {"cause": HYPOTHESIS, "workaround": WORKAROUND}
LUCK = "What went well, what was luck, what surprised us"


async def it_is_learnt(cast: Cast) -> None:
    """Published, the finding is KE-1; found again, it is attached to KE-1."""
    stage = cast.stage
    await stage.scene(8, "The post-mortem drafts itself and becomes a known error")
    draft = await cast.said("has drafted itself")
    stage.seen("the draft is in the room", draft.buttons)
    await stage.tell("Ada reads and edits it, and writes down what was learnt.")
    form = await _write_up(cast, draft)
    stage.seen("nothing like it is known yet", "new known error" in form.text)
    await form.submit({"choice": "create"})
    published = await cast.said("published the post-mortem")
    stage.seen("KE-1 exists, with its workaround", "KE-1" in published.text)
    await stage.tell("Hours later the same thing happens again.")
    await cast.house.advance(180 * MINUTE)
    cast.room = "inc-2-checkout"
    await storm(cast)
    card = await cast.card("KE-1")
    stage.seen("the card of INC-2 shows the known error and its workaround", "pool.max" in card.text)
    await _end_quickly(cast)
    await stage.tell("Its post-mortem finds the same thing.")
    form = await _write_up(cast, await cast.said("has drafted itself"))
    stage.seen("publishing proposes to attach it to KE-1", "KE-1" in form.text)
    refused = await form.submit({"choice": "create"})
    stage.seen("a second record of the same thing is refused", refused.kind == "errors")
    await form.submit({"choice": "attach"})
    await cast.said("published the post-mortem")
    known = await cast.command("ada", "known", room="incidents")
    stage.seen("there is one known error, not two", "KE-1" in known and "KE-2" not in known)


async def _write_up(cast: Cast, draft: Message) -> Modal:
    """A human edits the draft and writes the finding; the answer is the question before publishing."""
    ada = cast.person("ada")
    await draft.button("Edit").press(as_="ada")
    form = await ada.modal(title="Edit the post-mortem")
    await form.submit({LUCK: f"## {LUCK}\n\n- The rollback was ready within ten minutes."})
    await draft.button("What we learned").press(as_="ada")
    form = await ada.modal(title="What we learned")
    await form.submit(LEARNT)
    await draft.button("Publish").press(as_="ada")
    return await ada.modal(title="Publish")


async def _end_quickly(cast: Cast) -> None:
    """The second time it goes faster: the workaround is on the card."""
    await (await cast.card("Take command")).button("Take command").press(as_="ada")
    await cast.said("has command")
    await cast.house.advance(5 * MINUTE)
    await calm(cast)
    form = await cast.form("ada", "mitigated")
    await form.submit({"note": "workaround of KE-1"})
    form = await cast.form("ada", "resolve")
    await form.submit({"code": "known error", "note": NOTE, "despite": "the workaround holds"})
    await cast.said("Resolved* by")
