"""The vocabulary in which Block Kit's limits are written down.

A rule looks at one JSON value at one place and yields what is wrong with it, in the
words in which Slack reports it: ``must be less than 3001 characters
[json-pointer:/blocks/0/text/text]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Problems = Iterator[str]
Rule = Callable[[Any, str], Problems]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: the rule of each field it may have, which must be there, and what spans several fields."""

    fields: Mapping[str, Rule]
    required: frozenset[str] = frozenset()
    also: tuple[Rule, ...] = field(default=())

    def __call__(self, value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield wrong("must provide an object", at)
            return
        for key in sorted(self.required - {each for each, held in value.items() if held is not None}):
            yield wrong(f"missing required field: {key}", at)
        for key, held in value.items():
            if key not in self.fields:
                yield wrong(f"invalid additional property: {key}", at)
            elif held is not None:
                yield from self.fields[key](held, f"{at}/{key}")
        for rule in self.also:
            yield from rule(value, at)


def wrong(what: str, at: str) -> str:
    return f"{what} [json-pointer:{at or '/'}]"


def string(most: int, least: int = 0) -> Rule:
    """A string of ``least`` to ``most`` characters."""

    def rule(value: Any, at: str) -> Problems:
        if not isinstance(value, str):
            yield wrong("must provide a string", at)
        elif len(value) > most:
            yield wrong(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield wrong(f"must be more than {least - 1} characters", at)

    return rule


def one_of(*choices: str) -> Rule:
    def rule(value: Any, at: str) -> Problems:
        if value not in choices:
            yield wrong(f"must be one of the allowed values: {', '.join(choices)}", at)

    return rule


def boolean(value: Any, at: str) -> Problems:
    if not isinstance(value, bool):
        yield wrong("must provide a boolean", at)


def integer(least: int | None = None, most: int | None = None) -> Rule:
    def rule(value: Any, at: str) -> Problems:
        if not isinstance(value, int) or isinstance(value, bool):
            yield wrong("must provide an integer", at)
        elif least is not None and value < least:
            yield wrong(f"must be greater than or equal to {least}", at)
        elif most is not None and value > most:
            yield wrong(f"must be less than {most + 1}", at)

    return rule


def anything(_value: Any, _at: str) -> Problems:
    """For parts that are stored as they come."""
    yield from ()


def array(each: Rule, most: int | None = None, least: int = 0) -> Rule:
    def rule(value: Any, at: str) -> Problems:
        if not isinstance(value, list):
            yield wrong("must provide an array", at)
            return
        if most is not None and len(value) > most:
            yield wrong(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield wrong(f"no fewer than {least} items allowed" if least > 1 else "must not be empty", at)
        for position, item in enumerate(value):
            yield from each(item, f"{at}/{position}")

    return rule


def typed(kinds: Mapping[str, Rule]) -> Rule:
    """An object whose ``type`` says which rule holds for it."""

    def rule(value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield wrong("must provide an object", at)
        elif "type" not in value:
            yield wrong("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            yield wrong(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from kinds[value["type"]](value, at)

    return rule


def shape(kind: str, required: str = "", also: tuple[Rule, ...] = (), /, **fields: Rule) -> Shape:
    """The shape of objects of one ``type``; ``required`` lists fields, separated by blanks."""
    return Shape({"type": one_of(kind), **fields}, frozenset(required.split()), also)


def exactly_one(*keys: str) -> Rule:
    """Exactly one of these fields is there."""

    def rule(value: Any, at: str) -> Problems:
        present = [key for key in keys if value.get(key) is not None]
        if len(present) != 1:
            yield wrong(f"must provide exactly one of: {', '.join(keys)}", at)

    return rule


def at_least_one(*keys: str) -> Rule:
    def rule(value: Any, at: str) -> Problems:
        if all(value.get(key) is None for key in keys):
            yield wrong(f"must provide at least one of: {', '.join(keys)}", at)

    return rule


def unique(key: str) -> Rule:
    """Items of an array do not share a value of ``key``."""

    def rule(value: Any, at: str) -> Problems:
        if not isinstance(value, list):
            return
        seen: set[str] = set()
        for position, item in enumerate(value):
            name = item.get(key) if isinstance(item, dict) else None
            if isinstance(name, str) and name in seen:
                yield wrong(f"`{key}` already exists: {name}", f"{at}/{position}/{key}")
            elif isinstance(name, str):
                seen.add(name)

    return rule


def both(*rules: Rule) -> Rule:
    def rule(value: Any, at: str) -> Problems:
        for each in rules:
            yield from each(value, at)

    return rule
