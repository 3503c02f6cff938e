"""Slack's deliveries over HTTP: events, commands and interactivity share one address."""

from __future__ import annotations

from aiohttp import web

from handlers.deps import Desk
from handlers.http.authenticity import from_slack
from handlers.http.problems import Handler, Refused
from handlers.http.reading import body

MAX_BODY = 2 * 1024 * 1024  # a modal has at most 250 kB (Slack docs, views), events are smaller
FORM = "application/x-www-form-urlencoded"


def deliveries(desk: Desk) -> Handler:
    """Check the signature on the raw bytes, then hand the delivery to Bolt."""

    async def receive(request: web.Request) -> web.StreamResponse:
        raw = await body(request, limit=MAX_BODY)
        if not from_slack(request.headers, raw, secret=desk.signing_secret, now=desk.wall()):
            raise Refused(401, "Not from Slack", "The signature or its timestamp is missing or wrong.")
        answer = await desk.dispatch(_readable(raw, request.content_type), dict(request.headers))
        if answer.status == web.HTTPBadRequest.status_code:
            raise Refused(400, "Not understood", "This is no delivery of a kind that Slack is known to send.")
        return web.Response(status=answer.status, text=answer.body, content_type=answer.content_type)

    return receive


def _readable(raw: bytes, content_type: str) -> str:
    """The body as Bolt reads it correctly. Raises Refused (400).

    Bolt takes every form in which the word "payload" occurs for an interaction, and drops
    a command that says "the payload service is down". Written as %70ayload the word is the
    same to a form's reader and no longer trips Bolt (slack_bolt 1.30, ``parse_body``).
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Refused(400, "Not text", "The body is not UTF-8.") from None
    if content_type == FORM and not text.startswith("payload="):
        return text.replace("payload", "%70ayload")
    return text
