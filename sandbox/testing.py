"""Driving a sandbox from a test: people who act, channels that are read, modals that are filled in.

Everything goes over the control surface by HTTP, so the same test runs against a sandbox
in this process (``running_sandbox``) and against one elsewhere (``Workspace.connect``).
Waiting is bounded and ends as soon as the workspace changes; nothing here sleeps.
"""

# ruff: noqa: ASYNC109  a test says how long it waits where it waits

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Any, Self

import aiohttp

from sandbox.seed import Seed

Json = dict[str, Any]
REQUEST_SECONDS = 30.0  # no call of the control surface takes longer, an unanswered delivery included


class ActRefused(AssertionError):
    """The workspace would not let this person do that; ``error`` is the code."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{answer.get('error')}: {answer.get('message')}")
        self.error = str(answer.get("error"))
        self.answer = dict(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What an installed bot needs to know."""

    app_id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    team_id: str
    base_url: str
    api_url: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a click, a choice, a shortcut or a command went."""

    answer: Json

    @property
    def delivered(self) -> bool:
        """The bot acknowledged in time."""
        return bool(self.answer.get("delivered"))

    @property
    def status(self) -> str:
        """HTTP status or the reason of the failure, such as ``http_timeout``."""
        return str(self.answer.get("status"))

    @property
    def error(self) -> str | None:
        """What went wrong: ``operation_timeout``, ``dispatch_failed`` or what Slack did not accept."""
        return self.answer.get("error")


@dataclass(frozen=True, slots=True)
class SlashResult(Outcome):
    """How a slash command went; ``text`` is what the acknowledgement itself answered."""

    @property
    def text(self) -> str:
        return str(self.answer.get("visible") or "")

    @property
    def response(self) -> Any:
        return self.answer.get("response")


@dataclass(frozen=True, slots=True)
class SubmitResult(Outcome):
    """What became of a submitted modal."""

    @property
    def kind(self) -> str:
        """``closed``, ``cleared``, ``errors``, ``updated``, ``pushed``, ``refused`` or ``failed``."""
        return str(self.answer.get("result"))

    @property
    def errors(self) -> dict[str, str]:
        """By block_id: the bot's errors, or what Slack's client refused to send."""
        return dict(self.answer.get("errors") or {})


@dataclass(frozen=True, slots=True)
class Control:
    """A button or a menu, found by what is written on it."""

    workspace: Workspace
    where: Json
    viewer: str | None

    async def press(self, as_: str | None = None, value: str | None = None) -> Outcome:
        """Click it; ``value`` picks one of several buttons with the same label."""
        extra = {} if value is None else {"value": value}
        return Outcome(await self.workspace.act(as_ or self._person(), "click", **self.where, **extra))

    async def choose(self, value: object, as_: str | None = None) -> Outcome:
        """Choose in a menu or picker: an option, a user, a channel, a date …; a list for many."""
        return Outcome(await self.workspace.act(as_ or self._person(), "select", **self.where, value=value))

    def _person(self) -> str:
        if self.viewer is None:
            raise AssertionError("Say who does it: press(as_='ada').")
        return self.viewer


@dataclass(slots=True)
class Surface:
    """Something with blocks."""

    workspace: Workspace
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
        return Control(self.workspace, {**self.place(), "label": label}, self.viewer)

    def element(self, name: str) -> Control:
        """A menu, picker or button by action_id."""
        return Control(self.workspace, {**self.place(), "action_id": name}, self.viewer)

    def select(self, label: str) -> Control:
        """A menu or picker by its placeholder or label."""
        return Control(self.workspace, {**self.place(), "label": label}, self.viewer)

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
        for each in await self.workspace.channel(self.channel).messages(as_=self.viewer, threads=True):
            if each.ts == self.ts:
                self.raw = each.raw
                return self
        raise AssertionError(f"The message {self.ts} is gone from {self.channel}.")

    async def replies(self) -> list[Message]:
        """The thread below it, oldest first, without the message itself."""
        channel = self.workspace.channel(self.channel)
        return [
            each
            for each in await channel.messages(as_=self.viewer, threads=True)
            if each.thread_ts == self.ts and each.ts != self.ts
        ]


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
        answer = await self.workspace.act(person, "submit", view_id=self.view_id, values=dict(values or {}))
        await self._reload(person)
        return SubmitResult(answer)

    async def close(self) -> Outcome:
        return Outcome(await self.workspace.act(self.viewer or "", "close_modal", view_id=self.view_id))

    async def is_open(self) -> bool:
        return any(each["id"] == self.view_id for each in await self.workspace.modals(self.viewer or ""))

    async def refresh(self) -> Self:
        """Read it again; raises AssertionError if it was closed."""
        if not await self._reload(self.viewer or ""):
            raise AssertionError(f"The modal {self.title!r} is closed.")
        return self

    async def _reload(self, person: str) -> bool:
        for each in await self.workspace.modals(person):
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
        self.raw = (await self.workspace.get("page/home", query))["view"] or {}
        return self

    async def expect(self, fragment: str, timeout: float = 10) -> Self:
        """Wait until the tab shows this text."""
        async for _ in self.workspace.changes(timeout):
            await self.refresh()
            if fragment in self.text:
                return self
        raise AssertionError(f"No {fragment!r} on the Home tab:\n{self}")


@dataclass(slots=True)
class Person:
    """Somebody of the workspace, by name or id."""

    workspace: Workspace
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
        return await Home(self.workspace, {}, self.name, answer["app_id"]).refresh()

    async def modal(self, timeout: float = 5) -> Modal:
        """The topmost open modal; waits until there is one."""
        async for _ in self.workspace.changes(timeout):
            if stack := await self.workspace.modals(self.name):
                return Modal(self.workspace, stack[-1], self.name)
        raise AssertionError(f"No modal is open for {self.name}.")

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
        return self.workspace.channel(answer["channel"])

    async def archive(self, channel: str) -> None:
        await self._act("archive", channel=channel)

    async def unarchive(self, channel: str) -> None:
        await self._act("unarchive", channel=channel)

    async def upload(self, channel: str, filename: str, content: str) -> str:
        """The id of the uploaded file."""
        return str((await self._act("upload", channel=channel, filename=filename, content=content))["file"])

    async def _act(self, action: str, **arguments: object) -> Json:
        return await self.workspace.act(self.name, action, **arguments)

    async def _message(self, channel: str, ts: str) -> Message:
        for each in await self.workspace.channel(channel).messages(as_=self.name, threads=True):
            if each.ts == ts:
                return each
        raise AssertionError(f"{ts} is not in {channel}.")


@dataclass(slots=True)
class Channel:
    """A conversation, by name or id; it may not exist yet."""

    workspace: Workspace
    name: str

    async def messages(self, *, as_: str | None = None, threads: bool = False) -> list[Message]:
        """Oldest first; with ``as_`` also what only that person sees, with ``threads`` also replies."""
        shown = await self._read(as_, threads=threads)
        return [Message(self.workspace, each, as_, shown["channel"]["id"]) for each in shown["messages"]]

    async def expect(
        self, fragment: str, timeout: float = 10, as_: str | None = None, *, after: str = ""
    ) -> Message:
        """Wait for a message whose visible text contains this; the newest one, younger than ``after``.

        Replies in threads count. ``as_`` sees ephemeral messages too. Raises AssertionError
        that shows the channel.
        """
        seen: list[Message] = []
        async for _ in self.workspace.changes(timeout):
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
        async for _ in self.workspace.changes(timeout):
            if not any(fragment in each.text for each in await self.messages(as_=as_, threads=True)):
                return
        raise AssertionError(f"{fragment!r} is still in #{self.name}.")

    async def exists(self) -> bool:
        answer = await self.workspace.get("page/channel", {"channel": self.name, "limit": 1}, lenient=True)
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
        shown = await self._read()
        return [Message(self.workspace, each, None, shown["channel"]["id"]) for each in shown["pins"]]

    async def bookmarks(self) -> list[Json]:
        return list((await self._read())["bookmarks"])

    async def _read(self, as_: str | None = None, *, threads: bool = False) -> Json:
        query: Json = {"channel": self.name, "limit": 1000, "threads": int(threads)}
        return await self.workspace.get("page/channel", query | ({"as": as_} if as_ else {}))


@dataclass(slots=True)
class FaultDesk:
    """What is to go wrong; see the README of the sandbox for the rules."""

    workspace: Workspace

    async def add(self, do: str, where: str = "api", **rule: object) -> int:
        """Put a rule in force; the answer lifts it again."""
        answer = await self.workspace.post("faults", {"do": do, "where": where, **rule})
        return int(answer["fault"]["id"])

    async def remove(self, fault_id: int) -> None:
        await self.workspace.request("DELETE", f"faults/{fault_id}")

    async def clear(self) -> None:
        await self.workspace.request("DELETE", "faults")

    async def all(self) -> list[Json]:
        return list((await self.workspace.get("faults"))["faults"])


@dataclass(slots=True)
class Workspace:
    """A running sandbox, seen from outside; use as an async context manager."""

    base_url: str
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    @classmethod
    def connect(cls, base_url: str) -> Self:
        """A workspace at this address: ``async with Workspace.connect(url) as sandbox``."""
        return cls(base_url.rstrip("/"))

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def api_url(self) -> str:
        """Base URL for a Web API client."""
        return f"{self.base_url}/api/"

    @property
    def faults(self) -> FaultDesk:
        return FaultDesk(self)

    def user(self, name: str) -> Person:
        return Person(self, name)

    def channel(self, name: str) -> Channel:
        return Channel(self, name.lstrip("#"))

    async def dm(self, user: str, app: App) -> Channel:
        """The direct conversation of a person with an app's bot."""
        answer = await self.act(user, "open_dm", user=app.bot_user_id)
        return self.channel(answer["channel"])

    async def install(self, manifest: Mapping[str, Any], credentials: Mapping[str, str] | None = None) -> App:
        answer = await self.post("apps", {"manifest": manifest, "credentials": dict(credentials or {})})
        return App(**{key: answer[key] for key in App.__dataclass_fields__})

    async def act(self, person: str, action: str, **arguments: object) -> Json:
        """Let somebody do something; raises ActRefused, but not for a bot that did not answer."""
        body = {"as": person, "action": action, **arguments}
        answer = await self.request("POST", "act", json=body, lenient=True)
        if answer["ok"] is False and "delivered" not in answer:
            raise ActRefused(answer)
        return answer

    async def modals(self, person: str) -> list[Json]:
        """The stack of open modals, topmost last."""
        return list((await self.get("page/modals", {"as": person}))["views"])

    async def journal(self, since: int = 0) -> list[Json]:
        """What went in and out, oldest first."""
        return list((await self.get("log", {"since": since}))["entries"])

    async def state(self) -> Json:
        return await self.get("state")

    async def reset(self) -> None:
        await self.post("reset", {})

    async def advance(self, seconds: float) -> None:
        """Move the workspace's clock forward."""
        await self.post("clock/advance", {"seconds": seconds})

    async def clock(self, mode: str, factor: float = 1.0) -> None:
        """``real``, ``manual`` or ``scaled``."""
        await self.post("clock", {"mode": mode, "factor": factor})

    async def settle(self, timeout: float = 10) -> None:
        """Wait until nothing is being delivered."""
        async for _ in self.changes(timeout):
            if (await self.get("idle"))["idle"]:
                return
        raise AssertionError("Deliveries are still under way.")

    async def changes(self, timeout: float) -> AsyncIterator[int]:
        """The change counter: at once, after every change, and a last time when time is up."""
        deadline = time.monotonic() + timeout
        seq = (await self.get("seq"))["seq"]
        yield seq
        while (left := deadline - time.monotonic()) > 0:
            seq = (await self.get("wait", {"since": seq, "timeout": left}))["seq"]
            yield seq

    async def get(
        self, path: str, query: Mapping[str, object] = MappingProxyType({}), *, lenient: bool = False
    ) -> Json:
        shown = {key: str(value) for key, value in query.items()}
        return await self.request("GET", path, params=shown, lenient=lenient)

    async def post(self, path: str, body: Mapping[str, Any]) -> Json:
        return await self.request("POST", path, json=body)

    async def request(self, method: str, path: str, *, lenient: bool = False, **rest: Any) -> Json:
        """Call the control surface; raises ActRefused for ``ok: false`` unless ``lenient``."""
        if self._session is None:
            raise AssertionError("Enter the workspace first: async with Workspace.connect(url).")
        async with self._session.request(method, f"{self.base_url}/_sandbox/{path}", **rest) as response:
            answer: Json = await response.json()
        if not lenient and answer.get("ok") is False:
            raise ActRefused(answer)
        return answer


@asynccontextmanager
async def running_sandbox(
    seed: Seed | None = None, host: str = "127.0.0.1", port: int = 0, **options: Any
) -> AsyncIterator[Workspace]:
    """A sandbox in this event loop, on a free port unless one is named.

    ``options`` go to ``sandbox.state.Workspace`` (clock, knobs).
    """
    from sandbox.serving import serving  # noqa: PLC0415  remote tests need no server

    async with (
        serving(seed, host=host, port=port, **options) as base_url,
        Workspace.connect(base_url) as workspace,
    ):
        yield workspace


__all__: Sequence[str] = (
    "ActRefused", "App", "Channel", "Home", "Message", "Modal", "Outcome", "Person",
    "SlashResult", "SubmitResult", "Workspace", "running_sandbox",
)  # fmt: skip
