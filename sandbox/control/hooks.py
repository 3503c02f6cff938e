"""``POST /hooks/<kind>/<id>``: a bot answers through a response URL.

Slack's own server answers ``ok`` as plain text, and errors as JSON.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from sandbox.errors import Refusal
from sandbox.exchange import EXCHANGE, Exchange
from sandbox.faults import Fault
from sandbox.faults_api import apply
from sandbox.interactions.hooks import Hook
from sandbox.interactions.responses import respond

Json = dict[str, Any]
GONE = frozenset({"used_url", "expired_url", "invalid_url"})


async def answer(request: web.Request) -> web.StreamResponse:
    exchange = request.app[EXCHANGE]
    body = _read(await request.text())
    struck = exchange.workspace.faults.strike("response_url", request.match_info["kind"])
    for fault in struck:
        if fault.do != "lost" and (broken := await _strike(request, fault)) is not None:
            return broken
    response = _carry_out(exchange, request.match_info["id"], body)
    for fault in struck:
        if fault.do == "lost" and (broken := await apply(request, fault, response)) is not None:
            return broken
    return response


def _carry_out(exchange: Exchange, hook_id: str, body: Json) -> web.Response:
    hook: Hook | None = None
    try:
        hook = exchange.hooks.use(hook_id)
        respond(exchange.workspace, hook, body)
        response = web.Response(text="ok")
        status = "ok"
    except Refusal as refusal:
        code = 404 if refusal.code in GONE else 400
        response = web.json_response({"ok": False, "error": refusal.code}, status=code)
        status = refusal.code
    exchange.workspace.journal.record(
        "response_url",
        direction="in",
        summary=f"{hook.kind} answer" if hook else "unknown address",
        status=status,
        app_id=hook.app_id if hook else None,
        channel=hook.channel_id if hook else None,
        request=body,
    )
    return response


async def _strike(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    if fault.do in {"expired", "used"}:
        return web.json_response({"ok": False, "error": f"{fault.do}_url"}, status=404)
    return await apply(request, fault, None)


def _read(raw: str) -> Json:
    """A JSON object, bare or in a form field ``payload``; empty for anything else."""
    text = parse_qs(raw).get("payload", [raw])[0] if raw.startswith("payload=") else raw
    try:
        body = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


ROUTES = [web.post("/hooks/{kind}/{id}", answer)]
