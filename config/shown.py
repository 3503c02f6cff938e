"""What is in force and where it came from, fit to be pasted into a ticket: secrets are masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pydantic import BaseModel, SecretStr

from config.settings import Settings
from config.sources import Layer, origin

MASK: Final = "••••"
_PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):[^@\s]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One setting as a person may see it."""

    name: str
    value: str
    source: str


def shown(settings: Settings, found: tuple[Layer, ...]) -> Iterator[Shown]:
    """Every setting, in the order of ``defaults.yaml``."""
    for path, value in _leaves((), settings):
        yield Shown(name=".".join(path), value=_masked(value), source=origin(found, path))


def without_password(url: str) -> str:
    """A database address that may be logged."""
    return _PASSWORD.sub(rf"\1:{MASK}@", url)


def _leaves(path: tuple[str, ...], value: object) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if not isinstance(value, dict):
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves((*path, str(name)), inner)


def _masked(value: object) -> str:
    match value:
        case SecretStr():
            return MASK
        case tuple():
            return f"{len(value)} × {MASK}" if value else "none"
        case timedelta():
            return f"{value.total_seconds():g}s"
        case None:
            return "not set"
        case _:
            return without_password(str(value))


def revealed_secrets(settings: Settings) -> Iterator[str]:
    """Every secret that is set, for those who have to keep them out of logs."""
    for _, value in _leaves((), settings):
        for secret in value if isinstance(value, tuple) else (value,):
            if isinstance(secret, SecretStr):
                yield secret.get_secret_value()
