"""Modals as a Bolt app sees them: opened, filled in, refused, updated, stacked and closed."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.testing import Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def text_input(block_id: str, label: str, **element: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"type": "plain_text_input", "action_id": "typed", **element},
    }


def modal(*blocks: Json, title: str = "Declare", **rest: Any) -> Json:
    shown = blocks or (text_input("what", "What is wrong?"),)
    return {
        "type": "modal",
        "callback_id": "declare",
        "title": plain(title),
        "submit": plain("Go"),
        "blocks": list(shown),
        **rest,
    }


def opens(bot: Bot, view: Json) -> None:
    """Let /incident open this view."""

    @bot.bolt.command("/incident")
    async def incident(ack: Any, client: Any, command: Json) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=view)


def answers(bot: Bot, **acknowledgement: Any) -> list[Json]:
    """Let the submission be answered like this; the list receives the payloads."""
    seen: list[Json] = []

    @bot.bolt.view("declare")
    async def submitted(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack(**acknowledgement)

    return seen


async def test_a_submission_carries_what_was_typed(sandbox: Workspace, bot: Bot) -> None:
    opens(bot, modal(private_metadata="inc-7"))
    seen = answers(bot)
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()
    assert form.title == "Declare"

    result = await form.submit({"What is wrong?": "checkout & cart <down>"})

    assert result.kind == "closed"
    assert not await form.is_open()
    (body,) = seen
    assert body["type"] == "view_submission"
    assert body["user"] == {"id": "U0ADA", "username": "ada", "name": "ada", "team_id": "T0TOCSIN"}
    assert body["view"]["id"] == form.view_id
    assert body["view"]["private_metadata"] == "inc-7"
    assert body["view"]["state"]["values"] == {
        "what": {"typed": {"type": "plain_text_input", "value": "checkout & cart <down>"}}
    }
    assert body["response_urls"] == []


async def test_errors_stay_under_their_inputs_and_the_view_stays_open(sandbox: Workspace, bot: Bot) -> None:
    opens(bot, modal())
    answers(bot, response_action="errors", errors={"what": "Say more."})
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()

    result = await form.submit({"what": "x"})

    assert result.kind == "errors"
    assert result.errors == form.errors == {"what": "Say more."}
    assert await form.is_open()


async def test_errors_for_a_block_that_is_no_input_are_a_mistake_of_the_bot(
    sandbox: Workspace, bot: Bot
) -> None:
    opens(bot, modal())
    answers(bot, response_action="errors", errors={"nowhere": "Say more."})
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")

    result = await (await ada.modal()).submit({"what": "x"})

    assert result.kind == "failed"
    assert result.error == "invalid_errors"


async def test_a_required_field_left_empty_never_reaches_the_bot(sandbox: Workspace, bot: Bot) -> None:
    opens(bot, modal())
    seen = answers(bot)
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()

    result = await form.submit()

    assert result.kind == "refused"
    assert result.errors == {"what": "Please complete this required field."}
    assert seen == []


@pytest.mark.parametrize(
    ("element", "typed", "complaint"),
    [
        pytest.param({"type": "plain_text_input", "min_length": 5}, "abc", "at least 5", id="too short"),
        pytest.param({"type": "plain_text_input", "max_length": 2}, "abc", "at most 2", id="too long"),
        pytest.param(
            {"type": "number_input", "is_decimal_allowed": False}, "1.5", "a number", id="not whole"
        ),
        pytest.param(
            {"type": "number_input", "is_decimal_allowed": True, "max_value": "3"},
            "4",
            "at most 3",
            id="too much",
        ),
        pytest.param({"type": "email_text_input"}, "nobody", "email", id="no address"),
        pytest.param({"type": "url_text_input"}, "example", "URL", id="no link"),
    ],
)
async def test_slacks_client_checks_the_fields_itself(
    sandbox: Workspace, socket_bot: Bot, element: Json, typed: str, complaint: str
) -> None:
    opens(socket_bot, modal(text_input("what", "What?", **element)))
    answers(socket_bot)
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")

    result = await (await ada.modal()).submit({"what": typed})

    assert result.kind == "refused"
    assert complaint in result.errors["what"]


async def test_an_update_replaces_the_view_and_keeps_what_was_typed(sandbox: Workspace, bot: Bot) -> None:
    opens(bot, modal())
    seen = answers(
        bot,
        response_action="update",
        view=modal(text_input("what", "What is wrong?"), text_input("who", "Who?"), title="Once more"),
    )
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()
    await form.submit({"what": "checkout"})
    assert form.title == "Once more"

    await form.submit({"who": "me"})

    assert seen[-1]["view"]["state"]["values"]["what"]["typed"]["value"] == "checkout"
    assert seen[-1]["view"]["state"]["values"]["who"]["typed"]["value"] == "me"


async def test_a_pushed_view_lies_on_top_and_closing_it_shows_the_first_again(
    sandbox: Workspace, bot: Bot
) -> None:
    opens(bot, modal())
    answers(bot, response_action="push", view=modal(title="Second"))
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    first = await ada.modal()

    result = await first.submit({"what": "x"})
    second = await ada.modal()
    assert (result.kind, second.title) == ("pushed", "Second")
    assert second.raw["previous_view_id"] == first.view_id
    assert second.raw["root_view_id"] == first.view_id
    await second.close()

    assert (await ada.modal()).view_id == first.view_id


async def test_a_fourth_view_does_not_fit(sandbox: Workspace, bot: Bot) -> None:
    opens(bot, modal())
    answers(bot, response_action="push", view=modal())
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    results = [await (await ada.modal()).submit({"what": "x"}) for _ in range(3)]

    assert [each.kind for each in results] == ["pushed", "pushed", "failed"]
    assert results[-1].error == "push_limit_reached"
    assert len(await sandbox.modals("ada")) == 3


async def test_clear_closes_the_whole_stack(sandbox: Workspace, bot: Bot) -> None:
    opens(bot, modal())
    calls = {"count": 0}

    @bot.bolt.view("declare")
    async def submitted(ack: Any) -> None:
        calls["count"] += 1
        if calls["count"] == 1:
            await ack(response_action="push", view=modal())
        else:
            await ack(response_action="clear")

    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    await (await ada.modal()).submit({"what": "x"})

    result = await (await ada.modal()).submit({"what": "y"})

    assert result.kind == "cleared"
    assert await sandbox.modals("ada") == []


async def test_closing_is_reported_only_if_the_view_asked_for_it(sandbox: Workspace, bot: Bot) -> None:
    opens(bot, modal(notify_on_close=True))
    closed: list[Json] = []

    @bot.bolt.view_closed("declare")
    async def gone(ack: Any, body: Json) -> None:
        closed.append(body)
        await ack()

    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()

    await form.close()

    (body,) = closed
    assert body["type"] == "view_closed"
    assert body["is_cleared"] is False
    assert body["view"]["id"] == form.view_id


async def test_a_view_that_slack_refuses_is_reported_with_its_problems(sandbox: Workspace, bot: Bot) -> None:
    opens(bot, modal())
    answers(bot, response_action="update", view=modal(title="A title that is far too long for it"))
    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")

    result = await (await ada.modal()).submit({"what": "x"})

    assert (result.kind, result.error) == ("failed", "invalid_arguments")
    assert "title" in result.answer["message"]


async def test_a_button_in_a_modal_reports_its_view_and_no_channel(sandbox: Workspace, bot: Bot) -> None:
    button = {"type": "button", "action_id": "preview", "text": plain("Preview"), "value": "v"}
    opens(bot, modal(text_input("what", "What?"), {"type": "actions", "block_id": "a", "elements": [button]}))
    seen: list[Json] = []

    @bot.bolt.action("preview")
    async def preview(ack: Any, body: Json, client: Any) -> None:
        seen.append(body)
        await ack()
        await client.views_update(
            view_id=body["view"]["id"], hash=body["view"]["hash"], view=modal(title="Previewed")
        )

    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    form = await ada.modal()

    assert (await form.button("Preview").press()).delivered

    (body,) = seen
    assert body["container"] == {"type": "view", "view_id": form.view_id}
    assert "channel" not in body
    assert "response_url" not in body
    await sandbox.settle()
    assert (await form.refresh()).title == "Previewed"
