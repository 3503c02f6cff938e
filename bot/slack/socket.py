"""Socket Mode under supervision.

slack_sdk's client repeats a failed first connection with the same used-up ticket for
ever, and can lose a connection without noticing. So it gets a deadline to connect, is
watched, and is replaced by a new one when it does not come back.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from bot.slack.client import is_loopback

log = structlog.get_logger("tocsin.socket")

CONNECT_WITHIN: Final = timedelta(seconds=15)
AWAY_AT_MOST: Final = timedelta(seconds=20)
"""A refresh closes the old socket before it opens the new one: a short gap is normal."""
_LOOK_EVERY: Final = timedelta(seconds=1)
_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 10, 20, 30))


class SocketLine:
    """Keeps one connection to Slack, by whatever number of clients it takes."""

    def __init__(self, app: AsyncApp, *, app_token: str, base_url: str) -> None:
        self._app = app
        self._app_token = app_token
        self._loopback = is_loopback(base_url)
        self._stopping = asyncio.Event()
        self.connected = False

    async def run(self) -> None:
        """Stay connected until ``stop``."""
        failures = 0
        while not self._stopping.is_set():
            handler = self._handler()
            try:
                failures = 0 if await self._held(handler) else failures + 1
            finally:
                self.connected = False
                await handler.close_async()  # type: ignore[no-untyped-call] # Bolt leaves it bare
            if not self._stopping.is_set():
                await self._pause(_PAUSES[min(failures, len(_PAUSES)) - 1])

    def stop(self) -> None:
        """Disconnect; Slack delivers to other replicas, or again later."""
        self._stopping.set()

    def _handler(self) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(self._app, self._app_token)
        if self._loopback:
            handler.client.proxy = None
        return handler

    async def _held(self, handler: AsyncSocketModeHandler) -> bool:
        """Connect and watch; whether there ever was a connection."""
        try:
            async with asyncio.timeout(CONNECT_WITHIN.total_seconds()):
                await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt leaves it bare
        except TimeoutError:
            log.warning("socket.no_connection", within=CONNECT_WITHIN.total_seconds())
            return False
        self.connected = True
        log.info("socket.connected")
        await self._watch(handler)
        return True

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        away = timedelta()
        while away < AWAY_AT_MOST:
            await self._pause(_LOOK_EVERY)
            if self._stopping.is_set():
                return
            self.connected = await handler.client.is_connected()
            away = timedelta() if self.connected else away + _LOOK_EVERY
        log.warning("socket.lost", away=away.total_seconds())

    async def _pause(self, pause: timedelta) -> None:
        """Wait, but not longer than until ``stop``."""
        try:
            async with asyncio.timeout(pause.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return
