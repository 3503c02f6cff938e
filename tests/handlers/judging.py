"""Judges what the bot would send: by the sandbox's table of Slack's limits, and by Slack's own models.

Both were written without looking at our views, so they find what our builders overlook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from handlers.views.kit import Message
from sandbox import blocks

BUDGET = 10_000
"""Characters of text in one message: well below the 11,000 that were refused."""
POWERS = re.compile(r"<!(?!date\^)|<(?![@#!]|https?://)")
"""A broadcast, or an unescaped bracket that is neither a mention, a date nor a link."""


def accept_message(message: Message) -> None:
    """Raises AssertionError if Slack would refuse the message, or if foreign words have power in it."""
    assert message.text.strip(), "a message needs words for notifications"
    assert len(message.text) <= 4_000, "chat.update refuses it"
    assert blocks.message_problems(message.blocks) == []
    assert blocks.text_length(message.blocks) <= BUDGET
    for block in Block.parse_all(message.blocks):
        block.to_dict()
    _accept_texts([message.text, *_markup(message.blocks)])


def accept_view(view: dict[str, Any]) -> None:
    """Raises AssertionError if Slack would refuse the modal or Home tab."""
    surface: Literal["modal", "home"] = "home" if view["type"] == "home" else "modal"
    assert blocks.view_problems(view, surface) == []
    View(**view).to_dict()
    _accept_texts(_markup(view["blocks"]))


def words(value: object) -> str:
    """Everything that can be read, in order."""
    return "\n".join(_texts(value))


def buttons(value: object) -> list[dict[str, Any]]:
    """Every button, in order."""
    return [part for part in _objects(value) if part.get("type") == "button"]


def labels(value: object) -> list[str]:
    return [button["text"]["text"] for button in buttons(value)]


def _accept_texts(texts: list[str]) -> None:
    for text in texts:
        assert not POWERS.search(text), f"unescaped: {text[:300]!r}"
        assert not re.search(r"&(?!amp;|lt;|gt;)", text), f"a cut entity: {text[-80:]!r}"


def _markup(value: object) -> list[str]:
    return [part["text"] for part in _objects(value) if part.get("type") == "mrkdwn"]


def _texts(value: object) -> Iterator[str]:
    for part in _objects(value):
        if part.get("type") in ("mrkdwn", "plain_text"):
            yield part["text"]


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)
