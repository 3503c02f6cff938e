"""The kinds of blocks, where each may stand, and the limits of each; and the two kinds of view.

Source: Slack docs, "Block Kit reference": blocks, views. Limits that only slack_sdk's
models know (cards, containers, carousels) are in ``block_cards``.
"""

from __future__ import annotations

from typing import Any

from sandbox import block_cards
from sandbox import block_elements as parts
from sandbox.block_rules import (
    Problems,
    Rule,
    Shape,
    anything,
    array,
    at_least_one,
    boolean,
    both,
    exactly_one,
    one_of,
    shape,
    string,
    typed,
    unique,
    wrong,
)

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_MARKDOWN_CHARS = 12_000
MAX_TABLE_ROWS = 100
MAX_TABLE_CELLS = 20


_CELL = typed(
    {
        "raw_text": shape("raw_text", "text", text=string(3000)),
        "raw_number": shape("raw_number", "value", value=anything, text=string(3000)),
        "rich_text": block_cards.RICH_TEXT,
    }
)
_EVERYWHERE: dict[str, Rule] = {
    "actions": parts.block(
        "actions", "elements", elements=both(array(typed(parts.ACTION_ELEMENTS), 25, 1), unique("action_id"))
    ),
    "context": parts.block(
        "context",
        "elements",
        elements=array(
            typed(
                {"image": parts.IMAGE_ELEMENT, "plain_text": parts.plain(3000), "mrkdwn": parts.mrkdwn(3000)}
            ),
            10,
            1,
        ),
    ),
    "divider": parts.block("divider"),
    "header": parts.block("header", "text", text=parts.plain(150)),
    "image": parts.block(
        "image",
        "alt_text",
        (exactly_one("image_url", "slack_file"),),
        image_url=string(3000, 1),
        slack_file=parts.SLACK_FILE,
        alt_text=string(2000, 1),
        title=parts.plain(2000),
    ),
    "input": parts.block(
        "input",
        "label element",
        label=parts.plain(2000),
        element=typed(parts.INPUT_ELEMENTS),
        hint=parts.plain(2000),
        optional=boolean,
        dispatch_action=boolean,
    ),
    "rich_text": block_cards.RICH_TEXT,
    "alert": block_cards.ALERT,
    "card": block_cards.CARD,
    "carousel": block_cards.CAROUSEL,
    "section": parts.block(
        "section",
        "",
        (at_least_one("text", "fields"),),
        text=parts.words(3000),
        fields=array(parts.words(2000), 10, 1),
        accessory=typed(parts.ACCESSORIES),
        expand=boolean,
    ),
    "video": parts.block(
        "video",
        "alt_text thumbnail_url title video_url",
        alt_text=string(2000, 1),
        title=parts.plain(199),
        thumbnail_url=string(3000, 1),
        video_url=string(3000, 1),
        author_name=string(49),
        description=parts.plain(200),
        provider_icon_url=string(3000),
        provider_name=string(255),
        title_url=string(3000),
    ),
}
_MESSAGE_ONLY: dict[str, Rule] = {
    "call": block_cards.CALL,
    "plan": block_cards.PLAN,
    "task_card": block_cards.TASK_CARD,
    "markdown": parts.block("markdown", "text", text=string(MAX_MARKDOWN_CHARS, 1)),
    "file": parts.block(
        "file", "external_id source", external_id=string(parts.MAX_ID, 1), source=one_of("remote")
    ),
    "context_actions": parts.block(
        "context_actions", "elements", elements=array(typed(parts.CONTEXT_ACTIONS), 5, 1)
    ),
    "table": parts.block(
        "table",
        "rows",
        rows=array(array(_CELL, MAX_TABLE_CELLS, 1), MAX_TABLE_ROWS, 1),
        column_settings=array(
            Shape({"align": one_of("left", "center", "right"), "is_wrapped": boolean}), MAX_TABLE_CELLS
        ),
    ),
}


def _grouped(kinds: dict[str, Rule]) -> dict[str, Rule]:
    """The same kinds, with the rule that a container holds blocks of them (but no further container)."""
    children = array(typed(kinds), block_cards.MAX_CHILDREN, 1)
    container = Shape(
        {**block_cards.CONTAINER.fields, "child_blocks": children},
        block_cards.CONTAINER.required,
        block_cards.CONTAINER.also,
    )
    return {**kinds, "container": container}


def _blocks(kinds: dict[str, Rule], most: int) -> Rule:
    return both(array(typed(_grouped(kinds)), most), unique("block_id"))


MESSAGE_BLOCKS = _blocks({**_EVERYWHERE, **_MESSAGE_ONLY}, MAX_MESSAGE_BLOCKS)
_VIEW_BLOCKS = _blocks(_EVERYWHERE, MAX_VIEW_BLOCKS)
_VIEW_FIELDS: dict[str, Rule] = {
    "blocks": _VIEW_BLOCKS,
    "private_metadata": string(3000),
    "callback_id": string(parts.MAX_ID),
    "external_id": string(parts.MAX_ID),
}


def _needs_submit(view: Any, at: str) -> Problems:
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(
        isinstance(each, dict) and each.get("type") == "input" for each in blocks
    )
    if inputs and not view.get("submit"):
        yield wrong("missing required field: submit", at)


MODAL = shape(
    "modal",
    "type title blocks",
    (_needs_submit,),
    title=parts.plain(24),
    submit=parts.plain(24),
    close=parts.plain(24),
    clear_on_close=boolean,
    notify_on_close=boolean,
    submit_disabled=boolean,
    **_VIEW_FIELDS,
)
HOME = shape("home", "type blocks", **_VIEW_FIELDS)
