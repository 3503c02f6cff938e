"""What people have typed and chosen on a surface, before and when they submit it.

Answers are kept by ``block_id`` and ``action_id``: that is why a view that is updated
under somebody's fingers keeps what was typed wherever both ids stay the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.interactions.elements import (
    STATEFUL,
    Block,
    Directory,
    ElementMissing,
    Located,
    answer,
    initial,
    located,
)

REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


@dataclass(slots=True)
class Form:
    """The answers on one surface, for one person."""

    answers: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def put(self, place: Located, chosen: Mapping[str, Any]) -> None:
        self.answers[place.key] = dict(chosen)

    def fill(self, blocks: Sequence[Block], values: Mapping[str, object], directory: Directory) -> None:
        """Answer several inputs, each named by its block_id, action_id or visible label.

        ``{block_id: {action_id: value}}``, the shape in which state is read back, is taken too.
        """
        for place, given in _paired(blocks, values):
            self.put(place, answer(place, given, directory))

    def state(self, blocks: Sequence[Block]) -> dict[str, Any]:
        """The ``state`` object of a payload."""
        values: dict[str, dict[str, Any]] = {}
        for place in _stateful(blocks):
            block_id, action_id = place.key
            held = self.answers.get(place.key) or initial(place)
            values.setdefault(block_id, {})[action_id] = {"type": place.element["type"], **held}
        return {"values": values}

    def complaints(self, blocks: Sequence[Block]) -> dict[str, str]:
        """What Slack's own client refuses to submit, by block_id; empty when it would send."""
        found = {}
        for place in _stateful(blocks):
            if place.block.get("type") != "input":
                continue
            held = self.answers.get(place.key) or initial(place)
            complaint = _complaint(place, next(iter(held.values())))
            if complaint:
                found[place.key[0]] = complaint
        return found


def _stateful(blocks: Sequence[Block]) -> list[Located]:
    return [each for each in located(blocks) if each.element["type"] in STATEFUL]


def _named(blocks: Sequence[Block], name: str) -> Located:
    places = _stateful(blocks)
    for place in places:
        if name in place.key:
            return place
    for place in places:
        if place.label.casefold() == name.casefold():
            return place
    seen = ", ".join(f"{each.label!r} ({each.key[0]}/{each.key[1]})" for each in places)
    raise ElementMissing(f"No input is called {name!r}. There are: {seen or 'none'}.")


def _paired(blocks: Sequence[Block], values: Mapping[str, object]) -> Iterator[tuple[Located, object]]:
    for name, given in values.items():
        inside = {each.key[1]: each for each in _stateful(blocks) if each.key[0] == name}
        if isinstance(given, Mapping) and given and set(given) <= set(inside):
            yield from ((inside[action_id], value) for action_id, value in given.items())
        else:
            yield _named(blocks, name), given


def _complaint(place: Located, value: object) -> str | None:
    if value in (None, "", []):
        return None if place.block.get("optional") else REQUIRED
    text = value if isinstance(value, str) else ""
    match place.element["type"]:
        case "plain_text_input":
            return _length_complaint(place, text)
        case "number_input":
            return _number_complaint(place, text)
        case "email_text_input" if not _EMAIL.fullmatch(text):
            return "Enter a valid email address."
        case "url_text_input" if not _URL.fullmatch(text):
            return "Enter a valid URL."
        case _:
            return None


def _length_complaint(place: Located, text: str) -> str | None:
    shortest, longest = place.element.get("min_length", 0), place.element.get("max_length", 3000)
    if len(text) < shortest:
        return f"Enter at least {shortest} characters."
    if len(text) > longest:
        return f"Enter at most {longest} characters."
    return None


def _number_complaint(place: Located, text: str) -> str | None:
    shape = r"-?\d+(\.\d+)?" if place.element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(shape, text):
        return "Enter a number."
    least, most = place.element.get("min_value"), place.element.get("max_value")
    if least is not None and float(text) < float(least):
        return f"Enter a number of at least {least}."
    if most is not None and float(text) > float(most):
        return f"Enter a number of at most {most}."
    return None
