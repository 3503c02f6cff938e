"""What people and apps wrote is drawn as it was meant, and never as more than text."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from sandbox.testing import Workspace
from tests.pages.sandbox.conftest import Opener
from tests.pages.sandbox.stage import MARKUP
from tests.sandbox.bots import Bot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_messages_of_one_author_share_a_head(sandbox: Workspace, visit: Opener) -> None:
    bob = sandbox.user("bob")
    for text in ("first", "second", "third"):
        await bob.say("general", text)
    page = await visit()
    articles = page.get_by_role("article")
    await expect(articles).to_have_count(3)
    await expect(page.locator(".author")).to_have_text(["Bob Lindqvist"])


async def test_times_are_read_on_the_wall_clock_of_whoever_looks(sandbox: Workspace, visit: Opener) -> None:
    await sandbox.user("bob").say("general", "<!date^1772719200^{date_num} {time}|never>")
    page = await visit("as=ada")
    await expect(page.locator("time.date")).to_have_text("2026-03-05 15:00")
    page = await visit("as=eve")
    await expect(page.locator("time.date")).to_have_text("2026-03-05 23:00")


async def test_mrkdwn_is_drawn(sandbox: Workspace, visit: Opener) -> None:
    text = "*bold* _slanted_ ~gone~ `code` :fire:\n> quoted\n```two\nlines```<https://a.example/|label>"
    await sandbox.user("bob").say("general", text)
    page = await visit()
    message = page.get_by_role("article")
    await expect(message.locator("strong")).to_have_text("bold")
    await expect(message.locator("em")).to_have_text("slanted")
    await expect(message.locator("s")).to_have_text("gone")
    await expect(message.locator("code")).to_have_text("code")
    await expect(message.locator("blockquote")).to_have_text("quoted")
    await expect(message.locator("pre")).to_have_text("two\nlines")
    await expect(message.get_by_role("img", name=":fire:")).to_have_text("🔥")
    await expect(message.get_by_role("link", name="label")).to_have_attribute("href", "https://a.example/")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("5 * 3 * 2 = 30", id="asterisks with spaces"),
        pytest.param("snake_case_name and a*b*c", id="marks inside words"),
        pytest.param("*open and never closed", id="one mark alone"),
        pytest.param("`` and ``` and ~~~", id="empty marks"),
        pytest.param(":no_such_emoji: at 12:30:45", id="colons"),
    ],
)
async def test_what_is_no_markup_stays_as_it_was_typed(sandbox: Workspace, visit: Opener, text: str) -> None:
    await sandbox.user("bob").say("general", text)
    page = await visit()
    await expect(page.locator(".content")).to_have_text(text)


async def test_hostile_text_never_becomes_markup(sandbox: Workspace, bot: Bot, visit: Opener) -> None:
    """In text, in every text of a block, in names and topics."""
    escaped = MARKUP.replace("<", "&lt;").replace(">", "&gt;")
    section = {"type": "section", "text": {"type": "mrkdwn", "text": escaped}}
    header = {"type": "header", "text": {"type": "plain_text", "text": MARKUP}}
    markdown = {"type": "markdown", "text": MARKUP}
    link = {"type": "link", "url": "javascript:alert(3)", "text": "click"}
    rich = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": MARKUP}, link]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": MARKUP}]},
        ],
    }
    ada = sandbox.user("ada")
    await ada.say("general", MARKUP)
    await ada.say("general", "x", blocks=[header, section, rich, markdown])
    await sandbox.act("ada", "set_topic", channel="general", topic=MARKUP)
    page = await visit()
    await expect(page.get_by_role("article").first).to_contain_text("<script>alert(2)</script>")
    await expect(
        page.locator("main img, main script, main [onerror], main a[href^=javascript]")
    ).to_have_count(0)


async def test_a_ping_of_the_whole_channel_cannot_be_overlooked(sandbox: Workspace, visit: Opener) -> None:
    await sandbox.user("bob").say("general", "<!channel> read this")
    page = await visit()
    loud = page.locator("article.loud")
    await expect(loud).to_have_attribute("data-broadcast", "channel")
    await expect(loud.locator(".broadcast")).to_have_text("@channel")
    await expect(loud).to_contain_text("Notifies every member of this channel")


async def test_a_typed_control_sequence_pings_nobody(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    box = page.get_by_role("textbox", name="Message #general")
    await box.fill("<!channel> <!subteam^S0CMD>")
    await box.press("Enter")
    message = page.get_by_role("article")
    await expect(message.locator(".content")).to_have_text("<!channel> <!subteam^S0CMD>")
    await expect(page.locator(".loud, .mention")).to_have_count(0)


async def test_a_disguised_link_says_where_it_leads(sandbox: Workspace, visit: Opener) -> None:
    await sandbox.user("bob").say("general", "<https://evil.example/login|https://intranet.example>")
    page = await visit()
    await expect(page.locator(".content")).to_have_text("https://intranet.example (evil.example)")


async def test_mentions_have_names_and_those_of_the_reader_stand_out(
    sandbox: Workspace, visit: Opener
) -> None:
    text = "<@U0ADA> and <@U0BOB> of <!subteam^S0CMD> in <#C0INCIDENTS>"
    await sandbox.user("cleo").say("general", text)
    page = await visit("as=bob")
    message = page.get_by_role("article")
    await expect(message.locator(".content")).to_have_text(
        "@ada and @bob of @incident-commanders in incidents"
    )
    await expect(message.locator("[data-user=U0BOB]")).to_have_class("mention mention-me")
    await expect(message).to_have_class("message to-me")
    await message.get_by_role("button", name="incidents").click()
    await expect(page.get_by_role("heading", name="incidents", exact=True)).to_be_visible()


async def test_edits_are_marked_and_deleted_messages_vanish(sandbox: Workspace, visit: Opener) -> None:
    bob = sandbox.user("bob")
    first = await bob.say("general", "draft")
    second = await bob.say("general", "a slip")
    page = await visit()
    await expect(page.get_by_role("article")).to_have_count(2)
    await bob.edit(first, "final")
    await expect(page.locator(".content").first).to_have_text("final (edited)")
    await bob.delete(second)
    await expect(page.get_by_role("article")).to_have_count(1)


async def test_an_ephemeral_message_is_seen_by_one_person_until_it_is_dismissed(
    card: str, visit: Opener
) -> None:
    page = await visit("as=bob")
    await expect(page.get_by_text("Only visible to you")).to_have_count(0)
    page = await visit("as=ada")
    note = page.locator("article.ephemeral")
    await expect(note).to_contain_text("Only visible to you")
    await note.get_by_role("button", name="Dismiss").click()
    await expect(note).to_have_count(0)


async def test_unread_channels_and_mentions_are_marked_until_they_are_read(
    sandbox: Workspace, visit: Opener
) -> None:
    page = await visit()
    await sandbox.user("eve").say("incidents", "anything new?")
    await sandbox.user("eve").say("stakeholders", "<@U0ADA> what do I tell the board?")
    channels = page.get_by_role("navigation", name="Channels")
    await expect(channels.locator("[data-channel=C0STAKE]")).to_have_text("stakeholders1 mention")
    await expect(channels.locator("[data-channel=C0INCIDENTS]")).to_have_text("incidents1 unread")
    await channels.get_by_role("button", name="incidents").click()
    await expect(channels.locator("[data-channel=C0INCIDENTS]")).to_have_text("incidents")
    await expect(page.get_by_role("separator", name="New messages")).to_be_visible()


async def test_the_head_shows_topic_members_pins_and_bookmarks(
    sandbox: Workspace, bot: Bot, card: str, visit: Opener
) -> None:
    await sandbox.act("ada", "set_topic", channel="general", topic="INC-42 · commander vacant")
    page = await visit()
    await expect(page.get_by_label("Topic")).to_have_text("INC-42 · commander vacant")
    await page.get_by_role("button", name="pinned").click()
    pane = page.get_by_role("complementary", name="Pinned messages")
    await expect(pane.get_by_role("listitem")).to_contain_text("INC-42 declared")
    await page.get_by_role("button", name="members").click()
    members = page.get_by_role("complementary", name="Members")
    await expect(members.get_by_role("listitem").filter(has_text="Watch")).to_contain_text("App")


async def test_a_closed_channel_can_be_read_but_not_written(visit: Opener) -> None:
    page = await visit("as=ada&channel=old-project")
    await expect(page.get_by_text("#old-project is archived")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Message")).to_have_count(0)


async def test_nobody_sees_a_private_channel_from_outside(visit: Opener) -> None:
    page = await visit("as=ada")
    await expect(page.get_by_role("button", name="secret-project")).to_be_visible()
    page = await visit("as=cleo")
    await expect(page.get_by_role("button", name="secret-project")).to_have_count(0)


async def test_people_who_arrive_one_after_the_other_are_told_in_one_line(
    sandbox: Workspace, visit: Opener
) -> None:
    room = (await sandbox.act("ada", "create_channel", name="inc-7"))["channel"]
    await sandbox.act("ada", "invite", channel=room, users=["bob", "cleo", "dev"])
    page = await visit("as=ada&channel=inc-7")
    line = "@bob, @cleo and @dev have joined the channel"  # Ada herself stands above the "New" line
    await expect(page.get_by_role("article").locator(".content").last).to_have_text(line)
