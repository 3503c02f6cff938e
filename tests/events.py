"""An event of every class there is, for tests of what must know them all."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, get_origin, get_type_hints

from playbooks.domain import events
from playbooks.domain.events import Event
from playbooks.domain.ids import UserId
from tests.clock import START

BOB, CLEO = UserId("U0BOB"), UserId("U0CLEO")
KINDS: dict[str, type[Event]] = {
    name: kind
    for name, kind in vars(events).items()
    if inspect.isclass(kind) and issubclass(kind, Event) and kind is not Event
}
USERS: dict[str, UserId] = {"incumbent": BOB, "giver": BOB, "author": BOB, "winner": BOB}
"""Who plays a part; everybody else in an event is Cleo."""


def built(kind: type[Any], **changes: object) -> Any:
    """A value of a class with these fields; the others are as small as they may be."""
    hints = get_type_hints(kind)
    values = {field.name: _smallest(hints[field.name], field.name) for field in fields(kind)}
    return kind(**(values | changes))


def _smallest(kind: Any, name: str) -> Any:
    """Nothing where nothing is allowed."""
    if get_origin(kind) is not None:
        return () if get_origin(kind) is tuple else None
    if kind is UserId:
        return USERS.get(name, CLEO)
    plain = getattr(kind, "__supertype__", kind)
    if is_dataclass(plain):
        return built(plain)  # type: ignore[arg-type]  # a part of an event is built like an event
    if issubclass(plain, Enum):
        return next(iter(plain))
    return START if plain is datetime else plain()
