"""What people type and press anywhere is answered: with what they wanted, or with a way to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.demo.cast import Cast
from handlers.names import Action, Verb, verb_action
from sandbox.testing import Home, Message, Modal
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record, printed
from tests.scenarios.scenes import commanded, declared, resolved

NONSENSE = (
    "asdf",
    "🤷",
    "delcare checkout is down",
    "'; drop table incidents; --",
    "<!channel> <@U0ADA|ada> <#C0GENERAL|general>",
    "%s %d {0} {{7*7}} ${x}",
    "\u202etxet desrever",
    "log\u00a0with a no-break space",
    "INC-999 status",
    "999999999999999999999 status",
    "INC-1 frobnicate",
    "take take take",
    "handover nobody",
    "verify",
    "verify minus one",
    "sev 9",
    "approve 7",
    "x" * 4_000,
    "declare " + "é" * 3_000,
    "known " + "ü" * 500,
    "? help ??",
)


def action_ids(surface: Message | Home | Modal) -> Iterator[str]:
    """Of every element that can be pressed."""

    def within(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if "action_id" in value:
                yield str(value["action_id"])
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                yield from within(each)

    yield from within(surface.blocks)


async def menu(cast: Cast, person: str, *, room: str = "") -> Message:
    """The bare command's answer."""
    await cast.command(person, "", room=room)
    shown = [m for m in await cast.channel(room).messages(as_=person) if m.ephemeral]
    return shown[-1]


@on_both
async def test_the_bare_command_declares_where_nothing_is_on_fire(cast: Cast, record: Record) -> None:
    shown = await menu(cast, "fay", room="general")
    assert "Nothing is on fire" in shown.text
    await shown.button("Declare an incident").press(as_="fay")
    form = await cast.person("fay").modal(title="Declare an incident")
    assert "A room opens" in form.text
    nothing = await form.submit({"service": "orders-db"})
    assert nothing.kind in ("errors", "refused"), "what is wrong is asked for"
    done = await form.submit({"title": "orders are slow", "service": "orders-db"})
    assert done.kind == "updated"
    assert "INC-1" in (await form.refresh()).text
    cast.room = "inc-1-orders-db"
    await cast.card("orders are slow")
    (incident,) = await record.incidents()
    assert (incident.declared_by, incident.severity) == ("U0FAY", 2)


@once
async def test_the_bare_command_takes_a_report_where_no_incident_is(cast: Cast) -> None:
    shown = await menu(cast, "fay", room="general")
    await shown.button("Report a problem").press(as_="fay")
    form = await cast.person("fay").modal()
    done = await form.submit({"service": "orders-db", "text": "my orders are gone"})
    assert done.kind == "updated"
    assert "Reported" in (await form.refresh()).title


@once
async def test_the_menu_of_a_room_shows_each_what_they_can_do_and_every_button_answers(cast: Cast) -> None:
    await commanded(cast)
    commander, writer, visitor = [await menu(cast, who) for who in ("ada", "eve", "dev")]
    assert {"Hand over…", "Mitigated…", "Freeze…"} <= set(commander.buttons)
    assert "Send an update…" in writer.buttons
    assert {"Hand over…", "Mitigated…", "Send an update…"}.isdisjoint(visitor.buttons)
    assert all(len(m.buttons) <= 12 for m in (commander, writer, visitor))

    for label in commander.buttons:
        before = len([m for m in await cast.channel().messages(as_="ada") if m.ephemeral])
        pressed = await commander.button(label).press(as_="ada")
        assert pressed.delivered, label

        async def answered(before: int = before) -> bool:
            shown = [m for m in await cast.channel().messages(as_="ada") if m.ephemeral]
            return len(shown) > before or bool(await cast.house.workspace.modals("ada"))

        await cast.until(answered, f"an answer to {label}")
        for view in await cast.house.workspace.modals("ada"):
            await Modal(cast.house.workspace, view, "ada").close()


@on_both
async def test_a_command_in_the_wrong_place_asks_and_the_button_carries_it_out(
    cast: Cast, record: Record
) -> None:
    await declared(cast)
    await declared(cast, service="search", title="searching is slow", number=2)
    asked = (
        ("log saw it on the graphs", "KeyEventMarked", "saw it on the graphs"),
        ("impact nobody finds socks", "StatementMade", "nobody finds socks"),
        ("sev 1 all of Europe", "SeverityChanged", "all of Europe"),
        ("take", "CommandTaken", "U0DEV"),
    )
    for words, kind, fragment in asked:
        await cast.command("dev", words, room="general")
        question = await cast.channel("general").expect("Which incident is it about", as_="dev")
        assert "searching is slow" in question.text
        (value,) = [
            block["accessory"]["value"]
            for block in question.blocks
            if "INC-2" in str(block.get("text")) and "accessory" in block
        ]
        await question.button("This one").press(as_="dev", value=value)
        await record.logged(kind, fragment, number=2)
        assert await record.log(kind) == []


@once
async def test_an_incident_can_be_named_from_anywhere(cast: Cast, record: Record) -> None:
    await declared(cast)
    await declared(cast, service="search", title="searching is slow", number=2)
    assert "In the log" in await cast.command("dev", "INC-1 log from afar", room="general")
    assert (await record.logged("KeyEventMarked", "from afar")).incident == 1
    assert "searching is slow" in await cast.command("dev", "status INC-2", room="general")
    assert "customers cannot pay" in await cast.command("dev", "1", room="general")
    listed = await cast.command("dev", "list", room="general")
    assert ("INC-1" in listed, "INC-2" in listed) == (True, True)


@once
async def test_nonsense_is_answered_with_a_sentence_and_changes_nothing(cast: Cast, record: Record) -> None:
    await declared(cast)
    before = len(await record.log())
    for text in NONSENSE:
        for room in ("general", cast.room):
            answer = await cast.person("dev").slash(room, "/incident", text)
            assert answer.delivered, (text, answer.status)
            opened = await cast.house.workspace.modals("dev")
            assert answer.text or opened, text
            assert "did not work" not in answer.text, text
            assert "Traceback" not in answer.text, text
            for view in opened:
                await Modal(cast.house.workspace, view, "dev").close()
    assert printed(cast.house, "slack.failed") == []
    kinds = [entry.kind for entry in (await record.log())[before:]]
    assert set(kinds) <= {"CommandTaken", "PeopleInvited"}, "“take take take” is a reason for taking command"


@once
async def test_a_typing_mistake_is_guessed_and_the_guess_can_be_pressed(cast: Cast) -> None:
    await commanded(cast)
    await cast.command("ada", "handovr")
    guessed = await cast.channel().expect("I do not know “handovr”", as_="ada")
    await guessed.button("Did you mean handover?").press(as_="ada")
    form = await cast.person("ada").modal()
    assert "customers cannot pay" in form.text or "Who" in form.text


@on_both
async def test_home_shows_what_waits_and_its_buttons_work(cast: Cast, record: Record) -> None:
    await declared(cast)
    home = await cast.person("ada").open_home(cast.house.app)
    await home.expect("has no commander")
    await home.button("Take command").press(as_="ada")
    await record.logged("CommandTaken", "U0ADA")
    await home.expect("Commander* @ada")
    await cast.command("ada", "handover <@U0BOB>")
    offered = await (await cast.person("bob").open_home(cast.house.app)).expect("offers you command")
    await offered.button("Accept command").press(as_="bob")
    await record.logged("HandoverAccepted")
    await offered.expect("Commander* @bob")

    quiet = await (await cast.person("fay").open_home(cast.house.app)).expect("Nothing. Sleep well.")
    await quiet.button("Help").press(as_="fay")
    assert "/incident" in (await cast.person("fay").modal()).text
    await quiet.button("Declare an incident").press(as_="fay")
    await cast.person("fay").modal(title="Declare an incident")


@on_both
async def test_slacks_own_menu_declares_too(cast: Cast) -> None:
    await cast.person("gus").shortcut("declare_incident")
    form = await cast.person("gus").modal(title="Declare an incident")
    await form.submit({"title": "sign-on fails", "service": "auth", "severity": "1"})
    cast.room = "inc-1-auth"
    await cast.card("SEV1")


WITHOUT_A_BUTTON = {Verb.MENU, Verb.LIST, Verb.HELP, Verb.JOIN, Verb.DECLARE, Verb.REPORT, Verb.KNOWN}
"""Verbs of whoever is not in a room: tested where they belong, in Home and the bare menu."""
CHOSEN_IN_A_FORM = {
    Verb.SCOPE,
    Verb.FACT,
    Verb.DOING,
    Verb.WORKAROUND,
    Verb.ESTIMATE,
    Verb.SCRIBE,
    Verb.COMMS,
}
"""Kinds of the forms that open from *Impact…* and *Appoint…*."""
ANOTHER_NAME = {
    Verb.VERIFY: Action.VERIFY_STATEMENT,
    Verb.RELEASE: Action.RELEASE_STATEMENT,
    Verb.REFUTE: Action.REFUTE_STATEMENT,
    Verb.YIELD: Action.CONTEST_YIELD,
    Verb.DENY: Action.DENY_CHANGE,
}


@once
async def test_every_verb_of_a_room_has_a_button_somewhere(cast: Cast) -> None:
    """Nobody has to remember a verb: walk through an incident and collect everything to be pressed."""
    seen: set[str] = set()

    async def look(*people: str) -> None:
        seen.update(action_ids(await cast.card()))
        for person in people:
            for words in ("", "status", "tasks", "facts", "freeze", "approve", "log step"):
                await cast.command(person, words)
            for message in await cast.channel().messages(as_=person):
                seen.update(action_ids(message))

    await declared(cast)
    await look("bob")
    await (await cast.card("Take command")).button("Take command").press(as_="bob")
    await cast.said("has command")
    await cast.command("dev", "impact nobody can pay")
    await cast.command("dev", "impact nobody can pay by card")
    await cast.command("bob", "verify 1")
    await cast.machines.gate(
        {
            "ref": "CHG-1",
            "services": ["checkout"],
            "digest": "sha256:1",
            "remedies": "INC-1",
            "requester": "x",
        }
    )
    await cast.said("asks to pass the freeze")
    await look("bob", "eve", "dev", "fay")
    await cast.command("ada", "contest I am on shift")
    seen.update(action_ids(await cast.whispered("bob", "disputes command")))
    await cast.command("bob", "mitigated rolled back")
    await cast.card("Mitigated")
    await look("bob")
    await resolved(cast, "bob")
    await cast.card("Resolved")
    await look("bob")
    await cast.command("fay", "", room="general")
    for message in await cast.channel("general").messages(as_="fay"):
        seen.update(action_ids(message))
    await cast.command("fay", "declare drill checkout payments time out", room="incidents")
    cast.room = "drill-inc-2-checkout"
    await cast.card("DRILL")
    await look("fay")
    await cast.command("fay", "declare private search somebody reads our mail", room="incidents")
    cast.room = "inc-3-private"
    await cast.card("private: only members")
    await cast.command("fay", "status")
    for message in await cast.channel().messages(as_="fay"):
        seen.update(action_ids(message))

    wanted = set(Verb) - WITHOUT_A_BUTTON - CHOSEN_IN_A_FORM
    missing = {verb for verb in wanted if ANOTHER_NAME.get(verb, verb_action(verb)) not in seen}
    assert missing == set()


@once
async def test_a_guest_from_another_workspace_is_turned_away(cast: Cast, record: Record) -> None:
    await declared(cast)
    await cast.house.workspace.faults.happen("channel_shared", channel="incidents")
    await cast.person("ada").invite("incidents", "kai")
    announcement = await cast.said("Take command", "incidents")
    await announcement.button("Take command").press(as_="kai")
    await cast.channel("incidents").expect("You belong to another workspace", as_="kai")
    assert await record.tenures() == []
