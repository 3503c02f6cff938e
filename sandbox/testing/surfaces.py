"""What has blocks: messages, modals and Home tabs, with their buttons and menus."""

# ruff: noqa: ASYNC109  a test says how long it waits where it waits

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sandbox.testing.outcomes import Outcome, SubmitResult
from sandbox.testing.wire import Wire

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Control:
    """A button or a menu, found by what is written on it."""

    wire: Wire
    where: Json
    viewer: str | None

    async def press(self, as_: str | None = None, value: str | None = None) -> Outcome:
        """Click it; ``value`` picks one of several buttons with the same label."""
        extra = {} if value is None else {"value": value}
        return Outcome(await self.wire.act(as_ or self._person(), "click", **self.where, **extra))

    async def choose(self, value: object, as_: str | None = None) -> Outcome:
        """Choose in a menu or picker: an option, a user, a channel, a date …; a list for many."""
        return Outcome(await self.wire.act(as_ or self._person(), "select", **self.where, value=value))

    def _person(self) -> str:
        if self.viewer is None:
            raise AssertionError("Say who does it: press(as_='ada').")
        return self.viewer


@dataclass(slots=True)
class Surface:
    """Something with blocks."""

    wire: Wire
    raw: Json
    viewer: str | None = None

    @property
    def blocks(self) -> list[Json]:
        return list(self.raw.get("blocks") or ())

    @property
    def text(self) -> str:
        """All visible text, mentions by name, entities as characters."""
        return str(self.raw.get("visible") or "")

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons, in order."""
        return list(self.raw.get("buttons") or ())

    def button(self, label: str) -> Control:
        """A button by its label; raises AssertionError if it is not there."""
        if not any(label.casefold() in each.casefold() for each in self.buttons):
            raise AssertionError(f"No button {label!r} on:\n{self}")
        return Control(self.wire, {**self.place(), "label": label}, self.viewer)

    def element(self, name: str) -> Control:
        """A menu, picker or button by action_id."""
        return Control(self.wire, {**self.place(), "action_id": name}, self.viewer)

    def select(self, label: str) -> Control:
        """A menu or picker by its placeholder or label."""
        return Control(self.wire, {**self.place(), "label": label}, self.viewer)

    def place(self) -> Json:
        """How the control surface names this surface."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n".join((self.text, *(f"[{each}]" for each in self.buttons)))


@dataclass(slots=True)
class Message(Surface):
    """A message as one person, or nobody in particular, sees it."""

    channel: str = ""

    @property
    def ts(self) -> str:
        return str(self.raw["ts"])

    @property
    def thread_ts(self) -> str | None:
        return self.raw.get("thread_ts")

    @property
    def author(self) -> str:
        """Name of the person or bot that wrote it."""
        return str(self.raw["author"]["name"])

    @property
    def ephemeral(self) -> bool:
        return bool(self.raw.get("ephemeral"))

    @property
    def pinned(self) -> bool:
        return bool(self.raw.get("pinned"))

    @property
    def edited(self) -> bool:
        return bool(self.raw.get("edited"))

    @property
    def reactions(self) -> dict[str, list[str]]:
        """User ids by emoji name."""
        return {each["name"]: list(each["users"]) for each in self.raw.get("reactions") or ()}

    def place(self) -> Json:
        return {"channel": self.channel, "ts": self.ts}

    async def refresh(self) -> Self:
        """Read it again; raises AssertionError if it is gone."""
        for each in await self._all():
            if each.ts == self.ts:
                self.raw = each.raw
                return self
        raise AssertionError(f"The message {self.ts} is gone from {self.channel}.")

    async def replies(self) -> list[Message]:
        """The thread below it, oldest first, without the message itself."""
        return [each for each in await self._all() if each.thread_ts == self.ts and each.ts != self.ts]

    async def _all(self) -> list[Message]:
        shown = await self.wire.conversation(self.channel, self.viewer, threads=True)
        return messages_of(self.wire, shown, self.viewer)


@dataclass(slots=True)
class Modal(Surface):
    """An open modal of one person."""

    @property
    def view_id(self) -> str:
        return str(self.raw["id"])

    @property
    def title(self) -> str:
        return str(self.raw["title"]["text"])

    @property
    def callback_id(self) -> str:
        return str(self.raw.get("callback_id") or "")

    @property
    def private_metadata(self) -> str:
        return str(self.raw.get("private_metadata") or "")

    @property
    def errors(self) -> dict[str, str]:
        """What is shown under the inputs, by block_id."""
        return dict(self.raw.get("errors") or {})

    def place(self) -> Json:
        return {"view_id": self.view_id}

    async def submit(
        self, values: Mapping[str, object] | None = None, *, as_: str | None = None
    ) -> SubmitResult:
        """Fill in and submit; inputs are named by label, block_id or action_id."""
        person = as_ or self.viewer or ""
        answer = await self.wire.act(person, "submit", view_id=self.view_id, values=dict(values or {}))
        await self._reload(person)
        return SubmitResult(answer)

    async def close(self) -> Outcome:
        return Outcome(await self.wire.act(self.viewer or "", "close_modal", view_id=self.view_id))

    async def is_open(self) -> bool:
        return any(each["id"] == self.view_id for each in await self.wire.modals(self.viewer or ""))

    async def refresh(self) -> Self:
        """Read it again; raises AssertionError if it was closed."""
        if not await self._reload(self.viewer or ""):
            raise AssertionError(f"The modal {self.title!r} is closed.")
        return self

    async def _reload(self, person: str) -> bool:
        for each in await self.wire.modals(person):
            if each["id"] == self.view_id:
                self.raw = each
                return True
        return False


@dataclass(slots=True)
class Home(Surface):
    """The Home tab of an app, for one person; empty until the app has published it."""

    app_id: str = ""

    @property
    def published(self) -> bool:
        return bool(self.raw)

    def place(self) -> Json:
        return {"home": self.app_id}

    async def refresh(self) -> Self:
        query = {"as": self.viewer or "", "app": self.app_id}
        self.raw = (await self.wire.get("page/home", query))["view"] or {}
        return self

    async def expect(self, fragment: str, timeout: float = 10) -> Self:
        """Wait until the tab shows this text."""
        async for _ in self.wire.changes(timeout):
            await self.refresh()
            if fragment in self.text:
                return self
        raise AssertionError(f"No {fragment!r} on the Home tab:\n{self}")


def messages_of(wire: Wire, shown: Json, viewer: str | None, key: str = "messages") -> list[Message]:
    """The messages of a channel that was read."""
    return [Message(wire, each, viewer, shown["channel"]["id"]) for each in shown[key]]
