"""Where strangers' apps run: on the web servers and sockets that Bolt offers, with Bolt's own defaults.

The only thing that an app is told about the sandbox is the base URL of its client.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from types import ModuleType
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from slack_bolt import App
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.listening import listening
from sandbox.testing import App as Installed
from sandbox.testing import Workspace

PATH = "/slack/events"
Listen = Callable[[Any], None]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name in the standard library
        pass


def with_url(manifest: dict[str, Any], url: str | None) -> dict[str, Any]:
    """The manifest for one transport: an address in every place that takes one, or Socket Mode."""
    features, settings = dict(manifest["features"]), dict(manifest["settings"])
    if url is None:
        return {**manifest, "settings": {**settings, "socket_mode_enabled": True}}
    commands = features.get("slash_commands", [])
    features["slash_commands"] = [{**each, "url": url} for each in commands]
    for key in ("interactivity", "event_subscriptions"):
        if key in settings:
            settings[key] = {**settings[key], "request_url": url}
    return {**manifest, "features": features, "settings": settings}


@asynccontextmanager
async def running(
    sandbox: Workspace, module: ModuleType, transport: str, **options: Any
) -> AsyncIterator[Installed]:
    """An app of ``apps`` on "http" or "socket"; ``options`` go to Bolt."""
    installed = await sandbox.install(
        with_url(module.MANIFEST, None if transport == "socket" else "http://127.0.0.1:9")
    )
    host = HOSTS[module.listen.__annotations__["app"], transport]
    async with host(installed, module.listen, options) as url:
        if url is not None:
            installed = await sandbox.install(with_url(module.MANIFEST, url))
        yield installed


def _sync_app(installed: Installed, listen: Listen, options: dict[str, Any]) -> App:
    client = WebClient(token=installed.bot_token, base_url=installed.api_url)
    app = App(client=client, signing_secret=installed.signing_secret, **options)
    listen(app)
    return app


def close_builtin(client: SocketModeClient) -> None:
    """Close at once: left alone, the client waits three seconds for another frame.

    Its runner begins a session anew, and takes "terminated" back, unless it is stopped first;
    whoever then joins it waits for ever.
    """
    runner = client.current_session_runner
    runner.event.set()
    client.current_session_state.terminated = True
    if client.current_session is not None:
        client.current_session.ping("bye")
    while runner.is_alive():
        client.current_session_state.terminated = True
        runner.thread.join(0.05)
    client.close()


@asynccontextmanager
async def _wsgi(installed: Installed, listen: Listen, options: dict[str, Any]) -> AsyncIterator[str]:
    app = await asyncio.to_thread(_sync_app, installed, listen, options)
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(SlackRequestHandler(app, PATH))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PATH}"
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join(5)
        app.listener_runner.listener_executor.shutdown()


@asynccontextmanager
async def _builtin_socket(
    installed: Installed, listen: Listen, options: dict[str, Any]
) -> AsyncIterator[None]:
    app = await asyncio.to_thread(_sync_app, installed, listen, options)
    handler = SocketModeHandler(app, installed.app_token, ping_interval=1)
    await asyncio.to_thread(handler.connect)
    try:
        yield None
    finally:
        await asyncio.to_thread(close_builtin, handler.client)
        app.listener_runner.listener_executor.shutdown()


def _async_app(installed: Installed, listen: Listen, options: dict[str, Any]) -> AsyncApp:
    client = AsyncWebClient(token=installed.bot_token, base_url=installed.api_url)
    app = AsyncApp(client=client, signing_secret=installed.signing_secret, **options)
    listen(app)
    return app


@asynccontextmanager
async def _aiohttp(installed: Installed, listen: Listen, options: dict[str, Any]) -> AsyncIterator[str]:
    async with listening(_async_app(installed, listen, options).web_app(path=PATH)) as port:
        yield f"http://127.0.0.1:{port}{PATH}"


@asynccontextmanager
async def _aiohttp_socket(
    installed: Installed, listen: Listen, options: dict[str, Any]
) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(_async_app(installed, listen, options), installed.app_token)
    await handler.connect_async()
    try:
        yield None
    finally:
        await handler.close_async()


HOSTS: dict[tuple[str, str], Any] = {
    ("App", "http"): _wsgi,
    ("App", "socket"): _builtin_socket,
    ("AsyncApp", "http"): _aiohttp,
    ("AsyncApp", "socket"): _aiohttp_socket,
}
