"""Anybody can use the page: by keyboard, by screen reader, on a phone, in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from sandbox.testing import Workspace
from tests.pages.sandbox.conftest import Opener
from tests.pages.sandbox.stage import kitchen_sink
from tests.sandbox.bots import Bot

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"width": 390, "height": 844}

AUDITS = Path(__file__).parent / "audits"
SHORTCOMINGS = (AUDITS / "names.js").read_text()
FAINT_TEXT = (AUDITS / "contrast.js").read_text()
READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3, level AA


@pytest.mark.parametrize(
    "query", ["as=ada", "as=ada&pane=faults", "as=ada&pane=deliveries", "as=ada&pane=members"]
)
async def test_every_control_has_a_name(card: str, visit: Opener, query: str) -> None:
    page = await visit(query)
    assert await page.evaluate(SHORTCOMINGS) == []


async def test_every_block_kit_control_has_a_name(bot: Bot, visit: Opener) -> None:
    await bot.client.conversations_join(channel="C0INCIDENTS")
    await bot.client.chat_postMessage(channel="C0INCIDENTS", text="blocks", blocks=kitchen_sink())
    page = await visit("as=ada&channel=incidents")
    assert await page.evaluate(SHORTCOMINGS) == []


async def test_every_field_of_a_modal_has_a_name(sandbox: Workspace, bot: Bot, visit: Opener) -> None:
    page = await visit()
    await sandbox.user("ada").slash("general", "/incident", "declare")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await page.evaluate(SHORTCOMINGS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pane", ["", "&pane=faults", "&pane=deliveries"])
async def test_text_can_be_read_in_light_and_in_the_dark(
    card: str, sandbox: Workspace, visit: Opener, scheme: str, pane: str
) -> None:
    await sandbox.user("bob").say("general", "<!channel> <@U0ADA> `code` <https://a.example/|link>\n> quoted")
    page = await visit(f"as=ada{pane}", color_scheme=scheme)
    assert await page.evaluate(FAINT_TEXT, READABLE) == []


async def test_a_message_is_reached_and_worked_on_by_keyboard(sandbox: Workspace, visit: Opener) -> None:
    bob = sandbox.user("bob")
    await bob.say("general", "first")
    second = await bob.say("general", "second")
    page = await visit()
    await page.get_by_role("article").last.focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("article").first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("p")
    await expect(page.locator(f"article[data-ts='{second.ts}']")).to_contain_text("Pinned")
    await page.keyboard.press("t")
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_be_visible()


async def test_the_picker_is_worked_by_arrows_and_gives_the_focus_back(visit: Opener) -> None:
    page = await visit()
    identity = page.get_by_role("button", name="You are: Ada Okafor")
    await identity.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitemradio", name="Ada Okafor")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitemradio", name="Bob Lindqvist")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(identity).to_be_focused()


async def test_whoever_tabs_meets_the_skip_link_first(visit: Opener) -> None:
    page = await visit()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the conversation")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()


async def test_nothing_is_wider_than_a_phone(bot: Bot, card: str, visit: Opener) -> None:
    await bot.client.conversations_join(channel="C0INCIDENTS")
    await bot.client.chat_postMessage(channel="C0INCIDENTS", text="blocks", blocks=kitchen_sink())
    for query in ("as=ada", "as=ada&channel=incidents", "as=ada&pane=deliveries", "as=ada&pane=faults"):
        page = await visit(query, **PHONE)
        overflow = await page.evaluate(
            "[...document.querySelectorAll('.topbar, .main, .scroller, .pane, .pane-scroll')]"
            ".filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className)"
        )
        assert overflow == [], query


async def test_channels_hide_in_a_drawer_on_a_phone(sandbox: Workspace, visit: Opener) -> None:
    page = await visit("as=ada", **PHONE)
    channels = page.get_by_role("navigation", name="Channels")
    await expect(channels).to_have_count(0)
    await page.get_by_role("button", name="Channels").click()
    await channels.get_by_role("button", name="incidents").click()
    await expect(channels).to_have_count(0)
    await expect(page.get_by_role("heading", name="incidents", exact=True)).to_be_visible()


async def test_a_thread_covers_the_phone_and_goes_away_again(card: str, visit: Opener) -> None:
    page = await visit("as=ada", **PHONE)
    await page.get_by_role("button", name="2 replies").click()
    await expect(page.get_by_role("complementary", name="Thread").get_by_role("article")).to_have_count(3)
    await page.get_by_role("button", name="Close pane").click()
    await expect(page.get_by_role("textbox", name="Message #general")).to_be_visible()
