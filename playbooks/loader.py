"""Read the playbook and the catalogue, and say everything that is wrong with them at once.

Errors keep the old files in force; warnings are what an experienced reader would ask about.
Cross-checks of a catalogue run even if its shape is wrong somewhere: on a copy without what
is broken, so that nobody has to mend a file in two rounds.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from playbooks.catalogue import Catalogue
from playbooks.domain.governance import doubtful
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName
from playbooks.domain.placing import without_custodian
from playbooks.mending import mended
from playbooks.schema import Playbook, TriggerAction
from playbooks.source import Broken, Mistake, Source, Where, read

__all__ = ["DEFAULT_PLAYBOOK", "EXAMPLE_CATALOGUE", "Broken", "Mistake", "Reading", "inspect", "load"]

_LIBRARY: Final = Path(__file__).parent / "library"
DEFAULT_PLAYBOOK: Final = _LIBRARY / "default-playbook.yaml"
EXAMPLE_CATALOGUE: Final = _LIBRARY / "example-catalogue.yaml"

_ROOM_PLACEHOLDERS = frozenset({"number", "service"})
_WANTED = {
    "slack": "a Slack member id such as U0123ABCD",
    "day": "mon, tue, wed, thu, fri, sat or sun",
    "open": 'a time such as "09:00"',
    "close": 'a time such as "17:00" or "24:00"',
}
_MAX_SHOWN = 60  # characters of a wrong value, so that a mistake stays one line
_WANTED_NAME = "lower-case letters, digits and hyphens"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What two files amount to. The handbook is None if there is an error among the mistakes."""

    handbook: Handbook | None
    mistakes: tuple[Mistake, ...]


def load(playbook: Path, catalogue: Path) -> Handbook:
    """The handbook of two files. Raises Broken with every error of both; warnings are not raised."""
    reading = inspect(playbook, catalogue)
    if reading.handbook is None:
        raise Broken(m for m in reading.mistakes if m.level == "error")
    return reading.handbook


def inspect(playbook: Path, catalogue: Path) -> Reading:
    """Read two files and tell errors and warnings alike."""
    mistakes: list[Mistake] = []
    plan_source, plan = _part(Playbook, playbook, mistakes)
    world_source, world = _part(Catalogue, catalogue, mistakes)
    handbook = None
    if world_source and not world:
        mistakes += _further(world_source, mistakes)
    if plan_source and plan:
        mistakes += _playbook_errors(plan_source, plan)
    if world_source and world:
        mistakes += _catalogue_errors(world_source, world)
    if plan_source and plan and world_source and world:
        mistakes += _severities_exist(world_source, plan, world)
        if not any(mistake.level == "error" for mistake in mistakes):
            handbook = Handbook(playbook=plan, catalogue=world)
            mistakes += [*_playbook_warnings(plan_source, plan), *_catalogue_warnings(world_source, handbook)]
    return Reading(handbook=handbook, mistakes=tuple(mistakes))


def _part(model: type[Model], path: Path, mistakes: list[Mistake]) -> tuple[Source | None, Model | None]:
    """One file as a model; None, with the mistakes noted, if it cannot be."""
    try:
        source = read(path)
    except Broken as broken:
        mistakes += broken.mistakes
        return None, None
    found = list(source.mistakes)
    part = None
    try:
        part = model.model_validate(source.value)
    except ValidationError as refused:
        for error in refused.errors():
            found += _told(model, source, error)
    mistakes += sorted(found, key=lambda mistake: (mistake.line or 0, mistake.column or 0))
    return source, part


def _further(source: Source, told: Sequence[Mistake]) -> Iterator[Mistake]:
    """What cross-checks find in a catalogue whose shape is wrong elsewhere."""
    try:
        Catalogue.model_validate(source.value)
    except ValidationError as refused:
        errors = refused.errors()
    else:
        return
    known = {(mistake.line, mistake.says) for mistake in told}
    for mistake in _crossed(source, mended(source.value, errors)):
        if (mistake.line, mistake.says) not in known:
            yield mistake


def _crossed(source: Source, whole: object) -> Iterator[Mistake]:
    try:
        world = Catalogue.model_validate(whole)
    except ValidationError as refused:
        for error in refused.errors():
            if error["type"] == "value_error":
                yield from _told(Catalogue, source, error)
        return
    yield from _catalogue_errors(source, world)


def _told(model: type[BaseModel], source: Source, error: ErrorDetails) -> Iterator[Mistake]:
    """One refusal of pydantic in words for people, at its line."""
    where = tuple(str(step) for step in error["loc"] if step != "[key]")
    if error["type"] == "value_error":
        for line in str(error["ctx"]["error"]).splitlines():
            yield _pointed(source, where, line)
        return
    yield source.mistake(where, _words(model, source, where, error))


def _pointed(source: Source, where: Where, line: str) -> Mistake:
    """A cross-check says ``services.web.owner: there is no party 'x'``: find that word's line."""
    path, colon, says = line.partition(": ")
    inside = (*where, *path.split(".")) if colon else where
    if not colon or inside not in source.places:
        return source.mistake(where, line)
    quoted = re.search(r"'([^']+)'", says)
    return source.mistake(source.word_within(inside, quoted[1]) if quoted else inside, says)


def _words(model: type[BaseModel], source: Source, where: Where, error: ErrorDetails) -> str:
    place = source.place(where)
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"is not known here{_meant(model, where)}"
        case "string_type" if place.text is not None:
            return f'YAML does not read {place.text} as text; write "{place.text}" in quotes'
        case "string_pattern_mismatch":
            return f"{error['input']!r} is not {_WANTED.get(where[-1], 'made of ' + _WANTED_NAME)}"
        case _:
            return f"{error['msg'][:1].lower()}{error['msg'][1:]}, but it is {_clipped(error['input'])}"


def _clipped(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _MAX_SHOWN else f"{shown[: _MAX_SHOWN - 1]}…"


def _meant(model: type[BaseModel], where: Where) -> str:
    """``; did you mean …?`` if a known key of the same section looks like the unknown one."""
    section = _section(model, where[:-1])
    known = list(section.model_fields) if section else []
    close = difflib.get_close_matches(where[-1], known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}" if known else ""


def _section(model: type[BaseModel], where: Where) -> type[BaseModel] | None:
    """The model that describes the value at a path."""
    shape: Any = model
    for step in where:
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            known = shape.model_fields.get(step)
            shape = known.annotation if known else None
        else:
            inner = (a for a in get_args(shape) if isinstance(a, type) and issubclass(a, BaseModel))
            shape = next(inner, None)
    return shape if isinstance(shape, type) and issubclass(shape, BaseModel) else None


def _playbook_errors(source: Source, playbook: Playbook) -> Iterator[Mistake]:
    """Severities that are used but not described, and a room name that could not be filled in."""
    used: list[tuple[Where, int]] = [
        (("unknown_severity",), playbook.unknown_severity),
    ]
    for position, rule in enumerate(playbook.triggers):
        used.append((("triggers", str(position), "then", "severity"), rule.then.severity))
    for where, severity in used:
        if severity not in playbook.severities:
            yield source.mistake(where, f"there is no severity {severity} under severities")
    try:
        named = {name for _, name, _, _ in Formatter().parse(playbook.room.name) if name is not None}
    except ValueError as refused:
        yield source.mistake(("room", "name"), f"{refused}; use {{number}} and {{service}}")
        return
    for name in sorted(named - _ROOM_PLACEHOLDERS):
        yield source.mistake(("room", "name"), f"{{{name}}} is not known; use {{number}} and {{service}}")


def _catalogue_errors(source: Source, catalogue: Catalogue) -> Iterator[Mistake]:
    """One Slack user must be one person, or nobody could say who did something."""
    seen: dict[str, str] = {}
    for name, person in catalogue.people.items():
        other = seen.setdefault(person.slack, name)
        if other != name:
            yield source.mistake(("people", name, "slack"), f"{person.slack} is already {other}")


def _severities_exist(source: Source, playbook: Playbook, catalogue: Catalogue) -> Iterator[Mistake]:
    for name, agreement in catalogue.agreements.items():
        for severity in agreement.severities:
            if severity not in playbook.severities:
                where = ("agreements", name, "severities")
                yield source.mistake(where, f"the playbook has no severity {severity}")


def _playbook_warnings(source: Source, playbook: Playbook) -> Iterator[Mistake]:
    """A weaker rule in front hides a stronger one behind it."""
    rules = playbook.triggers
    for position, rule in enumerate(rules):
        stronger = next((r for r in rules[position:] if r.then.action is TriggerAction.DECLARE), None)
        if rule.then.action is TriggerAction.PROPOSE and stronger:
            says = f"{rule.id} only proposes but stands before {stronger.id}, which declares; put it below"
            yield source.mistake(("triggers", str(position)), says, level="warning")


def _catalogue_warnings(source: Source, handbook: Handbook) -> Iterator[Mistake]:
    """Gaps that would only be noticed when somebody has to be called."""
    catalogue = handbook.catalogue
    for name, service in catalogue.services.items():
        where = ("services", name)
        if not service.leads:
            says = "nobody is named under leads, so nobody is called when it fails"
            yield source.mistake(where, says, level="warning")
        if service.tier == 1 and service.agreement is None:
            says = "is tier 1 but has no agreement, so no clock will run for it"
            yield source.mistake(where, says, level="warning")
        cycle = sorted(handbook.graph.cycle_of(ServiceName(name)))
        if name == cycle[0] and handbook.graph.needs_itself(ServiceName(name)):
            others = f" through {', '.join(cycle[1:])}" if cycle[1:] else ""
            yield source.mistake(where, f"depends on itself{others}", level="warning")
    for place, says in doubtful(handbook):
        yield source.mistake(place, says, level="warning")
    for host, users in without_custodian(catalogue).items():
        says = f"alerts on {host} belong to nobody: {', '.join(users)} run on it; name a custodian under cis"
        yield source.mistake(("services", users[0], "hosts"), says, level="warning")
    if not catalogue.roster.commanders:
        yield source.mistake(("roster", "commanders"), "nobody may command", level="warning")
