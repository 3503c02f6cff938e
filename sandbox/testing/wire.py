"""The line to a running sandbox: requests to its control surface, and waiting for changes."""

# ruff: noqa: ASYNC109  a test says how long it waits where it waits

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Any, Self

import aiohttp

Json = dict[str, Any]
REQUEST_SECONDS = 30.0  # no call of the control surface takes longer, an unanswered delivery included
MOST_MESSAGES = 1000  # what one read of a channel fetches


class ActRefused(AssertionError):
    """The workspace would not let this person do that; ``error`` is the code."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{answer.get('error')}: {answer.get('message')}")
        self.error = str(answer.get("error"))
        self.answer = dict(answer)


@dataclass(slots=True)
class Wire:
    """An open line; use as an async context manager."""

    base_url: str
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

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

    async def conversation(self, name: str, viewer: str | None = None, *, threads: bool = False) -> Json:
        """A channel as somebody sees it, or as nobody in particular does."""
        query: Json = {"channel": name, "limit": MOST_MESSAGES, "threads": int(threads)}
        return await self.get("page/channel", query | ({"as": viewer} if viewer else {}))

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
