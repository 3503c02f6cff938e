"""Values to rows and back.

Nothing is written by hand per record: a column is named like the field it keeps. Reading
validates, so that a row which no longer fits its record fails where it is read and not
three rules later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar, get_type_hints

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.engine import RowMapping

from playbooks.domain import effects, events
from playbooks.domain.effects import Effect
from playbooks.domain.entry import Entry, plain
from playbooks.domain.events import Event

V = TypeVar("V")


class Codec(Generic[V]):
    """Carries one kind of record between its dataclass and its table."""

    def __init__(self, kind: type[V], table: sa.Table, **derived: Callable[[V], object]) -> None:
        """``derived`` computes columns that only exist to be searched; they are never read back."""
        self.kind = kind
        self.table = table
        self._derived = derived
        self._adapter = TypeAdapter(kind)
        self.names = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]  # V is a dataclass

    def row(self, value: V) -> dict[str, object]:
        """The columns of a value."""
        found = {name: _column_value(getattr(value, name)) for name in self.names}
        return found | {name: derive(value) for name, derive in self._derived.items()}

    def value(self, row: Mapping[str, Any] | RowMapping) -> V:
        """The value of a row."""
        return self._adapter.validate_python({name: row[name] for name in self.names})


_AS_THEY_ARE = frozenset({str, int, float, bool, type(None), datetime})


def _column_value(value: object) -> object:
    return value if type(value) in _AS_THEY_ARE or isinstance(value, datetime) else plain(value)


def _kinds(module: object, base: type[V]) -> dict[str, type[V]]:
    named = vars(module)
    return {
        name: kind
        for name, kind in named.items()
        if isinstance(kind, type) and issubclass(kind, base) and kind is not base
    }


EVENTS = _kinds(events, Event)
"""Every event by its class name, which is what rows and entries call it."""
EFFECTS = _kinds(effects, Effect)


_ADAPTERS: dict[type[object], TypeAdapter[Any]] = {}


def _validated(kind: type[V], body: Mapping[str, object]) -> V:
    """A value of this kind; the adapter, which costs time to build, is kept."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    adapter: TypeAdapter[V] = _ADAPTERS[kind]
    try:
        return adapter.validate_python(body)
    except ValidationError as misfit:
        raise Unreadable(f"{kind.__name__}: {misfit.errors()[0]['msg']}") from misfit


@cache
def _event_fields(effect: str) -> frozenset[str]:
    """The fields of an effect that hold an event of whatever kind."""
    return frozenset(name for name, hint in get_type_hints(EFFECTS[effect]).items() if hint is Event)


def encode(value: Event | Effect) -> dict[str, object]:
    """A value as JSON can hold it, with its class name under ``type``."""
    body: dict[str, object] = {}
    for field in fields(value):
        held = getattr(value, field.name)
        body[field.name] = encode(held) if isinstance(held, Event) else plain(held)
    return {"type": type(value).__name__, **body}


def decode_event(body: Mapping[str, Any]) -> Event:
    """The event that ``encode`` wrote. Raises Unreadable."""
    name = body["type"]
    if name not in EVENTS:
        raise Unreadable(f"no event is called {name!r}")
    return _validated(EVENTS[name], {key: held for key, held in body.items() if key != "type"})


def events_of(entries: Iterable[Entry]) -> Iterator[Event]:
    """The events of a log, without those whose words were removed. Raises Unreadable."""
    for entry in entries:
        if entry.body is not None:
            yield decode_event({"type": entry.kind, **entry.body})


class Unreadable(ValueError):
    """A row that this version cannot understand; another version wrote it."""


def decode_effect(body: Mapping[str, Any]) -> Effect:
    """The effect that ``encode`` wrote, with the event it is about. Raises Unreadable."""
    name = body["type"]
    if name not in EFFECTS:
        raise Unreadable(f"no effect is called {name!r}")
    about = _event_fields(name)
    rest = {key: decode_event(held) if key in about else held for key, held in body.items() if key != "type"}
    return _validated(EFFECTS[name], rest)
