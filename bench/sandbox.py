"""What a large workspace costs the sandbox, compared with a small one in the same run.

Two servers run side by side, and every operation is asked of both in turn over HTTP, so
that whatever else the machine does befalls both. A ratio near 1 says that the operation
does not grow. Only the list of all channels may: it is as long as there are channels.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bench.report import Report
from sandbox import messages
from sandbox.model import Channel, Draft
from sandbox.serving import serving
from sandbox.state import Knobs, Workspace

ROUNDS = 200
SMALL = (1_000, 20)  # messages in one channel, channels
LARGE = (100_000, 2_000)
CROWDED = "C0GENERAL"
MANIFEST = {
    "display_information": {"name": "Bench"},
    "oauth_config": {"scopes": {"bot": ["channels:history", "channels:join", "chat:write"]}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A running workspace of some size, with a member of its crowded channel who has read nothing."""

    workspace: Workspace
    session: aiohttp.ClientSession
    middle: str
    parent: str

    async def api(self, method: str, **arguments: object) -> None:
        """One call of the Web API."""
        await self._ask("POST", f"/api/{method}", {"channel": CROWDED, **arguments})

    async def page(self, what: str, **query: object) -> None:
        """One question of the browser page."""
        asked = "&".join(
            f"{key}={value}" for key, value in {"as": "ada", "channel": CROWDED, **query}.items()
        )
        await self._ask("GET", f"/_sandbox/page/{what}?{asked}", None)

    async def act(self, **arguments: object) -> None:
        """One deed of a person."""
        await self._ask("POST", "/_sandbox/act", {"as": "ada", "channel": CROWDED, **arguments})

    async def _ask(self, verb: str, path: str, body: object) -> None:
        async with self.session.request(verb, self.workspace.base_url + path, json=body) as response:
            answer = await response.json()
        if not answer["ok"]:
            raise AssertionError(f"{path}: {answer}")


Operation = Callable[[Place], Awaitable[None]]
OPERATIONS: dict[str, Operation] = {
    "history, newest page": lambda place: place.api("conversations.history", limit=100),
    "history, page in the middle": lambda place: place.api(
        "conversations.history", limit=100, latest=place.middle
    ),
    "replies to one message": lambda place: place.api("conversations.replies", ts=place.parent),
    "a post of a bot": lambda place: place.api("chat.postMessage", text="more"),
    "a post of a person": lambda place: place.act(action="say", text="more"),
    "channel view, all unread": lambda place: place.page("channel"),
    "channel view, further up": lambda place: place.page("channel", before=place.middle),
}
GROWING: dict[str, Operation] = {"list of all channels": lambda place: place.page("bootstrap")}


@asynccontextmanager
async def place_of(count: int, channels: int) -> AsyncIterator[Place]:
    """A running workspace with so many messages in one channel, among so many channels."""
    workspace = Workspace(knobs=Knobs(rate_limits="off"))
    app = workspace.install_app(MANIFEST)
    for number in range(channels):
        made = Channel(id=f"C1{number:06}", name=f"room-{number}", created=1, creator="U0ADA")
        workspace.add_member(workspace.add_channel(made), "U0ADA")
    crowded = workspace.channels[CROWDED]
    workspace.add_member(crowded, app.bot_user_id)
    said = [
        messages.post(workspace, Draft(channel=crowded, user="U0BOB", text=f"message {number}"))
        for number in range(count)
    ]
    parent = said[count // 2].ts
    messages.post(workspace, Draft(channel=crowded, user="U0BOB", text="a reply", thread_ts=parent))
    headers = {"Authorization": f"Bearer {app.bot_token}"}
    async with (
        serving(workspace=workspace),
        aiohttp.ClientSession(headers=headers, trust_env=False) as session,
    ):
        yield Place(workspace=workspace, session=session, middle=parent, parent=parent)


async def measure(*, quick: bool) -> Report:
    """The table: milliseconds in the small and the large workspace, and their ratio."""
    rounds = ROUNDS // 4 if quick else ROUNDS
    report = Report(f"{'The sandbox':32}{SMALL[0]:>10,}{LARGE[0]:>10,} messages")
    lines = report.lines
    lines.append(
        f"{f'median of {rounds}, over HTTP, in ms':32}{SMALL[1]:>10,}{LARGE[1]:>10,} channels{'ratio':>8}"
    )
    async with AsyncExitStack() as stack:
        small = await stack.enter_async_context(place_of(*SMALL))
        large = await stack.enter_async_context(place_of(*LARGE))
        for name, operation in OPERATIONS.items():
            lines.append(_line(name, *await _compare(operation, small, large, rounds)))
        for name, operation in GROWING.items():
            lines.append(_line(f"{name} (grows)", *await _compare(operation, small, large, rounds // 20)))
    return report


async def _compare(operation: Operation, small: Place, large: Place, rounds: int) -> tuple[float, float]:
    """Median seconds in either place, measured in turn."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for place, times in zip((small, large), spent, strict=True):
            started = time.perf_counter()
            await operation(place)
            times.append(time.perf_counter() - started)
    return statistics.median(spent[0]), statistics.median(spent[1])


def _line(name: str, small: float, large: float) -> str:
    return f"{name:32}{small * 1000:>10.2f}{large * 1000:>10.2f}{large / small:>17.2f}"
