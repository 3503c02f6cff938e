"""The arguments of a call, wherever they came from.

Slack reads them from the query string and from a form or JSON body; clients use all
of these, and fields that hold structures may come as JSON text. The body wins.

Source: Slack docs, "Using the Slack Web API".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from sandbox.errors import Refusal

_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_NAME = re.compile(r"\w{1,255}")  # Slack docs: neither "very long" nor other than letters, digits and _
_ARRAY_NAME = re.compile(r"\w+\[\w*\]")  # Slack docs, invalid_array_arg: a name like foo[7]
_TRUE = frozenset({"true", "1", "t", "yes"})
_CHARSETS = frozenset({"utf-8", "utf8", "iso-8859-1"})


class Arguments:
    """Typed access; what is missing or of the wrong type is answered as Slack does."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = {key: value for key, value in raw.items() if value is not None}

    def __contains__(self, name: object) -> bool:
        return name in self._raw

    def to_json(self) -> dict[str, Any]:
        """For the journal: everything but the token."""
        return {key: value for key, value in self._raw.items() if key != "token"}

    def without(self, *names: str) -> Arguments:
        """The same arguments but for some that a method does not know, and therefore ignores."""
        return Arguments({key: value for key, value in self._raw.items() if key not in names})

    def text(self, name: str, default: str = "") -> str:
        value = self._raw.get(name, default)
        return value if isinstance(value, str) else _as_text(value)

    def required(self, name: str) -> str:
        """A value that must be there; raises Refusal("invalid_arguments")."""
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def optional(self, name: str) -> str | None:
        return self.text(name) or None

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._raw.get(name, default)
        return value.lower() in _TRUE if isinstance(value, str) else bool(value)

    def number(self, name: str, default: int) -> int:
        value = self._raw.get(name, default)
        try:
            return int(float(value)) if value != "" else default
        except (TypeError, ValueError, OverflowError) as error:
            raise invalid(f"[ERROR] must be a valid integer [json-pointer:/{name}]") from error

    def names(self, name: str) -> list[str]:
        """A list, given as an array or separated by commas."""
        value = self.structure(name)
        if isinstance(value, list):
            return [str(each).strip() for each in value if str(each).strip()]
        return [each.strip() for each in self.text(name).split(",") if each.strip()]

    def structure(self, name: str) -> Any:
        """A JSON value, decoded if it came as text; the text itself if it is no JSON; None if missing."""
        value = self._raw.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value or None


def missing(name: str) -> Refusal:
    return invalid(f"[ERROR] missing required field: {name}")


def invalid(*messages: str) -> Refusal:
    return Refusal("invalid_arguments", response_metadata={"messages": list(messages)})


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


async def read_arguments(request: web.Request) -> Arguments:
    """Merge the query string and the body of a request; raises Refusal for a body nobody can read."""
    merged: dict[str, Any] = dict(request.query)
    if request.method == hdrs.METH_POST and request.can_read_body:
        merged |= await _body(request)
    for name in merged:
        if _ARRAY_NAME.fullmatch(name):
            raise Refusal("invalid_array_arg")
        if not _NAME.fullmatch(name):
            raise Refusal("invalid_arg_name")
    return Arguments(merged)


async def _body(request: web.Request) -> dict[str, Any]:
    if hdrs.CONTENT_TYPE not in request.headers:
        raise Refusal("missing_post_type")
    if (request.charset or "utf-8").lower() not in _CHARSETS:
        raise Refusal("invalid_charset")
    if request.content_type == "application/json":
        return await _json(request)
    if request.content_type in _FORMS:
        return dict(await _form(request))
    if request.content_type == "text/plain":
        return {}
    raise Refusal("invalid_post_type")


async def _form(request: web.Request) -> Mapping[str, Any]:
    try:
        form = await request.post()
    except ValueError as error:
        raise Refusal("invalid_form_data") from error
    return {key: each.filename if isinstance(each, web.FileField) else each for key, each in form.items()}


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError as error:
        raise Refusal("invalid_json") from error
    if not isinstance(body, dict):
        raise Refusal("json_not_object")
    return body


def token_of(request: web.Request, arguments: Arguments) -> str:
    """The bearer token, or the ``token`` argument; empty if there is none."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else arguments.text("token")
