"""Block Kit as plain values: Slack's limits on messages live here and nowhere else.

Foreign text is cut to length, never refused. A mistake of ours, such as two buttons with
one id, is refused with ``Misbuilt``, so that a test finds it.

Limits: Slack docs, Block Kit reference. The budget of a whole message is not documented;
messages with 11,000 characters of text have been refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.names import Ref
from handlers.views.text import MAX_URL, Markup, clip, plain

MAX_BLOCKS = 50
MAX_MESSAGE_TEXT = 10_000
MAX_FALLBACK = 3_000  # chat.update refuses more than 4,000
MAX_SECTION = 3_000
MAX_FIELD = 2_000
MAX_FIELDS = 10
MAX_HEADER = 150
MAX_CONTEXT = 10
MAX_BUTTONS = 25
MAX_LABEL = 75

_NOTHING = "–"
"""Slack refuses an empty text, and foreign words may turn out to be nothing."""

Block = dict[str, object]
Element = dict[str, object]
View = dict[str, object]


class Misbuilt(ValueError):
    """A block that Slack would refuse, built by us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is posted: ``text`` is what notifications show and screen readers say."""

    text: str
    blocks: list[Block]


def header(text: str) -> Block:
    """The headline; it takes no markup."""
    return {"type": "header", "text": words(text, MAX_HEADER)}


def section(text: Markup, *, accessory: Element | None = None) -> Block:
    """A paragraph, perhaps with one button beside it."""
    require(bool(text.strip()), "a section needs text")
    block: Block = {"type": "section", "text": _mrkdwn(text, MAX_SECTION)}
    return block if accessory is None else block | {"accessory": accessory}


def fields(*texts: Markup) -> Block:
    """Short facts in two columns; one below the other on a phone."""
    require(1 <= len(texts) <= MAX_FIELDS, "a section has one to ten fields")
    return {"type": "section", "fields": [_mrkdwn(text, MAX_FIELD) for text in texts]}


def context(*texts: Markup) -> Block:
    """Small print."""
    require(1 <= len(texts) <= MAX_CONTEXT, "a context has one to ten elements")
    return {"type": "context", "elements": [_mrkdwn(text, MAX_FIELD) for text in texts]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(*buttons: Element) -> Block:
    """A row of buttons; each action id occurs once in it."""
    require(1 <= len(buttons) <= MAX_BUTTONS, "a row has one to 25 buttons")
    ids = [button.get("action_id") for button in buttons]
    require(len(set(ids)) == len(ids), f"buttons in one row need different action ids: {ids}")
    return {"type": "actions", "elements": list(buttons)}


def button(
    label: str,
    action: str,
    ref: Ref,
    *,
    style: str = "",
    confirm: Block | None = None,
) -> Element:
    """A button that hands ``ref`` back."""
    element = _button(label, action) | {"value": ref.encode()}
    require(style in ("", "primary", "danger"), f"there is no style {style}")
    if style:
        element["style"] = style
    if confirm is not None:
        element["confirm"] = confirm
    return element


def link_button(label: str, action: str, url: str) -> Element:
    """A button that opens an address in the browser or in Slack."""
    require(len(url) <= MAX_URL, "the address is too long")
    return _button(label, action) | {"url": url}


def confirm(title: str, text: str, yes: str, no: str = "Back") -> Block:
    """The question before something that cannot be taken back."""
    return {
        "title": words(title, 100),
        "text": words(text, 300),
        "confirm": words(yes, 30),
        "deny": words(no, 30),
    }


def _button(label: str, action: str) -> Element:
    return {"type": "button", "text": words(label, MAX_LABEL), "action_id": action}


def message(text: Markup, *blocks: Block | None) -> Message:
    """A message; blocks that are None are left out, and long paragraphs are cut to Slack's budget."""
    present = [block for block in blocks if block is not None]
    require(len(present) <= MAX_BLOCKS, f"{len(present)} blocks are too many for a message")
    for limit in (1_500, 800, 400, 200):
        if text_size(present) <= MAX_MESSAGE_TEXT:
            break
        present = [_shortened(block, limit) for block in present]
    require(text_size(present) <= MAX_MESSAGE_TEXT, "the message has too much text")
    return Message(text=clip(text, MAX_FALLBACK), blocks=present)


def text_size(value: object) -> int:
    """How many characters of text the blocks show, counted the way the budget is meant."""
    if isinstance(value, Mapping):
        own = value.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(
            text_size(part) for part in value.values() if isinstance(part, (Mapping, list))
        )
    return sum(text_size(part) for part in value) if isinstance(value, list) else 0


def words(text: str, limit: int) -> Element:
    """A text object without markup."""
    shown = plain(text, limit)
    require(bool(shown), "a label needs words")
    return {"type": "plain_text", "text": shown, "emoji": True}


def require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Refuse a mistake of ours."""
    if not holds:
        raise Misbuilt(otherwise)


def _shortened(block: Block, limit: int) -> Block:
    text = block.get("text")
    if block["type"] != "section" or not isinstance(text, dict):
        return block
    return block | {"text": text | {"text": clip(text["text"], limit)}}


def _mrkdwn(text: Markup, limit: int) -> Element:
    # verbatim: Slack would otherwise turn bare names and addresses in foreign words into links.
    return {"type": "mrkdwn", "text": clip(text, limit) if text.strip() else _NOTHING, "verbatim": True}
