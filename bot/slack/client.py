"""The one Web API client of this process.

It never repeats a call by itself: slack_sdk's default does, and can post twice when the
answer of the first attempt was lost. The outbox repeats, after looking.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

_TAKEN_OVER = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")


def make_client(session: ClientSession, *, base_url: str, token: str | None) -> AsyncWebClient:
    """A client over a shared session; the session's timeout is the client's."""
    client = AsyncWebClient(
        token=token,
        base_url=base_url if base_url.endswith("/") else f"{base_url}/",
        session=session,
        retry_handlers=[],
    )
    if is_loopback(base_url):
        client.proxy = None  # slack_sdk takes a proxy from the environment, which cannot reach a sandbox
    return client


def forget_environment() -> None:
    """Settings come from ``config``: variables that Bolt would obey behind our back are dropped.

    ``SLACK_CLIENT_ID`` with its secret would turn the app into an OAuth app.
    """
    for name in _TAKEN_OVER:
        os.environ.pop(name, None)


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
