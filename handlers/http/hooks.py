"""Webhooks of monitoring: accepted here, understood later.

A webhook is checked on its raw bytes, stored as one row and answered. What it means is
read by the inbox worker, so a storm of alerts never waits for thinking. What an authentic sender
sends is stored even if nobody will understand it: it is put aside then, and can be replayed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from aiohttp import web
from multidict import CIMultiDict

from handlers.deps import Desk, Headers
from handlers.http.authenticity import TOLERANCE, Request, authentic
from handlers.http.problems import Handler, Refused
from handlers.http.reading import body
from handlers.http.showing import Shown
from handlers.http.sources import ADAPTERS, Malformed, cdevents, cloudevents, generic, sli
from handlers.http.sources.deliveries import delivery_id
from handlers.http.sources.payload import require_readable

MAX_BODY = 8 * 1024 * 1024
"""Bytes that are read before a sender has proven who it is; no product sends as much.

An authentic sender is never refused below that. What is too large to be understood on the way
(``payload.READABLE``) is kept and put aside, where people see it.
"""
_ENVELOPED = (cdevents.SOURCE, cloudevents.SOURCE)
_OURS = (generic.SOURCE, sli.SOURCE)
"""Formats that people write themselves."""
_JSON = CIMultiDict({"Content-Type": "application/json; charset=utf-8"})
_NO_PROOF = "The signature, its timestamp or the token is missing or wrong."
_NO_ROOM = "This source sends more than can be understood now. Send the same again after Retry-After seconds."
_NOTED_AGAIN = timedelta(seconds=10)
KEPT_HEADERS = ("Content-Type", "User-Agent", "X-Tocsin-Delivery", "X-Tocsin-Timestamp")
"""Headers worth keeping with the body; never the ones that authenticate it."""


class Kept(Shown):
    """It is stored, and will be understood."""

    accepted: bool
    delivery: str
    seen_before: bool


def hooks(desk: Desk) -> list[web.RouteDef]:
    """``POST /hooks/{source}``: an address for each source that has a secret, and an answer for the rest."""
    return [
        *(
            web.post(f"/hooks/{source}", _receiving(source, secrets, desk))
            for source, secrets in desk.webhook_secrets.items()
            if secrets
        ),
        web.post("/hooks/{source:[a-z0-9-]{1,40}}", _unknown),
    ]


async def _unknown(_: web.Request) -> web.StreamResponse:
    raise Refused(404, "No such source", "Sources are named in the setting webhooks.secrets.")


def _receiving(source: str, secrets: tuple[str, ...], desk: Desk) -> Handler:
    door = _Door(source, desk)

    async def receive(request: web.Request) -> web.StreamResponse:
        raw = await body(request, limit=MAX_BODY)
        now = desk.wall()
        claim = Request(headers=request.headers, query=request.query, raw=raw, secrets=secrets, now=now)
        if not authentic(source, claim):
            raise Refused(401, "Not authentic", _NO_PROOF)
        door.require_room(now)
        if source in _ENVELOPED:
            raw = cloudevents.structured(request.headers, raw)
        key = _key(source, request.headers, raw, window=int(now.timestamp()) // TOLERANCE)
        kept = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
        fresh = await desk.accept_webhook(source, key, kept, raw)
        if source in _OURS:
            _require_shape(source, raw, received_at=desk.wall(), key=key)
        return _accepted(key, fresh=fresh)

    return receive


def _accepted(key: str, *, fresh: bool) -> web.Response:
    """``Kept``, written by hand: a general encoder costs as much as the row in the inbox."""
    seen = "false" if fresh else "true"
    said = f'{{"accepted": true, "delivery": {json.dumps(key)}, "seen_before": {seen}}}'
    return web.Response(status=202, body=said.encode(), headers=_JSON)


class _Door:
    """Who comes in when there is no room for all. Senders try again after 503: every one of them.

    Alertmanager takes 429 for the last word (prometheus/alertmanager, issue 2121).
    """

    def __init__(self, source: str, desk: Desk) -> None:
        self._source = source
        self._desk = desk
        self._noted_at: datetime | None = None

    def require_room(self, now: datetime) -> None:
        wait = self._desk.admit(self._source)
        if wait is None:
            return
        noted = self._noted_at is None or now - self._noted_at >= _NOTED_AGAIN
        if noted:  # a line for each would be a storm of its own
            self._noted_at = now
        raise Refused(503, "Too much at once", _NO_ROOM, retry_after=int(wait.total_seconds()), noted=noted)


def _require_shape(source: str, raw: bytes, *, received_at: datetime, key: str) -> None:
    """Tell whoever writes our own formats by hand what is missing, once it is safely kept.

    Products that send alerts give up for good, or are switched off by their makers, when they get
    such an answer (PagerDuty docs, "Webhooks": 4xx is not retried), so they never do.
    """
    try:
        require_readable(raw)
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
