"""Nobody opens a second room for one outage without having seen the first."""

from __future__ import annotations

from typing import Any

from handlers.names import Shortcut
from tests.handlers.judging import accept_view, labels, words
from tests.handlers.slack.conftest import LOBBY, Office, filled_in, labelled
from tests.handlers.slack.test_commands import said

SERVICE, SEVERITY = "service", "severity"


async def choose(office: Office, field: str, **values: Any) -> dict[str, Any]:
    """Choose in the open form; the form as it is drawn then."""
    view = office.slack.view()
    chosen = {"action_id": field, "block_id": field, "type": "static_select"}
    state = {"values": filled_in(view, values)}
    await office.press(chosen, view={**view, "id": "V1", "type": "modal", "hash": "h1", "state": state})
    method, body = office.slack.calls[-1]
    assert (method, body["view_id"], body["hash"]) == ("views.update", "V1", "h1")
    return office.slack.view()


async def test_typing_it_shows_what_is_open_and_declares_nothing(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("declare payments cards are refused", channel=LOBBY)
    assert "Nothing is declared yet. 1 open incident looks like the same thing" in said(answer)
    assert "Checkout needs Payments" in said(answer)
    assert labels(answer) == ["Join INC-1", "Declare anyway"]
    assert office.pressed == 1


async def test_it_can_be_declared_anyway(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("declare payments cards are refused", channel=LOBBY)
    done = await office.press(labelled(answer, "Declare anyway"), by="U0CLEO")
    assert "*INC-2* is declared" in words(done)
    assert done["replace_original"] is True
    incident = (await office.picture(2)).incident
    assert (incident.title, incident.impacted) == ("cards are refused", ("payments",))


async def test_what_was_opened_meanwhile_is_asked_about_too(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("declare payments cards are refused", channel=LOBBY)
    await office.in_room(title="The disks are slow", service="reporting")
    anyway = labelled(answer, "Declare anyway")
    await office.slash("declare psp-ext nothing answers", channel=LOBBY)
    again = await office.slash("declare psp-ext nothing answers", channel=LOBBY)
    await office.press(labelled(again, "Declare anyway"))
    done = await office.press(anyway)
    assert "2 open incidents look like the same thing" in words(done)


async def test_it_can_be_joined_instead(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("declare payments cards are refused", channel=LOBBY)
    done = await office.press(labelled(answer, "Join INC-1"))
    assert "invited to the room of *INC-1*" in words(done)


async def test_the_form_says_what_would_happen_and_follows_what_is_chosen(office: Office) -> None:
    await office.slash("declare", channel=LOBBY)
    assert "Change freeze* depends on the service" in words(office.slack.view())
    drawn = await choose(office, SERVICE, title="Cards are refused", service="payments")
    assert "What happens at SEV2" in words(drawn)
    assert "for Payments" in words(drawn)
    assert "Storage network and 1 other service" in words(drawn)
    assert drawn["blocks"][0]["element"]["initial_value"] == "Cards are refused"
    minor = await choose(office, SEVERITY, severity="3")
    assert "What happens at SEV3" in words(minor)
    assert "No change freeze" in words(minor)
    assert minor["submit"]["text"] == "Declare"


async def test_the_form_shows_what_is_open_on_the_chosen_service(office: Office) -> None:
    await office.in_room()
    await office.slash("declare", channel=LOBBY)
    drawn = await choose(office, SERVICE, title="Cards are refused", service="checkout")
    assert "This may be open already" in words(drawn)
    assert (labels(drawn), drawn["submit"]["text"]) == (["Join INC-1"], "Declare anyway")
    answer = await office.submit(drawn, {})
    assert "*INC-2* is declared" in words(answer["view"])


async def test_a_form_submitted_before_it_could_follow_comes_back_with_what_is_open(office: Office) -> None:
    await office.slash("declare", channel=LOBBY)
    view = office.slack.view()
    await office.in_room()
    answer = await office.submit(view, {"title": "Cards are refused", "service": "checkout"})
    assert answer["response_action"] == "update"
    accept_view(answer["view"])
    assert labels(answer["view"]) == ["Join INC-1"]
    assert answer["view"]["blocks"][0]["element"]["initial_value"] == "Cards are refused"
    done = await office.submit(answer["view"], {})
    assert "*INC-2* is declared" in words(done["view"])


async def test_a_message_can_be_declared_from_and_is_led_back_to(office: Office) -> None:
    said_there = {"ts": "1700000000.000100", "text": "Payments fail\nfor me too", "user": "U0BOB"}
    await office.use(Shortcut.DECLARE_FROM, message=said_there, channel=LOBBY)
    view = office.slack.view()
    assert view["blocks"][0]["element"]["initial_value"] == "Payments fail"
    await office.submit(view, {"service": "checkout"})
    incident = (await office.picture()).incident
    assert incident.source_link == f"https://slack.example/{LOBBY}/p1700000000000100"


async def test_a_reply_is_led_back_to_within_its_thread(office: Office) -> None:
    reply = {"ts": "1700000001.000100", "thread_ts": "1700000000.000100", "text": "Same here"}
    await office.use(Shortcut.DECLARE_FROM, message=reply, channel=LOBBY)
    await office.submit(office.slack.view(), {"service": "checkout"})
    link = (await office.picture()).incident.source_link
    assert link.endswith(f"/p1700000001000100?thread_ts=1700000000.000100&cid={LOBBY}")


async def test_who_was_named_for_a_drill_takes_part_although_a_form_asks_for_the_rest(office: Office) -> None:
    await office.slash("declare drill <@U0BOB> checkout", channel=LOBBY)
    view = office.slack.view()
    accept_view(view)
    assert "for you and <@U0BOB>" in words(view)
    await office.submit(view, {"title": "Cards are refused"})
    assert (await office.picture()).incident.drill == ("U0ADA", "U0BOB")


async def test_who_takes_part_in_a_drill_is_picked_in_the_form(office: Office) -> None:
    await office.slash("declare", channel=LOBBY)
    drawn = await choose(office, "kind", title="Cards are refused", service="checkout", kind="drill")
    again = await choose(office, SERVICE, people=["U0BOB", "U0CLEO"])
    assert again["blocks"][4]["element"]["initial_users"] == ["U0BOB", "U0CLEO"]
    await office.submit(drawn, {"people": ["U0CLEO"]})
    assert (await office.picture()).incident.drill == ("U0ADA", "U0CLEO")
