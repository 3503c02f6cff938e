"""The judge of Block Kit: what Slack would refuse, and what it adds to what it accepts.

Limits of single blocks come from the reference. That the text of all blocks of a
message together is limited too is not documented; the number is the one that users
met (slackapi/bolt-js issue 2509).

Source: Slack docs, "Block Kit reference": blocks; views.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Literal

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
    integer,
    one_of,
    shape,
    string,
    typed,
    unique,
    wrong,
)
from sandbox.ids import Ids

Json = dict[str, Any]
Surface = Literal["message", "modal", "home"]

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_MESSAGE_CHARS = 13_200  # seen: 13,297 characters of markdown refused, less with other blocks beside it
MAX_MARKDOWN_CHARS = 12_000
MAX_TABLE_ROWS = 100
MAX_TABLE_CELLS = 20
BLOCK_ID = string(parts.MAX_ID, 1)


def _block(kind: str, required: str = "", also: tuple[Rule, ...] = (), /, **fields: Rule) -> Shape:
    return shape(kind, f"type {required}", also, block_id=BLOCK_ID, **fields)


_RICH_TEXT = typed(
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
_RICH_TEXT_BLOCK = _block("rich_text", "elements", elements=array(_RICH_TEXT))
_CELL = typed(
    {
        "raw_text": shape("raw_text", "text", text=string(3000)),
        "raw_number": shape("raw_number", "value", value=anything, text=string(3000)),
        "rich_text": _RICH_TEXT_BLOCK,
    }
)
_EVERYWHERE: dict[str, Rule] = {
    "actions": _block(
        "actions", "elements", elements=both(array(typed(parts.ACTION_ELEMENTS), 25, 1), unique("action_id"))
    ),
    "context": _block(
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
    "divider": _block("divider"),
    "header": _block("header", "text", text=parts.plain(150)),
    "image": _block(
        "image",
        "alt_text",
        (exactly_one("image_url", "slack_file"),),
        image_url=string(3000, 1),
        slack_file=parts.SLACK_FILE,
        alt_text=string(2000, 1),
        title=parts.plain(2000),
    ),
    "input": _block(
        "input",
        "label element",
        label=parts.plain(2000),
        element=typed(parts.INPUT_ELEMENTS),
        hint=parts.plain(2000),
        optional=boolean,
        dispatch_action=boolean,
    ),
    "rich_text": _RICH_TEXT_BLOCK,
    "section": _block(
        "section",
        "",
        (at_least_one("text", "fields"),),
        text=parts.words(3000),
        fields=array(parts.words(2000), 10, 1),
        accessory=typed(parts.ACCESSORIES),
        expand=boolean,
    ),
    "video": _block(
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
    "markdown": _block("markdown", "text", text=string(MAX_MARKDOWN_CHARS, 1)),
    "file": _block(
        "file", "external_id source", external_id=string(parts.MAX_ID, 1), source=one_of("remote")
    ),
    "context_actions": _block(
        "context_actions", "elements", elements=array(typed(parts.CONTEXT_ACTIONS), 5, 1)
    ),
    "table": _block(
        "table",
        "rows",
        rows=array(array(_CELL, MAX_TABLE_CELLS, 1), MAX_TABLE_ROWS, 1),
        column_settings=array(
            Shape({"align": one_of("left", "center", "right"), "is_wrapped": boolean}), MAX_TABLE_CELLS
        ),
    ),
}


def _blocks(kinds: dict[str, Rule], most: int) -> Rule:
    return both(array(typed(kinds), most), unique("block_id"))


_MESSAGE_BLOCKS = _blocks({**_EVERYWHERE, **_MESSAGE_ONLY}, MAX_MESSAGE_BLOCKS)
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


_MODAL = shape(
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
_HOME = shape("home", "type blocks", **_VIEW_FIELDS)


def message_problems(blocks: Any) -> list[str]:
    """What is wrong with the blocks of a message, in Slack's words; empty if nothing is."""
    return [f"[ERROR] {each}" for each in _MESSAGE_BLOCKS(blocks, "/blocks")]


def view_problems(view: Any, surface: Literal["modal", "home"]) -> list[str]:
    """What is wrong with a view; for a modal with inputs, that includes a missing submit button."""
    rule = typed({"modal": _MODAL} if surface == "modal" else {"home": _HOME})
    return [f"[ERROR] {each}" for each in rule(view, "/view")]


def text_length(blocks: Any) -> int:
    """The characters of all texts in the blocks of a message, together."""
    return sum(len(each) for each in _texts(blocks))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for key, held in value.items():
            if key == "text" and isinstance(held, str):
                yield held
            else:
                yield from _texts(held)


def completed(blocks: list[Json], ids: Ids, known: list[Json] | None = None) -> list[Json]:
    """Accepted blocks as Slack gives them back: ids and defaults filled in.

    ``known`` are the blocks they replace: a block without id keeps the id that its
    counterpart of the same type in the same place was given.
    """
    done = copy.deepcopy(blocks)
    for position, block in enumerate(done):
        before = known[position] if known and position < len(known) else None
        kept = before["block_id"] if before and before.get("type") == block["type"] else None
        block.setdefault("block_id", kept or short_id(ids))
        _complete(block, ids, top=True)
    return done


def short_id(ids: Ids) -> str:
    """The five characters with which Slack names a block or element without a name."""
    return "".join(ids.dice.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789+/", k=5))


_INTERACTIVE = frozenset({*parts.ACTION_ELEMENTS, *parts.INPUT_ELEMENTS})


def _complete(value: Any, ids: Ids, *, top: bool = False) -> None:
    if isinstance(value, list):
        for each in value:
            _complete(each, ids)
        return
    if not isinstance(value, dict):
        return
    _add_defaults(value, ids, top=top)
    if value.get("type") not in {"rich_text", "table"}:
        for held in value.values():
            _complete(held, ids)


def _add_defaults(value: Json, ids: Ids, *, top: bool) -> None:
    kind = value.get("type")
    if kind == "plain_text":
        value.setdefault("emoji", True)
    elif kind == "mrkdwn":
        value.setdefault("verbatim", False)
    elif kind == "input" and top:
        value.setdefault("optional", False)
        value.setdefault("dispatch_action", False)
    elif kind in _INTERACTIVE and not top:
        value.setdefault("action_id", short_id(ids))
