"""How long people wait for the acknowledgement of a command or a click, in peace and in a storm.

Open loop: a command is due at its time, whether or not the one before was answered, and is
counted from then on. The storm is everything at once: twenty declarations, and monitoring
that sends as fast as it is answered.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from itertools import count
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, TCPConnector
from slack_sdk.signature import SignatureVerifier

from bench.door import HOOK
from bench.elsewhere import sandbox_elsewhere
from bench.intake import Server, turn
from bench.process import TOKEN, Place, prepared, running, until_ready
from bench.report import Finding, Report, percentile
from bot.clock import SystemClock
from handlers.names import Ref, Verb, verb_action
from playbooks.domain.ids import IncidentId

PER_SECOND = 20
"""Commands, and as many clicks: more than any incident has seen."""
SECONDS, QUICK_SECONDS = 20, 6
DECLARATIONS = 20
ALERTS = 10
LONGEST_MS, AS_IDLE = 100.0, 5.0
MISSED_MS = 3000.0
"""Slack shows an error after three seconds (Slack docs, "Acknowledgement response")."""
_numbers = count(1)


async def measure(*, quick: bool) -> Report:
    """The 99th percentile in peace and in a storm, in one run."""
    report = Report("Acknowledgements of commands and clicks, open loop")
    seconds = QUICK_SECONDS if quick else SECONDS
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-"))
        workspace = await stack.enter_async_context(sandbox_elsewhere())
        place = await prepared(workspace, f"sqlite+aiosqlite:///{folder}/tocsin.db")
        pid = await stack.enter_async_context(running(place))
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
        await until_ready(place, session)
        people = People(place, session)
        await people.declare(0)
        await people.ask_for(2)  # the first ones find cold caches
        idle = await people.ask_for(seconds)
        busy = await _in_a_storm(people, Server("ours", place.port, pid, HOOK), seconds)
    for what, waits in (("command", 0), ("click", 1)):
        calm, storm = percentile(idle[waits], 0.99), percentile(busy[waits], 0.99)
        seen = f"{calm:.1f} ms in peace, {storm:.1f} ms in the storm"
        report.add(Finding(what=f"{what}, p99 in a storm", value=storm, bound=LONGEST_MS, unit="ms"))
        report.add(
            Finding(what=f"{what}, p99 in a storm and in peace", value=storm / calm, bound=AS_IDLE, seen=seen)
        )
    missed = sum(wait >= MISSED_MS for waits in (*idle, *busy) for wait in waits)
    report.add(Finding(what="commands and clicks that Slack calls failed", value=missed, bound=0, unit=""))
    return report


Waits = tuple[list[float], list[float]]
"""Milliseconds of commands and of clicks; a refusal counts like no answer at all."""


async def _in_a_storm(people: People, server: Server, seconds: float) -> Waits:
    async def flood() -> None:
        while True:
            await turn(server, ALERTS)

    async with asyncio.TaskGroup() as tasks:
        monitoring = tasks.create_task(flood())
        declared = [tasks.create_task(people.declare(next(_numbers))) for _ in range(DECLARATIONS)]
        waits = await people.ask_for(seconds)
        await asyncio.gather(*declared)
        monitoring.cancel()
        with suppress(asyncio.CancelledError):
            await monitoring
    return waits


class People:
    """They type and click at fixed times; Slack signs for them."""

    def __init__(self, place: Place, session: ClientSession) -> None:
        self._place = place
        self._session = session
        self._signer = SignatureVerifier(place.app.signing_secret)

    async def declare(self, number: int) -> None:
        """Something that happens nowhere else, so that nothing looks alike."""
        asked = {"title": f"Outage {number}", "service": "checkout", "declared_by": "U0ADA"}
        headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": f"outage-{number}"}
        async with self._session.post(
            f"{self._place.address}/v1/incidents", json=asked | {"env": f"env-{number}"}, headers=headers
        ) as answer:
            answer.raise_for_status()

    async def ask_for(self, seconds: float) -> Waits:
        """Milliseconds that each command and each click waited, from when it was due."""
        waits: Waits = ([], [])
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for n in range(int(seconds * PER_SECOND)):
                due = begun + n / PER_SECOND
                for ask, kept in ((self._command, waits[0]), (self._click, waits[1])):
                    await asyncio.sleep(max(due - time.perf_counter(), 0))
                    tasks.create_task(_timed(ask, due, kept))
                    due += 0.5 / PER_SECOND
        return waits

    async def _command(self) -> None:
        """Every other one writes into the log, the others look."""
        number = next(_numbers)
        text = f"log INC-1 note {number}" if number % 2 else "status INC-1"
        await self._deliver(
            command="/incident", text=text, user_id="U0ADA", channel_id="C0GENERAL", trigger_id=f"1.{number}"
        )

    async def _click(self) -> None:
        button = {"action_id": verb_action(Verb.STATUS), "value": Ref(incident=IncidentId(1)).encode()}
        click = {
            "type": "block_actions",
            "user": {"id": "U0ADA"},
            "trigger_id": f"2.{next(_numbers)}",
            "actions": [button | {"type": "button", "block_id": "b"}],
        }
        await self._deliver(payload=json.dumps(click))

    async def _deliver(self, **form: str) -> None:
        body, stamp = urlencode(form), str(int(SystemClock().now().timestamp()))
        signature = self._signer.generate_signature(timestamp=stamp, body=body) or ""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
        }
        async with self._session.post(
            f"{self._place.address}/slack/events", data=body, headers=headers
        ) as answer:
            await answer.read()
            answer.raise_for_status()


async def _timed(ask: Callable[[], Awaitable[None]], due: float, kept: list[float]) -> None:
    longest = MISSED_MS
    with suppress(ClientError, TimeoutError):
        await ask()
        longest = 0.0
    kept.append(max((time.perf_counter() - due) * 1000, longest))
