"""``/service …`` as people type it."""

from __future__ import annotations

import pytest

from playbooks.domain.person import Kind
from tests.handlers.judging import words
from tests.handlers.slack.conftest import Office


@pytest.mark.parametrize("text", ["impact checkout", "checkout", "IMPACT Checkout-API", "around checkout"])
async def test_the_rings_and_who_answers_are_shown_to_whoever_asks(office: Office, text: str) -> None:
    answer = await office.ask_service(text)
    assert answer["response_type"] == "ephemeral"
    shown = words(answer["blocks"])
    assert "What hangs on Checkout" in shown
    assert "• *Payments* (tier 1) Payments team: <@U0CLEO> and <@U0DEV>" in shown
    assert "run by AcmePay" in shown
    ring1, ring2 = shown.index("*Ring 1*"), shown.index("*Ring 2*")
    assert "Web shop" in shown[ring1:ring2]
    assert "Cart administration" in shown[ring2:]
    assert "• Service desk: " in shown[shown.index("*Ring 3*") :]


@pytest.mark.parametrize("text", ["", "help", "impact", " ? "])
async def test_help_fits_one_screen(office: Office, text: str) -> None:
    assert "/service impact checkout" in words((await office.ask_service(text))["blocks"])


async def test_an_unknown_service_is_answered_with_a_guess(office: Office) -> None:
    assert "Did you mean payments" in words((await office.ask_service("impact paymnets"))["blocks"])


async def test_whoever_may_look_may_ask(office: Office) -> None:
    office.kinds["U0FAY"] = Kind.GUEST
    assert "What hangs on" in words((await office.ask_service("checkout", by="U0FAY"))["blocks"])
    office.kinds["U0DEV"] = Kind.DEACTIVATED
    assert "What hangs on" not in words((await office.ask_service("checkout", by="U0DEV"))["blocks"])
