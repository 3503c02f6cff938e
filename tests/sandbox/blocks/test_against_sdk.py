"""What slack_sdk's own models build, the judge accepts: it is not stricter than the client library."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models import blocks as sdk
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from sandbox.blocks import message_problems, view_problems

OPTIONS = [sdk.Option(text="One", value="1"), sdk.Option(text="Two", value="2", description="the other")]
CONFIRM = sdk.ConfirmObject(title="Sure?", text="This cannot be undone.", confirm="Do it", deny="Stop")
BLOCKS: list[sdk.Block] = [
    sdk.SectionBlock(text="*bold*", fields=["a", "b"]),
    sdk.SectionBlock(text="x", accessory=sdk.OverflowMenuElement(action_id="o", options=OPTIONS)),
    sdk.SectionBlock(text="x", accessory=sdk.DatePickerElement(action_id="d", initial_date="2026-01-31")),
    sdk.DividerBlock(),
    sdk.HeaderBlock(text="Head"),
    sdk.ContextBlock(
        elements=[sdk.MarkdownTextObject(text="x"), sdk.ImageElement(image_url="u", alt_text="a")]
    ),
    sdk.ImageBlock(image_url="https://x.example/i.png", alt_text="a", title="T"),
    sdk.MarkdownBlock(text="# Head"),
    sdk.ActionsBlock(
        elements=[
            sdk.ButtonElement(text="Go", action_id="a1", value="v", style="primary", confirm=CONFIRM),
            sdk.StaticSelectElement(
                placeholder="Pick", action_id="a2", options=OPTIONS, initial_option=OPTIONS[0]
            ),
            sdk.UserSelectElement(placeholder="Who", action_id="a3"),
            sdk.ConversationSelectElement(
                placeholder="Where", action_id="a4", filter=sdk.ConversationFilter(include=["public"])
            ),
            sdk.ExternalDataSelectElement(placeholder="Find", action_id="a5", min_query_length=2),
            sdk.CheckboxesElement(action_id="a6", options=OPTIONS),
            sdk.DateTimePickerElement(action_id="a7", initial_date_time=1_700_000_000),
        ]
    ),
    sdk.RichTextBlock(
        elements=[
            sdk.RichTextSectionElement(elements=[sdk.RichTextElementParts.Text(text="x")]),
            sdk.RichTextPreformattedElement(elements=[sdk.RichTextElementParts.Text(text="x")]),
        ]
    ),
]
INPUTS: list[Any] = [
    sdk.PlainTextInputElement(action_id="i", multiline=True, placeholder="Say", max_length=500),
    sdk.UserMultiSelectElement(action_id="i", placeholder="Who", max_selected_items=3),
    sdk.RadioButtonsElement(action_id="i", options=OPTIONS),
    sdk.NumberInputElement(action_id="i", is_decimal_allowed=False, min_value="1"),
    sdk.UrlInputElement(action_id="i"),
    sdk.EmailInputElement(action_id="i"),
    FileInputElement(action_id="i", filetypes=["png"], max_files=2),
    sdk.TimePickerElement(action_id="i", initial_time="08:00"),
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{BLOCKS.index(block)} {block.type}")
def test_a_block_of_the_sdk_passes(block: sdk.Block) -> None:
    assert message_problems([block.to_dict()]) == []


@pytest.mark.parametrize("element", INPUTS, ids=lambda element: element.type)
def test_an_input_of_the_sdk_passes_in_a_modal(element: Any) -> None:
    field = sdk.InputBlock(label="L", element=element, hint="H", optional=True, block_id="b")
    view = View(
        type="modal", title="T", submit="S", blocks=[field], private_metadata="m", notify_on_close=True
    )
    assert view_problems(view.to_dict(), "modal") == []
