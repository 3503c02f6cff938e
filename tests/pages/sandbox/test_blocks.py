"""Block Kit on the page: every block is drawn, and every element tells the app what was chosen."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox import block_kinds
from sandbox import page as page_package
from tests.pages.sandbox.conftest import Opener, acted
from tests.pages.sandbox.stage import card as card_blocks
from tests.pages.sandbox.stage import cards, home, kitchen_sink, option, plain, words
from tests.sandbox.bots import Bot

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, Any]

LISTENED = "asked"  # the action_id that ``listen`` hears
PARIS_AFTERNOON = 1782907200  # 1 July 2026, 14:00 in Paris


async def post(bot: Bot, blocks: list[Json], visit: Opener) -> tuple[Page, Locator]:
    """The page in front of a message with these blocks."""
    await bot.client.conversations_join(channel="C0INCIDENTS")
    await bot.client.chat_postMessage(channel="C0INCIDENTS", text="blocks", blocks=blocks)
    page = await visit("as=ada&channel=incidents")
    return page, page.get_by_role("article").last


def listen(bot: Bot) -> list[Json]:
    """Everything that people do with the bot's elements, as it is told."""
    heard: list[Json] = []

    @bot.bolt.action({"type": "block_actions", "action_id": LISTENED})
    async def action(ack: Any, body: Json) -> None:
        heard.append(body)
        await ack()

    return heard


async def test_every_block_of_a_message_is_drawn(bot: Bot, visit: Opener) -> None:
    _page, message = await post(bot, kitchen_sink(), visit)
    await expect(message.locator(".block")).to_have_count(7)
    await expect(message.get_by_role("combobox", name="Severity")).to_be_visible()
    await expect(message.get_by_role("heading", name="Plan")).to_be_visible()
    await expect(message.locator(".block-markdown li.task").first).to_contain_text("canary")
    await expect(message.get_by_role("cell", name="1,204")).to_have_count(2)
    await expect(message.locator(".block-rich_text ul > li")).to_have_count(2)
    await expect(message.locator(".block-rich_text ul ol > li")).to_have_text("first")
    await expect(message.locator(".block-rich_text pre")).to_have_text("kubectl rollout undo")
    await expect(message.locator(".unknown")).to_have_count(0)


async def test_pictures_from_elsewhere_are_described_and_never_fetched(bot: Bot, visit: Opener) -> None:
    page, message = await post(bot, kitchen_sink()[-2:], visit)
    picture = message.get_by_role("img", name="Error rate over the last hour")
    await expect(picture).to_contain_text("pictures.example")
    fetched: list[str] = await page.evaluate(
        "performance.getEntriesByType('resource').map((one) => one.name)"
    )
    assert not [address for address in fetched if ".example" in address]


async def test_a_click_reaches_the_app_and_its_answer_is_shown(card: str, visit: Opener) -> None:
    page = await visit("as=bob")
    message = page.locator(f"article[data-ts='{card}']")
    await expect(message).to_contain_text("vacant, asked @bob")
    await message.get_by_role("button", name="Take command").click()
    await expect(message).not_to_contain_text("vacant")
    await expect(message.locator(".fields [data-user=U0BOB]")).to_have_text("@bob")


async def test_a_confirmation_is_asked_first_and_can_be_declined(bot: Bot, visit: Opener) -> None:
    heard = listen(bot)
    blocks = card_blocks()
    blocks[3]["elements"][2]["action_id"] = LISTENED
    page, message = await post(bot, blocks, visit)
    await message.get_by_role("button", name="Not an incident").click()
    question = page.get_by_role("alertdialog", name="Cancel INC-42?")
    await expect(question).to_contain_text("four people")
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    assert heard == []
    await message.get_by_role("button", name="Not an incident").click()
    async with acted(page):
        await question.get_by_role("button", name="Cancel it").click()
    await expect(question).to_have_count(0)
    assert [body["actions"][0]["value"] for body in heard] == ["cancel"]


async def test_an_overflow_menu_offers_its_options(bot: Bot, visit: Opener) -> None:
    heard = listen(bot)
    blocks = card_blocks()
    blocks[3]["elements"][3]["action_id"] = LISTENED
    page, message = await post(bot, blocks, visit)
    await message.get_by_role("button", name="More actions").click()
    async with acted(page):
        await page.get_by_role("menuitem", name="Make private").click()
    assert heard[0]["actions"][0]["selected_option"]["value"] == "private"


CHOICES = {"options": [option("SEV1", "one"), option("SEV2", "two")]}


async def select(message: Locator) -> None:
    await message.get_by_role("combobox").select_option("SEV2")


async def type_date(message: Locator) -> None:
    await message.locator("input").fill("2026-04-01")
    await message.locator("input").press("Tab")


async def type_time(message: Locator) -> None:
    await message.locator("input").fill("08:15")
    await message.locator("input").press("Tab")


async def type_moment(message: Locator) -> None:
    await message.locator("input").fill("2026-07-01T14:00")
    await message.locator("input").press("Tab")


async def pick_user(message: Locator) -> None:
    await message.get_by_role("combobox").select_option("Bob Lindqvist")


async def tick(message: Locator) -> None:
    await message.get_by_label("SEV2").check()


async def pick_two(message: Locator) -> None:
    await message.locator("button.multi").click()
    for name in ("SEV1", "SEV2"):
        await message.page.get_by_role("checkbox", name=name).check()
    await message.page.keyboard.press("Escape")


async def pick_channel(message: Locator) -> None:
    await message.get_by_role("combobox").select_option("general")


class Choice(NamedTuple):
    """An element, how a person uses it, and what the app is told under which key."""

    element: Json
    use: Callable[[Locator], Awaitable[None]]
    key: str
    told: object


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param(
            Choice({"type": "static_select", **CHOICES}, select, "selected_option", "two"), id="select"
        ),
        pytest.param(
            Choice({"type": "multi_static_select", **CHOICES}, pick_two, "selected_options", ["one", "two"]),
            id="several",
        ),
        pytest.param(
            Choice({"type": "radio_buttons", **CHOICES}, tick, "selected_option", "two"), id="radio"
        ),
        pytest.param(
            Choice({"type": "checkboxes", **CHOICES}, tick, "selected_options", ["two"]), id="checkboxes"
        ),
        pytest.param(Choice({"type": "users_select"}, pick_user, "selected_user", "U0BOB"), id="user"),
        pytest.param(
            Choice({"type": "channels_select"}, pick_channel, "selected_channel", "C0GENERAL"), id="channel"
        ),
        pytest.param(
            Choice({"type": "conversations_select"}, pick_channel, "selected_conversation", "C0GENERAL"),
            id="conversation",
        ),
        pytest.param(Choice({"type": "datepicker"}, type_date, "selected_date", "2026-04-01"), id="date"),
        pytest.param(Choice({"type": "timepicker"}, type_time, "selected_time", "08:15"), id="time"),
        pytest.param(
            Choice({"type": "datetimepicker"}, type_moment, "selected_date_time", PARIS_AFTERNOON),
            id="instant in the reader's zone",
        ),
    ],
)
async def test_a_choice_reaches_the_app(bot: Bot, visit: Opener, choice: Choice) -> None:
    heard = listen(bot)
    element = choice.element | {"action_id": LISTENED}
    _page, message = await post(bot, [{"type": "actions", "block_id": "b", "elements": [element]}], visit)
    async with acted(message.page):
        await choice.use(message)
    assert values(heard[-1]["actions"][0][choice.key]) == choice.told


def values(chosen: Any) -> object:
    """Options as their values; anything else as it is."""
    if isinstance(chosen, list):
        return [each["value"] for each in chosen]
    return chosen["value"] if isinstance(chosen, dict) else chosen


async def test_a_silent_app_is_reported_in_a_notice(bot: Bot, card: str, visit: Opener) -> None:
    """Nobody listens to that button, so the bot answers 404."""
    page = await visit()
    await page.get_by_role("button", name="Page on-call").click()
    notice = page.get_by_role("alert")
    await expect(notice).to_contain_text("Watch could not be reached or refused it")
    await expect(notice).to_have_attribute("data-code", "dispatch_failed")
    await notice.get_by_role("button", name="Dismiss notice").click()
    await expect(notice).to_have_count(0)


async def test_the_home_tab_is_drawn_and_its_buttons_work(bot: Bot, visit: Opener) -> None:
    page = await visit()
    await page.get_by_role("button", name="Watch").click()
    tab = page.get_by_role("region", name="Home")
    await expect(tab.get_by_role("heading")).to_have_text(home("Ada")["blocks"][0]["text"]["text"])
    await tab.get_by_role("button", name="Declare an incident").click()
    await expect(page.get_by_role("dialog", name="Declare an incident")).to_be_visible()


async def test_attachments_are_drawn(bot: Bot, visit: Opener) -> None:
    await bot.client.conversations_join(channel="C0INCIDENTS")
    attachment = {
        "color": "#c8383f",
        "title": "High error rate",
        "title_link": "https://alerts.example/1",
        "text": "checkout *5xx*",
        "fields": [{"title": "Region", "value": "eu-west", "short": True}],
        "fallback": "High error rate",
    }
    await bot.client.chat_postMessage(channel="C0INCIDENTS", text="Alert", attachments=[attachment])
    page = await visit("as=ada&channel=incidents")
    drawn = page.locator(".attachment")
    await expect(drawn.get_by_role("link", name="High error rate")).to_be_visible()
    await expect(drawn.locator("strong", has_text="5xx")).to_be_visible()
    await expect(drawn).to_contain_text("eu-west")


async def test_blocks_that_wrap_others_are_drawn(bot: Bot, visit: Opener) -> None:
    _page, message = await post(bot, cards(), visit)
    await expect(message.locator(".block-alert.level-warning strong")).to_have_text("down")
    await expect(message.locator(".block-card").get_by_role("button", name="Open")).to_be_visible()
    await expect(message.locator(".block-carousel .tile")).to_have_count(2)
    await expect(message.locator(".block-task_card")).to_contain_text("read the log")
    await expect(message.locator(".block-plan")).to_contain_text("Roll back")
    await expect(message.get_by_text("inside the container")).to_be_visible()
    await message.locator("summary").click()
    await expect(message.get_by_text("inside the container")).to_be_hidden()
    await expect(message.locator(".unknown")).to_have_count(0)


async def test_every_block_that_the_sandbox_accepts_has_a_drawing() -> None:
    known = {*block_kinds._EVERYWHERE, *block_kinds._MESSAGE_ONLY, "container"}
    drawing = (Path(page_package.__file__).parent / "static/js/blocks.js").read_text()
    table = drawing.partition("const DRAW = {")[2].partition("\n};")[0]
    assert known <= set(re.findall(r"^  (\w+)[:,]", table, re.MULTILINE))


async def test_plain_text_is_no_markup_and_verbatim_text_has_no_links(bot: Bot, visit: Opener) -> None:
    verbatim = words("see https://a.example") | {"verbatim": True}
    blocks: list[Json] = [
        {"type": "section", "text": plain("*not bold* <@U0BOB>")},
        {"type": "section", "text": verbatim, "fields": [words("see https://b.example")]},
    ]
    _page, message = await post(bot, blocks, visit)
    await expect(message).to_contain_text("*not bold* <@U0BOB>")
    await expect(message.get_by_role("link")).to_have_text(["https://b.example"])
