"""Where settings come from: the shipped defaults, one file, the environment; the last one wins.

The layers are kept apart so that every value can be traced to the place where somebody
would have to change it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic_settings import BaseSettings, EnvSettingsSource

DEFAULTS: Final = Path(__file__).parent / "defaults.yaml"
PREFIX: Final = "TOCSIN_"
NESTED: Final = "__"
FILE_VARIABLE: Final = "TOCSIN_CONFIG"
_USUAL_FILE: Final = Path("tocsin.yaml")

Path_ = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One setting to repair, where its value came from, and what to do."""

    setting: str
    source: str
    says: str

    def __str__(self) -> str:
        return f"{self.setting} ({self.source}): {self.says}"


class BadSettings(Exception):
    """The settings cannot be used; every mistake that was found."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The values of one place. ``name`` is ``default``, a file, or ``environment``."""

    name: str
    values: Mapping[str, Any]

    def has(self, path: Path_) -> bool:
        """Whether this layer says anything about the setting."""
        here: Any = self.values
        for step in path:
            if not isinstance(here, Mapping) or step not in here:
                return False
            here = here[step]
        return True


def layers(model: type[BaseSettings]) -> tuple[Layer, ...]:
    """Defaults, file and environment, weakest first. Raises BadSettings if the file is unreadable."""
    found = [Layer(name="default", values=_yaml(DEFAULTS))]
    file = _file()
    if file is not None:
        found.append(Layer(name=str(file), values=_yaml(file)))
    found.append(Layer(name="environment", values=EnvSettingsSource(model)()))
    return tuple(found)


def merged(found: Iterable[Layer]) -> dict[str, Any]:
    """One tree of values; lists are replaced, sections are joined."""
    result: dict[str, Any] = {}
    for layer in found:
        result = _joined(result, layer.values)
    return result


def origin(found: Iterable[Layer], path: Path_) -> str:
    """The place that decided a setting, in words: a file's name, or the variable's."""
    name = "nowhere"
    for layer in found:
        if layer.has(path):
            name = layer.name
    return variable(path) if name == "environment" else name


def variable(path: Path_) -> str:
    """The environment variable of a setting."""
    return PREFIX + NESTED.join(path).upper()


def strangers(sections: Iterable[str]) -> tuple[Mistake, ...]:
    """Variables that look like settings of a section which does not exist."""
    known = set(sections)
    return tuple(
        Mistake(
            setting=name, source="environment", says=f"there is no such section; known are {_listed(known)}"
        )
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX) and NESTED in name and _section(name) not in known
    )


def _section(name: str) -> str:
    return name[len(PREFIX) :].split(NESTED, maxsplit=1)[0].lower()


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _file() -> Path | None:
    """The file that was asked for, or ``tocsin.yaml`` if there is one."""
    asked = os.environ.get(FILE_VARIABLE)
    if asked is None:
        return _USUAL_FILE if _USUAL_FILE.is_file() else None
    if not Path(asked).is_file():
        raise BadSettings([Mistake(setting=FILE_VARIABLE, source="environment", says=f"no file {asked!r}")])
    return Path(asked)


def _yaml(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as unreadable:
        says = " ".join(str(unreadable).split())
        raise BadSettings([Mistake(setting="all of it", source=str(file), says=says)]) from unreadable
    if not isinstance(values or {}, dict):
        says = "is not a mapping of sections such as slack: and server:"
        raise BadSettings([Mistake(setting="all of it", source=str(file), says=says)])
    return values or {}


def _joined(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        result[key] = _joined(under, value) if both else value  # type: ignore[arg-type] # both are mappings
    return result
