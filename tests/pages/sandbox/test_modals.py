"""Modals on the page: the server owns the stack, the page keeps what was typed."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.testing import Workspace
from tests.pages.sandbox.conftest import Opener
from tests.sandbox.bots import Bot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def declare(visit: Opener) -> tuple[Page, Locator]:
    """The page as Ada, in front of the form that ``/incident`` opens."""
    page = await visit()
    box = page.get_by_role("textbox", name="Message #general")
    await box.fill("/incident declare")
    await box.press("Enter")
    modal = page.get_by_role("dialog", name="Declare an incident")
    await expect(modal).to_be_visible()
    return page, modal


async def test_the_first_field_has_the_focus(bot: Bot, visit: Opener) -> None:
    _page, modal = await declare(visit)
    await expect(modal.get_by_label("What is wrong?")).to_be_focused()


async def test_missing_answers_are_named_at_their_field(bot: Bot, visit: Opener) -> None:
    _page, modal = await declare(visit)
    await modal.get_by_label("What is wrong?").fill("Checkout is down")
    await modal.get_by_role("button", name="Declare").click()
    service = modal.get_by_label("Which service?")
    await expect(service).to_have_attribute("aria-invalid", "true")
    await expect(service).to_have_accessible_description("Please complete this required field.")
    await expect(service).to_be_focused()
    await expect(modal.get_by_label("What is wrong?")).to_have_value("Checkout is down")


async def test_the_apps_errors_stand_under_the_field_until_they_are_mended(bot: Bot, visit: Opener) -> None:
    _page, modal = await declare(visit)
    await modal.get_by_label("What is wrong?").fill("Search is slow")
    await modal.get_by_label("Which service?").select_option("search")
    await modal.get_by_role("button", name="Declare").click()
    await expect(modal.get_by_role("alert")).to_have_text("Search is being retired.")
    await modal.get_by_label("Which service?").select_option("checkout")
    await modal.get_by_role("button", name="Declare").click()
    await expect(modal).to_have_count(0)


async def test_a_submission_carries_every_answer(sandbox: Workspace, bot: Bot, visit: Opener) -> None:
    page, modal = await declare(visit)
    await modal.get_by_label("What is wrong?").fill("Checkout is down")
    await modal.get_by_label("Which service?").select_option("checkout")
    await modal.get_by_label("SEV1").check()
    await modal.get_by_label("Call in").click()
    await page.get_by_role("checkbox", name="Bob Lindqvist").check()
    await page.keyboard.press("Escape")
    await expect(modal.get_by_label("Call in")).to_contain_text("Bob Lindqvist")
    await modal.get_by_role("button", name="Declare").click()
    await expect(modal).to_have_count(0)
    [sent] = [each for each in await sandbox.journal() if each["summary"] == "view_submission"]
    values = sent["request"]["view"]["state"]["values"]
    assert values["what"]["v"]["value"] == "Checkout is down"
    assert values["service"]["v"]["selected_option"]["value"] == "checkout"
    assert values["severity"]["v"]["selected_option"]["value"] == "SEV1"
    assert values["people"]["v"]["selected_users"] == ["U0BOB"]


async def test_a_click_shows_the_app_what_was_typed_and_an_update_keeps_it(bot: Bot, visit: Opener) -> None:
    _page, modal = await declare(visit)
    field = modal.get_by_label("What is wrong?")
    await field.fill("Checkout is down")
    await modal.get_by_role("button", name="Preview").click()
    await expect(modal).to_contain_text("Read back: Checkout is down")
    await expect(field).to_have_value("Checkout is down")


async def test_a_pushed_view_lies_on_top_and_closing_it_leads_back(bot: Bot, visit: Opener) -> None:
    page, modal = await declare(visit)
    await modal.get_by_label("What is wrong?").fill("The cart is empty")
    await modal.get_by_label("Which service?").select_option("cart")
    await modal.get_by_role("button", name="Declare").click()
    pushed = page.get_by_role("dialog", name="Are you sure?")
    await expect(pushed).to_contain_text("The cart again?")
    await pushed.get_by_role("button", name="Cancel").click()
    await expect(modal.get_by_label("What is wrong?")).to_have_value("The cart is empty")


async def test_escape_closes_the_modal_and_the_app_is_told(
    sandbox: Workspace, bot: Bot, visit: Opener
) -> None:
    page, modal = await declare(visit)
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    await sandbox.settle()
    assert [each["status"] for each in await sandbox.journal() if each["summary"] == "view_closed"] == ["200"]
    await expect(page.get_by_role("textbox", name="Message #general")).to_be_focused()


async def test_a_notice_can_be_read_and_dismissed_over_a_modal(
    sandbox: Workspace, bot: Bot, visit: Opener
) -> None:
    _page, modal = await declare(visit)
    await modal.get_by_label("What is wrong?").fill("Checkout is down")
    await modal.get_by_label("Which service?").select_option("checkout")
    await sandbox.faults.add("lost_ack", where="interaction")
    await modal.get_by_role("button", name="Declare").click()
    notice = modal.get_by_role("alert").filter(has_text="did not answer")
    await expect(notice).to_be_visible()
    await notice.get_by_role("button", name="Dismiss notice").click()
    await expect(modal).to_be_visible()


async def test_a_modal_opens_for_its_person_in_every_window_of_theirs(
    sandbox: Workspace, bot: Bot, visit: Opener
) -> None:
    ada, bob = await visit("as=ada"), await visit("as=bob")
    await sandbox.user("ada").slash("general", "/incident", "declare")
    await expect(ada.get_by_role("dialog", name="Declare an incident")).to_be_visible()
    await expect(bob.get_by_role("dialog")).to_have_count(0)


async def test_a_modal_that_cannot_be_closed_stays_in_sight(
    sandbox: Workspace, bot: Bot, visit: Opener
) -> None:
    """A browser closes a dialog at the second Escape; the page shows it again."""
    page, modal = await declare(visit)
    await page.route("**/_sandbox/act", lambda route: route.fulfill(json={"ok": False, "error": "no"}))
    for _ in range(3):
        await page.keyboard.press("Escape")
    await expect(modal.get_by_label("What is wrong?")).to_be_visible()
    await page.unroute("**/_sandbox/act")
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
