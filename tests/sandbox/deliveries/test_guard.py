"""The control surface has no password, so it listens to this machine only, and says so."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox.serving import serving
from sandbox.testing import Workspace
from tests.sandbox.bots import manifest


async def ask(url: str, path: str, **headers: str) -> tuple[int, Any]:
    async with ClientSession(trust_env=False) as session, session.get(url + path, headers=headers) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else None


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Host": "evil.example"}, id="a name that somebody made point here"),
        pytest.param({"Origin": "https://evil.example"}, id="a page of another site"),
        pytest.param({"Origin": "http://127.0.0.1:1"}, id="a page on another port"),
        pytest.param({"Origin": "null"}, id="a page without a site"),
    ],
)
@pytest.mark.parametrize("path", ["/_sandbox", "/_sandbox/state", "/_sandbox/page/bootstrap", "/"])
async def test_strangers_are_refused_with_the_reason(
    sandbox: Workspace, path: str, headers: dict[str, str]
) -> None:
    status, body = await ask(sandbox.base_url, path, **headers)

    assert (status, body["error"]) == (403, "not_loopback")
    assert "--public" in body["message"]


async def test_its_own_page_is_welcome(sandbox: Workspace) -> None:
    status, body = await ask(sandbox.base_url, "/_sandbox", Origin=sandbox.base_url)

    assert (status, body["public"]) == (200, False)
    assert "no password" in body["about"]
    assert "POST /_sandbox/act" in body["requests"]


async def test_bots_may_come_by_any_name(sandbox: Workspace) -> None:
    """In a container the sandbox has the name of its service; tokens are what counts for a bot."""
    app = await sandbox.install(manifest())

    status, body = await ask(
        sandbox.base_url, "/api/auth.test", Host="slack.internal", Authorization=f"Bearer {app.bot_token}"
    )

    assert (status, body["ok"]) == (200, True)


async def test_whoever_asked_for_it_is_reached_by_every_name() -> None:
    async with serving(public=True) as url:
        status, body = await ask(url, "/_sandbox", Host="sandbox.internal")
        refused, _ = await ask(url, "/_sandbox", Host="sandbox.internal", Origin="https://evil.example")

    assert (status, body["public"], refused) == (200, True, 403)
