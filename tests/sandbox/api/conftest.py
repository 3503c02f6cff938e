"""A workspace behind real sockets, and Slack's own client to speak to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.listening import listening
from sandbox.server import build_app
from sandbox.state import Knobs, Workspace
from tests.sandbox.api.bench import Bench, manifest
from tests.sandbox.api.contract import MET, event_departures, refusals, undocumented, unreported
from tests.sandbox.api.coverage import coverage_is_written


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    workspace = Workspace(knobs=Knobs(rate_limits="off"))
    async with listening(build_app(workspace)) as port:
        workspace.base_url = f"http://127.0.0.1:{port}"
        app = workspace.install_app(manifest())
        client = AsyncWebClient(token=app.bot_token, base_url=f"{workspace.base_url}/api/", retry_handlers=[])
        made = Bench(workspace=workspace, app=app, client=client, base_url=workspace.base_url)
        workspace.event_sink = lambda to, envelope: made.envelopes.append((to.id, envelope))
        yield made
    refused = refusals(workspace)
    MET.update(refused)
    assert undocumented(refused) == []
    assert unreported(refused) == [] or coverage_is_written(), "run python -m tests.sandbox.api.coverage"
    assert [wrong for _, envelope in made.envelopes for wrong in event_departures(envelope)] == []
