"""The machines of the story: monitoring that posts alerts, a pipeline that asks the gate."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bot.clock import SystemClock
from bot.demo.house import GATE_TOKEN, WEBHOOK_SECRET, House, HouseBroken

Json = dict[str, Any]
PATIENCE = 20.0
"""Seconds for which a machine tries again when nobody answers, or somebody who is in trouble."""
_AGAIN_AFTER = 0.1
_TROUBLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as a rule of Prometheus words it."""

    name: str
    service: str
    summary: str
    severity: str = "critical"

    def firing(self, since: datetime, origin: str) -> Json:
        """The alert inside a webhook payload of Alertmanager."""
        labels = {
            "alertname": self.name,
            "service": self.service,
            "severity": self.severity,
            "env": "production",
            "origin": origin,
        }
        fingerprint = hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16]
        return {
            "status": "firing",
            "labels": labels,
            "annotations": {"summary": self.summary},
            "startsAt": _rfc3339(since),
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": f"https://{origin}.example.com/graph?alert={self.name}",
            "fingerprint": fingerprint,
        }


def delivery(alerts: Sequence[Json], *, origin: str, status: str = "firing") -> Json:
    """A webhook payload of Alertmanager, format version 4."""
    return {
        "version": "4",
        "groupKey": f'{{}}:{{origin="{origin}"}}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "tocsin",
        "groupLabels": {"origin": origin},
        "commonLabels": {"env": "production", "origin": origin},
        "commonAnnotations": {},
        "externalURL": f"https://alertmanager.{origin}.example.com",
        "alerts": list(alerts),
    }


def resolved(alert: Json, at: datetime) -> Json:
    """The same alert when it is over."""
    return {**alert, "status": "resolved", "endsAt": _rfc3339(at)}


class Machines:
    """Monitoring and pipelines, as HTTP clients of the bot."""

    def __init__(self, house: House, session: aiohttp.ClientSession) -> None:
        self._house = house
        self._session = session

    async def now(self) -> datetime:
        """The time of the workspace, which the bot follows."""
        shown = float((await self._house.workspace.get("clock"))["now"])
        return datetime.fromtimestamp(shown, UTC)

    async def alert(self, payload: Json, *, source: str = "alertmanager") -> int:
        """Post a signed webhook; the answer is the HTTP status."""
        body = json.dumps(payload).encode()
        headers = {"Content-Type": "application/json", **signature(body)}
        status, _ = await self._posted(f"/hooks/{source}", body, headers)
        return status

    async def gate(self, change: Mapping[str, object]) -> Json:
        """Ask whether a change may go ahead."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {GATE_TOKEN}"}
        body = json.dumps({"change": dict(change)}).encode()
        verdict: Json = json.loads((await self._posted("/v1/gate", body, headers))[1])
        return verdict

    async def _posted(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Send the same until it is answered, as monitoring and pipelines do. Raises HouseBroken."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            try:
                url = f"{self._house.bot_url}{path}"
                async with self._session.post(url, data=body, headers=headers) as answer:
                    text = await answer.read()
                if answer.status < _TROUBLE:
                    return answer.status, text
            except aiohttp.ClientError:
                pass  # the bot is being started again
            await asyncio.sleep(_AGAIN_AFTER)
        raise HouseBroken(
            f"The bot did not answer {path} within {PATIENCE:.0f} s:\n{self._house.last_words()}"
        )


def signature(body: bytes, *, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    """Headers that prove a webhook: HMAC-SHA256 over version, timestamp and raw body."""
    timestamp = str(int(SystemClock().now().timestamp()))
    signed = hmac.new(secret.encode(), f"v1:{timestamp}:".encode() + body, hashlib.sha256)
    return {"X-Tocsin-Timestamp": timestamp, "X-Tocsin-Signature": f"v1={signed.hexdigest()}"}


def ago(now: datetime, seconds: float) -> datetime:
    """An instant before ``now``."""
    return now - timedelta(seconds=seconds)


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
