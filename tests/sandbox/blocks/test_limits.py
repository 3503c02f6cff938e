"""Block Kit's limits, one violation each: what Slack refuses although a client library may let it pass.

Every row is checked twice: at the limit it is accepted, beyond it refused, and the
complaint points at the place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.blocks import completed, message_problems, text_length, view_problems
from sandbox.ids import Ids

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def button(**rest: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "a", **rest}


def section(**rest: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **rest}


def option(value: str = "v", **rest: Any) -> Json:
    return {"text": plain(), "value": value, **rest}


def options(count: int) -> list[Json]:
    return [option(f"v{number}") for number in range(count)]


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(**rest: Any) -> Json:
    return actions({"type": "static_select", "action_id": "s", **rest})


def groups(count: int) -> list[Json]:
    return [{"label": plain(), "options": [option()]} for _ in range(count)]


def confirm(**rest: str) -> Json:
    words = {"title": "t", "text": "t", "confirm": "c", "deny": "d"} | rest
    return {key: plain(text) for key, text in words.items()}


def field(element: Json | None = None, **rest: Any) -> Json:
    element = element or {"type": "plain_text_input", "action_id": "a"}
    return {"type": "input", "label": plain(), "element": element, **rest}


def boxes(kind: str, count: int) -> Json:
    return actions({"type": kind, "action_id": "b", "options": options(count)})


def image(**rest: Any) -> Json:
    return {"type": "image", "image_url": "https://x.example/i.png", "alt_text": "x", **rest}


def table(rows: int, cells: int) -> Json:
    cell = {"type": "raw_text", "text": "x"}
    return {"type": "table", "rows": [[cell] * cells for _ in range(rows)]}


def video(**rest: Any) -> Json:
    addresses = dict.fromkeys(("video_url", "thumbnail_url"), "https://x.example")
    return {"type": "video", "alt_text": "x", "title": plain(), **addresses, **rest}


def many(count: int) -> list[Json]:
    return [button(action_id=str(number)) for number in range(count)]


def icons(count: int) -> list[Json]:
    return [
        {"type": "icon_button", "icon": "trash", "text": plain(), "action_id": str(n)} for n in range(count)
    ]


X = "x"


def up_to(most: int, place: str, make: Callable[[int], Any], name: str) -> Any:
    """A row: ``make(most)`` is accepted, ``make(most + 1)`` refused at ``place``."""
    return pytest.param(make(most), make(most + 1), place, id=name)


def not_this(refused: Any, place: str, name: str) -> Any:
    return pytest.param(section(), refused, place, id=name)


def asking(**rest: str) -> Json:
    return actions(button(confirm=confirm(**rest)))


ROWS: list[Any] = [
    up_to(3000, "/text/text", lambda n: section(text=mrkdwn(X * n)), "section text"),
    up_to(10, "/fields", lambda n: section(fields=[mrkdwn()] * n), "fields"),
    up_to(2000, "/fields/0/text", lambda n: section(fields=[mrkdwn(X * n)]), "field"),
    up_to(150, "/text/text", lambda n: {"type": "header", "text": plain(X * n)}, "header"),
    up_to(10, "/elements", lambda n: {"type": "context", "elements": [mrkdwn()] * n}, "context"),
    up_to(25, "/elements", lambda n: actions(*many(n)), "actions"),
    up_to(255, "/action_id", lambda n: actions(button(action_id=X * n)), "action_id"),
    up_to(255, "/block_id", lambda n: section(block_id=X * n), "block_id"),
    up_to(75, "/text/text", lambda n: actions(button(text=plain(X * n))), "button text"),
    up_to(2000, "/value", lambda n: actions(button(value=X * n)), "button value"),
    up_to(3000, "/url", lambda n: actions(button(url=X * n)), "button url"),
    up_to(75, "/accessibility_label", lambda n: actions(button(accessibility_label=X * n)), "button label"),
    up_to(100, "/title/text", lambda n: asking(title=X * n), "confirm title"),
    up_to(300, "/text/text", lambda n: asking(text=X * n), "confirm text"),
    up_to(30, "/confirm/text", lambda n: asking(confirm=X * n), "confirm yes"),
    up_to(30, "/deny/text", lambda n: asking(deny=X * n), "confirm no"),
    up_to(100, "/options", lambda n: select(options=options(n)), "options"),
    up_to(100, "/option_groups", lambda n: select(option_groups=groups(n)), "option groups"),
    up_to(75, "/options/0/text/text", lambda n: select(options=[option(text=plain(X * n))]), "option text"),
    up_to(
        75, "/description/text", lambda n: select(options=[option(description=plain(X * n))]), "description"
    ),
    up_to(150, "/options/0/value", lambda n: select(options=[option(X * n)]), "option value"),
    up_to(150, "/placeholder", lambda n: select(options=options(1), placeholder=plain(X * n)), "placeholder"),
    up_to(5, "/options", lambda n: boxes("overflow", n), "overflow"),
    up_to(5, "/elements", lambda n: {"type": "context_actions", "elements": icons(n)}, "context_actions"),
    up_to(10, "/options", lambda n: boxes("checkboxes", n), "checkboxes"),
    up_to(10, "/options", lambda n: boxes("radio_buttons", n), "radio buttons"),
    up_to(2000, "/label/text", lambda n: field(label=plain(X * n)), "input label"),
    up_to(2000, "/hint/text", lambda n: field(hint=plain(X * n)), "input hint"),
    up_to(3000, "/max_length", lambda n: field({"type": "plain_text_input", "max_length": n}), "max_length"),
    up_to(3000, "/min_length", lambda n: field({"type": "plain_text_input", "min_length": n}), "min_length"),
    up_to(2000, "/alt_text", lambda n: image(alt_text=X * n), "image alt_text"),
    up_to(3000, "/image_url", lambda n: image(image_url=X * n), "image url"),
    up_to(2000, "/title/text", lambda n: image(title=plain(X * n)), "image title"),
    up_to(12_000, "/text", lambda n: {"type": "markdown", "text": X * n}, "markdown"),
    up_to(100, "/rows", lambda n: table(n, 20), "table rows"),
    up_to(20, "/rows/0", lambda n: table(1, n), "table cells"),
    up_to(199, "/title/text", lambda n: video(title=plain(X * n)), "video title"),
    up_to(49, "/author_name", lambda n: video(author_name=X * n), "video author"),
    not_this(section(text=mrkdwn("")), "/blocks/0/text/text", "empty text"),
    not_this({"type": "section"}, "/blocks/0", "section of nothing"),
    not_this({"type": "header", "text": mrkdwn()}, "/text/type", "header in mrkdwn"),
    not_this({"type": "context", "elements": [button()]}, "/elements/0/type", "button in context"),
    not_this(actions(), "/blocks/0/elements", "no actions"),
    not_this(actions(button(), button()), "/elements/1/action_id", "same action_id"),
    not_this(actions(button(style="default")), "/style", "button style"),
    not_this(select(options=[]), "/elements/0/options", "no options"),
    not_this(select(), "/elements/0", "select without options"),
    not_this(select(options=options(1), option_groups=groups(1)), "/elements/0", "options and groups"),
    not_this(field(label=mrkdwn()), "/label/type", "input label in mrkdwn"),
    not_this(field(button()), "/element/type", "button as input"),
    not_this({"type": "unheard_of"}, "/blocks/0/type", "unknown block"),
    not_this(section(surprise=1), "/blocks/0", "unknown field"),
    not_this({"text": mrkdwn()}, "/blocks/0", "no type"),
    not_this("section", "/blocks/0", "no object"),
]


@pytest.mark.parametrize(("allowed", "refused", "place"), ROWS)
def test_a_block_at_the_limit_is_taken_and_beyond_it_refused(allowed: Any, refused: Any, place: str) -> None:
    assert message_problems([allowed]) == []
    problems = message_problems([refused])
    assert problems
    assert problems[0].startswith("[ERROR] ")
    assert place in problems[0]


def test_a_message_has_fifty_blocks_with_ids_of_their_own() -> None:
    assert message_problems([section()] * 50) == []
    assert message_problems([section()] * 51) == [
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    ]
    twice = message_problems([section(block_id="b"), section(block_id="b")])
    assert twice == ["[ERROR] `block_id` already exists: b [json-pointer:/blocks/1/block_id]"]


def test_a_refusal_names_every_mistake() -> None:
    problems = message_problems([section(text=mrkdwn(X * 3001)), {"type": "header", "text": plain(X * 151)}])
    assert problems == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]",
    ]


# ------------------------------------------------------------------------------------------ views


def modal(**rest: Any) -> Json:
    return {"type": "modal", "title": plain("T"), "blocks": [], **rest}


def no_modal(refused: Json, place: str, name: str) -> Any:
    return pytest.param(modal(), refused, place, id=name)


VIEWS: list[Any] = [
    up_to(24, "/view/title/text", lambda n: modal(title=plain(X * n)), "title"),
    up_to(24, "/view/submit/text", lambda n: modal(submit=plain(X * n)), "submit"),
    up_to(24, "/view/close/text", lambda n: modal(close=plain(X * n)), "close"),
    up_to(3000, "/private_metadata", lambda n: modal(private_metadata=X * n), "metadata"),
    up_to(255, "/callback_id", lambda n: modal(callback_id=X * n), "callback_id"),
    up_to(255, "/external_id", lambda n: modal(external_id=X * n), "external_id"),
    up_to(100, "/view/blocks", lambda n: modal(blocks=[section()] * n), "blocks"),
    no_modal({"type": "modal", "blocks": []}, "/view", "no title"),
    no_modal({"type": "modal", "title": plain()}, "/view", "no blocks"),
    no_modal(modal(blocks=[field()]), "/view", "input without submit"),
    no_modal(modal(blocks=[{"type": "markdown", "text": "x"}]), "/view/blocks/0/type", "markdown"),
    no_modal({"type": "home", "blocks": []}, "/view/type", "a home as modal"),
]


@pytest.mark.parametrize(("allowed", "refused", "place"), VIEWS)
def test_a_modal_at_the_limit_is_taken_and_beyond_it_refused(
    allowed: Json, refused: Json, place: str
) -> None:
    assert view_problems(allowed, "modal") == []
    problems = view_problems(refused, "modal")
    assert problems
    assert place in problems[0]


def test_a_home_needs_neither_title_nor_submit() -> None:
    assert view_problems({"type": "home", "blocks": [field(), section()]}, "home") == []
    assert view_problems({"type": "home", "blocks": [section()] * 101}, "home")
    assert view_problems(modal(), "home")


# ------------------------------------------------------------------------------------- completion


def test_the_text_of_all_blocks_counts_together() -> None:
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "abc"}]}],
    }
    assert text_length([section(text=mrkdwn("ab"), fields=[mrkdwn("c")]), actions(button()), rich]) == 7


def test_given_ids_stay_and_missing_ones_are_made() -> None:
    done = completed([section(block_id="mine"), actions({"type": "button", "text": plain()})], Ids())
    assert done[0]["block_id"] == "mine"
    assert len(done[1]["block_id"]) == 5
    assert done[1]["elements"][0]["action_id"]


def test_a_block_keeps_the_id_of_the_one_it_replaces() -> None:
    before = completed([section(), {"type": "divider"}], Ids())
    after = completed([section(), section()], Ids(1), before)
    assert after[0]["block_id"] == before[0]["block_id"]
    assert after[1]["block_id"] != before[1]["block_id"]


def test_what_was_sent_is_not_changed() -> None:
    sent = [section()]
    completed(sent, Ids())
    assert sent == [section()]


# ------------------------------------------------------------------------------- blocks in blocks


def card(**rest: Any) -> Json:
    return {"type": "card", "title": plain(), **rest}


def container(*children: Json, **rest: Any) -> Json:
    return {"type": "container", "title": plain(), "child_blocks": list(children), **rest}


WRAPPING: list[Any] = [
    up_to(200, "/body/text", lambda n: card(body=plain(X * n)), "card body"),
    up_to(150, "/title/text", lambda n: card(title=mrkdwn(X * n)), "card title"),
    up_to(10, "/elements", lambda n: {"type": "carousel", "elements": [card()] * n}, "cards"),
    up_to(10, "/child_blocks", lambda n: container(*[section()] * n), "children"),
    not_this({"type": "card"}, "/blocks/0", "empty card"),
    not_this({"type": "alert", "text": plain(), "level": "loud"}, "/level", "alert level"),
    not_this(container(), "/child_blocks", "no children"),
    not_this(container(section(text=mrkdwn(""))), "/child_blocks/0/text/text", "a child's text"),
    not_this(container(container(section())), "/child_blocks/0/type", "container in container"),
    not_this(container(section(), is_collapsible=True, has_header_divider=True), "/blocks/0", "two edges"),
]


@pytest.mark.parametrize(("allowed", "refused", "place"), WRAPPING)
def test_blocks_that_wrap_others_have_limits_too(allowed: Any, refused: Any, place: str) -> None:
    assert message_problems([allowed]) == []
    problems = message_problems([refused])
    assert problems
    assert place in problems[0]


def test_children_are_named_like_blocks() -> None:
    (done,) = completed([container(section())], Ids())
    assert done["child_blocks"][0]["block_id"] != done["block_id"]
