"""A YAML file as a person wrote it: its values, and the line on which each one stands.

Mistakes are collected, not thrown one by one, because somebody repairs a file at night and
wants to do it once. A file is also input from outside: size, depth and the growth through
aliases are bounded before anything walks the tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 50
# libyaml composes nested nodes by recursion in C, so depth is judged on events, before composing.
MAX_VALUES = 50_000

Where = tuple[str, ...]
"""The keys and list positions that lead to a value, outermost first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing to repair. Printed as ``file:line: where: says``, which editors can jump to."""

    file: str
    line: int | None
    """Counted from 1; None if the file as a whole is meant."""
    column: int | None = None
    where: str
    """Such as ``services.web.leads[0]``; empty at the top."""
    says: str
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        says = self.says if self.level == "error" else f"warning: {self.says}"
        return ": ".join(part for part in (place, self.where, says) if part)


class Broken(Exception):
    """The files cannot be used; every mistake that was found, in the order of the files."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands. A keyed value stands at its key."""

    line: int
    column: int
    text: str | None
    """What was written, if it is a single unquoted or quoted word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that could be read."""

    file: str
    value: object
    places: dict[Where, Place]
    mistakes: list[Mistake] = field(default_factory=list)

    def place(self, where: Where) -> Place:
        """The place of a value, or of the nearest thing around it that exists."""
        return next(self.places[where[:n]] for n in range(len(where), -1, -1) if where[:n] in self.places)

    def word_within(self, where: Where, word: str) -> Where:
        """The path below ``where`` at which the word is written; ``where`` if it is nowhere."""
        inside = (w for w, place in self.places.items() if w[: len(where)] == where and place.text == word)
        return next(inside, where)

    def mistake(self, where: Where, says: str, *, level: Literal["error", "warning"] = "error") -> Mistake:
        """A mistake at a value of this file."""
        place = self.place(where)
        return Mistake(
            file=self.file,
            line=place.line,
            column=place.column,
            where=dotted(where),
            says=says,
            level=level,
        )


def dotted(where: Where) -> str:
    """``triggers[0].when.tier``: list positions in brackets, as people read them."""
    steps = (f"[{step}]" if step.isdecimal() else f".{step}" for step in where)
    return "".join(steps).removeprefix(".")


def read(path: Path) -> Source:
    """Read a file. Raises Broken if nothing in it can be trusted, such as for a syntax error."""
    file = str(path)
    text = _text(path)
    try:
        _measure(file, text)
        tree = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as refused:
        raise Broken([_syntax(file, refused)]) from refused
    if tree is None:
        raise Broken([Mistake(file=file, line=None, where="", says="the file is empty")])
    source = Source(file=file, value=None, places={})
    value = _Walk(source).value((), tree)
    return Source(file=file, value=value, places=source.places, mistakes=source.mistakes)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise _whole(path, f"the file is larger than {MAX_BYTES // 1024} KiB")
        return raw.decode("utf-8-sig")
    except FileNotFoundError as missing:
        says = "there is no such file; start from a copy of one in playbooks/library"
        raise _whole(path, says) from missing
    except OSError as refused:
        raise _whole(path, f"the file cannot be read: {refused.strerror}") from refused
    except UnicodeDecodeError as foreign:
        line = foreign.object[: foreign.start].count(b"\n") + 1
        mistake = Mistake(
            file=str(path), line=line, where="", says="this is not UTF-8 text; save it as UTF-8"
        )
        raise Broken([mistake]) from foreign


def _whole(path: Path, says: str) -> Broken:
    return Broken([Mistake(file=str(path), line=None, where="", says=says)])


def _measure(file: str, text: str) -> None:
    """Refuse a file nested too deeply, before anything recurses into it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else None
            raise Broken([Mistake(file=file, line=line, where="", says=f"nested deeper than {MAX_DEPTH}")])


def _syntax(file: str, refused: yaml.YAMLError) -> Mistake:
    """Where and why the text is not YAML; a character that YAML forbids comes without a line."""
    if not isinstance(refused, yaml.MarkedYAMLError) or refused.problem_mark is None:
        return Mistake(
            file=file, line=None, where="", says=f"this is not YAML: {str(refused).splitlines()[0]}"
        )
    mark = refused.problem_mark
    during = f" {refused.context}" if refused.context else ""
    says = f"this is not YAML:{during} {refused.problem}".rstrip()
    return Mistake(file=file, line=mark.line + 1, column=mark.column + 1, where="", says=says)


class _Walk:
    """One pass over the node tree that makes values and remembers their places."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.scalars = yaml.CSafeLoader("")
        self.seen = 0

    def value(self, where: Where, node: yaml.Node, at: yaml.Node | None = None) -> object:
        """The plain value of a node, aliases spelled out."""
        self._count(where, node)
        mark = (at or node).start_mark
        text = node.value if isinstance(node, yaml.ScalarNode) else None
        self.source.places[where] = Place(line=mark.line + 1, column=mark.column + 1, text=text)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(where, node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value((*where, str(i)), item) for i, item in enumerate(node.value)]
        return self._scalar(where, node)

    def _count(self, where: Where, node: yaml.Node) -> None:
        """Aliases can make a small file explode, or contain itself."""
        self.seen += 1
        if self.seen > MAX_VALUES or len(where) > MAX_DEPTH:
            says = "aliases (*name) make this file grow beyond all bounds; write the values out"
            mistake = Mistake(
                file=self.source.file, line=node.start_mark.line + 1, where=dotted(where), says=says
            )
            raise Broken([mistake])

    def _mapping(self, where: Where, node: yaml.MappingNode) -> dict[object, object]:
        filled: dict[object, object] = {}
        for key_node, value_node in node.value:
            key = self._key(where, key_node)
            if key is None:
                continue
            inside = (*where, str(key))
            if key in filled:
                first = self.source.places[inside].line
                self._wrong(inside, key_node, f"is written twice; the first is on line {first}")
                continue
            filled[key] = self.value(inside, value_node, key_node)
        return filled

    def _key(self, where: Where, node: yaml.Node) -> str | int | None:
        """A key as YAML reads it; None, with a mistake noted, if it is no word."""
        if not isinstance(node, yaml.ScalarNode):
            self._wrong(where, node, "a key must be a single word")
            return None
        if node.tag == "tag:yaml.org,2002:merge":
            self._wrong(where, node, "merge keys (<<) are not supported; write the values out")
            return None
        key = self._scalar(where, node)
        if isinstance(key, str) or type(key) is int:
            return key
        self._wrong(where, node, f'YAML does not read {node.value} as a word; write "{node.value}" in quotes')
        return None

    def _scalar(self, where: Where, node: yaml.Node) -> object:
        try:
            value: object = self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as refused:
            reason = refused.problem if isinstance(refused, yaml.MarkedYAMLError) else refused
            self._wrong(where, node, f"{node.value!r} cannot be read: {reason}")
            return None
        return value

    def _wrong(self, where: Where, node: yaml.Node, says: str) -> None:
        mark = node.start_mark
        mistake = Mistake(
            file=self.source.file, line=mark.line + 1, column=mark.column + 1, where=dotted(where), says=says
        )
        self.source.mistakes.append(mistake)
