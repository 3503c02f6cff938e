"""What users notice reaches whoever works on it, from wherever they say it."""

from __future__ import annotations

from handlers.names import Shortcut
from tests.handlers.judging import labels, words
from tests.handlers.slack.conftest import LOBBY, Office, filled_in, labelled
from tests.handlers.slack.test_commands import said
from tests.handlers.slack.test_declaring import choose

MESSAGE = {"ts": "1700000000.000100", "text": "My card is refused", "user": "U0BOB"}


async def test_a_report_joins_the_incident_that_is_open(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("report checkout my card is refused", channel=LOBBY, by="U0CLEO")
    assert "*INC-1* Payments time out has 1 user report now" in said(answer)
    assert labels(answer) == ["Join the room"]
    assert [report.author for report in (await office.picture()).reports] == ["U0CLEO"]


async def test_where_nobody_works_it_offers_to_declare(office: Office) -> None:
    answer = await office.slash("report checkout my card is refused", channel=LOBBY)
    assert "Nobody works on Checkout yet" in said(answer)
    done = await office.press(labelled(answer, "Declare it now"), by="U0CLEO")
    assert "*INC-1* is declared" in words(done)
    picture = await office.picture()
    assert (picture.incident.title, len(picture.reports)) == ("my card is refused", 1)


async def test_less_opens_the_form_which_says_where_the_report_would_go(office: Office) -> None:
    await office.in_room()
    await office.slash("report my card is refused", channel=LOBBY)
    assert office.slack.view()["blocks"][1]["element"]["initial_value"] == "my card is refused"
    drawn = await choose(office, "service", service="checkout", text="my card is refused")
    assert "*INC-1* Payments time out is about Checkout. Your report goes there." in words(drawn)
    other = await choose(office, "service", service="hr-portal")
    assert "Nobody works on" in words(other)


async def test_a_message_is_reported_with_the_way_back_to_it(office: Office) -> None:
    await office.in_room()
    await office.use(Shortcut.REPORT, message=MESSAGE, channel=LOBBY)
    answer = await office.submit(office.slack.view(), {"service": "checkout"}, by="U0CLEO")
    assert "has 1 user report now" in words(answer["view"])
    (report,) = (await office.picture()).reports
    assert (report.text, report.link) == (
        "My card is refused",
        f"https://slack.example/{LOBBY}/p1700000000000100",
    )


async def test_whoever_joins_instead_of_declaring_leaves_the_words_of_the_form(office: Office) -> None:
    await office.in_room()
    await office.slash("declare", channel=LOBBY)
    drawn = await choose(office, "service", title="Cards are", service="checkout")
    state = {"values": filled_in(drawn, {"title": "Cards are refused"})}
    view = {**drawn, "id": "V1", "type": "modal", "state": state}
    await office.press(labelled(drawn, "Join INC-1"), view=view, response_url="")
    assert "invited to the room of *INC-1*" in words(office.slack.view())
    assert [report.text for report in (await office.picture()).reports] == ["Cards are refused"]
