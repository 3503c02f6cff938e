"""One signed HTTP request to a bot, and how it ended.

The bot has three seconds of real time: it runs in real time even when the
workspace's clock does not. At most two redirects are followed.

Source: Slack docs, "The Events API" (retries, error reasons) and "Handling user interaction".
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, Self
from urllib.parse import urlencode

import aiohttp
from yarl import URL

ACK_SECONDS = 3.0  # Slack docs: every request is answered within three seconds
MAX_REDIRECTS = 2  # Slack docs, "The Events API"
MAX_BODY_BYTES = 1 << 20  # ours: an answer is a message or a view, both far smaller
NO_RETRY_HEADER = "X-Slack-No-Retry"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"

Reason = Literal[
    "http_timeout",
    "too_many_redirects",
    "connection_failed",
    "ssl_error",
    "http_error",
    "unknown_error",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """How a bot answered. ``failure`` is None when it acknowledged in time."""

    failure: Reason | None
    latency_ms: float
    status: int | None = None
    body: Any = None
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        return self.failure is None


def json_body(payload: Mapping[str, Any]) -> tuple[bytes, str]:
    """Raw body and content type of an event."""
    return json.dumps(payload).encode(), "application/json"


def form_body(fields: Mapping[str, str]) -> tuple[bytes, str]:
    """Raw body and content type of a slash command or an interaction."""
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


class Poster:
    """Posts to bots over one shared session; use as a context manager."""

    def __init__(self, patience: float = ACK_SECONDS) -> None:
        self.patience = patience
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            headers={"User-Agent": USER_AGENT},
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Ack:
        """Send once and wait for the acknowledgement; never raises for what the bot did."""
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.patience):
                status, answer, no_retry = await self._follow(URL(url), body, headers)
        except TimeoutError:
            return Ack(failure="http_timeout", latency_ms=_since(started))
        except aiohttp.TooManyRedirects:
            return Ack(failure="too_many_redirects", latency_ms=_since(started))
        except (aiohttp.ClientSSLError, ssl.SSLError):
            return Ack(failure="ssl_error", latency_ms=_since(started))
        except aiohttp.ClientConnectionError:
            return Ack(failure="connection_failed", latency_ms=_since(started))
        except (aiohttp.ClientError, ValueError):
            return Ack(failure="unknown_error", latency_ms=_since(started))
        failure: Reason | None = (
            None if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else "http_error"
        )
        return Ack(failure=failure, status=status, body=answer, no_retry=no_retry, latency_ms=_since(started))

    async def _follow(self, url: URL, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any, bool]:
        assert self._session is not None, "enter the poster first"  # noqa: S101  a mistake of ours, not of the bot
        for hop in range(MAX_REDIRECTS + 1):
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                onward = response.headers.get("Location") if response.status in _REDIRECTS else None
                if onward is None:
                    raw = await response.content.read(MAX_BODY_BYTES)
                    no_retry = response.headers.get(NO_RETRY_HEADER) == "1"
                    return response.status, _read(raw), no_retry
                if hop == MAX_REDIRECTS:
                    raise aiohttp.TooManyRedirects(response.request_info, response.history)
                url = url.join(URL(onward))
        raise AssertionError("unreachable: the loop answers or raises")


def _read(raw: bytes) -> Any:
    """The JSON of an answer, else its text, None when it is empty."""
    if not raw.strip():
        return None
    text = raw.decode("utf-8", errors="replace")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
