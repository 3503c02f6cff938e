"""What people do a moment too late or once too often, and what they are told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sandbox.testing import ActRefused, Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]
BUTTON = {"type": "button", "action_id": "take", "text": {"type": "plain_text", "text": "Take"}}
CARD = {"text": "card", "blocks": [{"type": "actions", "elements": [BUTTON]}]}
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [{"type": "divider"}],
}


@pytest.fixture
def submissions(bot: Bot) -> list[str]:
    """The views that were submitted to a bot whose command opens a form."""
    seen: list[str] = []

    @bot.bolt.command("/incident")
    async def incident(ack: Any, client: Any, command: Json) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=FORM)

    @bot.bolt.view("form")
    async def submitted(ack: Any, body: Json) -> None:
        seen.append(body["view"]["id"])
        await ack()

    return seen


async def test_a_modal_is_submitted_once(sandbox: Workspace, submissions: list[str]) -> None:
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()

    assert (await form.submit()).kind == "closed"
    with pytest.raises(ActRefused) as refused:
        await form.submit()

    assert refused.value.error == "view_not_found"
    assert submissions == [form.view_id]


async def test_two_submits_at_the_same_time_are_one(sandbox: Workspace, submissions: list[str]) -> None:
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()

    answers = await asyncio.gather(form.submit(), form.submit(), return_exceptions=True)

    (closed,) = [each for each in answers if not isinstance(each, BaseException)]
    (refused,) = [each for each in answers if isinstance(each, ActRefused)]
    assert (closed.kind, refused.error) == ("closed", "already_submitted")
    assert submissions == [form.view_id]


async def test_a_submission_that_failed_can_be_repeated(sandbox: Workspace, submissions: list[str]) -> None:
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()
    await sandbox.faults.add("lost_ack", where="interaction", name="view_submission", count=1)

    assert (await form.submit()).kind == "failed"
    assert (await form.submit()).kind == "closed"


async def test_a_submission_that_slack_delivers_twice_reaches_the_bot_twice(
    sandbox: Workspace, submissions: list[str]
) -> None:
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()
    await sandbox.faults.add("duplicate", where="interaction", name="view_submission", count=1)

    assert (await form.submit()).kind == "closed"

    assert submissions == [form.view_id] * 2


@pytest.mark.parametrize("how", ["chat.delete", "response_url"])
async def test_a_click_on_a_deleted_message_goes_nowhere(sandbox: Workspace, http_bot: Bot, how: str) -> None:
    pressed: list[Json] = []

    @http_bot.bolt.action("take")
    async def take(ack: Any, body: Json, respond: Any) -> None:
        pressed.append(body)
        await ack()
        if how == "response_url":
            await respond(delete_original=True)

    ts = (await http_bot.client.chat_postMessage(channel="C0GENERAL", **CARD))["ts"]
    button = (await sandbox.channel("general").messages())[-1].button("Take")
    if how == "chat.delete":
        await http_bot.client.chat_delete(channel="C0GENERAL", ts=ts)
    else:
        await button.press(as_="ada")
        await sandbox.channel("general").expect_gone("card")
    before = len(pressed)

    with pytest.raises(ActRefused) as refused:
        await button.press(as_="bob")

    assert refused.value.error == "message_not_found"
    assert len(pressed) == before


async def test_a_click_on_a_button_that_an_update_took_away_goes_nowhere(
    sandbox: Workspace, http_bot: Bot
) -> None:
    ts = (await http_bot.client.chat_postMessage(channel="C0GENERAL", **CARD))["ts"]
    button = (await sandbox.channel("general").messages())[-1].button("Take")
    await http_bot.client.chat_update(channel="C0GENERAL", ts=ts, text="Taken.")

    with pytest.raises(ActRefused) as refused:
        await button.press(as_="ada")

    assert refused.value.error == "element_not_found"


async def test_an_answer_to_a_message_that_is_gone_is_a_new_message(
    sandbox: Workspace, http_bot: Bot
) -> None:
    """The message was deleted between the click and the answer."""

    @http_bot.bolt.action("take")
    async def take(ack: Any, respond: Any, client: Any, body: Json) -> None:
        await ack()
        await client.chat_delete(channel=body["channel"]["id"], ts=body["message"]["ts"])
        await respond("Taken.", replace_original=True)

    await http_bot.client.chat_postMessage(channel="C0GENERAL", **CARD)
    card = (await sandbox.channel("general").messages())[-1]

    await card.button("Take").press(as_="ada")

    assert (await sandbox.channel("general").expect("Taken.", as_="ada")).ephemeral


async def test_an_archived_channel_takes_neither_commands_nor_answers(
    sandbox: Workspace, http_bot: Bot
) -> None:
    """The channel was archived after the click: its message can still be pressed, but not answered."""
    refusals: list[str] = []

    @http_bot.bolt.action("take")
    async def take(ack: Any, respond: Any) -> None:
        await ack()
        refusals.append((await respond("Taken.", response_type="in_channel")).body)

    await http_bot.client.conversations_join(channel="C0INCIDENTS")
    await http_bot.client.chat_postMessage(channel="C0INCIDENTS", **CARD)
    card = (await sandbox.channel("incidents").messages())[-1]
    await sandbox.faults.happen("channel_archived", channel="incidents")

    assert (await card.button("Take").press(as_="ada")).delivered
    with pytest.raises(ActRefused, match="archived"):
        await sandbox.user("ada").slash("incidents", "/incident")
    await sandbox.settle()

    assert len(refusals) == 1
    assert "is_archived" in refusals[0]
