"""A workspace behind real sockets, and Slack's own client to speak to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.model import App
from sandbox.state import Workspace

ALL_SCOPES = [
    *("channels:read", "channels:history", "channels:manage", "channels:join"),
    *("groups:read", "groups:history", "groups:write", "im:read", "im:history", "im:write"),
    *("mpim:read", "mpim:history", "mpim:write"),
    *("chat:write", "chat:write.public", "chat:write.customize"),
    *("users:read", "users:read.email", "users.profile:read", "usergroups:read", "usergroups:write"),
    *("pins:read", "pins:write", "bookmarks:read", "bookmarks:write", "reactions:read", "reactions:write"),
    *("files:read", "files:write", "team:read", "emoji:read", "dnd:read", "canvases:write", "canvases:read"),
    *("app_mentions:read", "metadata.message:read", "commands"),
]
ALL_EVENTS = [
    *("app_mention", "app_home_opened", "app_uninstalled", "tokens_revoked"),
    *("message.channels", "message.groups", "message.im", "message.mpim"),
    *("channel_created", "channel_rename", "channel_archive", "channel_unarchive", "channel_shared"),
    *("group_rename", "group_archive", "group_unarchive", "member_joined_channel", "member_left_channel"),
    *("reaction_added", "reaction_removed", "pin_added", "pin_removed"),
    *("subteam_updated", "subteam_members_changed", "user_change", "file_shared"),
]


def manifest(
    name: str = "Tester", *, scopes: list[str] | None = None, events: list[str] | None = None
) -> Any:
    return {
        "display_information": {"name": name},
        "features": {"bot_user": {"display_name": name}, "app_home": {"home_tab_enabled": True}},
        "oauth_config": {"scopes": {"bot": ALL_SCOPES if scopes is None else scopes}},
        "settings": {"event_subscriptions": {"bot_events": ALL_EVENTS if events is None else events}},
    }


@dataclass
class Bench:
    """The workspace, an app in it, its client, and every event that the app was sent."""

    workspace: Workspace
    app: App
    client: AsyncWebClient
    base_url: str
    envelopes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def events(self, type_: str, app: App | None = None) -> list[dict[str, Any]]:
        wanted = (app or self.app).id
        return [
            each["event"] for to, each in self.envelopes if to == wanted and each["event"]["type"] == type_
        ]

    def install(self, **rest: Any) -> tuple[App, AsyncWebClient]:
        app = self.workspace.install_app(manifest(**rest))
        return app, self.client_of(app.bot_token)

    def client_of(self, token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=f"{self.base_url}/api/", retry_handlers=[])

    def trigger(self, user: str = "U0ADA") -> str:
        return self.workspace.triggers.issue(user, self.app.id)


async def error_of(awaitable: Any) -> str:
    """The error code with which a call is refused."""
    with pytest.raises(SlackApiError) as refused:
        await awaitable
    return str(refused.value.response["error"])


async def upload(bench: Bench, name: str, content: bytes, **where: Any) -> Any:
    """The three steps of an upload; the answer is that of the last one."""
    place = await bench.client.files_getUploadURLExternal(filename=name, length=len(content))
    async with ClientSession() as session, session.post(place["upload_url"], data=content) as response:
        assert response.status == 200
    return await bench.client.files_completeUploadExternal(files=[{"id": place["file_id"]}], **where)
