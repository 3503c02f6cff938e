"""The control surface below ``/_sandbox``: people who act, time, faults, and what there is to see.

It is not part of Slack and has no password: it belongs on a loopback address.
``add_routes`` also mounts what bots talk to besides the Web API: the websocket link and
the response URLs.
"""

from __future__ import annotations

from aiohttp import web

from sandbox import page
from sandbox.control import admin, hooks, pages, stream
from sandbox.exchange import attach


def add_routes(app: web.Application) -> None:
    """Mount everything; the application must hold a workspace already."""
    exchange = attach(app)
    app.add_routes([web.get("/link/", exchange.hub.accept)])
    app.add_routes(hooks.ROUTES)
    app.add_routes(admin.ROUTES)
    app.add_routes(stream.ROUTES)
    app.add_routes(pages.ROUTES)
    app.add_routes(page.routes())
