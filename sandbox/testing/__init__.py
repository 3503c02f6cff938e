"""Driving a sandbox from a test: people who act, channels that are read, modals that are filled in.

Everything goes over the control surface by HTTP, so the same test runs against a sandbox
in this process (``running_sandbox``) and against one elsewhere (``Workspace.connect``).
Waiting is bounded and ends as soon as the workspace changes; nothing here sleeps.
"""

# ruff: noqa: ASYNC109  a test says how long it waits where it waits

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from sandbox.seed import Seed
from sandbox.testing.channels import Channel
from sandbox.testing.outcomes import App, Outcome, SlashResult, SubmitResult
from sandbox.testing.people import Person
from sandbox.testing.surfaces import Control, Home, Message, Modal
from sandbox.testing.wire import ActRefused, Wire

__all__ = [
    "ActRefused", "App", "Channel", "Control", "FaultDesk", "Home", "Message", "Modal", "Outcome",
    "Person", "SlashResult", "SubmitResult", "Workspace", "running_sandbox",
]  # fmt: skip

Json = dict[str, Any]


@dataclass(slots=True)
class FaultDesk:
    """What is to go wrong; see the README of the sandbox for the rules."""

    wire: Wire

    async def add(self, do: str, where: str = "api", **rule: object) -> int:
        """Put a rule in force; its number, with which ``remove`` lifts it again."""
        answer = await self.wire.post("faults", {"do": do, "where": where, **rule})
        return int(answer["fault"]["id"])

    async def happen(self, do: str, **how: object) -> Json:
        """Let something befall the workspace at once: ``bot_kicked``, ``channel_archived`` and the like."""
        return await self.wire.post("faults", {"do": do, "where": "world", **how})

    async def remove(self, fault_id: int) -> None:
        await self.wire.request("DELETE", f"faults/{fault_id}")

    async def clear(self) -> None:
        await self.wire.request("DELETE", "faults")

    async def all(self) -> list[Json]:
        return list((await self.wire.get("faults"))["faults"])


@dataclass(slots=True)
class Workspace(Wire):
    """A running sandbox, seen from outside; use as an async context manager."""

    @classmethod
    def connect(cls, base_url: str) -> Self:
        """A workspace at this address: ``async with Workspace.connect(url) as sandbox``."""
        return cls(base_url.rstrip("/"))

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
