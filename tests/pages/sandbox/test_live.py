"""The page follows the workspace without taking anything out of the reader's hands."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from sandbox.testing import Workspace
from tests.pages.sandbox.conftest import Opener
from tests.sandbox.bots import Bot

pytestmark = pytest.mark.asyncio(loop_scope="session")

MANY = 60


async def top_of(line: Locator) -> float:
    return float(await line.evaluate("(node) => node.getBoundingClientRect().top"))


async def test_news_arrive_while_somebody_types(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    box = page.get_by_role("textbox", name="Message #general")
    await box.press_sequentially("I was about to")
    await box.evaluate("(node) => node.setSelectionRange(2, 5)")
    await sandbox.user("bob").say("general", "news")
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(box).to_be_focused()
    await expect(box).to_have_value("I was about to")
    assert await box.evaluate("(node) => [node.selectionStart, node.selectionEnd]") == [2, 5]


async def test_whoever_reads_further_up_keeps_the_line_they_read(sandbox: Workspace, visit: Opener) -> None:
    bob = sandbox.user("bob")
    for number in range(MANY):
        await bob.say("general", f"line {number}")
    page = await visit()
    line = page.get_by_text("line 30", exact=True)
    await line.scroll_into_view_if_needed()
    await page.wait_for_timeout(100)
    before = await top_of(line)
    await bob.say("general", "newest\n" * 8)
    await expect(page.get_by_role("button", name="Newest messages")).to_be_visible()
    assert await top_of(line) == pytest.approx(before, abs=1)  # scrolling is in whole pixels
    await page.get_by_role("button", name="Newest messages").click()
    await expect(page.get_by_role("article").last).to_be_in_viewport()


async def test_whoever_reads_the_newest_follows(sandbox: Workspace, visit: Opener) -> None:
    bob = sandbox.user("bob")
    for number in range(MANY):
        await bob.say("general", f"line {number}")
    page = await visit()
    await bob.say("general", "the very last")
    await expect(page.get_by_text("the very last", exact=True)).to_be_in_viewport()


async def test_whoever_writes_sees_what_they_wrote(sandbox: Workspace, visit: Opener) -> None:
    """From far up in the history, too."""
    for number in range(MANY):
        await sandbox.user("bob").say("general", f"line {number}")
    page = await visit()
    await page.get_by_text("line 20", exact=True).scroll_into_view_if_needed()
    await page.get_by_role("textbox", name="Message #general").fill("my own words")
    await page.get_by_role("textbox", name="Message #general").press("Enter")
    await expect(page.get_by_role("article").last).to_have_text(re.compile("my own words"))
    await expect(page.get_by_role("article").last).to_be_in_viewport()


async def test_earlier_messages_are_fetched_on_demand(sandbox: Workspace, visit: Opener) -> None:
    for number in range(MANY):
        await sandbox.user("bob").say("general", f"line {number}")
    page = await visit()
    await expect(page.get_by_text("line 0", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Show earlier messages").click()
    await expect(page.get_by_text("line 0", exact=True)).to_have_count(1)


async def test_untouched_messages_are_not_redrawn(sandbox: Workspace, visit: Opener) -> None:
    bob = sandbox.user("bob")
    first = await bob.say("general", "first")
    page = await visit()
    await page.locator(f"article[data-ts='{first.ts}']").evaluate("(node) => { node.dataset.same = 'yes' }")
    await bob.say("general", "second")
    await expect(page.get_by_role("article")).to_have_count(2)
    await expect(page.locator("[data-same=yes]")).to_have_count(1)


async def test_a_redrawn_message_keeps_the_focus_of_its_button(
    sandbox: Workspace, card: str, visit: Opener
) -> None:
    page = await visit()
    button = page.get_by_role("button", name="Page on-call")
    await button.focus()
    await sandbox.act("bob", "react", channel="general", ts=card, name="eyes")
    await expect(page.locator(f"article[data-ts='{card}'] [data-reaction=eyes]")).to_be_visible()
    await expect(button).to_be_focused()


async def test_an_editor_survives_news_about_its_message(sandbox: Workspace, visit: Opener) -> None:
    message = await sandbox.user("ada").say("general", "draft")
    page = await visit()
    await page.locator(f"article[data-ts='{message.ts}']").focus()
    await page.keyboard.press("e")
    editor = page.get_by_role("textbox", name="Edit message")
    await editor.fill("a better dra")
    await sandbox.user("bob").react(message, "eyes")
    await page.wait_for_timeout(300)
    await expect(editor).to_be_focused()
    await expect(editor).to_have_value("a better dra")


async def test_two_people_talk_in_two_windows(visit: Opener) -> None:
    ada, bob = await visit("as=ada"), await visit("as=bob")
    for page, text in ((ada, "hello Bob"), (bob, "hello Ada")):
        await page.get_by_role("textbox", name="Message #general").fill(text)
        await page.get_by_role("textbox", name="Message #general").press("Enter")
        await expect(ada.get_by_text(text, exact=True)).to_be_visible()
        await expect(bob.get_by_text(text, exact=True)).to_be_visible()


async def test_new_messages_are_announced_once(sandbox: Workspace, visit: Opener) -> None:
    await sandbox.user("bob").say("general", "old")
    page = await visit()
    await expect(page.locator("#live")).to_have_text("")
    await sandbox.user("bob").say("general", "checkout *is* back")
    await expect(page.locator("#live")).to_have_text("Bob Lindqvist: checkout is back")


async def test_changing_the_person_changes_what_is_seen(sandbox: Workspace, bot: Bot, visit: Opener) -> None:
    page = await visit("as=ada&channel=secret-project")
    await page.get_by_role("button", name="You are: Ada Okafor").click()
    await page.get_by_role("menuitemradio", name="Cleo Marchetti").click()
    await expect(page.get_by_role("button", name="You are: Cleo Marchetti")).to_be_visible()
    await expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    await page.get_by_role("textbox", name="Message #general").fill("it is me")
    await page.get_by_role("textbox", name="Message #general").press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    [message] = await sandbox.channel("general").messages()
    assert message.raw["user"] == "U0CLEO"
    assert "as=cleo" in page.url


async def test_whoever_is_thrown_out_lands_somewhere_else(sandbox: Workspace, visit: Opener) -> None:
    page = await visit("as=bob&channel=secret-project")
    await expect(page.get_by_role("heading", name="secret-project", exact=True)).to_be_visible()
    await sandbox.act("ada", "kick", channel="secret-project", user="bob")
    await expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_the_address_bar_leads_back_to_the_same_place(sandbox: Workspace, visit: Opener) -> None:
    page = await visit("as=eve")
    await page.get_by_role("button", name="incidents").click()
    await expect(page).to_have_url(f"{sandbox.base_url}/?as=eve&channel=incidents")
    await page.reload()
    await expect(page.get_by_role("heading", name="incidents", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="You are: Eve Tanaka")).to_be_visible()


async def test_an_unknown_person_in_the_address_is_somebody_who_exists(visit: Opener) -> None:
    page = await visit("as=nobody")
    await expect(page.get_by_role("button", name="You are: Ada Okafor")).to_be_visible()
