"""The post-mortem is Markdown, and modals know only mrkdwn: its reader sees neither's machinery."""

from __future__ import annotations

import pytest

from handlers.rendering import escaped
from handlers.views.prose import mrkdwn, words


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**Bold** and plain", "*Bold* and plain"),
        ("### Below", "*Below*"),
        ("- one\n  - two", "• one\n  • two"),
        (
            "| | when | after |\n|---|---|---|\n| Declared | 14:03 | 0 s |",
            "when · after\nDeclared · 14:03 · 0 s",
        ),
        (r"30 % of a\|b \& more \(EU\)", "30 % of a|b &amp; more (EU)"),
        ("by <@U0HAL>, at 14:03", "by <@U0HAL>, at 14:03"),
        ("first\n\nsecond", "first\n\nsecond"),
        ("", " "),
    ],
)
def test_markdown_reads_like_slack(markdown: str, shown: str) -> None:
    assert mrkdwn(markdown) == shown


@pytest.mark.parametrize(
    "foreign", ["*not bold* `not code` _x_ ~y~", "<!channel> wake up", "<@U0GUS> hi", "a_b"]
)
def test_words_from_outside_stay_words(foreign: str) -> None:
    shown = mrkdwn(f"- {escaped(foreign)}")
    assert not set(shown) & set("*`_~<>\\")


def test_a_heading_shows_no_marks() -> None:
    assert (
        words(f"INC-7 {escaped('customers (EU) cannot pay & more')}")
        == "INC-7 customers (EU) cannot pay & more"
    )
