"""Somebody who types, presses and fills in."""

# ruff: noqa: ASYNC109  a test says how long it waits where it waits

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.testing.channels import Channel
from sandbox.testing.outcomes import App, Outcome, SlashResult
from sandbox.testing.surfaces import Home, Message, Modal
from sandbox.testing.wire import Wire

Json = dict[str, Any]


@dataclass(slots=True)
class Person:
    """Somebody of the workspace, by name or id."""

    wire: Wire
    name: str

    async def say(self, channel: str, text: str, *, thread_ts: str | None = None, **rest: object) -> Message:
        optional = {} if thread_ts is None else {"thread_ts": thread_ts}
        answer = await self._act("say", channel=channel, text=text, **optional, **rest)
        return await self._message(channel, answer["ts"])

    async def slash(self, channel: str, command: str, text: str = "") -> SlashResult:
        """Run a slash command; ``command`` may carry its text: ``"/incident declare x"``."""
        command, _, rest = command.partition(" ")
        return SlashResult(await self._act("slash", channel=channel, command=command, text=rest or text))

    async def shortcut(self, callback_id: str) -> Outcome:
        """Use a global shortcut."""
        return Outcome(await self._act("shortcut", callback_id=callback_id))

    async def message_action(self, message: Message, callback_id: str) -> Outcome:
        """Use a message shortcut."""
        return Outcome(await self._act("message_action", callback_id=callback_id, **message.place()))

    async def open_home(self, app: App | str | None = None) -> Home:
        app_id = app.app_id if isinstance(app, App) else app
        answer = await self._act("open_home", **({} if app_id is None else {"app": app_id}))
        return await Home(self.wire, {}, self.name, answer["app_id"]).refresh()

    async def modal(self, timeout: float = 5, *, title: str | None = None) -> Modal:
        """The topmost open modal; waits until there is one, with this title if one is given."""
        seen = None
        async for _ in self.wire.changes(timeout):
            for view in (await self.wire.modals(self.name))[-1:]:
                seen = Modal(self.wire, view, self.name)
                if title in (None, seen.title):
                    return seen
        raise AssertionError(f"No modal {title or ''!r} is open for {self.name}, but: {seen}")

    async def react(self, message: Message, name: str) -> None:
        await self._act("react", **message.place(), name=name)

    async def unreact(self, message: Message, name: str) -> None:
        await self._act("unreact", **message.place(), name=name)

    async def pin(self, message: Message) -> None:
        await self._act("pin", **message.place())

    async def unpin(self, message: Message) -> None:
        await self._act("unpin", **message.place())

    async def edit(self, message: Message, text: str) -> None:
        await self._act("edit", **message.place(), text=text)

    async def delete(self, message: Message) -> None:
        await self._act("delete", **message.place())

    async def join(self, channel: str) -> None:
        await self._act("join", channel=channel)

    async def leave(self, channel: str) -> None:
        await self._act("leave", channel=channel)

    async def invite(self, channel: str, *users: str) -> None:
        await self._act("invite", channel=channel, users=list(users))

    async def create_channel(self, name: str, *, is_private: bool = False) -> Channel:
        answer = await self._act("create_channel", name=name, is_private=is_private)
        return Channel(self.wire, answer["channel"])

    async def archive(self, channel: str) -> None:
        await self._act("archive", channel=channel)

    async def unarchive(self, channel: str) -> None:
        await self._act("unarchive", channel=channel)

    async def upload(self, channel: str, filename: str, content: str) -> str:
        """The id of the uploaded file."""
        return str((await self._act("upload", channel=channel, filename=filename, content=content))["file"])

    async def _act(self, action: str, **arguments: object) -> Json:
        return await self.wire.act(self.name, action, **arguments)

    async def _message(self, channel: str, ts: str) -> Message:
        for each in await Channel(self.wire, channel).messages(as_=self.name, threads=True):
            if each.ts == ts:
                return each
        raise AssertionError(f"{ts} is not in {channel}.")
