"""Who plays, and how the story waits for what it expects: until it is seen, or time is up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.demo.house import House
from bot.demo.stage import Stage, StoryBroken
from bot.demo.world import Json, Machines
from sandbox.testing import Channel, Message, Modal, Person

PATIENCE = 20.0
"""Seconds: far more than anything takes, so that a busy machine does not break the story."""

T = TypeVar("T")


@dataclass(slots=True)
class Cast:
    """Who and what plays."""

    house: House
    stage: Stage
    machines: Machines
    alerts: list[Json] = field(default_factory=list)
    """What is firing."""
    room: str = "inc-1-checkout"
    """The war room in which people act now."""

    def channel(self, name: str = "") -> Channel:
        """A channel by name; the war room without one."""
        return self.house.workspace.channel(name or self.room)

    def person(self, name: str) -> Person:
        """Somebody of the workspace."""
        return self.house.workspace.user(name)

    async def command(self, name: str, words: str, *, room: str = "") -> str:
        """Somebody types ``/incident words``; the answer is what they are told."""
        answer = await self.person(name).slash(room or self.room, "/incident", words)
        if not answer.delivered:
            raise StoryBroken(f"/incident {words}: {answer.error or answer.status}")
        return answer.text

    async def form(self, name: str, words: str, *, room: str = "") -> Modal:
        """Somebody types a command that opens a modal."""
        await self.command(name, words, room=room)
        return await self.person(name).modal(timeout=PATIENCE)

    async def said(self, fragment: str, channel: str = "") -> Message:
        """A message that contains the fragment, once it is there."""
        return await self.channel(channel).expect(fragment, timeout=PATIENCE)

    async def whispered(self, name: str, fragment: str) -> Message:
        """A message of the bot to one person, once it is there."""
        private = await self.house.workspace.dm(name, self.house.app)
        return await private.expect(fragment, timeout=PATIENCE, as_=name)

    async def card(self, fragment: str = "") -> Message:
        """The pinned incident card, once it shows the fragment."""

        async def shown() -> Message | None:
            if not await self.channel().exists():
                return None
            pins = await self.channel().pins()
            return pins[0] if pins and fragment in pins[0].text else None

        return await self.until(shown, f"a pinned card that shows {fragment!r}")

    async def until(self, probe: Callable[[], Awaitable[T | None]], what: str) -> T:
        """The first true answer of the probe. Raises StoryBroken when patience is over."""
        async for _ in self.house.workspace.changes(PATIENCE):
            answer = await probe()
            if answer:
                return answer
        raise StoryBroken(f"{what} did not come within {PATIENCE:.0f} s")


def line(message: Message, fragment: str) -> str:
    """The line of a message in which the fragment stands."""
    return next((each for each in message.text.splitlines() if fragment in each), message.text)


def why(verdict: Json) -> str:
    """The first reason of a verdict that is not an allowance."""
    reasons = [r for r in verdict.get("reasons", ()) if r["decision"] != "allow"] or verdict["reasons"]
    return str(reasons[0]["text"])
