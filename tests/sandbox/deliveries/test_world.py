"""What befalls a workspace is seen by everybody, and told to the bot like any other change."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sandbox.testing import ActRefused, Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]


def hears(bot: Bot) -> list[Json]:
    """Every event from now on."""
    seen: list[Json] = []

    @bot.bolt.event(re.compile(".+"))
    async def heard(event: Json) -> None:
        seen.append(event)

    return seen


async def test_a_channel_renamed_by_an_outsider_keeps_its_members(sandbox: Workspace, http_bot: Bot) -> None:
    await http_bot.client.conversations_create(name="inc-1")
    before = await sandbox.channel("inc-1").members()

    answer = await sandbox.faults.happen("channel_renamed", channel="inc-1", name="Lost & Found")

    assert answer["name"] == "lost---found"
    assert await sandbox.channel("lost---found").members() == before


async def test_a_message_that_an_admin_deletes_is_an_event(sandbox: Workspace, http_bot: Bot) -> None:
    await http_bot.client.conversations_join(channel="C0INCIDENTS")
    said = await sandbox.user("bob").say("incidents", "a fact")
    await sandbox.settle()
    seen = hears(http_bot)

    await sandbox.faults.happen("message_deleted", channel="incidents", ts=said.ts)
    await sandbox.settle()

    assert [each["deleted_ts"] for each in seen if each.get("subtype") == "message_deleted"] == [said.ts]


async def test_a_shared_channel_names_the_other_organisation(sandbox: Workspace) -> None:
    await sandbox.faults.happen("channel_shared", channel="incidents")

    assert (await sandbox.channel("incidents").info())["is_ext_shared"] is True


async def test_a_channel_is_made_private_and_public_again(sandbox: Workspace, http_bot: Bot) -> None:
    """Its id stays, and its members are told by a message (Slack docs, channel_convert_to_private)."""
    await http_bot.client.conversations_join(channel="C0INCIDENTS")
    await sandbox.settle()
    seen = hears(http_bot)
    await sandbox.faults.happen("channel_converted", channel="incidents")
    assert (await sandbox.channel("incidents").info())["is_private"] is True
    await sandbox.faults.happen("channel_converted", channel="incidents")
    await sandbox.faults.happen("channel_converted", channel="incidents", private=False)
    await sandbox.settle()
    told = [each["subtype"] for each in seen if each.get("type") == "message"]
    assert told == ["channel_convert_to_private", "channel_convert_to_public"]


async def test_an_archived_channel_is_unarchived(sandbox: Workspace) -> None:
    await sandbox.faults.happen("channel_archived", channel="incidents")
    await sandbox.faults.happen("channel_unarchived", channel="incidents")
    assert (await sandbox.channel("incidents").info())["is_archived"] is False


async def test_a_channel_can_get_another_id(sandbox: Workspace) -> None:
    answer = await sandbox.faults.happen("channel_id_changed", channel="incidents")

    assert answer["channel"] != "C0INCIDENTS"
    assert await sandbox.channel("incidents").id() == answer["channel"]


async def test_a_member_becomes_a_guest(sandbox: Workspace) -> None:
    await sandbox.faults.happen("user_guest", user="bob", single=True)

    state = await sandbox.state()
    bob = next(each for each in state["users"] if each["name"] == "bob")
    assert (bob["is_restricted"], bob["is_ultra_restricted"]) == (True, True)


async def test_a_user_group_gets_other_members(sandbox: Workspace, http_bot: Bot) -> None:
    await sandbox.faults.happen("group_users", group="duty-managers", users=["eve"])

    answer = await http_bot.client.usergroups_users_list(usergroup="S0DUTY")

    assert answer["users"] == ["U0EVE"]


async def test_pages_shrink(sandbox: Workspace, http_bot: Bot) -> None:
    await sandbox.faults.happen("short_pages", limit=2)

    page = await http_bot.client.users_list(limit=100)

    assert len(page["members"]) <= 2
    assert page["response_metadata"]["next_cursor"]


@pytest.mark.parametrize(
    ("do", "given", "error"),
    [
        pytest.param("earthquake", {}, "unknown_fault", id="cannot happen"),
        pytest.param("channel_archived", {"channel": "nowhere"}, "channel_not_found", id="no such channel"),
        pytest.param("group_users", {"group": "nobody", "users": []}, "no_such_subteam", id="no such group"),
        pytest.param("token_revoked", {"app": "Nobody"}, "app_not_found", id="no such app"),
        pytest.param("channel_renamed", {"channel": "incidents"}, "missing_argument", id="to what?"),
    ],
)
async def test_what_cannot_happen_is_refused(sandbox: Workspace, do: str, given: Json, error: str) -> None:
    with pytest.raises(ActRefused) as refused:
        await sandbox.faults.happen(do, **given)

    assert refused.value.error == error


async def test_a_rule_can_be_lifted_by_its_number(sandbox: Workspace) -> None:
    first = await sandbox.faults.add("error")
    second = await sandbox.faults.add("latency", seconds=0.1)

    await sandbox.faults.remove(first)

    assert [each["id"] for each in await sandbox.faults.all()] == [second]
    with pytest.raises(ActRefused, match="no fault"):
        await sandbox.faults.remove(first)


async def test_a_banner_is_shown_until_it_is_taken_down(sandbox: Workspace) -> None:
    await sandbox.post("banner", {"text": "Act one", "step": 1, "of": 8})
    assert (await sandbox.get("page/bootstrap"))["banner"]["text"] == "Act one"

    await sandbox.post("banner", {})
    assert (await sandbox.get("page/bootstrap"))["banner"] is None


@pytest.mark.parametrize("body", ["{", "[]"])
async def test_what_is_no_json_object_is_refused(sandbox: Workspace, body: str) -> None:
    with pytest.raises(ActRefused) as refused:
        await sandbox.request("POST", "act", data=body)

    assert refused.value.error == "invalid_json"


async def test_a_bot_that_answers_nonsense_to_a_command_is_told_apart(sandbox: Workspace, bot: Bot) -> None:
    @bot.bolt.command("/incident")
    async def incident(ack: Any) -> None:
        await ack(blocks=[{"type": "hologram"}])

    result = await sandbox.user("ada").slash("general", "/incident")

    assert (result.delivered, result.error) == (True, "invalid_blocks")


async def test_a_modal_can_answer_in_the_channel_chosen_in_it(sandbox: Workspace, bot: Bot) -> None:
    menu = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
    label = {"type": "plain_text", "text": "Where?"}
    view = {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Form"},
        "submit": {"type": "plain_text", "text": "Go"},
        "blocks": [{"type": "input", "block_id": "b", "label": label, "element": menu}],
    }

    @bot.bolt.command("/incident")
    async def incident(ack: Any, client: Any, command: Json) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=view)

    @bot.bolt.view("form")
    async def submitted(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Chosen.")

    ada = sandbox.user("ada")
    await ada.slash("general", "/incident")
    await (await ada.modal()).submit({"Where?": "incidents"})

    await sandbox.channel("incidents").expect("Chosen.", as_="ada")


async def test_the_journal_pairs_every_delivery_with_its_answer(sandbox: Workspace, http_bot: Bot) -> None:
    @http_bot.bolt.command("/incident")
    async def incident(ack: Any) -> None:
        await ack("Understood.")

    await sandbox.user("ada").slash("general", "/incident")

    delivery = next(each for each in await sandbox.journal() if each["kind"] == "command")
    assert (delivery["direction"], delivery["summary"], delivery["status"]) == ("out", "/incident", "200")
    assert delivery["request"]["user_name"] == "ada"
    assert "Understood." in json.dumps(delivery["response"])
    assert delivery["latency_ms"] > 0
