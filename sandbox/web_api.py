"""``/api/<method>``: from request to answer.

In order: read the arguments, know the app by its token, count the call against its
limits, check scopes, run the method. A refusal is HTTP 200 with ``ok: false``; only
limits have a status of their own. Every call is in the journal.
"""

from __future__ import annotations

import json
import time
from typing import Any

from aiohttp import hdrs, web

from sandbox.api import METHODS
from sandbox.api.auth import api_test
from sandbox.api.registry import Call, Method
from sandbox.arguments import Arguments, read_arguments, token_of
from sandbox.errors import Limited, Refusal
from sandbox.model import App
from sandbox.state import WORKSPACE, Workspace

Json = dict[str, Any]
JOURNALED_CHARS = 50_000  # a longer answer is only measured, lest a load test fills the memory
APP_OF_REQUEST = web.RequestKey("sandbox_app", App)


async def call_method(request: web.Request) -> web.StreamResponse:
    """Answer one call of the Web API."""
    workspace, name = request.app[WORKSPACE], request.match_info["method"]
    started = time.perf_counter()
    arguments = Arguments({})
    headers = {"X-Slack-Req-Id": workspace.ids.hex(32).lower()}
    status = 200
    try:
        arguments = await read_arguments(request)
        answer = _answer(request, workspace, name, arguments, headers)
    except Limited as limited:
        status, headers[hdrs.RETRY_AFTER] = 429, str(limited.after)
        answer = {"ok": False, "error": limited.code}
    except Refusal as refusal:
        answer = {"ok": False, "error": refusal.code, **refusal.detail}
    _warn_of_charset(request, answer)
    app, text = request.get(APP_OF_REQUEST), json.dumps(answer)
    workspace.journal.record(
        "api",
        direction="in",
        summary=name,
        status=str(status) if status != 200 else answer.get("error", "ok"),  # noqa: PLR2004
        latency_ms=round((time.perf_counter() - started) * 1000, 3),
        app_id=app.id if app else None,
        channel=arguments.text("channel") or arguments.text("channel_id") or None,
        correlation=headers["X-Slack-Req-Id"],
        request=arguments.to_json(),
        response=answer if len(text) <= JOURNALED_CHARS else {"ok": answer["ok"], "length": len(text)},
    )
    return web.Response(
        text=text,
        status=status,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )


def _answer(
    request: web.Request, workspace: Workspace, name: str, arguments: Arguments, headers: dict[str, str]
) -> Json:
    if name == "api.test":
        return {"ok": True, **api_test(arguments)}
    method = METHODS.get(name)
    if method is None:
        raise Refusal("unknown_method", req_method=name)
    app = _caller(workspace, method, token_of(request, arguments))
    request[APP_OF_REQUEST] = app
    headers["X-OAuth-Scopes"] = ",".join(sorted(app.scopes))
    headers["X-Accepted-OAuth-Scopes"] = ",".join(method.scopes)
    call = Call(workspace=workspace, method=name, arguments=arguments, app=app, http_method=request.method)
    _admit(call, method)
    if method.scopes and method.caller == "bot":
        call.need(*method.scopes)
    return {"ok": True, **method.run(call)}


def _caller(workspace: Workspace, method: Method, token: str) -> App:
    """The app behind the token; raises Refusal for none, a wrong one, or one of the wrong kind."""
    if not token:
        raise Refusal("not_authed")
    held = workspace.app_of_token(token)
    if held is None:
        raise Refusal("invalid_auth")
    app, kind = held
    if kind != method.caller:
        raise Refusal("not_allowed_token_type")
    if not app.installed:
        raise Refusal(app.refusal)
    return app


def _admit(call: Call, method: Method) -> None:
    workspace, arguments = call.workspace, call.arguments
    posting = method.tier == "posting"
    workspace.limits.admit(
        workspace.knobs.rate_limits,
        call.app.id,
        method.name,
        method.tier,
        workspace.clock.now(),
        channel=arguments.text("channel") if posting else "",
        halved=method.paged and "limit" not in arguments and "cursor" not in arguments,
    )


def _warn_of_charset(request: web.Request, answer: Json) -> None:
    """JSON without a declared charset is taken, with a warning."""
    if (
        request.method == hdrs.METH_POST
        and request.content_type == "application/json"
        and not request.charset
    ):
        answer.setdefault("warning", "missing_charset")
        metadata = answer.setdefault("response_metadata", {})
        metadata.setdefault("warnings", []).append("missing_charset")


def add_routes(app: web.Application) -> None:
    app.router.add_route("GET", "/api/{method}", call_method)
    app.router.add_route("POST", "/api/{method}", call_method)
