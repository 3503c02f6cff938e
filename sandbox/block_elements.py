"""Composition objects and elements of Block Kit, with their limits.

Source: Slack docs, "Block Kit reference": composition objects, block elements.
"""

from __future__ import annotations

from sandbox.block_rules import (
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
)

MAX_ID = 255  # action_id, block_id, callback_id, external_id
MAX_OPTIONS = 100
MAX_GROUPS = 100
MAX_BOXES = 10  # checkboxes and radio buttons
MAX_OVERFLOW = 5
MAX_OPTION_VALUE = 150
MAX_INPUT_CHARS = 3000


def plain(most: int, least: int = 1) -> Shape:
    return shape("plain_text", "type text", text=string(most, least), emoji=boolean)


def mrkdwn(most: int, least: int = 1) -> Shape:
    return shape("mrkdwn", "type text", text=string(most, least), verbatim=boolean)


def words(most: int, least: int = 1) -> Rule:
    """A text object of either kind."""
    return typed({"plain_text": plain(most, least), "mrkdwn": mrkdwn(most, least)})


ACTION_ID = string(MAX_ID, 1)
BLOCK_ID = string(MAX_ID, 1)


def block(kind: str, required: str = "", also: tuple[Rule, ...] = (), /, **fields: Rule) -> Shape:
    """A block: it may be named by a ``block_id``."""
    return shape(kind, f"type {required}", also, block_id=BLOCK_ID, **fields)


CONFIRM = Shape(
    {
        "title": plain(100),
        "text": words(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": one_of("primary", "danger"),
    },
    frozenset({"title", "text", "confirm", "deny"}),
)
PLACEHOLDER = plain(150)
DISPATCH = Shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), most=2, least=1)}
)
FILTER = Shape(
    {
        "include": array(one_of("im", "mpim", "private", "public"), least=1),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    also=(at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)
SLACK_FILE = Shape({"id": string(MAX_ID, 1), "url": string(3000, 1)}, also=(exactly_one("id", "url"),))


def option(label: Rule, *, url: bool = False) -> Shape:
    fields: dict[str, Rule] = {"text": label, "value": string(MAX_OPTION_VALUE, 1), "description": words(75)}
    return Shape(fields | ({"url": string(3000)} if url else {}), frozenset({"text", "value"}))


SELECT_OPTION = option(plain(75))
BOX_OPTION = option(words(75))
OPTIONS = both(array(SELECT_OPTION, MAX_OPTIONS, 1), unique("value"))
GROUPS = array(
    Shape({"label": plain(75), "options": OPTIONS}, frozenset({"label", "options"})), MAX_GROUPS, 1
)
BOXES = both(array(BOX_OPTION, MAX_BOXES, 1), unique("value"))
CHOICES = (exactly_one("options", "option_groups"),)


def element(kind: str, required: str = "", also: tuple[Rule, ...] = (), /, **fields: Rule) -> Shape:
    """An interactive element: it may be named by an ``action_id``."""
    return shape(kind, f"type {required}", also, action_id=ACTION_ID, **fields)


def menu(kind: str, required: str = "", also: tuple[Rule, ...] = (), /, **fields: Rule) -> Shape:
    return element(
        kind, required, also, placeholder=PLACEHOLDER, confirm=CONFIRM, focus_on_load=boolean, **fields
    )


SELECTS: dict[str, Shape] = {
    "static_select": menu(
        "static_select", "", CHOICES, options=OPTIONS, option_groups=GROUPS, initial_option=SELECT_OPTION
    ),
    "external_select": menu("external_select", min_query_length=integer(0), initial_option=SELECT_OPTION),
    "users_select": menu("users_select", initial_user=string(MAX_ID, 1)),
    "conversations_select": menu(
        "conversations_select",
        initial_conversation=string(MAX_ID, 1),
        default_to_current_conversation=boolean,
        response_url_enabled=boolean,
        filter=FILTER,
    ),
    "channels_select": menu(
        "channels_select", initial_channel=string(MAX_ID, 1), response_url_enabled=boolean
    ),
}
_MANY: dict[str, Rule] = {"max_selected_items": integer(1)}
MULTI_SELECTS: dict[str, Shape] = {
    "multi_static_select": menu(
        "multi_static_select",
        "",
        CHOICES,
        options=OPTIONS,
        option_groups=GROUPS,
        initial_options=array(SELECT_OPTION, MAX_OPTIONS),
        **_MANY,
    ),
    "multi_external_select": menu(
        "multi_external_select", min_query_length=integer(0), initial_options=array(SELECT_OPTION), **_MANY
    ),
    "multi_users_select": menu("multi_users_select", initial_users=array(string(MAX_ID, 1)), **_MANY),
    "multi_conversations_select": menu(
        "multi_conversations_select",
        initial_conversations=array(string(MAX_ID, 1)),
        default_to_current_conversation=boolean,
        filter=FILTER,
        **_MANY,
    ),
    "multi_channels_select": menu(
        "multi_channels_select", initial_channels=array(string(MAX_ID, 1)), **_MANY
    ),
}
BUTTON = element(
    "button",
    "text",
    text=plain(75),
    url=string(3000),
    value=string(2000),
    style=one_of("primary", "danger"),
    confirm=CONFIRM,
    accessibility_label=string(75),
)
IMAGE_ELEMENT = shape(
    "image",
    "type alt_text",
    (exactly_one("image_url", "slack_file"),),
    image_url=string(3000, 1),
    slack_file=SLACK_FILE,
    alt_text=string(2000, 1),
)
PICKERS: dict[str, Shape] = {
    "datepicker": menu("datepicker", initial_date=string(10, 10)),
    "timepicker": menu("timepicker", initial_time=string(5, 5), timezone=string(100)),
    "datetimepicker": element(
        "datetimepicker", initial_date_time=integer(0), confirm=CONFIRM, focus_on_load=boolean
    ),
}
BOX_ELEMENTS: dict[str, Shape] = {
    "checkboxes": element(
        "checkboxes",
        "options",
        options=BOXES,
        initial_options=array(BOX_OPTION, MAX_BOXES, 1),
        confirm=CONFIRM,
        focus_on_load=boolean,
    ),
    "radio_buttons": element(
        "radio_buttons",
        "options",
        options=BOXES,
        initial_option=BOX_OPTION,
        confirm=CONFIRM,
        focus_on_load=boolean,
    ),
}
OVERFLOW = element(
    "overflow", "options", options=array(option(plain(75), url=True), MAX_OVERFLOW, 1), confirm=CONFIRM
)
WORKFLOW_BUTTON = element(
    "workflow_button",
    "text workflow",
    text=plain(75),
    workflow=anything,
    style=one_of("primary", "danger"),
    accessibility_label=string(75),
)


def field_input(kind: str, required: str = "", /, **fields: Rule) -> Shape:
    return element(
        kind,
        required,
        (),
        dispatch_action_config=DISPATCH,
        focus_on_load=boolean,
        placeholder=PLACEHOLDER,
        **fields,
    )


INPUTS: dict[str, Shape] = {
    "plain_text_input": field_input(
        "plain_text_input",
        multiline=boolean,
        initial_value=string(MAX_INPUT_CHARS),
        min_length=integer(0, MAX_INPUT_CHARS),
        max_length=integer(1, MAX_INPUT_CHARS),
    ),
    "email_text_input": field_input("email_text_input", initial_value=string(MAX_INPUT_CHARS)),
    "url_text_input": field_input("url_text_input", initial_value=string(MAX_INPUT_CHARS)),
    "number_input": field_input(
        "number_input",
        "is_decimal_allowed",
        is_decimal_allowed=boolean,
        initial_value=string(255),
        min_value=string(255),
        max_value=string(255),
    ),
    "rich_text_input": field_input("rich_text_input", initial_value=anything),
    "file_input": element("file_input", filetypes=array(string(20, 1), least=1), max_files=integer(1, 10)),
}
FEEDBACK_BUTTON = Shape(
    {"text": plain(75), "value": string(2000), "accessibility_label": string(75)},
    frozenset({"text", "value"}),
)
CONTEXT_ACTIONS: dict[str, Shape] = {
    "feedback_buttons": element(
        "feedback_buttons",
        "positive_button negative_button",
        positive_button=FEEDBACK_BUTTON,
        negative_button=FEEDBACK_BUTTON,
    ),
    "icon_button": element(
        "icon_button",
        "icon text",
        icon=one_of("trash"),
        text=plain(75),
        value=string(2000),
        confirm=CONFIRM,
        accessibility_label=string(75),
        visible_to_user_ids=array(string(MAX_ID, 1)),
    ),
}
EVERYWHERE: dict[str, Shape] = {
    "button": BUTTON,
    "overflow": OVERFLOW,
    "workflow_button": WORKFLOW_BUTTON,
    **SELECTS,
    **MULTI_SELECTS,
    **BOX_ELEMENTS,
}
ACCESSORIES: dict[str, Shape] = {
    **EVERYWHERE,
    "image": IMAGE_ELEMENT,
    "datepicker": PICKERS["datepicker"],
    "timepicker": PICKERS["timepicker"],
}
ACTION_ELEMENTS: dict[str, Shape] = {**EVERYWHERE, **PICKERS, "rich_text_input": INPUTS["rich_text_input"]}
INPUT_ELEMENTS: dict[str, Shape] = {**INPUTS, **SELECTS, **MULTI_SELECTS, **BOX_ELEMENTS, **PICKERS}
