"""People who press and type whatever they find, in any order: the bot never stumbles over them.

No expectation of what an act leads to, only of what never happens: an act without an answer, trouble
inside the bot, something owed that is never done, a log whose chain is broken. A seed chooses every act;
what is on the screen when it comes depends on how quick the bot was, so a run is alike, not the same.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

import aiohttp

from bot.demo.cast import Cast
from bot.demo.house import open_house
from bot.demo.stage import Stage
from bot.demo.world import Alert, Json, Machines, ago, delivery, resolved
from bot.manifest import Mode
from handlers.names import Verb
from sandbox.testing import Home, Message, Modal
from sandbox.testing.wire import ActRefused
from tests.scenarios.record import Record, broke, printed, reading
from tests.soak.nursery import Nursery

PEOPLE = ("ada", "bob", "cleo", "dev", "eve", "fay", "gus")
SERVICES = ("checkout", "payments", "search", "auth", "orders-db")
ORIGINS = ("prometheus-eu", "probes-external")
PASSES = (10, 60, 310, 700, 1900, 4000)
"""Seconds that pass at once."""
WORDS = (
    "rolled back 4.11",
    "pool is <empty> & sad",
    "é🔥 waits",
    "all of Europe",
    "x" * 300,
    "1",
    "2 https://graphs.example/1",
    "none",
    "me",
    "back",
    "done",
    "",
)
MENTIONS = tuple(f"<@U0{name.upper()}>" for name in PEOPLE)
MINUTES_OF_PATIENCE = 4
"""For what is owed in the end; one look at it takes twenty seconds."""
STUMBLED = ("slack.failed", "http.failed")
"""What the edges say when an answer was that something went wrong here."""
RECENT = 12
"""So many of the newest messages with buttons are in reach of a hand."""


@dataclass(slots=True)
class Crowd:
    """Seven people, two monitoring systems, a pipeline and the clock."""

    cast: Cast
    dice: Random
    acts: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    firing: list[tuple[Json, str]] = field(default_factory=list)

    async def act(self) -> None:
        """One thing that somebody does."""
        who = self.dice.choice(PEOPLE)
        if await self.cast.house.workspace.modals(who) and self.dice.random() < 0.7:
            await self._fill(who)
            return
        deeds: dict[Callable[[str], Awaitable[None]], int] = {
            self._type: 30,
            self._press: 35,
            self._look_home: 8,
            self._say: 8,
            self._monitor: 8,
            self._let_time_pass: 6,
            self._ask_the_gate: 3,
            self._join: 4,
            self._die: 1,
        }
        (deed,) = self.dice.choices(list(deeds), list(deeds.values()))
        try:
            await deed(who)
        except ActRefused:
            self.acts["refused by Slack"] += 1

    def _note(self, act: str, *, delivered: bool, what: str) -> None:
        self.acts[act] += 1
        if not delivered:
            self.complaints.append(f"no answer: {what}")

    async def _type(self, who: str) -> None:
        words, room = self._command(), await self._room(who)
        answer = await self.cast.person(who).slash(room, "/incident", words)
        self._note(
            "typed", delivered=answer.delivered, what=f"{who} typed “{words}” in {room}: {answer.error}"
        )
        if "did not work" in answer.text:
            self.complaints.append(f"stumbled: {who} typed “{words}” in {room}")

    async def _press(self, who: str) -> None:
        house = self.cast.house
        if self.dice.random() < 0.3:
            place = await house.workspace.dm(who, house.app)
        else:
            place = self.cast.channel(await self._room(who))
        found = [m for m in await place.messages(as_=who, threads=True) if m.buttons]
        if found:
            await self._press_on(who, self.dice.choice(found[-RECENT:]))

    async def _look_home(self, who: str) -> None:
        home = await self.cast.person(who).open_home(self.cast.house.app)
        if home.buttons and self.dice.random() < 0.5:
            await self._press_on(who, home)

    async def _press_on(self, who: str, surface: Message | Home | Modal) -> None:
        label = self.dice.choice(surface.buttons)
        try:
            pressed = await surface.button(label).press(as_=who)
        except AssertionError:
            self.acts["came too late"] += 1  # it was redrawn under the hand
            return
        self._note("pressed", delivered=pressed.delivered, what=f"{who} pressed {label}: {pressed.error}")

    async def _fill(self, who: str) -> None:
        """The topmost form: filled in somehow, or closed."""
        views = await self.cast.house.workspace.modals(who)
        form = Modal(self.cast.house.workspace, views[-1], who)
        if not form.raw.get("submit") or self.dice.random() < 0.15:
            await form.close()
        elif form.buttons and self.dice.random() < 0.3:
            await self._press_on(who, form)
        else:
            done = await form.submit(self._values(form))
            self._note("filled in", delivered=done.kind != "failed", what=f"{who} filled in {form.title}")
            if done.kind in ("errors", "refused") and await form.is_open():
                await form.close()

    async def _say(self, who: str) -> None:
        await self.cast.person(who).say(await self._room(who), self._words() or "hm")
        self.acts["said"] += 1

    async def _join(self, who: str) -> None:
        await self.cast.person(who).join(await self._room(who))
        self.acts["joined"] += 1

    async def _die(self, _who: str) -> None:
        """The bot, of SIGKILL; somebody starts it again."""
        await self.cast.house.kill_bot()
        await self.cast.house.start_bot()
        self.acts["died"] += 1

    async def _monitor(self, _who: str) -> None:
        """An alert begins or ends."""
        now = await self.cast.machines.now()
        if self.firing and self.dice.random() < 0.4:
            alert, origin = self.firing.pop(self.dice.randrange(len(self.firing)))
            payload = delivery([resolved(alert, now)], origin=origin, status="resolved")
        else:
            payload = self._begun(now)
        status = await self.cast.machines.alert(payload)
        self._note("alerted", delivered=status in (202, 429), what=f"a webhook: {status}")

    def _begun(self, now: datetime) -> Json:
        service, origin = self.dice.choice(SERVICES), self.dice.choice(ORIGINS)
        alert = Alert(name=f"Rule{self.dice.randint(1, 6)}", service=service, summary=self._words() or "down")
        self.firing.append((alert.firing(ago(now, 30), origin), origin))
        return delivery([self.firing[-1][0]], origin=origin)

    async def _let_time_pass(self, _who: str) -> None:
        await self.cast.house.advance(self.dice.choice(PASSES))
        self.acts["time passed"] += 1

    async def _ask_the_gate(self, _who: str) -> None:
        change = {"ref": f"change:{self.dice.randint(1, 5)}", "services": [self.dice.choice(SERVICES)]}
        verdict = await self.cast.machines.gate(change | {"risk": self.dice.choice(("low", "high"))})
        self._note("asked the gate", delivered="verdict" in verdict, what=f"the gate: {verdict}")

    async def _room(self, who: str) -> str:
        """A channel that this person may see, war rooms more often than others."""
        seen = (await self.cast.house.workspace.get("page/bootstrap", {"as": who}))["channels"]
        rooms = [each["name"] for each in seen if each.get("name", "").startswith(("inc-", "drill-"))]
        return self.dice.choice(rooms[-4:]) if rooms and self.dice.random() < 0.8 else "general"

    def _words(self) -> str:
        return self.dice.choice(WORDS)

    def _command(self) -> str:
        """A verb, alone as often as not; else with words that fit it, or do not."""
        verb = self.dice.choice(list(Verb)).value.replace("_", " ")
        where = self.dice.choice(("", "", "", "INC-1", "INC-2"))
        object_ = self.dice.choice(("", "drill", "private", "of INC-1", "net", "4", *SERVICES))
        words = (object_, self.dice.choice(("", *MENTIONS)), self._words())
        some = () if self.dice.random() < 0.5 else self.dice.sample(words, self.dice.randint(1, 3))
        return " ".join(part for part in (where, verb, *some) if part)

    def _values(self, form: Modal) -> dict[str, object]:
        blocks = [block for block in form.blocks if block.get("type") == "input"]
        wanted = [block for block in blocks if not block.get("optional") or self.dice.random() < 0.6]
        filled = {str(block["block_id"]): self._value(block["element"]) for block in wanted}
        return {name: value for name, value in filled.items() if value is not None}

    def _value(self, element: Json) -> object:
        """Something that fits into an input; None leaves it as it is."""
        groups = element.get("option_groups", ())
        options = element.get("options") or [each for group in groups for each in group["options"]]
        some: dict[str, object] = {
            "plain_text_input": self._words() or None,
            "users_select": f"U0{self.dice.choice(PEOPLE).upper()}",
            "multi_users_select": [f"U0{name.upper()}" for name in self.dice.sample(PEOPLE, 2)],
            "url_text_input": "https://graphs.example/1",
            "number_input": str(self.dice.randint(0, 90)),
        }
        if options and element["type"] in ("static_select", "radio_buttons"):
            return self.dice.choice(options)["value"]
        if element["type"] in ("multi_static_select", "checkboxes"):
            return [each["value"] for each in options if self.dice.random() < 0.5]
        return some.get(element["type"])


async def let_loose(nursery: Nursery, *, mode: Mode, database_url: str, seed: int, acts: int) -> Crowd:
    """So many acts in a house of their own, until nothing is owed; ``complaints`` should be empty."""
    with tempfile.TemporaryDirectory(prefix="tocsin-crowd-") as folder:
        async with (
            open_house(Path(folder), mode=mode, database_url=database_url, launch=nursery.launch) as house,
            aiohttp.ClientSession(trust_env=False) as session,
            reading(database_url) as record,
        ):
            await house.start_bot()
            stage = Stage(house.workspace, say=lambda _line: None, pace=0)
            cast = Cast(house=house, stage=stage, machines=Machines(house, session))
            crowd = Crowd(cast, Random(seed))  # noqa: S311 - to be repeated
            for _ in range(acts):
                await crowd.act()
            await house.advance(400)
            await _all_is_done(crowd, record)
    return crowd


async def _all_is_done(crowd: Crowd, record: Record) -> None:
    """Many incidents are redrawn after each leap in time, and Slack lets fifty through a minute."""
    for _ in range(MINUTES_OF_PATIENCE * 3):
        with suppress(AssertionError):
            await record.delivered()
            break
    else:
        rows = await record.outbox()
        crowd.complaints += [f"owed: {row.kind} {row.reason}" for row in rows if row.state != "done"]
    try:
        await record.verify()
    except AssertionError as untrue:
        crowd.complaints.append(str(untrue))
    rows = await record.outbox()
    crowd.complaints += [f"put aside: {row.kind} {row.reason}" for row in rows if row.state == "buried"]
    house = crowd.cast.house
    trouble = [*broke(house), *(line for event in STUMBLED for line in printed(house, event))]
    crowd.complaints += [json.dumps(line)[:2_000] for line in trouble]
