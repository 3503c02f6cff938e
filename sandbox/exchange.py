"""The moving parts between the workspace and its bots, wired together once per application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.background import Background
from sandbox.deliveries import Courier
from sandbox.interactions.forms import Form
from sandbox.interactions.hooks import Hooks
from sandbox.posting import Poster
from sandbox.sockets import Hub
from sandbox.state import WORKSPACE, Workspace


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What carries news to bots and their answers back.

    ``forms`` are the answers that people have given on a surface, by surface and person.
    ``submitting`` are the views whose submission the bot has not answered yet.
    ``banner`` is a line that a demonstration shows above the page. ``readers`` are the
    requests that never end by themselves: they are cut when the sandbox stops.
    """

    workspace: Workspace
    background: Background
    hub: Hub
    courier: Courier
    hooks: Hooks
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    submitting: set[str] = field(default_factory=set)
    banner: dict[str, Any] | None = None
    readers: set[asyncio.Task[Any]] = field(default_factory=set)

    def form(self, surface: str, user_id: str) -> Form:
        return self.forms.setdefault((surface, user_id), Form())


EXCHANGE = web.AppKey("exchange", Exchange)


def attach(app: web.Application) -> Exchange:
    """Wire an exchange into an application that serves a workspace; it lives as long as that runs."""
    workspace = app[WORKSPACE]
    background, poster = Background(), Poster()
    hub = Hub(workspace=workspace, background=background)
    courier = Courier(workspace=workspace, hub=hub, poster=poster, background=background)
    exchange = Exchange(
        workspace=workspace, background=background, hub=hub, courier=courier, hooks=Hooks(workspace)
    )
    app[EXCHANGE] = exchange
    workspace.event_sink = courier.event

    async def alive(_app: web.Application) -> AsyncIterator[None]:
        async with poster:
            yield
            await background.stop()

    async def part(_app: web.Application) -> None:
        for reader in exchange.readers:
            reader.cancel()
        await hub.close()

    app.cleanup_ctx.append(alive)
    app.on_shutdown.append(part)
    return exchange
