"""The judge of Block Kit: what Slack would refuse, and what it adds to what it accepts.

Limits of single blocks are in ``block_kinds``. That the text of all blocks of a
message together is limited too is not documented; the number is the one that users
met (slackapi/bolt-js issue 2509).

Source: Slack docs, "Block Kit reference".
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Literal

from sandbox import block_elements as parts
from sandbox.block_kinds import HOME, MESSAGE_BLOCKS, MODAL
from sandbox.block_rules import typed
from sandbox.ids import Ids

Json = dict[str, Any]

MAX_MESSAGE_CHARS = 13_200  # seen: 13,297 characters of markdown refused, less with other blocks beside it
_INTERACTIVE = frozenset({*parts.ACTION_ELEMENTS, *parts.INPUT_ELEMENTS})


def message_problems(blocks: Any) -> list[str]:
    """What is wrong with the blocks of a message, in Slack's words; empty if nothing is."""
    return [f"[ERROR] {each}" for each in MESSAGE_BLOCKS(blocks, "/blocks")]


def view_problems(view: Any, surface: Literal["modal", "home"]) -> list[str]:
    """What is wrong with a view; for a modal with inputs, that includes a missing submit button."""
    rule = typed({"modal": MODAL} if surface == "modal" else {"home": HOME})
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
    done = [copy.deepcopy(each) for each in blocks]
    for position, block in enumerate(done):
        before = known[position] if known and position < len(known) else None
        for held in ("child_blocks", *(["elements"] if block["type"] == "carousel" else [])):
            if held in block:
                block[held] = completed(block[held], ids)
        kept = before["block_id"] if before and before.get("type") == block["type"] else None
        block.setdefault("block_id", kept or short_id(ids))
        _complete(block, ids, top=True)
    return done


def short_id(ids: Ids) -> str:
    """The five characters with which Slack names a block or element without a name."""
    return "".join(ids.dice.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789+/", k=5))


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
