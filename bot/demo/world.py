"""The machines of the story: monitoring that posts alerts, a pipeline that asks the gate."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bot.clock import SystemClock
from bot.demo.house import GATE_TOKEN, WEBHOOK_SECRET, House

Json = dict[str, Any]


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
        url = f"{self._house.bot_url}/hooks/{source}"
        async with self._session.post(url, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def gate(self, change: Mapping[str, object]) -> Json:
        """Ask whether a change may go ahead."""
        headers = {"Authorization": f"Bearer {GATE_TOKEN}"}
        url = f"{self._house.bot_url}/v1/gate"
        async with self._session.post(url, json={"change": dict(change)}, headers=headers) as answer:
            verdict: Json = await answer.json()
            return verdict


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
