"""The documented shape of answers, and where an answer departs from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sandbox.state import Workspace

DOCUMENTED: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("documented.yaml").read_text("utf-8"))
METHODS: dict[str, Any] = DOCUMENTED["methods"]
EVENTS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("documented_events.yaml").read_text("utf-8"))
_TYPES: dict[str, type] = {"text": str, "int": int, "bool": bool, "list": list, "object": dict}
PRODUCED: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("produced.yaml").read_text("utf-8"))
MET: set[tuple[str, str]] = set()  # every refusal of this run, for the coverage report
_ANY_ANSWER = {"ok", "warning", "response_metadata"}


def documented_errors(method: str) -> set[str]:
    """Every code that Slack documents for a method, or that was met in the wild."""
    if method not in METHODS:
        return {"unknown_method"}
    own = METHODS[method]["errors"]
    if method == "api.test":
        return {"any_error"}
    return {*own, *DOCUMENTED["everywhere"], *DOCUMENTED["observed"].get(method, [])}


def refusals(workspace: Workspace) -> set[tuple[str, str]]:
    """Methods and the codes with which they refused calls."""
    calls = [entry for entry in workspace.journal.since() if entry.kind == "api"]
    refused = {(entry.summary, entry.response.get("error")) for entry in calls}
    return {(name, code) for name, code in refused if code}


def undocumented(refused: set[tuple[str, str]]) -> list[str]:
    """Refusals that Slack does not document."""
    return sorted(f"{name}: {code}" for name, code in refused if code not in documented_errors(name))


def unreported(refused: set[tuple[str, str]]) -> list[str]:
    """Refusals that the coverage report does not know of: it has to be written anew."""
    return sorted(f"{name}: {code}" for name, code in refused if code not in PRODUCED.get(name, ()))


def departures(method: str, answer: dict[str, Any]) -> list[str]:
    """Documented keys that are missing or of the wrong type, and keys that nobody documented."""
    return list(_compare(METHODS[method]["answer"], answer, method, top=True))


def event_departures(envelope: dict[str, Any]) -> list[str]:
    """The same for an event and the envelope around it."""
    event = envelope["event"]
    named = event["type"]
    if str(event.get("subtype")).startswith("message_"):
        named = event["subtype"]
    return [
        *_compare(EVENTS["envelope"], envelope, "envelope"),
        *_compare(EVENTS["events"][named], event, named),
    ]


def _compare(shape: Any, value: Any, at: str, *, top: bool = False) -> Iterator[str]:
    if isinstance(shape, dict):
        yield from _compare_object(shape, value, at, top=top)
    elif isinstance(shape, list):
        if not isinstance(value, list) or not value:
            yield f"{at}: no list with something in it"
            return
        for number, each in enumerate(value):
            yield from _compare(shape[0], each, f"{at}[{number}]")
    elif not _fits(shape.strip("~"), value):
        yield f"{at}: {value!r} is no {shape}"


def _compare_object(shape: dict[str, Any], value: Any, at: str, *, top: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: {value!r} is no object"
        return
    for key, inner in shape.items():
        if key in value:
            yield from _compare(inner, value[key], f"{at}.{key}")
        elif not (isinstance(inner, str) and inner.startswith("~")):
            yield f"{at}.{key} is missing"
    for key in value:
        if key not in shape and not (top and key in _ANY_ANSWER):
            yield f"{at}.{key} is not documented"


def _fits(kind: str, value: Any) -> bool:
    if value is None:
        return kind.endswith("/null")
    wanted = _TYPES[kind.removesuffix("/null")]
    return isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))
