"""How the control surface answers: JSON with ``ok``, and a sentence where it says no."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from aiohttp import web

from sandbox.errors import Refusal
from sandbox.faults import FaultUnknown
from sandbox.interactions.elements import ChoiceRefused, ElementMissing
from sandbox.manifest import ManifestInvalid

Json = dict[str, Any]
Answering = Callable[[web.Request], Awaitable[Json]]

_CODES: dict[type[Exception], str] = {
    FaultUnknown: "unknown_fault",
    ElementMissing: "element_not_found",
    ChoiceRefused: "choice_not_offered",
    ManifestInvalid: "invalid_manifest",
    KeyError: "missing_argument",
    ValueError: "invalid_argument",
}


def answering(handler: Answering) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Turn what a handler returns, or why it refuses, into a response."""

    @wraps(handler)
    async def answered(request: web.Request) -> web.Response:
        try:
            answer = {"ok": True, **await handler(request)}
        except Refusal as refusal:
            sentence = refusal.detail.get("message") or refusal.code.replace("_", " ").capitalize() + "."
            answer = {**refusal.detail, "ok": False, "error": refusal.code, "message": sentence}
        except tuple(_CODES) as problem:
            sentence = f"{problem} is missing." if isinstance(problem, KeyError) else str(problem)
            answer = {"ok": False, "error": _code(problem), "message": sentence}
        return web.json_response(answer)

    return answered


async def body_of(request: web.Request) -> Json:
    """The JSON object in a request; an empty body is an empty object. Raises Refusal."""
    raw = await request.text()
    try:
        body = json.loads(raw) if raw.strip() else {}
    except json.JSONDecodeError as problem:
        raise Refusal("invalid_json", message=str(problem)) from problem
    if not isinstance(body, dict):
        raise Refusal("invalid_json", message="The body is not a JSON object.")
    return body


def number(value: object, name: str) -> float:
    """A number that somebody sent; raises Refusal for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refusal("invalid_argument", message=f"{name} is a number, not {value!r}.")
    return value


def _code(problem: BaseException) -> str:
    return next(code for kind, code in _CODES.items() if isinstance(problem, kind))
