"""A private incident is played, and then everything is searched for a word of it.

Fay declares, Dev commands, Cleo is invited by hand. Ada, Bob and everybody else look for it
wherever there is something to be looked at. What must not be found are words that nobody else
uses: in the title, in what was said, stated and written down, and the name of the service.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.demo.cast import Cast
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record

TITLE = "quartzzebra reads our mail"
MARKS = ("quartzzebra", "opaltiger", "topazlynx")
"""In the title; in what was stated and written down; in what was said in the room."""
SERVICE = ("hr-portal", "hr portal")
"""Every form offers it and every pipeline names it, so it is not looked for there."""
INSIDERS = {"fay": "U0FAY", "dev": "U0DEV", "cleo": "U0CLEO"}
OUTSIDERS = ("ada", "bob", "eve", "gus")
ROOM = "inc-1-private"
CHANGE = {"ref": "CHG-1", "services": ["hr-portal"], "digest": "sha256:1", "risk": "high", "requester": "x"}


def holds(value: object, marks: tuple[str, ...] = MARKS) -> list[str]:
    """The words of it that occur in something."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [mark for mark in marks if mark in text.casefold()]


async def leaks(cast: Cast, marks: tuple[str, ...] = MARKS) -> list[str]:
    """Where in the workspace, in what the bot sent there and in what it printed, words of it can be read."""
    return [*await _seen(cast, marks), *await _sent(cast, marks), *_printed(cast, marks)]


async def _seen(cast: Cast, marks: tuple[str, ...]) -> list[str]:
    """What outsiders can read, with what Slack shows to them alone, and the names of all channels."""
    workspace, found = cast.house.workspace, []
    for name in OUTSIDERS:
        seen = await workspace.get("page/bootstrap", {"as": name})
        for line in seen["channels"]:
            whole = await workspace.conversation(line["id"], name, threads=True)
            found += [f"{name} reads {mark} in {line['name']}" for mark in holds([line, whole], marks)]
        shown = await workspace.get("page/home", {"as": name, "app": cast.house.app.app_id})
        found += [f"{name} sees {mark} at home" for mark in holds(shown, marks)]
    names = [channel.get("name", "") for channel in (await workspace.state())["channels"]]
    return found + [f"{mark} is the name of a channel" for mark in holds(names, marks)]


async def _sent(cast: Cast, marks: tuple[str, ...]) -> list[str]:
    """Every call and every answer of the bot, arguments and metadata included, that went to others."""
    workspace = cast.house.workspace
    direct = [await (await workspace.dm(name, cast.house.app)).id() for name in INSIDERS]
    inside = {await cast.channel(ROOM).id(), *direct, *INSIDERS.values()}
    found, whose = [], dict[str, str]()
    for entry in await workspace.journal():
        to = _addressee(entry, whose)
        # A form offers every service to everybody.
        looked_for = marks if "views." not in entry["summary"] else MARKS
        if to not in inside:
            found += [f"{mark} to {to}: {json.dumps(entry)}" for mark in holds(entry, looked_for)]
    return found


def _addressee(entry: Mapping[str, Any], whose: dict[str, str]) -> str:
    """Who or which conversation this was for, or came from; ``whose`` remembers who has which trigger."""
    asked = entry["request"] if isinstance(entry["request"], dict) else {}
    if entry["kind"] == "act":
        return INSIDERS.get(entry["summary"].partition(" ")[0], "somebody else")
    about = asked.get("event") if isinstance(asked.get("event"), dict) else asked
    user = about.get("user_id") or about.get("user")
    user = user.get("id", "") if isinstance(user, dict) else user
    trigger = str(about.get("trigger_id", ""))
    if entry["direction"] == "out" and user and trigger:
        whose[trigger] = user
    return str(about.get("channel") or whose.get(trigger) or user or "nobody in particular")


def _printed(cast: Cast, marks: tuple[str, ...]) -> list[str]:
    return [f"{mark} in the log" for mark in holds(cast.house.log_file.read_text(), marks)]


async def played(cast: Cast, record: Record) -> None:
    """Most of a life, in private."""
    cast.room = ROOM
    answer = await cast.command("fay", f"declare private <@U0DEV> hr-portal {TITLE}", room="incidents")
    assert "declared privately" in answer
    await cast.card("private: only members")
    await cast.command("dev", "take")
    await cast.said("has command")
    await cast.command("dev", "sev 1 opaltiger")
    await cast.command("fay", "impact opaltiger is read")
    await cast.command("dev", "verify 1")
    await cast.command("dev", "release 1")
    await cast.command("fay", "log opaltiger was locked out")
    await cast.command("dev", "task <@U0FAY> 20m ask topazlynx")
    await cast.person("fay").say(ROOM, "it was topazlynx")
    await cast.person("fay").invite(ROOM, "cleo")
    await record.logged("AccessGiven", "U0CLEO")
    await record.logged("MessageSaid", "topazlynx")
    assert "quartzzebra" in await cast.command("cleo", "list", room="general")
    assert "stakeholders hear nothing" in await cast.command("dev", "update")


async def looked_for(cast: Cast) -> None:
    """Whoever has no part in it tries everything that could show it."""
    for name in OUTSIDERS[:1]:
        for words in ("status", "join", "search opal", "take", "verify 1", "review"):
            answer = await cast.command(name, f"INC-1 {words}", room="general")
            assert "There is no INC-1" in answer, words
        assert answer == (await cast.command(name, "INC-99 status", room="general")).replace("99", "1")
        for words in ("", "list", "status", "freeze", "known opal", "log something"):
            await cast.command(name, words, room="incidents")
        await cast.person(name).open_home(cast.house.app)
    assert (await cast.machines.gate(CHANGE))["verdict"] == "hold"


async def read_outside(cast: Cast) -> list[str]:
    """What a pipeline, a dashboard and a browser are answered."""
    url, answers = cast.house.bot_url, [json.dumps(await cast.machines.gate(CHANGE))]
    async with aiohttp.ClientSession(trust_env=False) as browser:
        for path in ("/metrics", "/readyz", "/incidents/1", "/incidents/99"):
            async with browser.get(f"{url}{path}", allow_redirects=False) as answer:
                answers.append(f"{answer.status} {await answer.text()}")
    assert answers[-1] == answers[-2], "what is private reads like what never was"
    assert answers[-1].startswith("404")
    return answers


@on_both
async def test_nobody_else_finds_a_word_of_it(cast: Cast, record: Record) -> None:
    await played(cast, record)
    await looked_for(cast)
    assert holds(await read_outside(cast), (*MARKS, *SERVICE)) == []
    answer = await cast.command("ada", "declare hr-portal the portal is slow", room="incidents")
    assert "is declared" in answer, "nothing like it is open, as far as Ada may know"
    await cast.said("INC-2", "incidents")
    await cast.command("dev", "mitigated it is locked out")
    form = await cast.form("dev", "resolve opaltiger is gone")
    await form.submit({"code": "solution provided", "note": "opaltiger is gone"})
    await record.logged("ReviewDrafted")
    await record.delivered()
    assert await leaks(cast) == []


@once
async def test_it_is_announced_once_it_is_public_and_then_the_search_finds_it(
    cast: Cast, record: Record
) -> None:
    """What finds nothing above does find something where there is something."""
    await played(cast, record)
    await record.delivered()
    assert await leaks(cast, (*MARKS, *SERVICE)) == []
    assert "Only the commander" in await cast.command("cleo", "public why not")
    assert "is public now" in await cast.command("dev", "public customers were told")
    await cast.said("quartzzebra", "incidents")
    await cast.said("This is public now")
    assert "quartzzebra" in await cast.command("ada", "INC-1 status", room="general")
    assert {"ada reads quartzzebra in incidents", "ada reads hr portal in incidents"} <= set(
        await leaks(cast, (*MARKS, *SERVICE))
    )


@once
async def test_whoever_leads_is_told_at_once_that_the_bot_was_thrown_out(cast: Cast, record: Record) -> None:
    await played(cast, record)
    await cast.house.workspace.faults.happen("bot_kicked", channel=ROOM)
    told = await cast.whispered("dev", "removed me from the room, which is private")
    assert "nothing is said anywhere else" in told.text
    await told.button("Open a new room").press(as_="dev")
    await record.logged("RoomOpened", "inc-1-private-2")
    await record.delivered()
    cast.room = "inc-1-private-2"
    await cast.card("private: only members")
    assert set(await cast.channel().members()) == {*INSIDERS, "tocsin"}
    assert not [message for message in await cast.channel("incidents").messages() if "INC-1" in message.text]
