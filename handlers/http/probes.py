"""For whoever keeps this process alive: is it up, can it serve, what does it measure."""

from __future__ import annotations

from aiohttp import web

from handlers.deps import Desk
from handlers.http.problems import Handler


async def healthz(_request: web.Request) -> web.StreamResponse:
    """The process answers. Nothing else is looked at, so that a slow database restarts nobody."""
    return web.json_response({"status": "ok"})


def readyz(desk: Desk) -> Handler:
    """Whether requests can be served: 503 while something they need is missing."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        health = await desk.health()
        status = "ok" if health.ready else "not ready"
        body = {"status": status, "checks": dict(health.checks)}
        return web.json_response(body, status=200 if health.ready else 503)

    return answer


def metrics(desk: Desk) -> Handler:
    """The metrics in Prometheus' text format."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        exposition, content_type = desk.metrics()
        return web.Response(body=exposition, headers={"Content-Type": content_type})

    return answer
