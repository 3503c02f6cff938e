"""How soon an outage is declared while monitoring sends as fast as it can, and what that takes of memory.

The whole bot as it is shipped, beside a workspace: 64 connections send deliveries of alerts that
begin, repeat and end, and send again as soon as they are answered, or when they are told to.
Meanwhile outages arise, one a second, each from one alert among the others that a rule declares
upon. Counted is from the answer to that alert until the incident can be read in the database.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random  # noqa: TID251 - the same storm every time
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from statistics import mean

import yaml
from aiohttp import ClientSession, TCPConnector

from bench.door import HOOK, SECRET
from bench.elsewhere import sandbox_elsewhere
from bench.intake import cpu
from bench.process import prepared, running, until_ready
from bench.report import Finding, Report, percentile
from bot.clock import SystemClock
from playbooks.loader import EXAMPLE_CATALOGUE

CONNECTIONS = 64
SERVICES, RULES, TOGETHER = 50, 20, 10
OUTAGES, QUICK_OUTAGES = 40, 10
SOON = 2.0
GROWS = 1.1
CALM_DOWN = 60.0
_LOOK = 0.02
AS_SHIPPED = ("TOCSIN_WEBHOOKS__RATE=200", "TOCSIN_WEBHOOKS__BURST=5000")

Json = dict[str, object]


@dataclass(slots=True)
class Seen:
    """What happened in the storm; instants on the monotonic clock."""

    sent: dict[str, float] = field(default_factory=dict)
    """By the environment in which an outage arose, and so are the next two."""
    accepted: dict[str, float] = field(default_factory=dict)
    declared: dict[str, float] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    """Resident MiB, twice a second."""
    answers: dict[int, int] = field(default_factory=dict)
    worked: float = 0.0
    """The share of a core that the bot was given, or needed."""


def catalogue() -> str:
    """The example, and services that wake nobody."""
    world = yaml.safe_load(EXAMPLE_CATALOGUE.read_text())
    world["services"] |= {
        f"noise-{n}": {"title": f"Noise {n}", "tier": 4, "owner": "platform", "leads": ["fay"]}
        for n in range(SERVICES)
    }
    return str(yaml.safe_dump(world))


def noise() -> Iterator[bytes]:
    """Deliveries of alerts that begin, are repeated and end at random."""
    dice = random.Random(7)  # noqa: S311 - nothing secret
    began: dict[tuple[int, int], datetime] = {}
    while True:
        now = SystemClock().now()
        alerts = []
        for _ in range(TOGETHER):
            rule, service = one = (dice.randrange(RULES), dice.randrange(SERVICES))
            starts = began.setdefault(one, now)
            ends = began.pop(one) and now if dice.random() < 1 / 3 else None
            labels = {"alertname": f"Rule{rule}", "service": f"noise-{service}"}
            alerts.append(_alert(labels, starts=starts, ends=ends))
        yield _delivery(alerts)


def outage(env: str) -> bytes:
    """An alert upon which the shipped playbook declares at once."""
    labels = {
        "alertname": "BudgetBurns",
        "service": "checkout",
        "env": env,
        "kind": "slo_burn",
        "window": "page",
    }
    return _delivery([_alert(labels, starts=SystemClock().now())])


def _alert(labels: dict[str, str], *, starts: datetime, ends: datetime | None = None) -> Json:
    return {
        "status": "resolved" if ends else "firing",
        "labels": labels | {"severity": "critical"},
        "annotations": {"summary": f"{labels['service']} answers one request in three with an error"},
        "startsAt": starts.isoformat(),
        "endsAt": ends.isoformat() if ends else "0001-01-01T00:00:00Z",
    }


def _delivery(alerts: list[Json]) -> bytes:
    return json.dumps({"version": "4", "alerts": alerts}).encode()


def _signed(body: bytes) -> dict[str, str]:
    stamp = str(int(SystemClock().now().timestamp()))
    proof = hmac.new(SECRET.encode(), f"v1:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Tocsin-Timestamp": stamp, "X-Tocsin-Signature": f"v1={proof}"}


class Monitoring:
    """Everybody who sends."""

    def __init__(self, session: ClientSession, address: str, seen: Seen) -> None:
        self._session = session
        self._address = address + HOOK
        self._noise = noise()
        self._seen = seen

    async def flood(self) -> None:
        """One connection, for ever."""
        while True:
            await self._send(next(self._noise))

    async def burn(self, env: str) -> None:
        """An outage; it is sent again until it is accepted, as senders do."""
        self._seen.sent[env] = time.monotonic()
        while await self._send(outage(env)) != HTTPStatus.ACCEPTED:
            pass
        self._seen.accepted[env] = time.monotonic()

    async def _send(self, body: bytes) -> int:
        async with self._session.post(self._address, data=body, headers=_signed(body)) as answer:
            await answer.read()
        self._seen.answers[answer.status] = self._seen.answers.get(answer.status, 0) + 1
        await asyncio.sleep(float(answer.headers.get("Retry-After", 0)))
        return answer.status


async def _watch(database: Path, pid: int, seen: Seen, outages: int) -> None:
    """Note when outages are declared, and what the bot weighs, until all are."""
    next_weighing = 0.0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        while len(seen.declared) < outages:
            for (env,) in connection.execute("SELECT env FROM incidents WHERE major = 'accepted'"):
                seen.declared.setdefault(env, time.monotonic())
            if time.monotonic() > next_weighing:
                seen.memory.append(_resident(pid))
                next_weighing = time.monotonic() + 0.5
            await asyncio.sleep(_LOOK)


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


async def measure(*, quick: bool) -> Report:
    """p99 from the alert that decides to the declared incident, and whether memory stays."""
    seen, outages = Seen(), QUICK_OUTAGES if quick else OUTAGES
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-")))
        (folder / "catalogue.yaml").write_text(catalogue())
        workspace = await stack.enter_async_context(sandbox_elsewhere())
        place = await prepared(workspace, f"sqlite+aiosqlite:///{folder}/tocsin.db")
        place = replace(place, more=(f"TOCSIN_CATALOGUE__PATH={folder}/catalogue.yaml", *AS_SHIPPED))
        pid = await stack.enter_async_context(running(place))
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
        await until_ready(place, session)
        began, worked = time.monotonic(), cpu(pid)
        await _storm(Monitoring(session, place.address, seen), folder / "tocsin.db", pid, seen, outages)
        seen.worked = (cpu(pid) - worked) / (time.monotonic() - began)
    return _report(seen, outages)


async def _storm(sender: Monitoring, database: Path, pid: int, seen: Seen, outages: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_watch(database, pid, seen, outages))
        flooding = [tasks.create_task(sender.flood()) for _ in range(CONNECTIONS)]
        async with asyncio.TaskGroup() as arising:
            for n in range(outages):
                await asyncio.sleep(1)
                arising.create_task(sender.burn(f"env-{n}"))
        await asyncio.wait([watching], timeout=CALM_DOWN)
        for task in (watching, *flooding):
            task.cancel()


def _report(seen: Seen, outages: int) -> Report:
    report = Report("Outages in a storm, SQLite, the whole bot")
    took = [max(seen.declared[env] - at, 0.0) for env, at in seen.accepted.items() if env in seen.declared]
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(seen.answers.items()))
    report.lines.append(f"deliveries of {TOGETHER} alerts, answered: {answers}")
    late = max(seen.accepted[env] - at for env, at in seen.sent.items())
    report.lines.append(f"the bot had {seen.worked:.0%} of a core")
    report.lines.append(f"the longest until an alert that decides was let in: {late:.1f} s")
    report.add(Finding(what="outages declared", value=len(took), bound=outages, unit="", at_least=True))
    for share in (0.5, 0.99):
        value = percentile(took, share) if took else CALM_DOWN
        report.add(
            Finding(what=f"from alert to declared, p{share * 100:.0f}", value=value, bound=SOON, unit="s")
        )
    half = seen.memory[len(seen.memory) // 2 :]
    early, then = mean(half[: len(half) // 2]), mean(half[len(half) // 2 :])
    seen_as = f"{early:.0f} MiB, then {then:.0f} MiB"
    report.add(
        Finding(what="memory, last quarter and the one before", value=then / early, bound=GROWS, seen=seen_as)
    )
    return report
