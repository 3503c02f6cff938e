"""Bots built with Slack's own framework, for tests that need one on a sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.listening import listening
from sandbox.testing import App

Json = dict[str, Any]
EVENTS = [
    "app_home_opened", "app_mention", "message.channels", "message.groups", "message.im",
    "reaction_added", "member_joined_channel", "channel_created", "pin_added",
]  # fmt: skip
SCOPES = [
    "app_mentions:read", "channels:history", "channels:join", "channels:manage", "channels:read",
    "chat:write",
    "chat:write.public", "commands", "groups:history", "groups:read", "im:history", "im:write", "pins:read",
    "pins:write", "reactions:read", "reactions:write", "usergroups:read", "users:read",
]  # fmt: skip


def manifest(*, url: str | None = None, name: str = "Tester", **settings: Any) -> Json:
    """A manifest with one command, two shortcuts and the usual events; Socket Mode without ``url``."""
    command = {
        "command": "/incident",
        "description": "Declare",
        "usage_hint": "declare …",
        "should_escape": True,
    }
    return {
        "display_information": {"name": name},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": name},
            "slash_commands": [command | ({"url": url} if url else {})],
            "shortcuts": [
                {"name": "Declare", "type": "global", "callback_id": "declare", "description": "x"},
                {"name": "Record", "type": "message", "callback_id": "record", "description": "x"},
            ],
        },
        "oauth_config": {"scopes": {"bot": SCOPES}},
        "settings": {
            "event_subscriptions": {"bot_events": EVENTS} | ({"request_url": url} if url else {}),
            "interactivity": {"is_enabled": True} | ({"request_url": url} if url else {}),
            "socket_mode_enabled": url is None,
        }
        | settings,
    }


@dataclass
class Endpoint:
    """A bot's HTTP side: records every request, and answers as Bolt or as told."""

    verifier: SignatureVerifier | None = None
    bolt: AsyncApp | None = None
    override: Callable[[web.Request], Awaitable[web.StreamResponse | None]] | None = None
    url: str = ""
    requests: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.text()
        self.requests.append((dict(request.headers), raw))
        if self.override is not None and (answer := await self.override(request)) is not None:
            return answer
        if self.verifier is None or not self.verifier.is_valid_request(raw, dict(request.headers)):
            return web.Response(status=401)
        if self.bolt is None:
            return web.Response()
        bolt_request = AsyncBoltRequest(body=raw, query=request.query_string, headers=dict(request.headers))
        return await to_aiohttp_response(await self.bolt.async_dispatch(bolt_request))


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """A listening port for a bot."""
    made = Endpoint()
    app = web.Application()
    app.router.add_post("/slack/events", made.handle)
    async with listening(app, shutdown_seconds=0.5) as port:
        made.url = f"http://127.0.0.1:{port}/slack/events"
        yield made


@dataclass
class Bot:
    """A Bolt app that is installed in the sandbox; listeners are added to ``bolt``."""

    app: App
    bolt: AsyncApp
    client: AsyncWebClient
    endpoint: Endpoint | None = None


@asynccontextmanager
async def web_client(app: App, **options: Any) -> AsyncIterator[AsyncWebClient]:
    async with ClientSession(timeout=ClientTimeout(total=10), trust_env=False) as session:
        yield AsyncWebClient(
            token=app.bot_token, base_url=app.api_url, session=session, retry_handlers=[], **options
        )


def bolt_app(app: App, client: AsyncWebClient) -> AsyncApp:
    """An AsyncApp that knows who it is without asking."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=app.team_id,
            bot_token=app.bot_token,
            bot_id=app.bot_id,
            bot_user_id=app.bot_user_id,
        )

    return AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=app.signing_secret,
        request_verification_enabled=False,
    )
