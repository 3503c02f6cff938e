"""The sandbox as one web application.

``/api/<method>`` is the Web API, ``/files/…`` takes uploads; the control surface, Socket Mode, the
response URLs and the page are mounted by their own modules.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from aiohttp import web

from sandbox.state import WORKSPACE, Workspace

MAX_REQUEST_BYTES = 64 * 1024 * 1024  # uploads are held in memory


def build_app(workspace: Workspace) -> web.Application:
    """An application that serves this workspace; run it with aiohttp's runner or test server."""
    app = web.Application(client_max_size=MAX_REQUEST_BYTES)
    app[WORKSPACE] = workspace
    for module in ("sandbox.control", "sandbox.sockets", "sandbox.interactions", "sandbox.page.routes"):
        if find_spec(module) and hasattr(mounted := importlib.import_module(module), "add_routes"):
            mounted.add_routes(app)
    return app
