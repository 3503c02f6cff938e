"""People who try again: what they did did not reach the bot, and Slack told them so.

Slack's client says when a command, a click or a form was not answered, and people press
again. They do not when it was answered. If what they wanted to press is gone by then,
their first attempt has got through.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.state import Workspace as Served
from sandbox.testing import ActRefused, Modal, Person, Workspace

Json = dict[str, Any]

PATIENCE = 120.0
"""Seconds; Slack's pauses and the lease of a dead process lie within it."""
_AGAIN_AFTER = 0.05
_MODAL_WITHIN = 10.0
"""Seconds after which somebody who was shown no modal presses again."""
_AWAY = "try again in a minute"
_CLICK = "click"
_DONE_BEFORE: Json = {"ok": True, "delivered": True, "status": "done before", "result": "closed"}


@dataclass(slots=True)
class People(Workspace):
    """The workspace, with people who insist."""

    awake: asyncio.Event = field(default_factory=asyncio.Event)
    """The bot is there, as far as people know."""
    again: list[str] = field(default_factory=list)
    """What had to be done again, and why."""
    served: Served | None = None
    """Where answers stand that one person alone can see."""
    _last: dict[str, tuple[str, Json]] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)
    """When each of them did it, by the clock of the workspace."""
    _read: set[str] = field(default_factory=set)
    """Answers of that kind that somebody has acted upon."""

    def user(self, name: str) -> Person:
        return Insistent(self, name)

    async def act(self, person: str, action: str, **arguments: object) -> Json:
        """Do it until it was answered."""
        self._last[person] = (action, arguments)
        self._since[person] = self.served.clock.now() if self.served is not None else 0.0
        deadline = asyncio.get_running_loop().time() + PATIENCE
        failed = False
        while True:
            await self.awake.wait()
            try:
                answer = await Workspace.act(self, person, action, **arguments)
            except ActRefused:
                if failed:
                    return _DONE_BEFORE
                raise
            away = _AWAY in str(answer)
            if (answer.get("delivered", True) and not away) or answer.get("result") == "refused":
                return answer
            if asyncio.get_running_loop().time() > deadline:
                return answer
            failed = True
            self.again.append(f"{person} {action}: {'records away' if away else answer.get('status')}")
            await asyncio.sleep(_AGAIN_AFTER)

    async def repeat(self, person: str, why: str) -> None:
        """Do once more what this person did last."""
        action, arguments = self._last[person]
        self.again.append(f"{person} {action}: {why}")
        await self.act(person, action, **arguments)

    async def changes(self, timeout: float) -> AsyncIterator[int]:
        """Nobody gives up while the bot may still be coming back."""
        async for change in Workspace.changes(self, max(timeout, PATIENCE)):
            yield change
            for person in self._turned_away():
                await asyncio.sleep(_AGAIN_AFTER)
                await self.repeat(person, "records away")

    def _turned_away(self) -> list[str]:
        """Who was told, after a click, that the bot's records are away."""
        if self.served is None:
            return []
        found: list[str] = []
        for (_place, viewer), answers in self.served.ephemerals.items():
            for ts, message in answers.items():
                if _AWAY in message.text and ts not in self._read:
                    self._read.add(ts)
                    name = self.served.users[viewer].name
                    if self._last[name][0] == _CLICK and float(ts) >= self._since[name]:
                        found.append(name)
        return found


@dataclass(slots=True)
class Insistent(Person):
    """Somebody who presses again when no modal opens."""

    async def modal(self, timeout: float = PATIENCE, *, title: str | None = None) -> Modal:
        deadline = asyncio.get_running_loop().time() + max(timeout, PATIENCE)
        assert isinstance(self.wire, People)
        while True:
            try:
                async with asyncio.timeout(_MODAL_WITHIN):
                    return await Person.modal(self, timeout, title=title)
            except TimeoutError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
            await self.wire.repeat(self.name, "no modal came")
