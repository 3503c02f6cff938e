"""The control surface: people who act, time, state, journal, news, and the way in for a page."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox.manifest import ManifestInvalid, load_manifest, parse_manifest
from sandbox.serving import HostRefused, check_host
from sandbox.testing import ActRefused, Workspace
from tests.sandbox.bots import Bot, manifest

Json = dict[str, Any]


async def test_people_talk_edit_react_and_delete(sandbox: Workspace) -> None:
    ada, bob = sandbox.user("ada"), sandbox.user("bob")
    said = await ada.say("general", "Hello @bob, see #incidents & @here")
    assert said.raw["text"] == "Hello <@U0BOB>, see <#C0INCIDENTS|incidents> &amp; <!here>"
    assert said.text == "Hello @bob, see #incidents & @here"

    await bob.react(said, "eyes")
    await ada.pin(said)
    await ada.edit(said, "Hello again")
    await said.refresh()

    assert said.reactions == {"eyes": ["U0BOB"]}
    assert (said.pinned, said.edited, said.text) == (True, True, "Hello again")
    assert [each.ts for each in await sandbox.channel("general").pins()] == [said.ts]

    reply = await bob.say("general", "In the thread", thread_ts=said.ts)
    assert [each.ts for each in await said.replies()] == [reply.ts]
    await bob.delete(reply)
    await bob.unreact(said, "eyes")
    await ada.unpin(said)
    await ada.delete(said)
    assert await sandbox.channel("general").messages(threads=True) == []


@pytest.mark.parametrize(
    ("person", "action", "arguments", "error"),
    [
        pytest.param("cleo", "say", {"channel": "stakeholders", "text": "x"}, "not_in_channel", id="outside"),
        pytest.param("ada", "say", {"channel": "old-project", "text": "x"}, "is_archived", id="archived"),
        pytest.param("ivy", "join", {"channel": "incidents"}, "channel_not_found", id="a guest sees little"),
        pytest.param("ada", "dance", {}, "unknown_action", id="no such act"),
        pytest.param("zed", "say", {"channel": "general", "text": "x"}, "user_not_found", id="nobody"),
        pytest.param("ada", "say", {"text": "x"}, "missing_argument", id="an argument is missing"),
        pytest.param("ada", "submit", {"view_id": "V1"}, "view_not_found", id="no such modal"),
    ],
)
async def test_what_people_may_not_do_is_refused_with_a_sentence(
    sandbox: Workspace, person: str, action: str, arguments: Json, error: str
) -> None:
    with pytest.raises(ActRefused) as refused:
        await sandbox.act(person, action, **arguments)

    assert refused.value.error == error
    assert refused.value.answer["message"]


async def test_somebody_elses_message_is_not_ours_to_change(sandbox: Workspace) -> None:
    said = await sandbox.user("ada").say("general", "mine")

    with pytest.raises(ActRefused, match="somebody else"):
        await sandbox.user("bob").edit(said, "yours")
    with pytest.raises(ActRefused, match="somebody else"):
        await sandbox.user("bob").delete(said)


async def test_channels_come_and_go(sandbox: Workspace) -> None:
    ada = sandbox.user("ada")
    room = await ada.create_channel("inc-1", is_private=True)
    await ada.invite(room.name, "bob", "cleo")
    assert await room.members() == ["ada", "bob", "cleo"]

    await sandbox.user("cleo").leave(room.name)
    await sandbox.act("ada", "set_topic", channel=room.name, topic="SEV1")
    assert await room.members() == ["ada", "bob"]
    assert await room.topic() == "SEV1"

    await ada.archive(room.name)
    assert (await room.info())["is_archived"] is True


async def test_an_uploaded_file_is_shared_in_a_message(sandbox: Workspace) -> None:
    file = await sandbox.user("ada").upload("general", "trace.txt", "line 1")

    (message,) = await sandbox.channel("general").messages()
    assert message.raw["subtype"] == "file_share"
    assert message.raw["files"][0]["id"] == file


async def test_the_clock_stands_runs_and_jumps(sandbox: Workspace) -> None:
    await sandbox.clock("manual")
    before = (await sandbox.get("clock"))["now"]
    assert (await sandbox.get("clock"))["now"] == before

    await sandbox.advance(90)
    assert (await sandbox.get("clock"))["now"] == pytest.approx(before + 90)

    with pytest.raises(ActRefused):
        await sandbox.advance(-1)


async def test_expecting_wakes_with_the_change_and_shows_the_channel_when_it_fails(
    sandbox: Workspace,
) -> None:
    async def later() -> None:
        await sandbox.user("bob").say("general", "something else")
        await sandbox.user("bob").say("general", "the word is given")

    waiting = asyncio.ensure_future(sandbox.channel("general").expect("the word", timeout=5))
    await later()
    assert (await waiting).author == "bob"

    with pytest.raises(AssertionError, match="something else"):
        await sandbox.channel("general").expect("never said", timeout=0.1)


async def test_state_and_journal_tell_what_happened_without_secrets(sandbox: Workspace) -> None:
    app = await sandbox.install(manifest())
    await sandbox.user("ada").say("general", "x")

    state = await sandbox.state()
    journal = await sandbox.journal()

    assert [each["name"] for each in state["apps"]] == ["Tester"]
    assert app.bot_token not in json.dumps(state)
    assert journal[-1]["summary"] == "ada say"
    assert await sandbox.journal(since=journal[-1]["seq"]) == []


async def test_a_reset_brings_the_seed_back_and_keeps_the_apps(sandbox: Workspace) -> None:
    app = await sandbox.install(manifest())
    await sandbox.user("ada").create_channel("inc-1")
    await sandbox.faults.add("error")

    await sandbox.reset()

    assert not await sandbox.channel("inc-1").exists()
    assert await sandbox.faults.all() == []
    assert [each["id"] for each in (await sandbox.state())["apps"]] == [app.app_id]


async def test_installing_again_keeps_ids_and_tokens(sandbox: Workspace) -> None:
    first = await sandbox.install(manifest())
    second = await sandbox.install(manifest(url="http://127.0.0.1:9/none"))

    assert first == second
    given = {"bot_token": "xoxb-mine", "signing_secret": "s3cret"}
    assert (await sandbox.install(manifest(name="Mine"), given)).bot_token == "xoxb-mine"


async def test_a_manifest_that_slack_would_refuse_is_refused(sandbox: Workspace) -> None:
    with pytest.raises(ActRefused, match="name is required"):
        await sandbox.install({"features": {}})


async def test_the_stream_tells_of_every_change(sandbox: Workspace) -> None:
    async with (
        ClientSession(trust_env=False) as session,
        session.get(f"{sandbox.base_url}/_sandbox/stream?as=ada&since=0") as response,
    ):
        assert response.content_type == "text/event-stream"
        await sandbox.user("bob").say("general", "x")
        async with asyncio.timeout(5):
            while True:
                line = await response.content.readline()
                if line.startswith(b"data:") and json.loads(line[5:])["kind"] == "message":
                    break

    news = json.loads(line[5:])
    assert news["channel"] == "C0GENERAL"


async def test_the_page_sees_what_its_reader_sees(sandbox: Workspace, socket_bot: Bot) -> None:
    await sandbox.user("ada").say("general", "hey <@U0BOB>")

    ada = await sandbox.get("page/bootstrap", {"as": "ada"})
    ivy = await sandbox.get("page/bootstrap", {"as": "ivy"})
    bob = await sandbox.get("page/bootstrap", {"as": "bob"})

    names = {each["name"] for each in ada["channels"]}
    assert {"general", "secret-project"} <= names
    assert "secret-project" not in {each["name"] for each in ivy["channels"]}
    general = next(each for each in bob["channels"] if each["name"] == "general")
    assert (general["unread"], general["mentions"]) == (1, 1)
    (app,) = ada["apps"]
    assert app["commands"] == [{"command": "/incident", "description": "Declare", "usage_hint": "declare …"}]
    assert [each["callback_id"] for each in app["global_shortcuts"]] == ["declare"]


@pytest.mark.parametrize(
    ("text", "reader", "mentions"),
    [
        pytest.param("hey @team-shop", "bob", 1, id="a group of hers"),
        pytest.param("hey @team-shop", "cleo", 0, id="a group of others"),
        pytest.param("hey @here", "cleo", 1, id="everybody"),
        pytest.param("hey", "cleo", 0, id="nobody"),
    ],
)
async def test_who_is_meant_is_counted(sandbox: Workspace, text: str, reader: str, mentions: int) -> None:
    await sandbox.user("ada").say("general", text)

    page = await sandbox.get("page/channel", {"as": reader, "channel": "general"})

    assert (page["channel"]["unread"], page["channel"]["mentions"]) == (1, mentions)


async def test_unread_messages_are_counted_up_to_a_hundred(sandbox: Workspace) -> None:
    for number in range(102):
        await sandbox.act("ada", "say", channel="general", text=str(number))

    page = await sandbox.get("page/channel", {"as": "bob", "channel": "general"})

    assert page["channel"]["unread"] == 100


async def test_ephemeral_messages_are_on_the_page_of_one_reader(sandbox: Workspace, socket_bot: Bot) -> None:
    @socket_bot.bolt.command("/incident")
    async def incident(ack: Any) -> None:
        await ack("Only for you")

    await sandbox.user("ada").slash("general", "/incident")

    mine = await sandbox.get("page/channel", {"as": "ada", "channel": "general"})
    theirs = await sandbox.get("page/channel", {"as": "bob", "channel": "general"})
    assert [each["ephemeral"] for each in mine["messages"]] == [True]
    assert theirs["messages"] == []


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_loopback_address_is_fine(host: str) -> None:
    check_host(host, public=False)


def test_any_other_address_has_to_be_asked_for() -> None:
    with pytest.raises(HostRefused, match="--public"):
        check_host("192.0.2.1", public=False)
    check_host("192.0.2.1", public=True)


def test_a_manifest_is_read_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "app.yaml"
    path.write_text("display_information: {name: Tocsin}\nsettings: {socket_mode_enabled: true}\n")

    read = load_manifest(path)

    assert (read.name, read.bot_name, read.socket_mode) == ("Tocsin", "Tocsin", True)


def test_every_problem_of_a_manifest_is_told_at_once() -> None:
    raw = {
        "display_information": {"name": "x" * 36},
        "features": {
            "slash_commands": [{"command": "incident"}],
            "shortcuts": [{"type": "sideways", "name": "A", "callback_id": "a"}],
        },
    }

    with pytest.raises(ManifestInvalid) as refused:
        parse_manifest(raw)

    assert len(refused.value.problems) == 4
