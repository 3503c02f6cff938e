"""Who keeps the bot alive while the story is played: one bot, or several replicas."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import Protocol

from bot.demo.house import House, HouseBroken
from tests.soak.nursery import Child
from tests.soak.people import People
from tests.soak.trouble import COMMITS


class Company(Protocol):
    """The bots of one run."""

    @property
    def deaths(self) -> int: ...

    async def start(self) -> None:
        """Return when requests can be served. Raises HouseBroken."""
        ...

    async def watch(self) -> None:
        """Keep them alive until ``leave``. Raises HouseBroken."""
        ...

    def kill(self) -> None:
        """End one of them before this returns."""
        ...

    async def leave(self) -> None:
        """Stop them for good."""
        ...


@dataclass(slots=True)
class Keeper:
    """Starts the bot, and starts it again whenever it has died."""

    house: House
    people: People
    deaths: int = 0
    _leaving: bool = field(default=False)

    async def start(self) -> None:
        """Return when a bot is ready. Raises HouseBroken."""
        while True:
            try:
                await self.house.start_bot()
            except HouseBroken:
                if self._code() != -signal.SIGKILL:
                    raise
                self._buried()
            else:
                self.people.awake.set()
                return

    async def watch(self) -> None:
        """Start the bot again whenever it has died. Raises HouseBroken if it ended in another way."""
        while True:
            assert self.house.process is not None
            await self.house.process.wait()
            if self._leaving:
                return
            self.people.awake.clear()
            if self._code() != -signal.SIGKILL:
                raise HouseBroken(f"The bot ended by itself:\n{self.house.last_words()}")
            self._buried()
            await self.start()

    def kill(self) -> None:
        """End the bot before this returns."""
        assert isinstance(self.house.process, Child)
        self.house.process.kill_now()

    async def leave(self) -> None:
        """Stop the bot for good."""
        self._leaving = True
        await self.house.stop_bot()

    def _code(self) -> int | None:
        return self.house.process.returncode if self.house.process else None

    def _buried(self) -> None:
        self.deaths += 1
        self.house.settings[COMMITS] = "0"
