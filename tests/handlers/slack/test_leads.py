"""``/incident lead``: it lists, names and asks; it never takes command."""

from __future__ import annotations

import pytest

from tests.handlers.judging import labels, words
from tests.handlers.slack.conftest import Office


def said(answer: object) -> str:
    return words(answer["blocks"]) if answer else ""  # type: ignore[index]  # an acknowledgement's body


async def led_by(office: Office) -> str | None:
    (stream,) = (await office.picture()).workstreams
    return stream.lead


async def test_lead_alone_says_who_leads_what_and_takes_no_command(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("lead", by="U0GUS")
    assert "*Checkout* <@U0BOB>, on call, since" in said(answer)
    assert "Command of the whole incident is another thing" in said(answer)
    assert "Take command" in labels(answer["blocks"])
    assert (await office.picture()).tenure is None


@pytest.mark.parametrize(
    "text",
    [
        "lead checkout <@U0CLEO|cleo>",
        "leads <@U0CLEO> checkout",
        "lead Checkout to <@U0CLEO>",
        "lead of checkout is <@U0CLEO>",
        "lead <@U0CLEO>",
    ],
)
async def test_somebody_is_named_in_any_order_and_asked(office: Office, text: str) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    assert "<@U0CLEO> is asked to lead the work on *Checkout*" in said(await office.slash(text, by="U0ADA"))
    assert "<@U0CLEO> is asked, until" in said(await office.slash("lead", by="U0DEV"))


async def test_without_a_person_the_form_asks(office: Office) -> None:
    await office.in_room()
    assert await office.slash("lead checkout", by="U0BOB") == {}
    view = office.slack.view()
    assert view["title"]["text"] == "Who leads it?"
    await office.submit(view, {"service": "checkout", "person": "U0CLEO"}, by="U0BOB")
    offers = (await office.picture()).lead_offers
    assert [offer.taker for offer in offers] == ["U0CLEO"]


async def test_a_lead_gives_it_back_and_somebody_takes_it(office: Office) -> None:
    await office.in_room()
    assert "Only" in said(await office.slash("lead checkout me", by="U0DEV"))
    assert "Thank you" in said(await office.slash("lead checkout back", by="U0BOB"))
    assert await led_by(office) is None
    assert "<@U0DEV> leads the work on *Checkout* now" in said(
        await office.slash("lead checkout me", by="U0DEV")
    )
    assert await led_by(office) == "U0DEV"


@pytest.mark.parametrize(
    ("text", "by", "why"),
    [
        ("lead serch <@U0CLEO>", "U0BOB", "Say which service"),
        ("lead web <@U0CLEO>", "U0BOB", "Nobody has to lead web here"),
        ("lead checkout", "U0DEV", "Only the commander or a duty manager"),
        ("lead checkout <@U0CLEO>", "U0DEV", "its lead or whoever commands"),
    ],
)
async def test_a_refusal_says_why_and_who_may(office: Office, text: str, by: str, why: str) -> None:
    await office.in_room()
    assert why in said(await office.slash(text, by=by))
