"""Rich text, and the blocks that wrap others: cards, carousels, containers, plans.

Source: Slack docs, "Block Kit reference"; where the pages give no number, slack_sdk's
models do (version 3.47).
"""

from __future__ import annotations

from typing import Any

from sandbox import block_elements as parts
from sandbox.block_rules import (
    Problems,
    anything,
    array,
    at_least_one,
    boolean,
    integer,
    one_of,
    shape,
    string,
    typed,
    wrong,
)

MAX_CARDS = 10
MAX_CHILDREN = 10

_RICH_TEXT_PARTS = typed(
    {
        "rich_text_section": shape("rich_text_section", "elements", elements=array(anything)),
        "rich_text_list": shape(
            "rich_text_list",
            "elements style",
            elements=array(anything),
            style=one_of("bullet", "ordered"),
            indent=integer(0, 8),
            offset=integer(0),
            border=integer(0, 1),
        ),
        "rich_text_preformatted": shape(
            "rich_text_preformatted",
            "elements",
            elements=array(anything),
            border=integer(0, 1),
            language=string(50),
        ),
        "rich_text_quote": shape(
            "rich_text_quote", "elements", elements=array(anything), border=integer(0, 1)
        ),
    }
)
RICH_TEXT = parts.block("rich_text", "elements", elements=array(_RICH_TEXT_PARTS))

ALERT = parts.block(
    "alert", "text", text=parts.words(3000), level=one_of("default", "info", "warning", "error", "success")
)
CARD = parts.block(
    "card",
    "",
    (at_least_one("hero_image", "title", "actions", "body"),),
    hero_image=parts.IMAGE_ELEMENT,
    icon=parts.IMAGE_ELEMENT,
    title=parts.words(150),
    subtitle=parts.words(150),
    body=parts.words(200),
    actions=array(typed({"button": parts.BUTTON}), least=1),
)
CAROUSEL = parts.block("carousel", "elements", elements=array(CARD, MAX_CARDS, 1))
_SOURCE = shape("url", "url text", url=string(3000, 1), text=string(3000))
TASK_CARD = parts.block(
    "task_card",
    "task_id title status",
    task_id=string(parts.MAX_ID, 1),
    title=string(3000, 1),
    details=RICH_TEXT,
    output=RICH_TEXT,
    sources=array(_SOURCE),
    status=one_of("pending", "in_progress", "complete", "error"),
)
PLAN = parts.block("plan", "title", title=string(3000, 1), tasks=array(TASK_CARD))
CALL = parts.block(
    "call", "call_id", call_id=string(parts.MAX_ID, 1), api_decoration_available=boolean, call=anything
)


def _one_edge(value: Any, at: str) -> Problems:
    if value.get("is_collapsible") is True and value.get("has_header_divider") is True:
        yield wrong("has_header_divider cannot be used with is_collapsible", at)


CONTAINER = parts.block(
    "container",
    "child_blocks",
    (at_least_one("title", "rich_text_title"), _one_edge),
    title=parts.plain(150),
    rich_text_title=RICH_TEXT,
    subtitle=parts.words(150),
    child_blocks=array(anything, MAX_CHILDREN, 1),
    width=one_of("narrow", "standard", "wide", "full"),
    icon=parts.IMAGE_ELEMENT,
    is_collapsible=boolean,
    default_collapsed=boolean,
    has_header_divider=boolean,
)
