"""Conversations, read from outside."""

# ruff: noqa: ASYNC109  a test says how long it waits where it waits

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.testing.surfaces import Message, messages_of
from sandbox.testing.wire import Wire

Json = dict[str, Any]


@dataclass(slots=True)
class Channel:
    """A conversation, by name or id; it may not exist yet."""

    wire: Wire
    name: str

    async def messages(self, *, as_: str | None = None, threads: bool = False) -> list[Message]:
        """Oldest first; with ``as_`` also what only that person sees, with ``threads`` also replies."""
        return messages_of(self.wire, await self.wire.conversation(self.name, as_, threads=threads), as_)

    async def expect(
        self, fragment: str, timeout: float = 10, as_: str | None = None, *, after: str = ""
    ) -> Message:
        """Wait for a message whose visible text contains this; the newest one, younger than ``after``.

        Replies in threads count. ``as_`` sees ephemeral messages too. Raises AssertionError
        that shows the channel.
        """
        seen: list[Message] = []
        async for _ in self.wire.changes(timeout):
            if not await self.exists():
                continue
            seen = await self.messages(as_=as_, threads=True)
            for message in reversed(seen):
                if message.ts > after and (fragment in message.text or fragment in message.raw["text"]):
                    return message
        content = "\n---\n".join(f"{each.author}: {each}" for each in seen) or "(nothing)"
        raise AssertionError(f"Nobody said {fragment!r} in #{self.name}. There is:\n{content}")

    async def expect_gone(self, fragment: str, timeout: float = 10, as_: str | None = None) -> None:
        """Wait until no message contains this any more."""
        async for _ in self.wire.changes(timeout):
            if not any(fragment in each.text for each in await self.messages(as_=as_, threads=True)):
                return
        raise AssertionError(f"{fragment!r} is still in #{self.name}.")

    async def exists(self) -> bool:
        answer = await self.wire.get("page/channel", {"channel": self.name, "limit": 1}, lenient=True)
        return bool(answer.get("ok", True))

    async def info(self) -> Json:
        """The conversation: id, name, topic, purpose, is_archived and so on."""
        return dict((await self._read())["channel"])

    async def id(self) -> str:
        return str((await self.info())["id"])

    async def topic(self) -> str:
        return str((await self.info())["topic"])

    async def members(self) -> list[str]:
        """Names of the members."""
        return [str(each) for each in (await self._read())["member_names"]]

    async def pins(self) -> list[Message]:
        return messages_of(self.wire, await self._read(), None, "pins")

    async def bookmarks(self) -> list[Json]:
        return list((await self._read())["bookmarks"])

    async def _read(self) -> Json:
        return await self.wire.conversation(self.name)
