"""``/incident team``: formed, changed and ended in words, with buttons and with a form."""

from __future__ import annotations

from tests.handlers.judging import labels, words
from tests.handlers.slack.conftest import Office


def said(answer: object) -> str:
    return words(answer["blocks"]) if answer else ""  # type: ignore[index]  # an acknowledgement's body


async def test_a_team_in_words(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    answer = said(await office.slash("team network <@U0DEV|dev> 45m find the broken link", by="U0ADA"))
    assert "*network* <@U0DEV>, with nobody else yet" in answer
    assert "find the broken link" in answer
    assert "<@U0EVE>" in said(await office.slash("team network add <@U0EVE>", by="U0DEV"))
    assert "Only its leader" in said(await office.slash("team network add <@U0BOB>", by="U0EVE"))
    assert "nobody else yet" in said(await office.slash("team network remove <@U0EVE>", by="U0DEV"))
    listed = await office.slash("teams", by="U0DEV")
    assert {"Done", "15 minutes more"} <= set(labels(listed["blocks"]))
    assert "10:00 UTC" in said(await office.slash("team network more 1h", by="U0DEV"))
    assert "has ended" in said(await office.slash("team network done it was a cable", by="U0DEV"))
    assert "There is no such team" in said(await office.slash("team network done", by="U0DEV"))


async def test_a_team_by_the_form(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    assert "Form a team…" in labels((await office.slash("team", by="U0ADA"))["blocks"])
    assert "Form a team…" not in labels((await office.slash("team", by="U0DEV"))["blocks"])
    await office.slash("team new", by="U0ADA")
    view = office.slack.view()
    answers = {"name": "network", "person": "U0DEV", "text": "Find it", "box": "soon"}
    refused = await office.submit(view, answers, by="U0ADA")
    assert "30m" in str(refused)
    await office.submit(view, answers | {"box": "1h 30m"}, by="U0ADA")
    (team,) = (await office.picture()).teams
    assert team.leader == "U0DEV"
    assert (team.due_at - team.formed_at).total_seconds() == 90 * 60


async def test_a_team_needs_a_leader_and_a_task(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    assert "Name its leader" in said(await office.slash("team network find it", by="U0ADA"))
    no_task = await office.slash("team network <@U0DEV> 30m", by="U0ADA")
    assert "Say what team network is to do" in said(no_task)
    assert "between 5 minutes and 12 hours" in said(
        await office.slash("team network <@U0DEV> 2m find it", by="U0ADA")
    )
    assert "Only the commander" in said(await office.slash("team network <@U0DEV> 30m find", by="U0BOB"))
