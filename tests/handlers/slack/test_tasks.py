"""Tasks as people type and press them."""

from __future__ import annotations

import pytest

from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.task import Task, TaskState
from playbooks.protocol import tasks as protocol
from tests.handlers.judging import labels, words
from tests.handlers.slack.conftest import LOBBY, Office, labelled

ONE = IncidentId(1)


def said(answer: object) -> str:
    return words(answer["blocks"]) if answer else ""  # type: ignore[index]  # an acknowledgement's body


async def task(office: Office, number: int = 1) -> Task:
    return await protocol.numbered(office.ports, incident=ONE, number=number)


@pytest.mark.parametrize(
    ("typed", "minutes", "text"),
    [
        pytest.param("task <@U0BOB|bob> 30m read the log", 30, "read the log", id="all of it"),
        pytest.param("task <@U0BOB> read the log", 20, "read the log", id="the playbook's time"),
        pytest.param("assign 1h 30m <@U0BOB> read it", 90, "read it", id="the time first"),
        pytest.param("task to <@U0BOB>: for 45 min read &amp; tell", 45, "read & tell", id="a sentence"),
        pytest.param("todo <@U0BOB> 5 servers are slow", 20, "5 servers are slow", id="a number is no time"),
    ],
)
async def test_a_task_is_given_by_command(office: Office, typed: str, minutes: int, text: str) -> None:
    await office.in_room()
    assert "<@U0BOB> is asked privately" in said(await office.slash(typed))
    given = await task(office)
    assert (given.assignee, given.text, given.box.total_seconds() / 60) == ("U0BOB", text, minutes)


async def test_a_task_is_taken_answered_and_ended(office: Office) -> None:
    await office.in_room()
    taken = await office.slash("task me look around", by="U0DEV")
    assert "Task 1 is yours" in said(taken)
    assert "done, says <@U0DEV>" in said(await office.press(labelled(taken, "Done"), by="U0DEV"))
    await office.slash("task <@U0BOB> read the log", by="U0DEV")
    listed = await office.slash("tasks", by="U0BOB")
    assert "1 task open" in said(listed)
    accepted = await office.press(labelled(listed, "Accept"), by="U0BOB")
    assert "It is yours" in said(accepted)
    assert "Only <@U0BOB>" in said(await office.press(labelled(listed, "I cannot"), by="U0CLEO"))
    assert "Thank you" in said(await office.press(labelled(accepted, "I cannot"), by="U0BOB"))
    offered = await office.slash("tasks", by="U0CLEO")
    assert "nobody has it" in said(offered)
    await office.press(labelled(offered, "I do it"), by="U0CLEO")
    assert (await task(office, 2)).assignee == "U0CLEO"
    assert "not needed" in said(await office.slash("task 2 drop solved itself", by="U0DEV"))
    assert "already decided by <@U0DEV>" in said(await office.slash("task done 2", by="U0CLEO"))
    assert "There is no task 9" in said(await office.slash("task 9 done"))


async def test_whoever_asked_gives_it_to_somebody_else(office: Office) -> None:
    await office.in_room()
    await office.slash("task <@U0BOB> read the log", by="U0DEV")
    listed = await office.slash("tasks", by="U0DEV")
    await office.press(labelled(listed, "Give to somebody else"), by="U0DEV")
    await office.submit(office.slack.view(), {"person": "U0FAY"}, by="U0DEV")
    assert (await task(office)).assignee == "U0FAY"
    assert "<@U0CLEO> is asked" in said(await office.slash("task 1 <@U0CLEO>", by="U0DEV"))
    assert (await task(office)).assignee == UserId("U0CLEO")


async def test_what_is_missing_is_asked_for_in_a_form(office: Office) -> None:
    await office.in_room()
    await office.slash("task 40m ask the bank")
    form = office.slack.view()
    sent_back = await office.submit(form, {"person": "U0BOB", "box": "soon"})
    assert sent_back["errors"] == {"box": "Write how long it may take, such as 20m or 1h 30m."}
    done = await office.submit(form, {"person": "U0BOB"})
    assert done["response_action"] == "update"
    given = await task(office)
    assert (given.text, given.box.total_seconds(), given.state) == ("ask the bank", 2400, TaskState.ASKED)


async def test_outside_a_room_it_asks_which_incident_is_meant(office: Office) -> None:
    await office.in_room()
    asked = await office.slash("task <@U0BOB> read the log", channel=LOBBY)
    assert "Which incident is it about" in said(asked)
    await office.press(labelled(asked, "This one"))
    assert (await task(office)).assignee == "U0BOB"
    listed = await office.slash("tasks", channel=LOBBY)
    assert "1 task open" in said(listed), "one incident is live, so nobody has to be asked"
    assert "Give a task…" in labels(listed["blocks"])
