"""Private incidents at the edge: declared, found by their people, and missing for everybody else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import handlers
from handlers.names import Action, Field, Verb, verb_action
from handlers.slack.clicks import FOLLOWED
from handlers.slack.events import show_home, understand
from handlers.views.card import card
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.protocol import declare, privacy, room
from tests.handlers.judging import buttons, words
from tests.handlers.scenes import ADA, BOB, CLEO, FAY
from tests.handlers.slack.conftest import LOBBY, ROOM, TEAM, Office, filled_in

TITLE = "Somebody reads our mail"
NOT_THERE = "There is no INC-{n}. Try /incident list."


def said(answer: dict[str, Any]) -> str:
    """What a person is shown."""
    return words(answer.get("blocks", []))


async def confided(office: Office, *, to: UserId = BOB) -> None:
    """Fay and one more know of INC-1; its room is open."""
    declared = await declare.by_hand(
        office.ports, title=TITLE, service="checkout", severity=1, by=FAY, private=(to,)
    )
    async with office.store.units() as unit:
        channel = ChannelId(ROOM)
        await room.opened(unit, office.ports, incident=declared.id, room=channel, name="inc-1-private")
        await room.card_posted(unit, office.ports, incident=declared.id, channel=channel, ts=Ts("1.000001"))
        await unit.commit()


async def knowing(office: Office, number: int = 1) -> set[UserId]:
    async with office.store.reading() as unit:
        return set(await unit.insiders.of(IncidentId(number)))


def click(verb: Verb, number: int = 1) -> dict[str, Any]:
    return {"action_id": verb_action(verb), "value": json.dumps({"i": number})}


SAID = {
    Verb.VERIFY: "1",
    Verb.RELEASE: "1",
    Verb.REFUTE: "1",
    Verb.TASK: "1 done",
    Verb.MERGE: "2",
    Verb.CHILD: "of 2",
    Verb.CORRECT: "1 other words",
    Verb.SEVERITY: "2 less",
    Verb.LEAD: "checkout me",
    Verb.SEARCH: "mail",
}
EVERYWHERE = {Verb.MENU, Verb.HELP, Verb.DECLARE, Verb.REPORT, Verb.LIST, Verb.KNOWN, Verb.BACKFILL}
"""Verbs that are about no incident, or about one only where one is open."""


async def test_no_verb_tells_what_is_private_from_what_never_was(office: Office) -> None:
    await confided(office)
    await office.in_room(title="Search is slow", service="search")
    for verb in (Verb.STATUS, Verb.VERIFY, Verb.MERGE):
        assert NOT_THERE.format(n=99) in said(
            await office.slash(f"INC-99 {verb} {SAID.get(verb, '')}", by=ADA, channel=LOBBY)
        )
    for verb in sorted(set(Verb) - EVERYWHERE):
        typed = SAID.get(verb, "some words")
        answer = said(await office.slash(f"INC-1 {verb} {typed}".strip(), by=ADA, channel=LOBBY))
        assert answer == f"✋ {NOT_THERE.format(n=1)}", verb
        assert said(await office.press(click(verb), by=ADA, channel={"id": LOBBY})) == answer, verb
    assert office.slack.calls == [], "and no form is opened"


async def test_old_buttons_in_the_letters_of_who_left_are_dead(office: Office) -> None:
    await confided(office, to=CLEO)
    assert await privacy.went(office.ports, channel=ChannelId(ROOM), person=CLEO, at=office.clock.now())
    for action in (Action.READ_REVIEW, Action.ROOM_NEW, Action.TASK_DONE, Action.VERIFY_STATEMENT):
        button = {"action_id": action.value, "value": '{"i":1,"s":"x"}'}
        assert "There is no INC-1" in said(await office.press(button, by=CLEO, channel={"id": "D0CLEO"}))


async def test_lists_menus_and_questions_show_it_to_its_people_alone(office: Office) -> None:
    await confided(office)
    for text in ("list", "menu", "status", "freeze", "log something", "catchup"):
        assert TITLE not in json.dumps(await office.slash(text, by=ADA, channel=LOBBY)), text
    assert TITLE in json.dumps(await office.slash("list", by=BOB, channel=LOBBY))
    assert TITLE in json.dumps(await office.slash("status", by=BOB, channel=LOBBY))
    for user in (ADA, BOB):
        await show_home(office.desk, user)
    homes = {user: json.dumps(view) for user, view in office.homes}
    assert TITLE not in homes[ADA]
    assert TITLE in homes[BOB]


async def test_who_types_or_presses_in_its_room_is_a_member_of_it(office: Office) -> None:
    """Slack's word that they came in may be late, or lost."""
    await confided(office)
    assert TITLE in json.dumps(await office.slash("status", by=ADA, channel=ROOM))
    assert ADA in await knowing(office)
    assert "There is no" not in said(await office.press(click(Verb.CATCHUP), by=CLEO))
    assert CLEO in await knowing(office)


async def test_slack_says_who_comes_and_goes(office: Office) -> None:
    await confided(office)
    moved = {"user": ADA, "channel": ROOM, "team": TEAM, "event_ts": "1772460000.000100"}
    for n, kind in enumerate(("member_joined_channel", "member_left_channel")):
        public = {"type": kind, "channel_type": "C", **moved}
        await office.deliver(public, event_id=f"Ev{n}public")
        assert office.events == [], "of public channels it is not even stored"
        await office.deliver({"type": kind, "channel_type": "G", **moved}, event_id=f"Ev{n}")
        assert await understand(office.desk, office.events[-1][1])
        assert (ADA in await knowing(office)) is (n == 0)
        office.events.clear()


@pytest.mark.parametrize(
    "text",
    [
        f"declare private <@{ADA}> checkout {TITLE}",
        f"private <@{ADA}> checkout {TITLE}",
        f"declare confidential checkout {TITLE} <@{ADA}>",
    ],
)
async def test_it_is_declared_in_a_line(office: Office, text: str) -> None:
    assert "declared privately" in said(await office.slash(text, by=FAY, channel=LOBBY))
    assert await knowing(office) == {FAY, ADA}
    assert (await office.picture()).incident.title == TITLE


async def test_it_is_declared_in_the_form(office: Office) -> None:
    assert await office.slash(f"declare private <@{ADA}> checkout", by=FAY, channel=LOBBY) == {}
    view = office.slack.view()
    assert "What happens in private" in json.dumps(view)
    filled = {Field.TITLE: TITLE, Field.SERVICE: "checkout", Field.KIND: "private"}
    await office.submit(view, filled, by=FAY)
    assert (await office.picture()).incident.private
    assert await knowing(office) == {FAY, ADA}


async def test_the_form_has_the_last_word_about_who_may_know(office: Office) -> None:
    assert await office.slash(f"declare private <@{ADA}> checkout", by=FAY, channel=LOBBY) == {}
    await office.submit(office.slack.view(), {Field.TITLE: TITLE, Field.PEOPLE: [CLEO]}, by=FAY)
    assert await knowing(office) == {FAY, CLEO}


@pytest.mark.parametrize(
    ("kind", "shown"), [("private", "What happens in private"), ("drill", "What happens in a drill")]
)
async def test_the_form_says_at_once_what_its_kind_means(office: Office, kind: str, shown: str) -> None:
    assert await office.slash("declare", by=FAY, channel=LOBBY) == {}
    view = office.slack.view()
    asking = [block["block_id"] for block in view["blocks"] if block.get("dispatch_action")]
    assert set(asking) == {field for form, field in FOLLOWED if form == view["callback_id"]}
    state = {"values": filled_in(view, {Field.KIND: kind})}
    chosen = {"type": "static_select", "action_id": Field.KIND.value, "selected_option": {"value": kind}}
    await office.press(
        chosen, by=FAY, view={**view, "id": "V1", "type": "modal", "hash": "h1", "state": state}
    )
    assert shown in words(office.slack.view())


async def test_what_is_public_stays_public(office: Office) -> None:
    await office.in_room()
    refused = said(await office.slash("private", channel=ROOM))
    assert "INC-1 is public" in refused
    assert "declare private" in refused
    assert "is public: everybody may know" in said(await office.slash("public it is over", channel=ROOM))


async def test_only_whoever_leads_makes_it_public(office: Office) -> None:
    await confided(office)
    assert "Only the commander" in said(await office.slash("public", by=BOB, channel=ROOM))
    await office.slash("take", by=BOB, channel=ROOM)
    assert await office.slash("public", by=BOB, channel=ROOM) == {}
    await office.submit(office.slack.view(), {Field.TEXT: "customers were told"}, by=BOB)
    assert not (await office.picture()).incident.private
    assert "is private already" not in said(await office.slash("private", by=BOB, channel=ROOM))


async def test_its_menu_has_no_way_to_merge_and_one_to_make_it_public(office: Office) -> None:
    await confided(office)
    await office.slash("take", by=BOB, channel=ROOM)
    shown = {button["action_id"] for button in buttons((await office.slash("menu", by=BOB))["blocks"])}
    assert verb_action(Verb.PUBLIC) in shown
    assert verb_action(Verb.MERGE) not in shown
    assert verb_action(Verb.UPDATE) not in shown
    shown = {button["action_id"] for button in buttons(card(await office.picture()).blocks)}
    assert verb_action(Verb.UPDATE) not in shown, "what would be refused is not offered"
    assert "stakeholders hear nothing" in said(await office.slash("update", by=BOB))


SEE_EVERYTHING = {
    "http/gate.py": "a freeze holds whoever asks, and masks its reasons",
    "http/maintenance.py": "announced work is of no incident",
    "http/past.py": "it enters what is over, and is answered by its own key, which nothing private has",
    "slack/calls.py": "what a rule refused is written down once they have seen the incident",
    "slack/commands.py": "only members can type in a private room",
    "slack/edge.py": "it makes the veil",
    "slack/events.py": "what Slack tells of a room is written down, whoever did it",
    "slack/fates.py": "what befalls a room is written down, whoever did it",
    "slack/shortcuts.py": "only members can point at a message of a private room",
}
"""Edges that use the ports of the desk, which see every incident, and why they may."""


def test_what_a_person_a_page_or_a_key_looks_up_is_looked_up_as_them() -> None:
    """A new edge goes through ``seen_by``, or says here why it need not."""
    source = Path(handlers.__file__).parent
    edges = [*source.glob("slack/**/*.py"), *source.glob("http/**/*.py")]
    bare = re.compile(r"(?<!seen_by\()desk\.ports(?!\.(?:handbook|clock))")
    using = {str(edge.relative_to(source)) for edge in edges if bare.search(edge.read_text())}
    assert using == set(SEE_EVERYTHING)
    looking = re.compile(r"find\.(?:incident|picture|live|recent)\(\s*desk\.ports")
    assert [edge for edge in edges if looking.search(edge.read_text())] == []
