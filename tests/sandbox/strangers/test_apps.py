"""What Bolt's own examples show, in apps of ours that know nothing of the sandbox but a base URL."""

from __future__ import annotations

import pytest

from sandbox.testing import Workspace
from tests.sandbox.strangers.apps import forms, home, kinds, lazy, shortcuts, talker
from tests.sandbox.strangers.hosting import running

pytestmark = pytest.mark.parametrize("transport", ["http", "socket"])


async def test_an_app_that_talks(sandbox: Workspace, transport: str) -> None:
    async with running(sandbox, talker, transport) as app:
        ada = sandbox.user("ada")
        room = await ada.create_channel("play")
        await ada.invite("play", app.bot_user_id)

        await ada.say("play", "hello, My Name Is Ada.")
        await room.expect("Nice to meet you, Ada! Middleware: yes")

        said = await ada.say("play", "say it in a thread")
        assert (await room.expect("Here it goes.")).raw["thread_ts"] == said.ts

        thanks = await ada.say("play", "thank you @talker")
        async for _ in sandbox.changes(5):
            if (await thanks.refresh()).raw["reactions"]:
                break
        assert thanks.raw["reactions"][0]["name"] == "wave"
        await ada.react(thanks, "tada")
        await room.expect("Somebody likes tada")

        assert (await ada.slash("play", "/echo to everybody & <all>")).delivered
        await room.expect("to everybody & <all>")
        await room.expect("Done.", as_="ada")

        await ada.say("play", "make trouble")
        await room.expect("That went wrong: as ordered")

        direct = await sandbox.dm("bob", app)
        await sandbox.user("bob").say(direct.name, "my name is Bob")
        await direct.expect("Nice to meet you, Bob!")


async def test_an_app_with_forms(sandbox: Workspace, transport: str) -> None:
    async with running(sandbox, forms, transport) as app:
        ada = sandbox.user("ada")
        await ada.slash("general", "/order")
        form = await ada.modal()

        await form.button("Add a drink").press()
        await sandbox.settle()
        assert "Drink" in (await form.refresh()).text
        offered = await sandbox.act("ada", "suggest", view_id=form.view_id, action_id="cities", value="ber")
        assert [each["value"] for each in offered["options"]] == ["bergen", "berlin", "bern"]
        await form.element("cities").choose("bern")

        refused = await form.submit({"Dish": "nothing", "Drink": "tea"})
        assert refused.errors == {"dish": "That is no dish."}
        assert (await form.submit({"Dish": "soup"})).kind == "pushed"
        assert (await (await ada.modal(title="Sure?")).submit()).kind == "cleared"
        direct = await sandbox.dm("ada", app)
        await direct.expect("Ordered: soup in bern at table 7")

        await ada.slash("general", "/order")
        await (await ada.modal()).close()
        await direct.expect("No lunch for you.")


async def test_an_app_with_shortcuts(sandbox: Workspace, transport: str) -> None:
    async with running(sandbox, shortcuts, transport):
        ada = sandbox.user("ada")
        assert (await ada.shortcut("new_note")).delivered
        form = await ada.modal(title="New note")
        assert (await form.submit({"Note": "buy milk", "Where": "general"})).kind == "closed"
        await sandbox.channel("general").expect("Note: buy milk")

        said = await sandbox.user("bob").say("general", "remember this")
        assert (await ada.message_action(said, "keep")).delivered
        kept = await sandbox.channel("general").expect("Kept: this")
        assert kept.raw["thread_ts"] == said.ts
        assert (await sandbox.channel("general").expect("Only you know.", as_="ada")).ephemeral


async def test_an_app_with_a_home(sandbox: Workspace, transport: str) -> None:
    async with running(sandbox, home, transport) as app:
        ada, bob = sandbox.user("ada"), sandbox.user("bob")
        await (await ada.open_home(app)).expect("@ada, visit 1, no colour.")
        tab = await (await ada.open_home(app)).expect("@ada, visit 2, no colour.")
        await (await bob.open_home(app)).expect("@bob, visit 1, no colour.")

        await tab.element("colour").choose("green")
        await tab.expect("@ada, visit 2, green.")
        await tab.button("Forget me").press()
        await tab.expect("@ada, visit 0, forgotten.")


@pytest.mark.parametrize("before", [False, True], ids=["after the response", "before the response"])
async def test_an_app_that_is_lazy(sandbox: Workspace, transport: str, before: bool) -> None:
    async with running(sandbox, lazy, transport, process_before_response=before) as app:
        ada = sandbox.user("ada")
        assert (await ada.slash("general", "/work")).text == ":warning: Work on what?"
        assert (await ada.slash("general", "/work dishes")).text == "Accepted."
        await sandbox.channel("general").expect("Half of dishes is done.", as_="ada")
        await (await sandbox.dm("ada", app)).expect("All of dishes is done.")

        assert (await ada.shortcut("work")).delivered
        await ada.modal(title="Later")

        await ada.invite("general", app.bot_user_id)
        await ada.say("general", "thank you @lazy")
        await sandbox.channel("general").expect("You are welcome, @ada")


async def test_an_app_with_every_kind_of_element(sandbox: Workspace, transport: str) -> None:
    answers = {
        "static_select": ("Two", "'value': 'two'"),
        "multi_static_select": (["One", "Two"], "'value': 'two'"),
        "users_select": ("bob", "U0BOB"),
        "conversations_select": ("incidents", "C0INCIDENTS"),
        "channels_select": ("incidents", "C0INCIDENTS"),
        "overflow": ("Two", "overflow says two"),
        "datepicker": ("2026-02-01", "2026-02-01"),
        "timepicker": ("23:59", "23:59"),
        "datetimepicker": (1_770_000_000, "1770000000"),
        "checkboxes": (["One"], "'value': 'one'"),
        "radio_buttons": ("Two", "'value': 'two'"),
    }
    async with running(sandbox, kinds, transport):
        ada, room = sandbox.user("ada"), sandbox.channel("general")
        await ada.slash("general", "/kinds")
        card = await room.expect("All kinds")
        for text in ("Left", "small print", "Title", "rich", ":tada:", "a cat", "Value"):
            assert text in card.text

        await card.button("Press").press(as_="ada")
        await room.expect("button says pressed", as_="ada")
        for kind, (choice, said) in answers.items():
            assert (await card.element(f"kind_{kind}").choose(choice, as_="ada")).delivered
            assert said in (await room.expect(f"{kind} says", as_="ada")).text
