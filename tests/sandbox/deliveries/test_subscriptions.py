"""When Slack gives up on a subscription, and when it pauses one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from sandbox.exchange import EXCHANGE
from sandbox.server import build_app
from sandbox.state import Workspace as State
from sandbox.subscriptions import Subscription
from tests.sandbox.bots import Endpoint, endpoint, manifest


def after(attempts: int, failed: int) -> Subscription:
    subscription = Subscription()
    for number in range(attempts):
        subscription.note(1000.0, ok=number >= failed)
    return subscription


@pytest.mark.parametrize(
    ("attempts", "failed", "hopeless"),
    [
        pytest.param(999, 999, False, id="a small app is spared"),
        pytest.param(1000, 950, False, id="exactly 95 percent is not more than that"),
        pytest.param(1000, 951, True, id="more than 95 percent"),
    ],
)
def test_more_than_95_percent_of_many_is_hopeless(attempts: int, failed: int, *, hopeless: bool) -> None:
    assert after(attempts, failed).hopeless() is hopeless


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    subscription = after(2000, 2000)

    subscription.note(1000.0 + 3600, ok=True)

    assert not subscription.hopeless()
    assert subscription.failed == 0


@pytest.fixture
async def site() -> AsyncIterator[tuple[State, web.Application]]:
    workspace = State()
    app = build_app(workspace)
    runner = web.AppRunner(app)
    await runner.setup()
    yield workspace, app
    await runner.cleanup()


async def refuse(request: web.Request) -> web.StreamResponse | None:
    body = json.loads(await request.text())
    return web.Response(text=body["challenge"]) if "challenge" in body else web.Response(status=500)


async def kinds(side: Endpoint) -> list[str]:
    return [json.loads(raw)["type"] for _, raw in side.requests]


async def drain(app: web.Application) -> None:
    """Until nothing is under way; retries that wait for their minute do not count."""
    exchange = app[EXCHANGE]
    settled = asyncio.Event()
    end = exchange.workspace.subscribe(
        lambda change: settled.set() if change.name == "deliveries_settled" else None
    )
    if exchange.courier.in_flight:
        async with asyncio.timeout(5):
            await settled.wait()
    end()


async def test_a_hopeless_subscription_is_switched_off(site: tuple[State, web.Application]) -> None:
    workspace, app = site
    async with endpoint() as side:
        side.override = refuse
        installed = workspace.install_app(manifest(url=side.url))
        courier = app[EXCHANGE].courier
        courier.subscription(installed).spared_below = 4
        for number in range(3):
            workspace.emit("channel", "channel_created", channel="C0GENERAL", user="U0ADA", number=number)
        await drain(app)
        assert installed.events_disabled
        sent = len(side.requests)

        workspace.emit("channel", "channel_created", channel="C0GENERAL", user="U0ADA")
        await drain(app)

    assert len(side.requests) == sent


async def test_an_app_over_the_hourly_limit_is_told_once_a_minute(
    site: tuple[State, web.Application],
) -> None:
    workspace, app = site
    async with endpoint() as side:

        async def accept(request: web.Request) -> web.StreamResponse:
            body = json.loads(await request.text())
            return web.Response(text=body.get("challenge", ""))

        side.override = accept
        installed = workspace.install_app(manifest(url=side.url))
        app[EXCHANGE].courier.subscription(installed).max_events = 2
        for _ in range(2):
            workspace.emit("channel", "channel_created", channel="C0GENERAL", user="U0ADA")
        await drain(app)
        for _ in range(3):
            workspace.emit("channel", "channel_created", channel="C0GENERAL", user="U0ADA")
        await app[EXCHANGE].background.finish("event notice")

    seen = await kinds(side)
    assert seen.count("event_callback") == 2
    assert seen.count("app_rate_limited") == 1
