"""What a person reads: mentions by name, links by label, entities as characters, no hidden text."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.state import Workspace
from sandbox.visible import visible_text

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("a &lt;b&gt; &amp;amp;", "a <b> &amp;", id="entities, once"),
        pytest.param("<@U0ADA> and <@U0NOBODY|old>", "@ada and @old", id="people"),
        pytest.param("<#C0GENERAL|x> <#C0NONE>", "#general #C0NONE", id="channels"),
        pytest.param("<!here> <!subteam^S0CMD>", "@here @incident-commanders", id="pings"),
        pytest.param("<!date^1^{time}|noon>", "noon", id="dates by their fallback"),
        pytest.param(
            "<https://a.example|the page> <https://b.example>", "the page https://b.example", id="links"
        ),
    ],
)
def test_markup_reads_as_text(text: str, read: str) -> None:
    assert visible_text(Workspace(), text) == read


def test_blocks_are_read_top_down_without_what_is_folded_away() -> None:
    blocks = [
        {"type": "header", "text": plain("Title")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "Body"},
            "fields": [plain("Left"), plain("Right")],
            "accessory": {
                "type": "overflow",
                "options": [{"text": plain("Folded"), "value": "x"}],
                "confirm": {"title": plain("Sure?")},
            },
        },
        {
            "type": "context",
            "elements": [plain("Foot"), {"type": "image", "image_url": "u", "alt_text": "Graph"}],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "Cell"}]]},
        {
            "type": "input",
            "label": plain("Tick"),
            "element": {"type": "checkboxes", "options": [{"text": plain("Shown"), "value": "x"}]},
        },
    ]

    read = visible_text(Workspace(), "fallback", blocks)

    assert read.split("\n") == [
        "fallback", "Title", "Body", "Left", "Right", "Foot", "Graph", "Cell", "Tick", "Shown",
    ]  # fmt: skip


def test_rich_text_is_one_line_per_section() -> None:
    inline = [
        {"type": "text", "text": "Ask "},
        {"type": "user", "user_id": "U0BOB"},
        {"type": "text", "text": " in "},
        {"type": "channel", "channel_id": "C0GENERAL"},
        {"type": "emoji", "name": "wave"},
        {"type": "broadcast", "range": "here"},
        {"type": "usergroup", "usergroup_id": "S0SHOP"},
        {"type": "link", "url": "https://a.example"},
    ]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inline}]}]

    assert (
        visible_text(Workspace(), "", blocks) == "Ask @bob in #general:wave:@here@team-shophttps://a.example"
    )
