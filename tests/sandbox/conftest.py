"""A sandbox, and bots that live on it over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.signature import SignatureVerifier

from sandbox.testing import Workspace, running_sandbox
from tests.sandbox.bots import Bot, bolt_app, endpoint, manifest, web_client


@pytest.fixture
async def sandbox() -> AsyncIterator[Workspace]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def http_bot(sandbox: Workspace) -> AsyncIterator[Bot]:
    """A bot that Slack calls over HTTP."""
    async with AsyncExitStack() as stack:
        side = await stack.enter_async_context(endpoint())
        app = await sandbox.install(manifest(url=side.url))
        side.verifier = SignatureVerifier(app.signing_secret)
        client = await stack.enter_async_context(web_client(app))
        side.bolt = bolt_app(app, client)
        yield Bot(app, side.bolt, client, side)


@pytest.fixture
async def socket_bot(sandbox: Workspace) -> AsyncIterator[Bot]:
    """A bot that calls Slack and listens on a websocket."""
    app = await sandbox.install(manifest())
    async with web_client(app) as client:
        bolt = bolt_app(app, client)
        handler = AsyncSocketModeHandler(bolt, app.app_token, ping_interval=1)
        await handler.connect_async()
        try:
            yield Bot(app, bolt, client)
        finally:
            await handler.close_async()


@pytest.fixture(params=["http", "socket"])
def bot(request: pytest.FixtureRequest) -> Bot:
    """The same bot over either transport."""
    made: Bot = request.getfixturevalue(f"{request.param}_bot")
    return made
