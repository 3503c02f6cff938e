"""A browser, a workspace with an incident in it, and the page open as somebody.

One Chromium serves all tests of a run; every test has a workspace and a window of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright
from slack_sdk.signature import SignatureVerifier

from sandbox.testing import Workspace, running_sandbox
from tests.pages.sandbox.stage import furnish, teach
from tests.sandbox.bots import Bot, bolt_app, endpoint, manifest, web_client

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 8000

Opener = Callable[..., Awaitable[Page]]


def acted(page: Page) -> AbstractAsyncContextManager[object]:
    """Wait until what is done inside reached the sandbox and was answered, by the app too."""
    return page.expect_response("**/_sandbox/act")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[Workspace]:
    async with running_sandbox() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def bot(sandbox: Workspace) -> AsyncIterator[Bot]:
    """An incident bot that listens over HTTP."""
    async with endpoint() as side:
        app = await sandbox.install(manifest(url=side.url, name="Watch"))
        side.verifier = SignatureVerifier(app.signing_secret)
        async with web_client(app) as client:
            side.bolt = bolt_app(app, client)
            made = Bot(app, side.bolt, client, side)
            teach(made)
            yield made


@pytest_asyncio.fixture(loop_scope="session")
async def card(sandbox: Workspace, bot: Bot) -> str:
    """Timestamp of the bot's card in #general, a quarter of an hour into an incident."""
    return await furnish(sandbox, bot)


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, sandbox: Workspace) -> AsyncIterator[Opener]:
    """Open the page; every window is watched for script errors and unexpected dialogs."""
    troubles: list[str] = []
    contexts = []

    async def opened(query: str = "as=ada", *, width: int = 1360, height: int = 860, **options: Any) -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        page.on("dialog", lambda dialog: troubles.append(f"browser dialog: {dialog.message}"))
        await page.goto(f"{sandbox.base_url}/?{query}")
        await page.locator("#app[data-ready=true]").wait_for()
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert troubles == []
