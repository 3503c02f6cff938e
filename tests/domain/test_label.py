"""A label is a word and a colon at the beginning, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.label import Label, labelled, with_label


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("question: who rolled back?", Label.QUESTION, "who rolled back?"),
        ("  Hypothesis : the pool", Label.HYPOTHESIS, "the pool"),
        ("DECISION:go", Label.DECISION, "go"),
        ("status page is up", None, "status page is up"),
        ("the action: none", None, "the action: none"),
        ("action:", None, "action:"),
        ("questions: two", None, "questions: two"),
    ],
)
def test_what_a_text_says_it_is(text: str, label: Label | None, words: str) -> None:
    assert labelled(text) == (label, words)


@given(st.sampled_from(Label), st.text().filter(lambda text: bool(text.strip())))
def test_what_is_shown_with_its_label_is_read_with_its_label(label: Label, text: str) -> None:
    assert labelled(with_label(label, text.strip())) == (label, text.strip())
