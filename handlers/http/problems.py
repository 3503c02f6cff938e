"""Errors as RFC 9457 problem documents: what is wrong and what to do, and nothing secret."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from handlers.deps import Complain, Fate, Unavailable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """A request that is answered with a problem document, and noted in one line of the log.

    ``detail`` is read by whoever sent it and by operators: never a part of what was sent.
    """

    def __init__(
        self, status: int, title: str, detail: str, *, retry_after: int | None = None, noted: bool = True
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.retry_after = retry_after
        self.noted = noted


_AWAY = {
    Fate.NOTHING: "Nothing was stored. Send it again later.",
    Fate.KEPT: "It was stored, and cannot be answered now. Send it again later: nothing is stored twice.",
    Fate.UNKNOWN: "It may have been stored. Send it again later, as it is: nothing is stored twice.",
}


def problem(status: int, title: str, detail: str, *, retry_after: int | None = None) -> web.Response:
    """The document; ``retry_after`` in seconds."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return web.Response(
        status=status,
        text=json.dumps(body, ensure_ascii=False),
        content_type="application/problem+json",
        headers=headers,
    )


def answering_problems(complain: Complain) -> Middleware:
    """The HTTP edge's safety net: whatever goes wrong is answered as a problem document."""

    @web.middleware
    async def safely(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            if refused.noted:
                complain("http.refused", path=request.path, status=refused.status, reason=refused.detail)
            return problem(refused.status, refused.title, refused.detail, retry_after=refused.retry_after)
        except web.HTTPException as answered:
            if answered.status < web.HTTPBadRequest.status_code:
                raise
            return problem(answered.status, answered.reason, "See the documentation of the HTTP API.")
        except Unavailable as unavailable:
            complain("http.unavailable", path=request.path, reason=str(unavailable))
            return problem(503, "Not available", _AWAY[unavailable.fate], retry_after=5)
        except Exception as unexpected:  # noqa: BLE001 - the edge answers, whatever happened inside
            complain("http.failed", path=request.path, reason=repr(unexpected), exc_info=unexpected)
            return problem(500, "Not done", "Something failed here. Nothing was decided; send it again.")

    return safely
