"""How a story is told: a transcript in the terminal, a banner on the page, at a watchable pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.testing import Workspace

STEPS = 8
PAUSE = 2.5
"""Seconds between two lines when people watch."""


class StoryBroken(Exception):
    """Something that had to happen did not."""


@dataclass(slots=True)
class Stage:
    """Tells and checks. ``pace`` 0 plays as fast as it goes."""

    workspace: Workspace
    say: Callable[[str], None]
    pace: float = PAUSE
    checked: int = field(default=0)

    async def scene(self, number: int, title: str) -> None:
        """A new step begins."""
        self.say(f"\n[{number}/{STEPS}] {title}")
        await self.workspace.post("banner", {"text": title, "step": number, "of": STEPS})
        await self._breathe()

    async def tell(self, line: str) -> None:
        """What somebody does now."""
        self.say(f"      {line}")
        await self._breathe()

    def seen(self, what: str, happened: object = True) -> None:  # noqa: FBT002 - reads as a sentence
        """Something that must be true now. Raises StoryBroken if it is not."""
        if not happened:
            raise StoryBroken(what)
        self.checked += 1
        self.say(f"   ✓  {what}")

    async def curtain(self, text: str) -> None:
        """The story is over."""
        await self.workspace.post("banner", {"text": text, "step": STEPS, "of": STEPS})

    async def _breathe(self) -> None:
        if self.pace:
            await asyncio.sleep(self.pace)
