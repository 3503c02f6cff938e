"""The sandbox as one web application.

``/api/<method>`` is the Web API; the control surface, Socket Mode, the response URLs
and the page are mounted by ``control``.
"""

from __future__ import annotations

from aiohttp import web

from sandbox import control, events, faults_api, uploads, web_api
from sandbox.control import guard
from sandbox.state import WORKSPACE, Workspace

MAX_REQUEST_BYTES = 64 * 1024 * 1024  # uploads are held in memory


def build_app(workspace: Workspace) -> web.Application:
    """An application that serves this workspace; run it with aiohttp's runner or test server."""
    app = web.Application(
        client_max_size=MAX_REQUEST_BYTES, middlewares=[guard.middleware, faults_api.middleware]
    )
    app[WORKSPACE] = workspace
    web_api.add_routes(app)
    uploads.add_routes(app)
    events.attach(workspace)
    app.on_cleanup.append(_stop_timers)
    control.add_routes(app)
    return app


async def _stop_timers(app: web.Application) -> None:
    await app[WORKSPACE].timers.stop()
