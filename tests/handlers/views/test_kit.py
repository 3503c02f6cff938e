"""A mistake of ours is refused where it is made, not by Slack at three in the morning."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from handlers.names import Action, BadRef, Callback, Field, Ref, Verb, decode, verb_action
from handlers.views.forms import choice, modal, text_input
from handlers.views.kit import (
    Misbuilt,
    actions,
    button,
    context,
    divider,
    fields,
    header,
    message,
    section,
    text_size,
)
from handlers.views.text import Markup
from playbooks.domain.ids import IncidentId

PRESS = button("Press", Action.OPEN_LINK, Ref())


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(lambda: section(Markup(" ")), id="a section without text"),
        pytest.param(lambda: header(""), id="a header without text"),
        pytest.param(actions, id="a row without buttons"),
        pytest.param(lambda: actions(PRESS, PRESS), id="one action id twice in a row"),
        pytest.param(context, id="a context of nothing"),
        pytest.param(lambda: context(*[Markup("x")] * 11), id="a context of eleven"),
        pytest.param(lambda: fields(*[Markup("x")] * 11), id="eleven fields"),
        pytest.param(lambda: message(Markup("x"), *[divider()] * 51), id="a message of 51 blocks"),
        pytest.param(
            lambda: message(Markup("x"), *[context(Markup("x" * 2_000))] * 6), id="too much small print"
        ),
        pytest.param(lambda: button("Go", Action.OPEN_LINK, Ref(), style="bold"), id="a style that is none"),
        pytest.param(lambda: choice(Field.KIND, "Kind", []), id="a choice of nothing"),
        pytest.param(lambda: choice(Field.KIND, "Kind", [("x" * 76, "x")]), id="a value that is too long"),
        pytest.param(lambda: modal("T", Callback.LOG, Ref(), submit="Go"), id="a modal without blocks"),
    ],
)
def test_mistakes_are_refused(mistake: Callable[[], object]) -> None:
    with pytest.raises(Misbuilt):
        mistake()


def test_long_paragraphs_are_cut_until_the_message_fits() -> None:
    shown = message(Markup("x"), *[section(Markup("y" * 3_000)) for _ in range(20)])
    assert text_size(shown.blocks) <= 10_000
    assert len(shown.blocks) == 20


def test_blocks_that_are_not_there_are_left_out() -> None:
    assert message(Markup("x"), None, divider(), None).blocks == [divider()]


def test_an_input_never_starts_with_more_than_it_takes() -> None:
    element = text_input(Field.TEXT, "Text", initial="x" * 5_000, limit=9_000)["element"]
    assert isinstance(element, dict)
    assert (len(str(element["initial_value"])), element["max_length"]) == (3_000, 3_000)


@pytest.mark.parametrize(
    "ref",
    [
        Ref(),
        Ref(incident=IncidentId(7), subject="c-1", fence=0),
        Ref(incident=IncidentId(7), verb=Verb.LOG, words='“quotes” " \\ <!here> 😀'),
    ],
)
def test_references_come_back_as_they_went(ref: Ref) -> None:
    assert decode(ref.encode()) == ref


@pytest.mark.parametrize(
    "value", ["x", "[]", "7", '{"i":"7"}', '{"i":true}', '{"f":1.5}', '{"v":"fly"}', "{"]
)
def test_values_of_other_makers_are_refused(value: str) -> None:
    with pytest.raises(BadRef):
        decode(value)


def test_a_reference_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadRef):
        Ref(words="x" * 2_000).encode()


def test_no_two_buttons_share_a_name() -> None:
    names = [*[verb_action(verb) for verb in Verb], *[action.value for action in Action]]
    assert len(set(names)) == len(names)
