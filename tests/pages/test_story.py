"""The story in a real browser: people press and type, as a newcomer would on the sandbox's page.

With TOCSIN_SCREENSHOTS=1 the pictures of README and docs are taken on the way.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from bot.demo.cast import Cast
from bot.demo.house import House
from bot.demo.outbreak import monitoring_declares, storm
from bot.demo.recovery import HYPOTHESIS, IMPACT, WORKAROUND, calm
from tests.pages.window import ROOM, Window


@pytest.mark.timeout(150)
async def test_room_command_stakeholders_and_known_error(browser: Browser, house: House, cast: Cast) -> None:
    await monitoring_declares(cast)
    await cast.card("INC-1")
    bob = await Window.of(browser, house, "bob")
    await the_room(bob)
    await command(browser, house, bob)
    ada = await Window.of(browser, house, "ada")
    await stakeholders(browser, house, bob, ada)
    await known_error(browser, house, cast, ada)


async def the_room(bob: Window) -> None:
    """Step 2: the card, the topic, the people, the bookmarks."""
    await bob.shows("INC-1 · SEV1 · Checkout")
    await bob.shows("Nobody is in command yet")
    await expect(bob.page.get_by_role("button", name="Take command")).to_be_visible()
    await bob.picture("room")


async def command(browser: Browser, house: House, bob: Window) -> None:
    """Step 3: claimed, contested, yielded, handed over."""
    await bob.press("Take command")
    await bob.shows("has command")
    cleo = await Window.of(browser, house, "cleo")
    await cleo.press("Contest…")
    form = await cleo.dialog("Contest")
    await form.get_by_role("textbox").first.fill("payments is what fails, and it is mine")
    await form.get_by_role("button", name="Contest").click()
    await cleo.shows("disputes command")
    await bob.go("Tocsin")
    await bob.shows("disputes command")
    await bob.picture("contest")
    await bob.press("Yield")
    sure = bob.page.get_by_role("alertdialog", name="Give up command?")
    await sure.get_by_role("button", name="Yield command").click()
    await cleo.shows("Settled")
    await cleo.type(f"#{ROOM}", "/incident handover <@U0ADA>")
    ada = await Window.of(browser, house, "ada", "incidents")
    await ada.go("Tocsin")
    await ada.shows("You are offered command")
    await ada.picture("brief")
    await ada.press("Accept command")
    await cleo.shows("has command now")


async def stakeholders(browser: Browser, house: House, bob: Window, ada: Window) -> None:
    """Step 6: stated, verified by somebody else, released, sent; the hypothesis stays inside."""
    await bob.go(ROOM)
    await bob.type(f"#{ROOM}", f"/incident hypothesis {HYPOTHESIS}")
    await bob.shows("ypothesis")
    await bob.type(f"#{ROOM}", f"/incident impact {IMPACT}")
    dev = await Window.of(browser, house, "dev")
    await dev.type(f"#{ROOM}", "/incident verify 2")
    await dev.shows("erified")
    await ada.type(f"#{ROOM}", "/incident release 2")
    await ada.shows("eleased")
    await ada.type(f"#{ROOM}", "/incident update")
    preview = await ada.dialog("update")
    await expect(preview).to_contain_text("cannot pay")
    await expect(preview).not_to_contain_text("pool")
    await ada.picture("update")
    await preview.get_by_role("button", name="Send").click()
    reader = await Window.of(browser, house, "fay", "stakeholders")
    await reader.shows("cannot pay")
    await expect(reader.page.get_by_role("main")).not_to_contain_text("worker count")
    await reader.picture("stakeholders")


async def known_error(browser: Browser, house: House, cast: Cast, ada: Window) -> None:
    """Step 8: resolved, written up, published; the next outage knows it."""
    await house.advance(12 * 60)
    await calm(cast)
    await ada.type(f"#{ROOM}", "/incident resolve")
    form = await ada.dialog("esolve")
    await form.get_by_label("What ended it?").fill("Rolled payments back to 4.11")
    await form.get_by_label("Why is it over all the same?").fill("The alerts ended with the rollback")
    await form.get_by_role("button", name="Resolve").click()
    await ada.shows("has drafted itself")
    await ada.press("Edit…")
    form = await ada.dialog("Edit the post-mortem")
    await ada.picture("post-mortem")
    await form.get_by_role("button", name="Save").click()
    await ada.close("Saved")
    await ada.press("What we learned…")
    form = await ada.dialog("What we learned")
    await form.get_by_label("What was behind it?").fill(HYPOTHESIS)
    await form.get_by_label("What helps next time?").fill(WORKAROUND)
    await form.get_by_role("button", name="Save").click()
    await ada.close("Saved")
    await ada.press("Publish…")
    form = await ada.dialog("Publish")
    await form.get_by_role("button", name="Publish").click()
    await ada.shows("published the post-mortem")
    await house.advance(180 * 60)
    cast.room = "inc-2-checkout"
    await storm(cast)
    await cast.card("KE-1")
    second = await Window.of(browser, house, "ada", "inc-2-checkout")
    await second.shows("KE-1")
    await second.shows("pool.max")
    await second.picture("known-error")
