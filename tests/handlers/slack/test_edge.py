"""The way in: over HTTP as over a socket, and what happens when two people press at once."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from handlers.names import COMMAND, Shortcut
from handlers.slack.calls import Reply
from handlers.slack.edge import SAME_MOMENT, answered, dispatcher, once
from playbooks.domain.errors import StaleWrite
from playbooks.domain.timers import Timer, TimerKind
from tests.clock import START
from tests.handlers.judging import words
from tests.handlers.slack.conftest import ROOM, TEAM, Office

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
MOMENT = timedelta(milliseconds=1)
LOOK = Timer(kind=TimerKind.EVALUATE, subject="all", incident=None, due_at=START)


async def test_a_command_over_http_is_answered_in_the_body(office: Office) -> None:
    """Also if it says "payload", which Bolt would take for something else."""
    await office.in_room()
    form = {
        "command": COMMAND,
        "text": "log the payload & the rest",
        "user_id": "U0ADA",
        "team_id": TEAM,
        "channel_id": ROOM,
        "channel_name": "inc-1-payload",
        "trigger_id": "1.2",
    }
    body = urlencode(form).replace("payload", "%70ayload")
    answer = await dispatcher(office.app)(body, FORM)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert "In the log: the payload &amp; the rest" in words(json.loads(answer.body)["blocks"])


async def test_slack_may_ask_whether_the_address_is_ours(office: Office) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    answer = await dispatcher(office.app)(body, JSON)
    assert (answer.status, answer.body) == (200, '{"challenge": "abc"}')


@pytest.mark.parametrize(("body", "headers"), [("{", JSON), ("payload={", FORM)])
async def test_a_body_that_is_broken_is_refused(office: Office, body: str, headers: dict[str, str]) -> None:
    assert (await dispatcher(office.app)(body, headers)).status == 400


async def test_whoever_was_a_moment_later_is_asked_to_look_again(office: Office) -> None:
    async def press() -> Reply | None:
        raise StaleWrite

    reply = await answered(office.desk, "click", press)
    assert reply is not None
    assert SAME_MOMENT in reply.message.text
    assert office.complaints == []


@pytest.mark.parametrize("commits", [True, False])
async def test_what_breaks_inside_is_said_with_what_became_of_it(office: Office, *, commits: bool) -> None:
    async def press() -> Reply | None:
        ports = once(office.desk, "click", "7.7", "U0ADA")
        async with ports.units() as unit:
            await unit.timers.set(LOOK)
            if commits:
                await unit.commit()
        raise RuntimeError

    reply = await answered(office.desk, "click", press, key="7.7")
    assert reply is not None
    assert ("it was written down" in reply.message.text) is commits
    assert ("Nothing was changed. Try again" in reply.message.text) is not commits
    assert await office.store.alarms.overdue(office.clock.now() + MOMENT) == int(commits)


async def test_of_what_has_no_name_nobody_can_tell_what_became(office: Office) -> None:
    async def press() -> Reply | None:
        raise RuntimeError

    reply = await answered(office.desk, "click", press)
    assert reply is not None
    assert "I do not know whether anything was done" in reply.message.text


async def test_what_is_logged_of_a_broken_payload_is_its_shape_and_not_its_words(office: Office) -> None:
    await office.press({"action_id": "incident_take", "value": ["secret words"]})
    ((event, data),) = office.complaints
    assert event == "slack.not_understood"
    assert "secret" not in str(data)


async def test_strangers_cannot_use_shortcuts(office: Office) -> None:
    stranger = {"id": "U0KAI", "team_id": "T0PARTNER"}
    message = {"ts": "1.1", "user": "U0DEV", "text": "x"}
    answer = await office.use(Shortcut.LOG_MESSAGE, message=message, user=stranger)
    assert "belong to another workspace" in words(answer["blocks"])
    await office.use(Shortcut.DECLARE, user=stranger)
    assert "belong to another workspace" in words(office.slack.view())
