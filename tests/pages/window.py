"""The sandbox's page as one person sees it, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from bot.demo.house import House

PICTURES = Path(__file__).parents[2] / "docs" / "images"
ROOM = "inc-1-checkout"
PATIENCE_MS = 20_000


class Window:
    """The page as one person sees it."""

    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self._house = house

    @classmethod
    async def of(cls, browser: Browser, house: House, person: str, channel: str = ROOM) -> Window:
        size = {"width": 1280, "height": 900}
        context = await browser.new_context(viewport=size, timezone_id="Europe/Paris")
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        await page.goto(f"{house.workspace.base_url}/?as={person}&channel={channel}")
        await page.locator("#app[data-ready=true]").wait_for()
        return cls(page, house)

    async def press(self, label: str) -> None:
        """The newest button with this label."""
        button = self.page.get_by_role("main").get_by_role("button", name=label, exact=True).last
        await button.click()

    async def type(self, channel: str, words: str) -> None:
        box = self.page.get_by_role("textbox", name=f"Message {channel}")
        await box.fill(words)
        await box.press("Enter")

    async def dialog(self, name: str) -> Locator:
        found = self.page.get_by_role("dialog", name=name)
        await expect(found).to_be_visible()
        return found

    async def close(self, name: str) -> None:
        dialog = await self.dialog(name)
        await dialog.get_by_role("button", name="Close").last.click()

    async def shows(self, words: str) -> None:
        await expect(self.page.get_by_role("main").get_by_text(words).last).to_be_visible()

    async def go(self, channel: str) -> None:
        """Follow the channel list, or the app's direct messages."""
        await self.page.get_by_role("navigation").get_by_text(channel, exact=True).first.click()

    async def letters(self) -> None:
        """What the app writes to this person alone."""
        await self.go("Tocsin")
        await self.page.get_by_role("tab", name="Messages").click()

    async def picture(self, name: str) -> None:
        if os.environ.get("TOCSIN_SCREENSHOTS"):
            PICTURES.mkdir(exist_ok=True)
            await self._house.workspace.settle()
            await self.page.evaluate("document.fonts.ready")
            await self.page.screenshot(path=PICTURES / f"{name}.png")
