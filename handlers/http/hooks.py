"""Webhooks of monitoring: accepted here, understood later.

A webhook is checked on its raw bytes, stored as one row and answered. What it means is
read by the inbox worker, so a storm of alerts never waits for thinking. What an authentic sender
sends is stored even if nobody will understand it: it is put aside then, and can be replayed.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from aiohttp import web

from handlers.deps import Desk, Headers
from handlers.http.authenticity import TOLERANCE, Request, authentic
from handlers.http.problems import Handler, Refused
from handlers.http.reading import body
from handlers.http.showing import Shown, shown
from handlers.http.sources import ADAPTERS, Malformed, cdevents, cloudevents, generic, sli
from handlers.http.sources.deliveries import delivery_id

MAX_BODY = 2 * 1024 * 1024
_ENVELOPED = (cdevents.SOURCE, cloudevents.SOURCE)
_OURS = (generic.SOURCE, sli.SOURCE)
"""Formats that people write themselves."""
KEPT_HEADERS = ("Content-Type", "User-Agent", "X-Tocsin-Delivery", "X-Tocsin-Timestamp")
"""Headers worth keeping with the body; never the ones that authenticate it."""


class Kept(Shown):
    """It is stored, and will be understood."""

    accepted: bool
    delivery: str
    seen_before: bool


def webhooks(desk: Desk) -> Handler:
    """``POST /hooks/{source}``."""

    async def receive(request: web.Request) -> web.StreamResponse:
        source = request.match_info["source"]
        secrets = desk.webhook_secrets.get(source)
        if not secrets:
            raise Refused(404, "No such source", "Sources are named in the setting webhooks.secrets.")
        raw = await body(request, limit=MAX_BODY)
        _require_authentic(source, request, raw, desk=desk, secrets=secrets)
        _require_room(source, desk)
        if source in _ENVELOPED:
            raw = cloudevents.structured(request.headers, raw)
        key = _key(source, request.headers, raw, window=int(desk.wall().timestamp()) // TOLERANCE)
        kept = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
        fresh = await desk.accept_webhook(source, key, kept, raw)
        _require_shape(source, raw, received_at=desk.wall(), key=key)
        return shown(Kept(accepted=True, delivery=key, seen_before=not fresh), status=202)

    return receive


def _require_authentic(
    source: str, request: web.Request, raw: bytes, *, desk: Desk, secrets: tuple[str, ...]
) -> None:
    claim = Request(headers=request.headers, query=request.query, raw=raw, secrets=secrets, now=desk.wall())
    if not authentic(source, claim):
        raise Refused(401, "Not authentic", "The signature, its timestamp or the token is missing or wrong.")


def _require_room(source: str, desk: Desk) -> None:
    """Senders try again after 429, and take every other refusal for the last word."""
    wait = desk.admit(source)
    if wait is not None:
        detail = "This source has sent too much. Send the same again after the seconds in Retry-After."
        raise Refused(429, "Too many deliveries", detail, retry_after=int(wait.total_seconds()))


def _require_shape(source: str, raw: bytes, *, received_at: datetime, key: str) -> None:
    """Tell whoever writes our own formats by hand what is missing, once it is safely kept.

    Products that send alerts give up for good, or are switched off by their makers, when they get
    such an answer (PagerDuty docs, "Webhooks": 4xx is not retried), so they never do.
    """
    if source not in _OURS:
        return
    try:
        ADAPTERS[source](raw, received_at=received_at)
    except Malformed as malformed:
        raise Refused(422, "Not understood", f"{malformed.says} It is kept as {key}.") from malformed


def _key(source: str, headers: Headers, raw: bytes, *, window: int) -> str:
    """What makes two deliveries one: the sender's id for it, else the same words at the same time.

    A signed body has its own timestamp. A body that only carries a token counts as sent
    again within five minutes, and as news after that.
    """
    given = delivery_id(source, headers, raw)
    if given:
        return f"id:{given}"
    when = headers.get("X-Tocsin-Timestamp") if "X-Tocsin-Signature" in headers else str(window)
    return f"body:{when}:{hashlib.sha256(raw).hexdigest()}"
