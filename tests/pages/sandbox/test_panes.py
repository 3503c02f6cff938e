"""The side panes and the engineer's tools: threads, pins, deliveries, faults, time."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from sandbox.testing import Workspace
from tests.pages.sandbox.conftest import Opener
from tests.sandbox.bots import Bot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_thread_opens_beside_the_channel_and_takes_replies(card: str, visit: Opener) -> None:
    page = await visit()
    await page.get_by_role("button", name="2 replies").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("article")).to_have_count(3)
    await thread.get_by_role("textbox", name="Reply in thread").fill("rolled back")
    await thread.get_by_role("textbox", name="Reply in thread").press("Enter")
    await expect(thread.get_by_role("article")).to_have_count(4)
    await expect(page.get_by_role("button", name="3 replies")).to_be_visible()
    await thread.get_by_role("button", name="Close pane").click()
    await expect(thread).to_have_count(0)


async def test_a_reply_can_be_shown_in_the_channel_too(card: str, visit: Opener) -> None:
    page = await visit()
    await page.get_by_role("button", name="2 replies").click()
    await page.get_by_label("Also send to the channel").check()
    await page.get_by_role("textbox", name="Reply in thread").fill("everybody should know")
    await page.get_by_role("textbox", name="Reply in thread").press("Enter")
    feed = page.get_by_role("feed", name="Messages in #general")
    await expect(feed.get_by_role("article").filter(has_text="everybody should know")).to_contain_text(
        "Replied to a thread"
    )
    await expect(page.get_by_label("Also send to the channel")).not_to_be_checked()


async def test_commands_do_not_work_in_threads(card: str, visit: Opener) -> None:
    page = await visit()
    await page.get_by_role("button", name="2 replies").click()
    await page.get_by_role("textbox", name="Reply in thread").fill("/incident help")
    await page.get_by_role("textbox", name="Reply in thread").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("not supported in threads")


async def test_a_reaction_is_added_and_taken_back(sandbox: Workspace, visit: Opener) -> None:
    await sandbox.user("bob").say("general", "done")
    page = await visit()
    article = page.get_by_role("article")
    await article.hover()
    await article.get_by_role("button", name="React with :white_check_mark:").click()
    pill = article.get_by_role("button", name=":white_check_mark: 1")
    await expect(pill).to_have_attribute("aria-pressed", "true")
    await pill.click()
    await expect(pill).to_have_count(0)


async def test_an_emoji_is_found_by_name(sandbox: Workspace, visit: Opener) -> None:
    await sandbox.user("bob").say("general", "done")
    page = await visit()
    article = page.get_by_role("article")
    await article.hover()
    await article.get_by_role("button", name="Add reaction").click()
    await page.get_by_role("searchbox", name="Find an emoji").fill("rotating")
    await page.get_by_role("button", name=":rotating_light:").click()
    await expect(article.get_by_role("button", name=":rotating_light: 1")).to_be_visible()


async def test_a_pinned_message_is_marked_listed_and_found_again(sandbox: Workspace, visit: Opener) -> None:
    await sandbox.user("bob").say("general", "read me first")
    page = await visit()
    article = page.get_by_role("article").first
    await article.hover()
    await article.get_by_role("button", name="Pin message").click()
    await expect(article).to_contain_text("Pinned")
    await page.get_by_role("button", name="1 pinned").click()
    pane = page.get_by_role("complementary", name="Pinned messages")
    await pane.get_by_role("button", name="read me first").click()
    await expect(article).to_have_class("message pinned found")
    await pane.get_by_role("button", name="Unpin").click()
    await expect(page.get_by_role("button", name="0 pinned")).to_be_visible()


async def test_members_can_be_invited(sandbox: Workspace, visit: Opener) -> None:
    page = await visit("as=ada&channel=secret-project&pane=members")
    pane = page.get_by_role("complementary", name="Members")
    await expect(pane.get_by_role("listitem")).to_have_count(2)
    await pane.get_by_label("Invite somebody").select_option("Cleo Marchetti")
    await expect(pane.get_by_role("listitem")).to_have_count(3)
    assert "cleo" in await sandbox.channel("secret-project").members()


async def test_deliveries_show_what_the_app_got_and_answered(bot: Bot, visit: Opener) -> None:
    page = await visit()
    await page.get_by_role("button", name="Deliveries").click()
    pane = page.get_by_role("complementary", name="Deliveries")
    box = page.get_by_role("textbox", name="Message #general")
    await box.fill("/incident help")
    await box.press("Enter")
    entry = pane.locator("[data-kind=command]")
    await expect(entry).to_contain_text("/incident help")
    await expect(entry).to_have_attribute("data-status", "200")
    await entry.get_by_role("button").first.click()
    await expect(entry).to_contain_text('"command": "/incident"')
    await expect(entry).to_contain_text("Say `/incident declare`")
    await page.get_by_role("searchbox", name="Find in deliveries").fill("no such thing")
    await expect(pane).to_contain_text("Nothing fits.")


async def test_an_opened_delivery_stays_open_while_others_come(
    sandbox: Workspace, bot: Bot, visit: Opener
) -> None:
    await sandbox.user("ada").slash("general", "/incident", "help")
    page = await visit("as=ada&pane=deliveries")
    entry = page.locator("[data-kind=command]")
    await entry.get_by_role("button").first.click()
    await sandbox.user("bob").slash("general", "/incident", "help")
    await expect(page.locator("[data-kind=command]")).to_have_count(2)
    await expect(page.locator("[data-kind=command] pre").first).to_be_visible()


async def test_a_fault_switch_breaks_things_until_it_is_turned_off(
    sandbox: Workspace, bot: Bot, visit: Opener
) -> None:
    page = await visit()
    await page.get_by_role("button", name="Faults").click()
    switch = page.get_by_role("switch", name="Lost acknowledgements")
    await expect(switch).not_to_be_checked()
    await switch.click()
    await expect(switch).to_be_checked()
    await expect(switch).to_be_focused()
    [rule] = await sandbox.faults.all()
    assert (rule["where"], rule["do"]) == ("interaction", "lost_ack")
    await switch.click()
    await expect(switch).not_to_be_checked()
    assert await sandbox.faults.all() == []


async def test_every_fault_switch_is_one_that_the_sandbox_knows(sandbox: Workspace, visit: Opener) -> None:
    page = await visit("as=ada&pane=faults")
    switches = page.get_by_role("switch")
    for number in range(await switches.count()):
        await switches.nth(number).click()
        await expect(switches.nth(number)).to_be_checked()
    assert len(await sandbox.faults.all()) == await switches.count()
    await page.get_by_role("button", name="Turn all off").click()
    await expect(page.get_by_role("switch", checked=True)).to_have_count(0)


async def test_rules_from_elsewhere_are_listed_and_removed(sandbox: Workspace, visit: Opener) -> None:
    page = await visit("as=ada&pane=faults")
    rule = await sandbox.faults.add("expired", where="response_url", count=3)
    await expect(page.get_by_text("response_url *: expired")).to_be_visible()
    await page.get_by_role("button", name=f"Remove rule {rule}").click()
    await expect(page.get_by_text("response_url *: expired")).to_have_count(0)


async def test_the_clock_is_advanced(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    before = (await sandbox.state())["now"]
    await page.get_by_role("button", name="Advance clock 30 min").click()
    await expect(page.get_by_role("status").filter(has_text="It is now")).to_be_visible()
    assert 1800 <= (await sandbox.state())["now"] - before < 1860


async def test_the_clock_is_stopped_and_moved_by_hand(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    await page.get_by_role("button", name="Sandbox clock").click()
    await page.get_by_label("Stopped: only the buttons move it").check()
    await expect(page.locator(".clock-tag")).to_have_text("stopped")
    face = page.locator(".clock-face")
    shown = await face.inner_text()
    await page.wait_for_timeout(1200)
    await expect(face).to_have_text(shown)
    await page.get_by_label("Minutes to advance").fill("90")
    await page.get_by_role("button", name="Advance", exact=True).click()
    await expect(face).not_to_have_text(shown)


async def test_the_world_can_strike_the_open_channel(sandbox: Workspace, bot: Bot, visit: Opener) -> None:
    await bot.client.conversations_join(channel="C0INCIDENTS")
    assert "watch" in await sandbox.channel("incidents").members()
    page = await visit("as=ada&channel=incidents&pane=faults")
    await page.get_by_role("button", name="Throw the app out").click()
    await expect(page.get_by_role("status").filter(has_text="throw the app out")).to_be_visible()
    assert "watch" not in await sandbox.channel("incidents").members()


async def test_what_the_world_cannot_do_is_said(sandbox: Workspace, card: str, visit: Opener) -> None:
    page = await visit("as=ada&pane=faults")
    await page.get_by_role("button", name="Throw the app out").click()
    await expect(page.get_by_role("alert")).to_have_attribute("data-code", "cant_kick_from_general")


async def test_an_old_pinned_message_is_fetched_when_it_is_asked_for(
    sandbox: Workspace, visit: Opener
) -> None:
    bob = sandbox.user("bob")
    old = await bob.say("general", "the decision")
    await bob.pin(old)
    for number in range(60):
        await bob.say("general", f"line {number}")
    page = await visit("as=ada&pane=pins")
    await page.get_by_role("button", name="the decision").click()
    await expect(page.locator(f"article[data-ts='{old.ts}']")).to_be_in_viewport()
