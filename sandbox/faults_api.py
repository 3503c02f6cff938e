"""How a fault of the Web API is felt on the wire: status, body, silence or a cut line.

A rule strikes before the method did anything, or once it did and the answer exists:
that is where a bot cannot know whether its call happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from sandbox.faults import Fault
from sandbox.state import WORKSPACE

PREFIX = "/api/"

DRIP_CHUNK_BYTES = 8
LONGEST_LATENCY_SECONDS = 120.0  # a typing mistake in a rule must not hang a test run for ever

BODIES: Mapping[str, tuple[str, str]] = {
    "json": ("application/json", '{"ok":false,"error":"service_unavailable"}'),
    "html": ("text/html", "<html><body><h1>Something went wrong</h1></body></html>"),
    "text": ("text/plain", "upstream connect error"),
    "truncated": ("application/json", '{"ok":true,"channel":"C0'),
    "empty": ("application/json", ""),
}


@web.middleware
async def middleware(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Strike calls of the Web API as the rules say; every other request passes untouched."""
    if not request.path.startswith(PREFIX):
        return await handler(request)
    faults, method = request.app[WORKSPACE].faults, request.path.removeprefix(PREFIX)
    app_id = _caller(request)
    for fault in faults.strike_phase("api", "before", method, app_id):
        if (answer := await apply(request, fault, None)) is not None:
            return answer
    response = await handler(request)
    for fault in faults.strike_phase("api", "after", method, app_id):
        if (answer := await apply(request, fault, response)) is not None:
            return answer
    return response


def _caller(request: web.Request) -> str | None:
    """The app whose token is in the header; a token in the body is not looked for."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = request.app[WORKSPACE].app_of_token(token)
    return known[0].id if known else None


async def apply(
    request: web.Request, fault: Fault, answer: web.StreamResponse | None
) -> web.StreamResponse | None:
    if fault.do == "latency":
        await asyncio.sleep(min(_seconds(fault), LONGEST_LATENCY_SECONDS))
        return None
    if fault.do == "drip":
        return await _drip(request, fault, answer)
    if fault.do in {"lost", "reset"}:
        return _cut(request)
    answers = {"ratelimited": _ratelimited, "http": _http, "error": _error}
    return answers[fault.do](fault)


def _error(fault: Fault) -> web.Response:
    return web.json_response({"ok": False, "error": fault.how.get("error", "internal_error")})


def _seconds(fault: Fault) -> float:
    """``seconds`` plus a share of ``jitter`` that the fault drew when it struck."""
    return float(fault.how.get("seconds", 1.0)) + fault.drawn * float(fault.how.get("jitter", 0.0))


def _ratelimited(fault: Fault) -> web.Response:
    after = str(fault.how.get("retry_after", 1))
    body = {"ok": False, "error": fault.how.get("error", "ratelimited")}
    return web.json_response(body, status=429, headers={"Retry-After": after})


def _http(fault: Fault) -> web.Response:
    content_type, text = BODIES[fault.how.get("body", "json")]
    return web.Response(status=int(fault.how.get("status", 503)), text=text, content_type=content_type)


def _cut(request: web.Request) -> web.Response:
    """Reset the connection; whatever is returned can no longer be sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _drip(request: web.Request, fault: Fault, answer: web.StreamResponse | None) -> web.StreamResponse:
    """Send the answer a few bytes at a time, ``seconds`` apart."""
    whole = answer.body if isinstance(answer, web.Response) else None
    body = whole if isinstance(whole, bytes) else b'{"ok":true}'
    response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
    response.content_length = len(body)
    await response.prepare(request)
    for start in range(0, len(body), DRIP_CHUNK_BYTES):
        await response.write(body[start : start + DRIP_CHUNK_BYTES])
        await asyncio.sleep(float(fault.how.get("seconds", 0.05)))
    return response
