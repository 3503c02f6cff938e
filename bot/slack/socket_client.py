"""One connection of Socket Mode that is never renewed, only replaced.

slack_sdk's client closes its old connection before it opens the next, and what Slack had
just put into the old one is lost: a person's click, for which Slack tries once. This one
says that it is about to go, and goes on reading until Slack hangs up.
"""

from __future__ import annotations

import asyncio
from time import time

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.client import is_loopback

PING_EVERY = 10.0
"""Seconds; a connection is taken for dead after four pings without an answer."""


class SocketClient(SocketModeClient):
    """Hands every envelope to Bolt; ``leaving`` is set when Slack, or the network, ends the connection."""

    def __init__(self, app: AsyncApp, *, app_token: str, base_url: str) -> None:
        super().__init__(
            app_token=app_token, logger=app.logger, web_client=app.client, ping_interval=PING_EVERY
        )
        if is_loopback(base_url):
            self.proxy = None
        self._app = app
        self.leaving = asyncio.Event()
        self.idle = asyncio.Event()
        """Set while no envelope is being answered."""
        self.idle.set()
        self._answering = 0
        self.socket_mode_request_listeners.append(self._handle)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - theirs
        """Where slack_sdk would renew itself, in whatever way it learnt that it has to."""
        self.leaving.set()

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        began = time()
        self._answering += 1
        self.idle.clear()
        try:
            response = await run_async_bolt_app(self._app, request)
            await send_async_response(client, request, response, began)
        finally:
            self._answering -= 1
            if not self._answering:
                self.idle.set()
