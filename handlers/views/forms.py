"""Dialogs and the Home tab: inputs, modals, and Slack's limits on views.

Limits: Slack docs, Block Kit reference and surfaces, modals. An input's block id and action
id are the same word, so a submission is read with one name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.names import Callback, Ref
from handlers.views.kit import Block, Element, View, require, words
from handlers.views.text import visible

MAX_VIEW_BLOCKS = 100
MAX_VIEW_TITLE = 24
MAX_OPTION = 75
MAX_OPTIONS = 100
MAX_INPUT_LABEL = 2_000
MAX_INPUT = 3_000
MAX_PLACEHOLDER = 150


def text_input(
    field: str,
    label: str,
    *,
    initial: str = "",
    placeholder: str = "",
    hint: str = "",
    lines: bool = False,
    optional: bool = False,
    limit: int = MAX_INPUT,
) -> Block:
    """A field for words. ``initial`` is shown as it is, cut to what the field takes."""
    element: Element = {
        "type": "plain_text_input",
        "action_id": field,
        "multiline": lines,
        "max_length": min(limit, MAX_INPUT),
    }
    if initial:
        element["initial_value"] = visible(initial, min(limit, MAX_INPUT))
    return _input(field, label, _held(element, placeholder), hint=hint, optional=optional)


def choice(
    field: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    initial: str = "",
    hint: str = "",
    optional: bool = False,
    radio: bool = False,
) -> Block:
    """One of several: pairs of (value, label); only the first hundred are shown."""
    offered = [_option(value, words) for value, words in options[:MAX_OPTIONS]]
    require(bool(offered), "a choice needs options")
    element: Element = {
        "type": "radio_buttons" if radio else "static_select",
        "action_id": field,
        "options": offered,
    }
    chosen = next((option for option in offered if option["value"] == initial), None)
    if chosen is not None:
        element["initial_option"] = chosen
    return _input(field, label, element, hint=hint, optional=optional)


def choices(
    field: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    initial: Sequence[str] = (),
    hint: str = "",
) -> Block:
    """Some of several: pairs of (value, label)."""
    offered = [_option(value, words) for value, words in options[:MAX_OPTIONS]]
    element: Element = {"type": "multi_static_select", "action_id": field, "options": offered}
    chosen = [option for option in offered if option["value"] in initial]
    if chosen:
        element["initial_options"] = chosen
    return _input(field, label, element, hint=hint, optional=True)


def user_input(field: str, label: str, *, initial: str = "", hint: str = "") -> Block:
    """A person of the workspace."""
    element: Element = {"type": "users_select", "action_id": field}
    if initial:
        element["initial_user"] = initial
    return _input(field, label, element, hint=hint, optional=False)


def people_input(field: str, label: str, *, initial: Sequence[str] = (), hint: str = "") -> Block:
    """People of the workspace, or nobody."""
    element: Element = {"type": "multi_users_select", "action_id": field}
    if initial:
        element["initial_users"] = list(initial)
    return _input(field, label, element, hint=hint, optional=True)


def instant_input(field: str, label: str, *, initial: datetime) -> Block:
    """A date and a time of day, in the zone of whoever looks at it."""
    element: Element = {
        "type": "datetimepicker",
        "action_id": field,
        "initial_date_time": int(initial.timestamp()),
    }
    return _input(field, label, element, hint="", optional=False)


def redrawing(block: Block) -> Block:
    """The same input, telling us at once what is chosen in it, so that the form can follow."""
    return block | {"dispatch_action": True}


def _held(element: Element, placeholder: str) -> Element:
    return element | {"placeholder": words(placeholder, MAX_PLACEHOLDER)} if placeholder else element


def _input(field: str, label: str, element: Element, *, hint: str, optional: bool) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field,
        "label": words(label, MAX_INPUT_LABEL),
        "element": element,
        "optional": optional,
    }
    return block | {"hint": words(hint, MAX_INPUT_LABEL)} if hint else block


def _option(value: str, label: str) -> Element:
    require(0 < len(value) <= MAX_OPTION, f"an option's value has one to {MAX_OPTION} characters")
    return {"text": words(label, MAX_OPTION), "value": value}


def modal(
    title: str,
    callback: Callback,
    ref: Ref,
    *blocks: Block | None,
    submit: str = "",
    close: str = "Cancel",
) -> View:
    """A dialog. Without ``submit`` it can only be read and closed."""
    view = _view("modal", blocks) | {
        "title": words(title, MAX_VIEW_TITLE),
        "close": words(close, MAX_VIEW_TITLE),
        "callback_id": callback.value,
        "private_metadata": ref.encode(),
    }
    return view | {"submit": words(submit, MAX_VIEW_TITLE)} if submit else view


def home_tab(*blocks: Block | None) -> View:
    """The app's own tab."""
    return _view("home", blocks)


def _view(kind: str, blocks: Sequence[Block | None]) -> View:
    present = [block for block in blocks if block is not None]
    require(0 < len(present) <= MAX_VIEW_BLOCKS, f"a view has one to {MAX_VIEW_BLOCKS} blocks")
    return {"type": kind, "blocks": present}
