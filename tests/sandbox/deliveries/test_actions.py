"""Buttons, menus and pickers: what is reported of each, and what answers do to the message."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.testing import ActRefused, Message, Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def option(value: str) -> Json:
    return {"text": plain(value.upper()), "value": value}


BUTTON = {
    "type": "button",
    "action_id": "take",
    "text": plain("Take command"),
    "value": "inc-1",
    "style": "primary",
}
OPTIONS = [option("sev1"), option("sev2")]


async def post(sandbox: Workspace, bot: Bot, *elements: Json, channel: str = "C0GENERAL") -> Message:
    await bot.client.chat_postMessage(
        channel=channel,
        text="fallback",
        blocks=[{"type": "actions", "block_id": "row", "elements": list(elements)}],
    )
    return (await sandbox.channel(channel).messages())[-1]


def records(bot: Bot, action_id: str) -> list[Json]:
    seen: list[Json] = []

    @bot.bolt.action(action_id)
    async def acted(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack()

    return seen


async def test_a_button_reports_where_and_by_whom_it_was_pressed(sandbox: Workspace, bot: Bot) -> None:
    seen = records(bot, "take")
    card = await post(sandbox, bot, BUTTON)
    assert card.buttons == ["Take command"]

    outcome = await card.button("Take command").press(as_="bob")

    assert outcome.delivered
    (body,) = seen
    assert body["type"] == "block_actions"
    assert body["user"] == {"id": "U0BOB", "username": "bob", "name": "bob", "team_id": "T0TOCSIN"}
    assert body["team"] == {"id": "T0TOCSIN", "domain": "tocsin-sandbox"}
    assert body["channel"] == {"id": "C0GENERAL", "name": "general"}
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": "C0GENERAL",
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == card.ts
    assert body["message"]["blocks"][0]["block_id"] == "row"
    (action,) = body["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "button",
        "block_id": "row",
        "action_id": "take",
        "text": plain("Take command"),
        "value": "inc-1",
        "style": "primary",
    }


@pytest.mark.parametrize(
    ("element", "choice", "field", "reported"),
    [
        pytest.param({"type": "static_select", "options": OPTIONS}, "SEV2", "selected_option", OPTIONS[1]),
        pytest.param({"type": "radio_buttons", "options": OPTIONS}, "sev1", "selected_option", OPTIONS[0]),
        pytest.param({"type": "overflow", "options": OPTIONS}, "sev1", "selected_option", OPTIONS[0]),
        pytest.param({"type": "checkboxes", "options": OPTIONS}, ["sev2"], "selected_options", OPTIONS[1:]),
        pytest.param(
            {"type": "multi_static_select", "options": OPTIONS}, ["sev1"], "selected_options", OPTIONS[:1]
        ),
        pytest.param({"type": "users_select"}, "bob", "selected_user", "U0BOB"),
        pytest.param({"type": "multi_users_select"}, ["bob", "ada"], "selected_users", ["U0BOB", "U0ADA"]),
        pytest.param({"type": "channels_select"}, "incidents", "selected_channel", "C0INCIDENTS"),
        pytest.param({"type": "conversations_select"}, "incidents", "selected_conversation", "C0INCIDENTS"),
        pytest.param({"type": "datepicker"}, "2026-03-05", "selected_date", "2026-03-05"),
        pytest.param({"type": "timepicker"}, "14:30", "selected_time", "14:30"),
        pytest.param({"type": "datetimepicker"}, 1772719200, "selected_date_time", 1772719200),
    ],
)
async def test_every_kind_of_menu_reports_its_choice_in_its_own_field(  # noqa: PLR0917  a table
    sandbox: Workspace, http_bot: Bot, element: Json, choice: object, field: str, reported: object
) -> None:
    seen = records(http_bot, "chosen")
    card = await post(sandbox, http_bot, {**element, "action_id": "chosen"})

    await card.element("chosen").choose(choice, as_="ada")

    (action,) = seen[0]["actions"]
    assert action["type"] == element["type"]
    assert action[field] == reported
    kept = seen[0]["state"]["values"]
    if element["type"] == "overflow":
        assert kept == {}
    else:
        assert kept["row"]["chosen"] == {"type": element["type"], field: reported}


WRAPPED = [
    pytest.param({"type": "card", "title": plain("A card"), "actions": [BUTTON]}, id="card"),
    pytest.param(
        {"type": "carousel", "elements": [{"type": "card", "title": plain("A card"), "actions": [BUTTON]}]},
        id="carousel",
    ),
    pytest.param(
        {
            "type": "container",
            "title": plain("A container"),
            "child_blocks": [{"type": "section", "text": plain("Well?"), "accessory": BUTTON}],
        },
        id="container",
    ),
]


@pytest.mark.parametrize("block", WRAPPED)
async def test_a_button_inside_a_block_inside_a_block_can_be_pressed(
    sandbox: Workspace, http_bot: Bot, block: Json
) -> None:
    seen = records(http_bot, "take")
    await http_bot.client.chat_postMessage(channel="C0GENERAL", text="fallback", blocks=[block])
    card = (await sandbox.channel("general").messages())[-1]
    assert (await card.button("Take command").press(as_="bob")).delivered
    assert seen[0]["actions"][0]["value"] == "inc-1"
    assert seen[0]["actions"][0]["block_id"]


async def test_what_a_menu_does_not_offer_cannot_be_chosen(sandbox: Workspace, http_bot: Bot) -> None:
    menu = {"type": "static_select", "action_id": "chosen", "options": OPTIONS}
    card = await post(sandbox, http_bot, menu)

    with pytest.raises(ActRefused, match="'SEV1', 'SEV2'"):
        await card.element("chosen").choose("sev9", as_="ada")


async def test_an_answer_through_the_response_url_replaces_the_message(sandbox: Workspace, bot: Bot) -> None:
    @bot.bolt.action("take")
    async def taken(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Bob has command", replace_original=True)

    card = await post(sandbox, bot, BUTTON)
    await card.button("Take").press(as_="bob")

    changed = await sandbox.channel("general").expect("Bob has command")
    assert changed.ts == card.ts
    assert changed.buttons == []


async def test_an_ephemeral_card_can_be_pressed_and_removes_itself(sandbox: Workspace, bot: Bot) -> None:
    seen: list[Json] = []

    @bot.bolt.action("take")
    async def taken(ack: Any, respond: Any, body: Json) -> None:
        seen.append(body)
        await ack()
        await respond(delete_original=True)

    await bot.client.conversations_join(channel="C0GENERAL")
    await bot.client.chat_postEphemeral(
        channel="C0GENERAL",
        user="U0BOB",
        text="Only you",
        blocks=[{"type": "actions", "block_id": "row", "elements": [BUTTON]}],
    )
    card = await sandbox.channel("general").expect("Take command", as_="bob")
    assert card.ephemeral

    await card.button("Take command").press()

    await sandbox.channel("general").expect_gone("Take command", as_="bob")
    assert seen[0]["container"]["is_ephemeral"] is True
    assert "message" not in seen[0]


async def test_a_later_answer_to_a_command_is_ephemeral_unless_it_says_otherwise(
    sandbox: Workspace, bot: Bot
) -> None:
    @bot.bolt.command("/incident")
    async def incident(ack: Any, respond: Any) -> None:
        await ack()
        await respond("for you")
        await respond(text="for all", response_type="in_channel")

    await sandbox.user("ada").slash("general", "/incident")

    general = sandbox.channel("general")
    assert (await general.expect("for you", as_="ada")).ephemeral
    assert not (await general.expect("for all")).ephemeral


async def test_a_global_shortcut_has_a_trigger_and_no_channel(sandbox: Workspace, bot: Bot) -> None:
    seen: list[Json] = []

    @bot.bolt.shortcut("declare")
    async def declare(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack()

    assert (await sandbox.user("ada").shortcut("declare")).delivered

    (body,) = seen
    assert body["type"] == "shortcut"
    assert body["trigger_id"]
    assert "channel" not in body
    assert "response_url" not in body


async def test_a_message_shortcut_carries_the_message_of_a_person(sandbox: Workspace, bot: Bot) -> None:
    seen: list[Json] = []

    @bot.bolt.shortcut("record")
    async def record(ack: Any, body: Json, respond: Any) -> None:
        seen.append(body)
        await ack()
        await respond("Recorded.")

    said = await sandbox.user("cleo").say("general", "502 from the edge")
    await sandbox.user("ada").message_action(said, "record")

    (body,) = seen
    assert body["type"] == "message_action"
    assert body["message"]["text"] == "502 from the edge"
    assert body["message"]["user"] == "U0CLEO"
    assert body["message_ts"] == said.ts
    assert body["channel"] == {"id": "C0GENERAL", "name": "general"}
    await sandbox.channel("general").expect("Recorded.", as_="ada")


async def test_an_external_menu_asks_the_bot_for_its_options(sandbox: Workspace, bot: Bot) -> None:
    seen: list[Json] = []

    @bot.bolt.options("service")
    async def offer(ack: Any, payload: Json) -> None:
        seen.append(payload)
        await ack(options=OPTIONS)

    card = await post(sandbox, bot, {"type": "external_select", "action_id": "service"})

    answer = await sandbox.act("ada", "suggest", **card.place(), action_id="service", value="sev")

    assert answer["options"] == OPTIONS
    assert (seen[0]["type"], seen[0]["value"]) == ("block_suggestion", "sev")
    assert seen[0]["container"]["message_ts"] == card.ts


async def test_a_menu_in_an_input_speaks_only_when_asked_to(sandbox: Workspace, http_bot: Bot) -> None:
    seen = records(http_bot, "chosen")
    menu = {"type": "static_select", "action_id": "chosen", "options": OPTIONS}

    async def choose_in(**block: Any) -> None:
        shown = {"type": "input", "block_id": "b", "label": plain("Severity"), "element": menu, **block}
        await http_bot.client.chat_postMessage(channel="C0GENERAL", text="x", blocks=[shown])
        card = (await sandbox.channel("general").messages())[-1]
        await card.select("Severity").choose("SEV1", as_="ada")

    await choose_in()
    assert seen == []

    await choose_in(dispatch_action=True)
    assert seen[0]["actions"][0]["selected_option"] == OPTIONS[0]


async def test_a_person_of_another_organisation_can_press_a_button(sandbox: Workspace, http_bot: Bot) -> None:
    seen = records(http_bot, "take")
    card = await post(sandbox, http_bot, BUTTON, channel="C0SHARED")

    await card.button("Take command").press(as_="kai")

    assert seen[0]["user"] == {"id": "U0KAI", "username": "kai", "name": "kai", "team_id": "T0PARTNER"}
