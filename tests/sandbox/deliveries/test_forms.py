"""What stands in a form: initial values, every kind of input, and what can be found by its label."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.interactions.elements import ChoiceRefused, ElementMissing, answer, find, located
from sandbox.interactions.forms import REQUIRED, Form

Json = dict[str, Any]


class Names:
    """A directory in which every name is an id in capitals."""

    def user_id(self, name: str) -> str:
        return "U" + name.upper()

    def channel_id(self, name: str) -> str:
        return "C" + name.upper()


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    return {"text": plain(value.title()), "value": value}


def entry(element: Json, label: str = "Field", **block: Any) -> Json:
    return {
        "type": "input",
        "block_id": "b",
        "label": plain(label),
        "element": {"action_id": "a", **element},
        **block,
    }


OPTIONS = [option("low"), option("high")]
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}


@pytest.mark.parametrize(
    ("element", "untouched", "given", "kept"),
    [
        pytest.param({"type": "plain_text_input"}, {"value": None}, "x", {"value": "x"}),
        pytest.param({"type": "number_input", "initial_value": "3"}, {"value": "3"}, 4, {"value": "4"}),
        pytest.param({"type": "email_text_input"}, {"value": None}, "a@b.example", {"value": "a@b.example"}),
        pytest.param({"type": "rich_text_input"}, {"rich_text_value": None}, "x", {"rich_text_value": RICH}),
        pytest.param(
            {"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[1]},
            {"selected_option": OPTIONS[1]},
            "Low",
            {"selected_option": OPTIONS[0]},
        ),
        pytest.param(
            {"type": "static_select", "option_groups": [{"label": plain("G"), "options": OPTIONS}]},
            {"selected_option": None},
            "high",
            {"selected_option": OPTIONS[1]},
        ),
        pytest.param(
            {"type": "multi_static_select", "options": OPTIONS},
            {"selected_options": []},
            ["low", "high"],
            {"selected_options": OPTIONS},
        ),
        pytest.param(
            {"type": "checkboxes", "options": OPTIONS, "initial_options": OPTIONS},
            {"selected_options": OPTIONS},
            None,
            {"selected_options": []},
        ),
        pytest.param(
            {"type": "external_select"},
            {"selected_option": None},
            "inc-7",
            {"selected_option": {"text": {**plain("inc-7"), "emoji": True}, "value": "inc-7"}},
        ),
        pytest.param(
            {"type": "users_select", "initial_user": "UADA"},
            {"selected_user": "UADA"},
            "bob",
            {"selected_user": "UBOB"},
        ),
        pytest.param(
            {"type": "multi_conversations_select"},
            {"selected_conversations": []},
            ["ops"],
            {"selected_conversations": ["COPS"]},
        ),
        pytest.param(
            {"type": "datepicker", "initial_date": "2026-01-01"},
            {"selected_date": "2026-01-01"},
            "2026-02-02",
            {"selected_date": "2026-02-02"},
        ),
        pytest.param({"type": "timepicker"}, {"selected_time": None}, "09:30", {"selected_time": "09:30"}),
        pytest.param(
            {"type": "datetimepicker", "initial_date_time": 5},
            {"selected_date_time": 5},
            6,
            {"selected_date_time": 6},
        ),
    ],
)
def test_every_kind_of_input_has_its_own_field_in_the_state(
    element: Json, untouched: Json, given: object, kept: Json
) -> None:
    blocks, form = [entry(element)], Form()
    assert form.state(blocks) == {"values": {"b": {"a": {"type": element["type"], **untouched}}}}

    form.fill(blocks, {"Field": given}, Names())

    assert form.state(blocks) == {"values": {"b": {"a": {"type": element["type"], **kept}}}}


@pytest.mark.parametrize(
    ("element", "given", "block", "complaint"),
    [
        pytest.param({"type": "plain_text_input"}, None, {}, REQUIRED, id="required"),
        pytest.param({"type": "plain_text_input"}, None, {"optional": True}, None, id="optional"),
        pytest.param({"type": "multi_users_select"}, [], {}, REQUIRED, id="nobody chosen"),
        pytest.param({"type": "checkboxes", "options": OPTIONS}, ["low"], {}, None, id="something ticked"),
        pytest.param({"type": "number_input", "min_value": "2"}, "1", {}, "at least 2", id="too small"),
        pytest.param({"type": "number_input", "is_decimal_allowed": True}, "1.5", {}, None, id="a decimal"),
    ],
)
def test_what_slacks_client_complains_about(
    element: Json, given: object, block: Json, complaint: str | None
) -> None:
    blocks, form = [entry(element, **block)], Form()

    form.fill(blocks, {"b": given}, Names())

    found = form.complaints(blocks).get("b")
    assert (found is None) == (complaint is None)
    assert complaint is None or complaint in str(found)


def test_a_state_that_was_read_back_can_be_filled_in_again() -> None:
    elements = [{"type": "static_select", "action_id": each, "options": OPTIONS} for each in ("one", "two")]
    blocks, form = [{"type": "actions", "block_id": "row", "elements": elements}], Form()

    form.fill(blocks, {"row": {"one": "low", "two": "high"}}, Names())

    values = form.state(blocks)["values"]["row"]
    assert [values[each]["selected_option"]["value"] for each in ("one", "two")] == ["low", "high"]


def test_an_input_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ElementMissing, match=r"'Field' \(b/a\)"):
        Form().fill([entry({"type": "plain_text_input"})], {"Severity": "x"}, Names())


BUTTONS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "take", "text": plain("Take"), "value": "1"},
            {"type": "button", "action_id": "take", "text": plain("Take command"), "value": "2"},
        ],
    },
    {
        "type": "section",
        "block_id": "side",
        "text": plain("x"),
        "accessory": {"type": "button", "action_id": "more", "text": plain("More")},
    },
]


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        pytest.param({"label": "take"}, "1", id="the whole label before a part of one"),
        pytest.param({"label": "command"}, "2", id="a part of the label"),
        pytest.param({"action_id": "take"}, "1", id="the first of two"),
        pytest.param({"action_id": "take", "value": "2"}, "2", id="told apart by value"),
        pytest.param({"block_id": "side"}, None, id="by its block"),
    ],
)
def test_an_element_is_found_by_what_is_known_of_it(wanted: Json, value: str | None) -> None:
    assert find(BUTTONS, **wanted).element.get("value") == value


def test_what_is_not_there_is_refused_with_what_is() -> None:
    with pytest.raises(ElementMissing, match="'More'"):
        find(BUTTONS, label="Cancel")


def test_a_button_has_nothing_to_choose() -> None:
    with pytest.raises(ChoiceRefused, match="press it"):
        answer(next(located(BUTTONS)), "x", Names())
