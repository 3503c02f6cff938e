"""A room in which many messages are said, edited and deleted, over a network that stutters.

A hundred and twenty in the suite; ``TOCSIN_MESSAGES=10000`` makes an evening of it.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE
from bot.demo.recovery import ROLLBACK
from playbooks.domain.ids import instant
from playbooks.domain.spoken import newest_words
from tests.scenarios.conftest import once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded

MESSAGES = int(os.environ.get("TOCSIN_MESSAGES", "120"))
PEOPLE = ("ada", "bob", "cleo", "dev")
AT_ONCE = 4
UNDERSTOOD_WITHIN = 20 + MESSAGES / 5
"""Seconds of this machine, which others share."""


@dataclass
class Talk:
    """What people did, as they know it: words by timestamp."""

    words: dict[str, str] = field(default_factory=dict)
    edits: Counter[str] = field(default_factory=Counter)
    deleted: set[str] = field(default_factory=set)

    @property
    def standing(self) -> dict[str, str]:
        """What the room still shows."""
        return {ts: text for ts, text in self.words.items() if ts not in self.deleted}


async def chatter(cast: Cast, talk: Talk, dice: Random, messages: int) -> None:
    """One person says so many things, and corrects or takes back some of their own."""
    who, own = dice.choice(PEOPLE), list[str]()
    wire = cast.house.workspace
    for number in range(messages):
        text = f"{who} finds {number} of {dice.random():.6f} <&> é🔥"
        thread = {"thread_ts": dice.choice(own)} if own and dice.random() < 0.2 else {}
        said = await wire.act(who, "say", channel=cast.room, text=text, **thread)
        talk.words[said["ts"]] = text
        own.append(said["ts"])
        if dice.random() < 0.2:
            await _change(cast, talk, dice, who, dice.choice(own))


async def _change(cast: Cast, talk: Talk, dice: Random, who: str, ts: str) -> None:
    if ts in talk.deleted:
        return
    wire = cast.house.workspace
    if dice.random() < 0.7:
        text = f"{talk.words[ts]} corrected"
        await wire.act(who, "edit", channel=cast.room, ts=ts, text=text)
        talk.words[ts] = text
        talk.edits[ts] += 1
    else:
        await wire.act(who, "delete", channel=cast.room, ts=ts)
        talk.deleted.add(ts)


async def test_a_busy_room_is_in_the_log_as_it_is_in_the_workspace(cast: Cast, record: Record) -> None:
    """Once each, at its time, every revision kept; and the bot does not say a word."""
    await commanded(cast)
    for person in PEOPLE:
        await cast.person(person).join(cast.room)
    await record.delivered()
    ours = {m.ts for m in await cast.channel().messages(threads=True)}
    faults = cast.house.workspace.faults
    for do, probability in (("duplicate", 0.2), ("reorder", 0.2), ("lost_ack", 0.05)):
        await faults.add(do, where="event", name="message*", probability=probability)
    await faults.add("delay", where="event", name="message*", seconds=20, probability=0.05)

    talk = Talk()
    share = MESSAGES // AT_ONCE
    await asyncio.gather(*(chatter(cast, talk, Random(seed), share) for seed in range(AT_ONCE)))  # noqa: S311
    await faults.clear()
    # What is held back for the sake of disorder comes with the next event, so there has to be one.
    last = await cast.house.workspace.act("ada", "say", channel=cast.room, text="that was all")
    talk.words[last["ts"]] = "that was all"
    await cast.house.advance(2 * MINUTE)
    await _understood(cast, record, talk)

    said = await record.log("MessageSaid")
    spoken = [str((entry.body or {})["ts"]) for entry in said]
    assert Counter(ts for ts in spoken if ts in talk.words) == Counter(talk.words.keys())
    assert all(entry.at == instant(ts) for entry, ts in zip(said, spoken, strict=True))
    revised = Counter(str(body["ts"]) for body in await record.bodies("MessageEdited"))
    assert revised == talk.edits
    taken_back = [str(body["ts"]) for body in await record.bodies("MessageDeleted")]
    assert sorted(taken_back) == sorted(talk.deleted)
    newest = {ts: words for (_, ts), words in newest_words(await record.log()).items()}
    shown = {m.ts: m.text for m in await cast.channel().messages(threads=True) if m.ts not in ours}
    assert {ts: newest[ts] for ts in talk.standing} == talk.standing
    # One look at a room shows its newest thousand; in the suite that is all of it.
    recent = {ts for ts in talk.standing if ts >= min(shown)}
    assert set(shown) == recent, "the room lacks something, or the bot said something"
    assert (await record.store.ledger.audit(said[0].incident)).broken is None


@once
async def test_pipelines_that_ask_and_ask_are_answered_in_the_thread_of_the_card(
    cast: Cast, record: Record
) -> None:
    """One post in ten minutes for which nobody asked; what waits for a press can be pressed there."""
    await commanded(cast)
    await record.delivered()
    before = {m.ts for m in await cast.channel().messages()}
    for number in range(4):
        rollback = ROLLBACK | {"ref": f"github:acme/payments:{number}", "op_id": f"{number}/production"}
        assert (await cast.machines.gate(rollback))["verdict"] == "needs_approval"
    await record.delivered()
    posts = [m for m in await cast.channel().messages() if m.ts not in before]
    assert len(posts) == 1
    assert "asks to pass the freeze" in posts[0].text
    card = await cast.card()
    threaded = [m for m in await card.replies() if "asks to pass the freeze" in m.text]
    assert len(threaded) == 3
    await threaded[-1].button("Approve").press(as_="ada")
    await record.logged("ChangeApproved")

    await cast.house.advance(11 * MINUTE)
    await cast.machines.gate(ROLLBACK | {"ref": "github:acme/payments:9", "op_id": "9/production"})
    await record.delivered()
    assert len([m for m in await cast.channel().messages() if m.ts not in before]) == 2


async def _understood(cast: Cast, record: Record, talk: Talk) -> None:
    """Every message, edit and deletion has arrived; Slack tries the lost ones again as time passes."""
    wanted = len(talk.words) + talk.edits.total() + len(talk.deleted)
    deadline = asyncio.get_running_loop().time() + UNDERSTOOD_WITHIN
    while len(await record.log("MessageSaid", "MessageEdited", "MessageDeleted")) < wanted:
        assert asyncio.get_running_loop().time() < deadline, await _missing(record, talk)
        await asyncio.sleep(max(0.2, MESSAGES / 2000))
        await cast.house.advance(MINUTE / 6)


async def _missing(record: Record, talk: Talk) -> str:
    """What the log lacks, for whoever reads a failure."""
    said = {str(body["ts"]) for body in await record.bodies("MessageSaid")}
    edits = Counter(str(body["ts"]) for body in await record.bodies("MessageEdited"))
    gone = {str(body["ts"]) for body in await record.bodies("MessageDeleted")}
    return f"missing {talk.words.keys() - said}, edits {talk.edits - edits}, deleted {talk.deleted - gone}"
