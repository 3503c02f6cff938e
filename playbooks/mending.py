"""A broken document, made whole enough to be looked at further.

Mistakes of shape (a word that is no duration, a key that is not known) must not hide that a
name leads nowhere: whoever mends a file wants to hear everything at once. So what is
broken is replaced by something harmless, and only the cross-checks are run on the result.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

_HARMLESS: Mapping[str, object] = {
    "title": "?",
    "tier": 4,
    "zone": "UTC",
    "target": "1h",
    "day": "mon",
    "open": "00:00",
    "close": "24:00",
    "hours": "00:00",
    "kind": "hard",
}
_REFERS_TO: Mapping[str, str] = {
    "owner": "parties",
    "party": "parties",
    "calendar": "calendars",
}


def mended(document: object, errors: Iterable[ErrorDetails]) -> object:
    """A copy of the document without what the errors point at."""
    whole = copy.deepcopy(document)
    for number, error in enumerate(errors):
        steps = [step for step in error["loc"] if step != "[key]"]
        if steps:
            _mend(whole, steps, error["type"], number)
    return whole


def _mend(whole: Any, steps: list[int | str], kind: str, number: int) -> None:
    holder = _at(whole, steps[:-1])
    name = steps[-1]
    if isinstance(holder, list) and isinstance(name, int):
        del holder[name:]  # what follows would otherwise be told at another line
        return
    if not isinstance(holder, dict):
        return
    instead = None if kind == "extra_forbidden" else _instead(whole, str(name), number)
    if instead is None:
        holder.pop(name, None)
    else:
        holder[name] = instead


def _instead(whole: Any, name: str, number: int) -> object:
    """Something of the right shape that cannot cause a mistake of its own; None if there is none."""
    if name == "slack":
        return f"U0MENDED{number}"
    section = whole.get(_REFERS_TO.get(name, ""), None) if isinstance(whole, dict) else None
    if isinstance(section, dict) and section:
        return next(iter(section))
    return _HARMLESS.get(name)


def _at(whole: Any, steps: list[int | str]) -> Any:
    here = whole
    for step in steps:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return None
    return here
