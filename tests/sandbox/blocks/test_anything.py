"""The judge of Block Kit survives whatever JSON a bot sends, and what it accepts can be shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sandbox.block_elements import ACTION_ELEMENTS, INPUT_ELEMENTS
from sandbox.blocks import completed, message_problems, text_length, view_problems
from sandbox.ids import Ids
from sandbox.interactions.elements import located
from sandbox.interactions.forms import Form
from sandbox.state import Workspace
from sandbox.visible import visible_text
from tests.sandbox.blocks.test_limits import ROWS, VIEWS

NOWHERE = Workspace()
TYPES = [
    "section", "header", "divider", "context", "context_actions", "actions", "input", "image", "rich_text",
    "markdown", "table", "video", "file", "plain_text", "mrkdwn", "raw_text", "rich_text_section",
    "rich_text_list", "rich_text_preformatted", "rich_text_quote", "text", "link", "user", "emoji", "date",
    *ACTION_ELEMENTS, *INPUT_ELEMENTS,
]  # fmt: skip
KEYS = [
    "text", "type", "elements", "element", "accessory", "fields", "label", "hint", "options", "option_groups",
    "initial_option", "initial_options", "value", "action_id", "block_id", "confirm", "placeholder", "title",
    "rows", "image_url", "alt_text", "url", "style", "optional", "dispatch_action", "min_length", "user_id",
    "name", "timestamp", "format", "border", "indent", "offset", "filter", "include", "positive_button",
    "negative_button", "initial_date", "initial_time", "initial_date_time", "column_settings", "slack_file",
]  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(["plain_text", "mrkdwn", "https://example.com", "2026-01-31", "09:30", "primary"]),
)  # fmt: skip
WORDS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"type": st.sampled_from(["plain_text", "mrkdwn"]), "text": st.text(min_size=1, max_size=8)}
)


def object_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Something that looks like a block or a part of one."""
    kind = st.fixed_dictionaries({"type": st.sampled_from(TYPES)})
    rest = st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    return st.builds(lambda first, more: {**more, **first}, kind, rest)


JSON = st.recursive(
    st.one_of(LEAVES, WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), object_of(inner)),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(blocks=st.one_of(JSON, st.lists(object_of(JSON), max_size=4)))
def test_the_blocks_of_a_message(blocks: Any) -> None:
    if message_problems(blocks) == []:
        show(blocks)


@settings(max_examples=60, deadline=None)
@given(view=st.one_of(JSON, st.builds(lambda blocks, rest: {**rest, "type": "home", "blocks": blocks},
                                      st.lists(object_of(JSON), max_size=4), object_of(JSON))))  # fmt: skip
def test_the_blocks_of_a_view(view: Any) -> None:
    view_problems(view, "modal")
    if view_problems(view, "home") == []:
        show(view["blocks"])


ODD: list[Any] = [
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "x",
    [],
    [None],
    [[]],
    {},
    {"type": "plain_text"},
    {"type": []},
]


def spoiled(node: Any) -> Iterator[Any]:
    """The same, each time with one part replaced by something odd, or without it."""
    if isinstance(node, dict):
        for key, held in node.items():
            yield {other: value for other, value in node.items() if other != key}
            yield from ({**node, key: each} for each in (*ODD, *spoiled(held)))
    elif isinstance(node, list):
        for place, held in enumerate(node[:2]):
            yield from ([*node[:place], each, *node[place + 1 :]] for each in (*ODD, *spoiled(held)))


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_a_block_with_one_odd_part(number: int) -> None:
    for block in spoiled(ROWS[number].values[0]):
        if message_problems([block]) == []:
            show([block])


@pytest.mark.parametrize("number", range(len(VIEWS)))
def test_a_view_with_one_odd_part(number: int) -> None:
    for view in spoiled(VIEWS[number].values[0]):
        if view_problems(view, "modal") == []:
            show(view["blocks"])


def show(blocks: list[Any]) -> None:
    """Everything that becomes of blocks which were accepted."""
    workspace = NOWHERE
    whole = completed(blocks, Ids(0))
    assert message_problems(whole) == [] or view_problems({"type": "home", "blocks": whole}, "home") == []
    text_length(whole)
    visible_text(workspace, "", whole)
    located(whole)
    Form().state(whole)
    Form().complaints(whole)
