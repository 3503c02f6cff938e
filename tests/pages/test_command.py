"""A contest, a handover and a recall, pressed and typed in a real browser by the people concerned.

With TOCSIN_SCREENSHOTS=1 the pictures of the page about command are taken on the way.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from bot.demo.cast import Cast
from bot.demo.house import House
from tests.pages.window import ROOM, Window
from tests.scenarios.scenes import declared

MINUTE = 60


@pytest.mark.timeout(120)
async def test_a_contest_a_handover_and_a_recall(browser: Browser, house: House, cast: Cast) -> None:
    await declared(cast, by="fay")
    bob = await Window.of(browser, house, "bob")
    ada = await Window.of(browser, house, "ada")
    gus = await Window.of(browser, house, "gus", "incidents")
    await contest(bob, ada, gus)
    await handover(bob, ada)
    await recall(house, bob, ada)


async def contest(bob: Window, ada: Window, gus: Window) -> None:
    """Bob was first, Ada disputes it, neither gives way; the duty manager has the last word."""
    await bob.press("Take command")
    await ada.press("Contest…")
    form = await ada.dialog("Contest")
    await form.get_by_role("textbox").first.fill("I am on shift, and checkout is yours to repair")
    await form.get_by_role("button", name="Contest").click()
    await bob.letters()
    await bob.shows("disputes command")
    await bob.press("Keep: decide now")
    await ada.shows("so the tie-break decides")
    await gus.letters()
    await gus.shows("so the tie-break decides")
    await gus.picture("duty-manager")
    await gus.page.get_by_role("main").get_by_role("button", name="Decide for them").nth(-2).click()
    sure = gus.page.get_by_role("alertdialog", name="Decide this dispute?")
    await sure.get_by_role("button", name="Decide").click()
    await ada.shows("Settled")


async def handover(bob: Window, ada: Window) -> None:
    """Ada gives it to Bob, takes it back, and gives it to him after all."""
    await ada.type(f"#{ROOM}", "/incident handover <@U0BOB>")
    await ada.press("Withdraw offer")
    await ada.shows("back and keeps command")
    await ada.type(f"#{ROOM}", "/incident handover <@U0BOB>")
    await expect(bob.page.get_by_role("button", name="Accept command")).to_have_count(2)
    await bob.press("Accept command")
    await ada.shows("has command now")


async def recall(house: House, bob: Window, ada: Window) -> None:
    """Bob says nothing any more: he is asked, and then the shift is."""
    await house.advance(6 * MINUTE)
    await ada.type(f"#{ROOM}", "/incident recall")
    form = await ada.dialog("Recall the commander")
    await expect(form).to_contain_text("asked for a sign of life")
    await form.get_by_role("textbox").first.fill("The vendor waits for a decision")
    await ada.picture("recall")
    await form.get_by_role("button", name="Recall").click()
    await ada.close("Tocsin")
    await bob.shows("Are you still there?")
    await bob.picture("recalled")
    await house.advance(3 * MINUTE + 1)
    await ada.letters()
    await ada.shows("Will you take command?")
    await ada.picture("asked")
    await ada.press("Take command")
    await bob.go(ROOM)
    await bob.shows("was asked and has command")
