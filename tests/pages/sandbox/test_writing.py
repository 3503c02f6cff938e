"""The message box: sending, completing, commands, and what happens when the sandbox says no."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from sandbox.testing import Workspace
from tests.pages.sandbox.conftest import Opener, acted
from tests.sandbox.bots import Bot

pytestmark = pytest.mark.asyncio(loop_scope="session")


def message_box(page: Page, place: str = "#general") -> Locator:
    return page.get_by_role("textbox", name=f"Message {place}")


async def test_enter_sends_and_shift_enter_breaks_the_line(visit: Opener) -> None:
    page = await visit()
    box = message_box(page)
    await box.press_sequentially("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await box.press("Enter")
    await expect(page.get_by_role("article").locator(".content")).to_have_text("one\ntwo")
    await expect(box).to_have_value("")


async def test_nothing_is_sent_for_blanks(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    await message_box(page).fill("   ")
    await message_box(page).press("Enter")
    await page.get_by_role("button", name="Send").click()
    assert await sandbox.channel("general").messages() == []


async def test_names_are_completed_and_become_mentions(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    box = message_box(page)
    await box.press_sequentially("ask @bo")
    options = page.get_by_role("listbox", name="Suggestions").first.get_by_role("option")
    await expect(options).to_have_text(["BLBob Lindqvist@bob"])
    await box.press("Tab")
    await expect(box).to_have_value("ask @bob ")
    await box.press_sequentially("in #inc")
    await box.press("Enter")
    await box.press_sequentially("now, a & b <c> :+1:")
    await box.press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    [message] = await sandbox.channel("general").messages()
    assert message.raw["text"] == "ask <@U0BOB> in <#C0INCIDENTS> now, a &amp; b &lt;c&gt; :+1:"


async def test_arrows_choose_and_escape_puts_the_suggestions_away(visit: Opener) -> None:
    page = await visit()
    box = message_box(page)
    await box.press_sequentially("@e")
    options = page.get_by_role("listbox", name="Suggestions").first.get_by_role("option")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await box.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await box.press("Escape")
    await expect(options).to_have_count(0)
    await expect(box).to_have_value("@e")


async def test_a_command_shows_its_usage_while_it_is_typed(bot: Bot, visit: Opener) -> None:
    page = await visit()
    box = message_box(page)
    await box.press_sequentially("/in")
    options = page.get_by_role("listbox", name="Suggestions").first.get_by_role("option")
    await expect(options).to_contain_text(["declare …"])
    await box.press("Enter")
    await expect(box).to_have_value("/incident ")
    await expect(page.locator(".composer-hint").first).to_contain_text("declare …")


async def test_a_command_is_answered_for_the_writer_alone(bot: Bot, visit: Opener) -> None:
    page = await visit()
    await message_box(page).fill("/incident help")
    await message_box(page).press("Enter")
    answer = page.locator("article.ephemeral")
    await expect(answer).to_contain_text("Say /incident declare and what is wrong.")


async def test_an_unknown_command_is_refused_and_given_back(visit: Opener) -> None:
    page = await visit()
    await message_box(page).fill("/nothing at all")
    await message_box(page).press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("/nothing")
    await expect(message_box(page)).to_have_value("/nothing at all")


async def test_a_silent_app_is_reported_as_a_timeout(sandbox: Workspace, bot: Bot, visit: Opener) -> None:
    """The command is not given back: the app may have got it."""
    await sandbox.faults.add("lost_ack", where="command")
    page = await visit()
    await message_box(page).fill("/incident help")
    await message_box(page).press("Enter")
    notice = page.get_by_role("alert")
    await expect(notice).to_have_attribute("data-code", "operation_timeout")
    await expect(message_box(page)).to_have_value("")


async def test_a_draft_waits_where_it_was_typed(visit: Opener) -> None:
    page = await visit()
    await message_box(page).fill("half a thought")
    await page.get_by_role("button", name="incidents").click()
    await expect(message_box(page, "#incidents")).to_have_value("")
    await page.get_by_role("button", name="general").click()
    await expect(message_box(page)).to_have_value("half a thought")


async def test_a_message_can_be_edited_where_it_stands(sandbox: Workspace, visit: Opener) -> None:
    message = await sandbox.user("ada").say("general", "hello @bob & all")
    page = await visit()
    article = page.locator(f"article[data-ts='{message.ts}']")
    await article.hover()
    await article.get_by_role("button", name="More message actions").click()
    await page.get_by_role("menuitem", name="Edit message").click()
    editor = page.get_by_role("textbox", name="Edit message")
    await expect(editor).to_have_value("hello @bob & all")
    await editor.fill("hello @bob & nobody else")
    await editor.press("Enter")
    await expect(article.locator(".content")).to_have_text("hello @bob & nobody else (edited)")
    refreshed = await message.refresh()
    assert refreshed.raw["text"] == "hello <@U0BOB> &amp; nobody else"


async def test_only_ones_own_messages_offer_to_be_edited(sandbox: Workspace, visit: Opener) -> None:
    await sandbox.user("bob").say("general", "mine")
    page = await visit()
    article = page.get_by_role("article")
    await article.hover()
    await article.get_by_role("button", name="More message actions").click()
    await expect(page.get_by_role("menuitem", name="Copy timestamp")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Edit message")).to_have_count(0)


async def test_deleting_asks_first(sandbox: Workspace, visit: Opener) -> None:
    message = await sandbox.user("ada").say("general", "a slip")
    page = await visit()
    article = page.locator(f"article[data-ts='{message.ts}']")
    await article.focus()
    await page.keyboard.press("Delete")
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    await expect(article).to_have_count(0)


async def test_a_message_shortcut_reaches_the_app(sandbox: Workspace, bot: Bot, visit: Opener) -> None:
    heard: list[str] = []

    @bot.bolt.message_shortcut("record")
    async def record(ack: object, body: dict[str, dict[str, str]]) -> None:
        heard.append(body["message"]["text"])
        await ack()  # type: ignore[operator]  # Bolt's acknowledgement is callable

    await sandbox.user("bob").say("general", "the retry budget was raised")
    page = await visit()
    article = page.get_by_role("article").last
    await article.hover()
    await article.get_by_role("button", name="More message actions").click()
    async with acted(page):
        await page.get_by_role("menuitem", name="Record Watch").click()
    assert heard == ["the retry budget was raised"]


async def test_a_channel_is_created_and_joined(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    await page.get_by_role("button", name="Create a channel").click()
    form = page.get_by_role("dialog", name="Create a channel")
    await form.get_by_label("Name").fill("inc-42-checkout")
    await form.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", name="inc-42-checkout", exact=True)).to_be_visible()
    assert await sandbox.channel("inc-42-checkout").members() == ["ada"]


async def test_a_direct_message_starts_from_a_name(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    await page.get_by_role("button", name="Write to somebody").click()
    await page.get_by_role("menuitem", name="Bob Lindqvist").click()
    await message_box(page, "Bob Lindqvist").fill("are you there?")
    await message_box(page, "Bob Lindqvist").press("Enter")
    await expect(page.get_by_role("article").locator(".content")).to_have_text("are you there?")
    other = await visit("as=bob")
    await expect(other.get_by_role("button", name="Ada Okafor 1 mention")).to_be_visible()


async def test_a_file_is_shared(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    content = FilePayload(name="log.txt", mimeType="text/plain", buffer=b"502 502 502")
    await page.get_by_label("File to attach").first.set_input_files(files=[content])
    await expect(page.get_by_role("article").locator(".file")).to_contain_text("log.txt")
